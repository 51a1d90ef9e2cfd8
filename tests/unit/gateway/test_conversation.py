"""Who has the word: takeover, hand-off, return."""

from __future__ import annotations

from dataclasses import replace

from sdr_gateway.domain.conversation import ConversationState, HandOff, PauseCause, Phase, follow
from sdr_gateway.domain.event import Signal, SignalKind, Snapshot


def a_snapshot(at: float, status: str = "pending", human: bool = False, *, changed: bool = False) -> Signal:
    return Signal(
        kind=SignalKind.SNAPSHOT,
        contact_id=1,
        status_changed=changed,
        conversation=Snapshot(7, status=status, assignee_type="User" if human else "", updated_at=at),
    )


def a_human(message_id: int, at: float) -> Signal:
    return Signal(kind=SignalKind.HUMAN_MESSAGE, contact_id=1, message_id=message_id, at=at)


def a_lead(message_id: int, at: float, status: str = "pending", human: bool = False) -> Signal:
    snapshot = Snapshot(7, status=status, assignee_type="User" if human else "", updated_at=at)
    return Signal(kind=SignalKind.LEAD_MESSAGE, contact_id=1, message_id=message_id, at=at, conversation=snapshot)


ACTIVE = ConversationState(chatwoot_status="pending", snapshot_at=10.0, last_message_id=5)
PAUSED = ConversationState(Phase.PAUSED, PauseCause.HUMAN_MESSAGE, "pending", False, 10.0, 5)
ASSIGNED = ConversationState(Phase.PAUSED, PauseCause.ASSIGNMENT, "pending", True, 10.0, 5)
HANDED = ConversationState(Phase.HANDED_OFF, PauseCause.NONE, "pending", False, 10.0, 5)


def test_a_humans_message_pauses() -> None:
    after = follow(ACTIVE, [a_human(6, 11.0)])
    assert (after.phase, after.paused_by, after.last_message_id) == (Phase.PAUSED, PauseCause.HUMAN_MESSAGE, 6)


def test_an_assigned_human_pauses() -> None:
    after = follow(ACTIVE, [a_snapshot(11.0, human=True)])
    assert (after.phase, after.paused_by) == (Phase.PAUSED, PauseCause.ASSIGNMENT)


def test_a_stale_snapshot_says_nothing() -> None:
    assert follow(ACTIVE, [a_snapshot(9.0, "open", human=True, changed=True)]) == ACTIVE


def test_of_several_snapshots_the_newest_counts_in_whatever_order_they_come() -> None:
    signals = [a_snapshot(13.0), a_snapshot(12.0, human=True)]
    assert follow(ACTIVE, signals).phase is Phase.ACTIVE
    assert follow(ACTIVE, signals[::-1]).phase is Phase.ACTIVE


def test_a_pause_by_a_message_does_not_end_because_the_conversation_still_is_pending() -> None:
    assert follow(PAUSED, [a_lead(6, 20.0)]).phase is Phase.PAUSED
    assert follow(PAUSED, [a_snapshot(20.0)]).phase is Phase.PAUSED


def test_a_pause_ends_when_the_status_changes_to_pending() -> None:
    assert follow(PAUSED, [a_snapshot(20.0, changed=True)]).phase is Phase.ACTIVE


def test_a_pause_ends_when_a_resolved_conversation_is_pending_again() -> None:
    resolved = follow(PAUSED, [a_snapshot(20.0, "resolved", changed=True)])
    assert resolved.phase is Phase.PAUSED
    assert follow(resolved, [a_lead(9, 30.0)]).phase is Phase.ACTIVE


def test_a_pause_does_not_end_while_a_human_is_assigned() -> None:
    assert follow(PAUSED, [a_snapshot(20.0, human=True, changed=True)]).phase is Phase.PAUSED


def test_a_pause_by_an_assignment_ends_with_it() -> None:
    assert follow(ASSIGNED, [a_snapshot(20.0)]).phase is Phase.ACTIVE
    assert follow(ASSIGNED, [a_snapshot(20.0, "open")]).phase is Phase.PAUSED


def test_the_later_of_return_and_human_message_wins() -> None:
    assert follow(PAUSED, [a_human(6, 15.0), a_snapshot(20.0, changed=True)]).phase is Phase.ACTIVE
    assert follow(PAUSED, [a_human(6, 25.0), a_snapshot(20.0, changed=True)]).phase is Phase.PAUSED


def test_after_our_hand_off_assignment_and_status_are_no_signs() -> None:
    opened = follow(HANDED, [a_snapshot(11.0, "open", changed=True), a_snapshot(12.0, "open", human=True)])
    assert opened.phase is Phase.HANDED_OFF
    assert opened.chatwoot_status == "open"


def test_after_our_hand_off_a_humans_message_is_one() -> None:
    assert follow(HANDED, [a_human(6, 11.0)]).phase is Phase.PAUSED


def test_an_event_of_the_time_before_does_not_undo_our_hand_off() -> None:
    assert follow(HANDED, [a_snapshot(11.0, changed=True)]).phase is Phase.HANDED_OFF


def test_a_hand_off_ends_when_the_conversation_left_pending_and_came_back() -> None:
    opened = follow(HANDED, [a_snapshot(11.0, "open", changed=True)])
    assert follow(opened, [a_snapshot(12.0, changed=True)]).phase is Phase.ACTIVE


def test_an_opt_out_is_for_ever() -> None:
    state = ConversationState(Phase.OPTED_OUT, chatwoot_status="resolved", snapshot_at=10.0)
    assert follow(state, [a_snapshot(20.0, changed=True), a_human(9, 21.0)]).phase is Phase.OPTED_OUT


def a_return(at: float) -> Signal:
    """Somebody gave the conversation back by hand."""
    return Signal(kind=SignalKind.RESUME, contact_id=0, at=at)


def test_by_hand_a_conversation_comes_back_whoever_has_it() -> None:
    for state in (PAUSED, ASSIGNED, HANDED):
        after = follow(state, [a_return(20.0), a_snapshot(21.0, "open", human=True)])
        assert (after.phase, after.paused_by, after.human_at) == (Phase.ACTIVE, PauseCause.NONE, 0.0)
        assert after.handed_off_for is HandOff.NONE


def test_a_human_who_speaks_after_the_return_by_hand_has_the_last_word() -> None:
    assert follow(PAUSED, [a_return(20.0), a_human(6, 25.0)]).phase is Phase.PAUSED
    assert follow(PAUSED, [a_return(20.0), a_human(6, 15.0)]).phase is Phase.ACTIVE


def test_an_opt_out_is_stronger_than_a_return_by_hand() -> None:
    assert follow(ConversationState(Phase.OPTED_OUT), [a_return(20.0)]).phase is Phase.OPTED_OUT


def test_since_when_a_human_has_the_word_is_remembered() -> None:
    assert follow(ACTIVE, [a_human(6, 11.0)]).human_at == 11.0
    assert follow(ACTIVE, [a_snapshot(12.0, human=True)]).human_at == 12.0
    assert follow(follow(ACTIVE, [a_human(6, 11.0)]), [a_human(7, 30.0)]).human_at == 30.0


def test_what_a_lead_owed_the_bot_is_forgotten_when_a_human_has_the_word() -> None:
    asked = replace(ACTIVE, waiting_since=9.0, question_open=True)
    for signal in (a_human(6, 11.0), a_snapshot(11.0, human=True)):
        after = follow(asked, [signal])
        assert (after.waiting_since, after.question_open) == (0.0, False)
