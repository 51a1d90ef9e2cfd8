"""What a listing means for the sweep."""

from __future__ import annotations

from sdr_gateway.domain.catch_up import is_news, trusted_through, verdicts
from sdr_gateway.domain.event import (
    ContactSeen,
    Direction,
    Ignored,
    IgnoredReason,
    Kept,
    MessageSeen,
    SenderKind,
    Snapshot,
)

CONTACT = ContactSeen(1, "Mari")
CONVERSATION = Snapshot(7, status="pending", updated_at=100.0)


def a_line(message_id: int, sender: SenderKind = SenderKind.CONTACT, *, at: float = 50.0, key: str = "") -> MessageSeen:
    direction = Direction.INCOMING if sender is SenderKind.CONTACT else Direction.OUTGOING
    return MessageSeen(message_id, direction, "texto", sender, at, sdr_key=key)


def _contexts(messages: list[MessageSeen], answer_since: float = 0.0) -> list[bool | IgnoredReason]:
    found: list[bool | IgnoredReason] = []
    for verdict in verdicts(messages, CONTACT, CONVERSATION, connected_at=10.0, answer_since=answer_since):
        if isinstance(verdict, Kept):
            found.append(verdict.signal.context)
        elif isinstance(verdict, Ignored):
            found.append(verdict.reason)
    return found


def test_a_line_of_ours_answers_no_message_that_we_did_not_know() -> None:
    messages = [a_line(1), a_line(2, SenderKind.BOT, key="k/1"), a_line(3), a_line(4)]
    assert _contexts(messages) == [False, False, False, False]


def test_a_message_of_last_week_is_context() -> None:
    assert _contexts([a_line(1, at=40.0), a_line(2, at=60.0)], answer_since=50.0) == [True, False]


def test_a_humans_answer_counts_as_one() -> None:
    assert _contexts([a_line(1), a_line(2, SenderKind.HUMAN), a_line(3)]) == [True, False, False]


def test_another_bots_line_answers_nothing() -> None:
    assert _contexts([a_line(1), a_line(2, SenderKind.BOT)]) == [False, IgnoredReason.OTHER_BOT]


def test_what_is_older_than_the_connection_is_history() -> None:
    assert _contexts([a_line(1, at=9.0), a_line(2)]) == [IgnoredReason.IMPORTED_HISTORY, False]


def test_a_listing_is_trusted_up_to_what_has_settled() -> None:
    messages = [a_line(1, at=10.0), a_line(2, at=60.0), a_line(3, at=95.0)]
    assert trusted_through(messages, now=100.0) == 2
    assert trusted_through([], now=100.0) == 0


def test_only_a_difference_to_what_is_remembered_is_news() -> None:
    assert is_news(CONVERSATION, known_status="open", known_human=False, known_at=50.0)
    assert is_news(CONVERSATION, known_status="pending", known_human=True, known_at=50.0)
    assert not is_news(CONVERSATION, known_status="pending", known_human=False, known_at=50.0)
    assert not is_news(CONVERSATION, known_status="open", known_human=False, known_at=100.0)
    assert not is_news(CONVERSATION, known_status="", known_human=False, known_at=0.0)
