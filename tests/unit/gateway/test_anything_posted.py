"""Whatever is posted is taken, refused or ignored: arbitrary bytes, arbitrary JSON, real events with any values."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sdr_gateway.domain.event import Ignored, Kept, Typing
from sdr_gateway.http.parsing import parse_event
from sdr_gateway.http.problem import Refusal
from tests.support.payloads import a_message, a_status_change, a_user, an_assignment, an_echo, typing

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_EVENTS = st.sampled_from(
    [
        "message_created",
        "message_updated",
        "conversation_updated",
        "conversation_status_changed",
        "conversation_typing_on",
    ]
)


def _safe(raw: bytes) -> None:
    try:
        verdict = parse_event(raw, chatwoot_account_id=3, connected_at=0.0)
    except Refusal as refusal:
        if refusal.status != 400:
            raise
        return
    assert isinstance(verdict, (Kept, Ignored, Typing))
    if isinstance(verdict, Kept):
        assert 0 < verdict.ext < 2**63
        assert 0 < verdict.conversation_id < 2**63
        assert len(verdict.version) <= 200


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_ignored(raw: bytes) -> None:
    _safe(raw)


@given(_JSON, _EVENTS)
def test_any_json_is_refused_or_ignored(tree: object, event: str) -> None:
    _safe(json.dumps(tree).encode())
    if isinstance(tree, dict):
        _safe(json.dumps({**tree, "event": event}).encode())


_BODIES = [
    a_message(101, attachments=[{"file_type": "audio", "data_url": "https://x/a"}]),
    a_status_change("open"),
    an_assignment(a_user()),
    typing(),
    an_echo(1, "a", "k"),
]


def _places(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(tree, dict):
        for key, value in tree.items():
            found += _places(value, (*path, key))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            found += _places(value, (*path, number))
    return found


@settings(max_examples=400)
@given(st.sampled_from(_BODIES), _JSON, st.data())
def test_a_real_event_with_anything_anywhere_is_taken_refused_or_ignored(
    body: dict[str, Any], value: object, data: st.DataObject
) -> None:
    copy = json.loads(json.dumps(body))
    *way, last = data.draw(st.sampled_from(_places(copy)))
    target = copy
    for step in way:
        target = target[step]
    target[last] = value
    _safe(json.dumps(copy).encode())
