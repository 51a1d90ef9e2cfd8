"""What may go in, and how a turn may end."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import psycopg
import pytest

from sdr_common.errors import AccountNotFound, InvalidField, StoreUnavailable, WriteConflict
from sdr_common.mailbox import Claim, Close, Entry, Failure, LeaseLost, MailboxFull, NewEntry, failure_of

TEN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event", ""),
        ("event", "x" * 201),
        ("version", "a\0"),
        ("traceparent", "0" * 201),
        ("idle_s", -0.1),
        ("cap_s", float("nan")),
        ("quiet_s", float("inf")),
    ],
)
def test_an_entry_that_breaks_a_rule_names_the_field(field: str, value: object) -> None:
    fields = {"account_id": 1, "key_id": 2, "event": "message_created", "ext": 3, "body": {}, field: value}
    with pytest.raises(InvalidField) as caught:
        NewEntry(**fields)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.field == field


def test_an_entry_is_the_same_by_account_event_outside_id_and_version() -> None:
    entry = NewEntry(1, 2, "message_updated", 3, {"a": 1}, version="h")
    assert entry.identity == (1, "message_updated", 3, "h")
    assert entry.key == (1, 2)


@pytest.mark.parametrize(
    ("close", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "Answered!"}, "outcome"),
        ({"outcome": "ok", "wake_reason": "nudge"}, "wake_reason"),
        ({"outcome": "ok", "wake_at": TEN}, "wake_reason"),
        ({"outcome": "ok", "wake_at": TEN.replace(tzinfo=None), "wake_reason": "nudge"}, "wake_at"),
        ({"outcome": "ok", "wake_at": TEN, "wake_reason": "nudge", "cancel_wake": True}, "cancel_wake"),
    ],
)
def test_an_end_that_contradicts_itself_names_the_field(close: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        Close(**close)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.field == field


def test_an_entry_reads_its_body_when_asked_only() -> None:
    def entry(raw: bytes) -> Entry:
        return Entry(1, "message_created", 2, "", stirring=True, raw=raw, traceparent="", arrived_at=TEN)

    assert entry(b'{"a": [1]}').body == {"a": [1]}
    unreadable = entry(b'{"a": ' + b"9" * 5000 + b"}")
    with pytest.raises(msgspec.DecodeError):
        _ = unreadable.body


@pytest.mark.parametrize(
    "error",
    [
        StoreUnavailable(),
        WriteConflict(),
        MailboxFull(1),
        TimeoutError(),
        ConnectionResetError(),
        psycopg.OperationalError(),
    ],
)
def test_a_dependency_s_failure_does_not_count(error: Exception) -> None:
    assert failure_of(error) == Failure(counted=False)


@pytest.mark.parametrize("error", [AccountNotFound(1), InvalidField("x", "bad"), ValueError(), KeyError("x")])
def test_the_turn_s_own_failure_counts(error: Exception) -> None:
    assert failure_of(error) == Failure(counted=True)


def test_a_hint_of_the_other_side_becomes_the_pause() -> None:
    class Slow(TimeoutError):
        retry_after_s = 12

    assert failure_of(Slow()) == Failure(counted=False, retry_after_s=12.0)


def test_a_lost_lease_names_turn_and_epoch() -> None:
    error = LeaseLost(Claim(1, 2, turn=77, entries=(), owner="anna", epoch=5))
    assert error.details == {"turn": "77", "epoch": "5"}
