"""Why a channel refused, and what helps; never what could let a lead read something twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_routing.domain.refusal import Refusal, Remedy, key_after, pause_s, refusal_of, remedy_for


@pytest.mark.parametrize(
    ("problem", "refusal"),
    [
        ("131047: Re-engagement message", Refusal.WINDOW),
        ("Template not found or invalid template name", Refusal.WINDOW),
        ("(#10) This message is sent outside of allowed window.", Refusal.WINDOW),
        ("Bad Request: message is too long", Refusal.TOO_LONG),
        ("(#100) Length of param message[text] must be less than or equal to 1000", Refusal.TOO_LONG),
        ("(#131056) (Business Account, Consumer Account) pair rate limit hit", Refusal.RATE),
        ("429 Too Many Requests", Refusal.RATE),
        ("131026: Message undeliverable", Refusal.NO_ACCOUNT),
        ("Forbidden: bot was blocked by the user", Refusal.NO_ACCOUNT),
        ("the number is not registered on WhatsApp", Refusal.NO_ACCOUNT),
        ("Net::ReadTimeout with #<TCPSocket:(closed)>", Refusal.UNCERTAIN),
        ("Timed out reading data from server", Refusal.UNCERTAIN),
        ("Net::OpenTimeout: execution expired", Refusal.BRIDGE),
        ("Failed to open TCP connection to waha:3000 (Connection refused - connect(2))", Refusal.BRIDGE),
        ("404 Not Found", Refusal.BRIDGE),
        ("500 Internal Server Error", Refusal.BRIDGE),
        ("", Refusal.UNKNOWN),
        ("131051: Message type unknown", Refusal.UNKNOWN),
    ],
)
def test_a_refusal_is_known_by_the_channels_words(problem: str, refusal: Refusal) -> None:
    assert refusal_of(problem) is refusal


def remedy(refusal: Refusal, refusals: int = 1, **changes: bool) -> Remedy:
    given_ = {"bridged": False, "nudged": False, "fresh": True, **changes}
    return remedy_for(refusal, refusals=refusals, most=2, **given_)


@pytest.mark.parametrize(
    ("refusal", "changes", "wanted"),
    [
        (Refusal.RATE, {}, Remedy.RESEND),
        (Refusal.UNKNOWN, {}, Remedy.RESEND),
        (Refusal.TOO_LONG, {}, Remedy.SHORTEN),
        (Refusal.WINDOW, {}, Remedy.GIVE_UP),
        (Refusal.NO_ACCOUNT, {}, Remedy.GIVE_UP),
        (Refusal.UNCERTAIN, {}, Remedy.GIVE_UP),
        (Refusal.UNCERTAIN, {"bridged": True}, Remedy.NUDGE),
        (Refusal.BRIDGE, {}, Remedy.RESEND),
        (Refusal.BRIDGE, {"bridged": True}, Remedy.NUDGE),
        (Refusal.RATE, {"nudged": True}, Remedy.GIVE_UP),
        (Refusal.RATE, {"nudged": True, "bridged": True}, Remedy.NUDGE),
        (Refusal.RATE, {"fresh": False}, Remedy.GIVE_UP),
    ],
)
def test_the_remedy_follows_from_the_refusal(refusal: Refusal, changes: dict[str, bool], wanted: Remedy) -> None:
    assert remedy(refusal, **changes) is wanted


@given(st.sampled_from(Refusal), st.booleans(), st.booleans())
def test_nothing_is_tried_more_often_than_allowed(refusal: Refusal, bridged: bool, nudged: bool) -> None:
    assert remedy(refusal, 3, bridged=bridged, nudged=nudged) is Remedy.GIVE_UP


@given(st.sampled_from(Refusal), st.integers(1, 9), st.booleans(), st.booleans(), st.booleans())
def test_what_may_have_arrived_is_never_sent_as_a_new_message(
    refusal: Refusal, refusals: int, bridged: bool, nudged: bool, fresh: bool
) -> None:
    found = remedy(refusal, refusals, bridged=bridged, nudged=nudged, fresh=fresh)
    if refusal is Refusal.UNCERTAIN or nudged:
        assert found in {Remedy.NUDGE, Remedy.GIVE_UP}


def test_pauses_grow_and_a_rate_limit_waits_longest() -> None:
    assert [pause_s(Refusal.UNKNOWN, count) for count in (1, 2, 3, 9)] == [15.0, 60.0, 240.0, 960.0]
    assert [pause_s(Refusal.RATE, count) for count in (1, 2)] == [60.0, 240.0]


def test_each_attempt_has_a_key_of_its_own() -> None:
    first = key_after("d/1", 1)
    assert [first, key_after(first, 2)] == ["d/1~1", "d/1~2"]
