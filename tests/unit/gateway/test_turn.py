"""What one turn does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdr_gateway.domain.conversation import ConversationState, HandOff, PauseCause, Phase
from sdr_gateway.domain.event import Attachment, Contact, Signal, SignalKind, Snapshot
from sdr_gateway.domain.turn import Effect, Note, NoteKind, Outcome, after_delivery, decide, everything_told

PENDING = Snapshot(7, inbox_id=12, status="pending", updated_at=20.0, labels=("vip",))
KNOWN = ConversationState(chatwoot_status="pending", snapshot_at=10.0, last_message_id=5)


def a_lead(message_id: int, text: str = "oi", **fields: object) -> Signal:
    signal = Signal(
        kind=SignalKind.LEAD_MESSAGE,
        contact_id=1,
        message_id=message_id,
        text=text,
        at=float(message_id),
        contact=Contact("Mari"),
        conversation=PENDING,
    )
    return replace(signal, **fields)  # type: ignore[arg-type]  # any field of a signal


def a_change(message_id: int, text: str = "", *, deleted: bool = False) -> Signal:
    kind = SignalKind.DELETED if deleted else SignalKind.EDITED
    return Signal(kind=kind, contact_id=1, message_id=message_id, text=text, at=float(message_id))


def an_echo(message_id: int) -> Signal:
    return Signal(kind=SignalKind.BOT_LINE, contact_id=1, message_id=message_id, text="Oi!", sdr_key="k", at=1.0)


def test_waiting_messages_are_answered_in_order_with_what_else_was_seen() -> None:
    decision = decide(KNOWN, [an_echo(6), a_lead(7, "a"), a_lead(8, "b")])
    assert decision.silence is None
    assert [message.text for message in decision.messages] == ["a", "b"]
    assert decision.notes == (Note(NoteKind.BOT_LINE, 6, "Oi!", 1.0, "k"),)
    assert (decision.lead_count, decision.contact.name, decision.labels) == (2, "Mari", ("vip",))
    assert decision.state.last_message_id == 8


@pytest.mark.parametrize(
    ("state", "status", "outcome"),
    [
        (ConversationState(Phase.OPTED_OUT), "pending", Outcome.OPTED_OUT),
        (ConversationState(Phase.PAUSED, PauseCause.HUMAN_MESSAGE), "pending", Outcome.PAUSED),
        (ConversationState(Phase.HANDED_OFF), "pending", Outcome.HANDED_OFF),
        (ConversationState(), "open", Outcome.NOT_PENDING),
        (ConversationState(), "snoozed", Outcome.NOT_PENDING),
        (ConversationState(), "resolved", Outcome.NOT_PENDING),
        (ConversationState(), "", Outcome.NOT_PENDING),
    ],
)
def test_where_the_bot_has_not_the_word_it_takes_note(state: ConversationState, status: str, outcome: Outcome) -> None:
    decision = decide(state, [a_lead(7, "alô", conversation=replace(PENDING, status=status))])
    assert decision.silence is outcome
    assert decision.messages == ()
    assert decision.notes == (Note(NoteKind.LEAD_LINE, 7, "alô", 7.0),)


def test_a_turn_without_a_lead_message_is_an_observation() -> None:
    assert decide(KNOWN, [a_change(3, "outro")]).silence is Outcome.OBSERVED
    assert decide(KNOWN, [a_change(3, "outro")]).notes == (Note(NoteKind.EDITED, 3, "outro", 3.0),)


def test_what_somebody_answered_already_is_told_and_not_answered() -> None:
    decision = decide(KNOWN, [a_lead(7, "antiga", context=True)])
    assert decision.silence is Outcome.NOTHING_NEW
    assert [note.kind for note in decision.notes] == [NoteKind.LEAD_LINE]
    both = decide(KNOWN, [a_lead(7, "antiga", context=True), a_lead(8, "nova")])
    assert [message.text for message in both.messages] == ["nova"]
    assert [note.text for note in both.notes] == ["antiga"]


def test_edits_are_made_and_deleted_messages_are_gone_whatever_comes_first() -> None:
    signals = [a_change(7, "certo"), a_lead(7, "errado"), a_lead(8), a_change(8, deleted=True)]
    decision = decide(KNOWN, signals)
    assert [(message.message_id, message.text) for message in decision.messages] == [(7, "certo")]
    assert decision.notes == ()


def test_a_correction_replaces_the_message_it_corrects() -> None:
    decision = decide(KNOWN, [a_lead(7, "na Lapa"), a_lead(9, "na Moema", replaces=7)])
    assert [message.text for message in decision.messages] == ["na Moema"]


def test_an_attachment_is_described_where_it_is_only_noted() -> None:
    audio = a_lead(7, "", attachments=(Attachment("audio", transcribed_text="quero botox"), Attachment("image")))
    (note,) = decide(ConversationState(Phase.OPTED_OUT), [audio]).notes
    assert note.text == "quero botox [image]"


def test_more_messages_than_a_call_may_carry_become_history() -> None:
    decision = decide(KNOWN, [a_lead(100 + n) for n in range(250)])
    assert len(decision.messages) == 200
    assert [note.message_id for note in decision.notes] == list(range(100, 150))
    assert [note.message_id for note in everything_told(decision)] == list(range(100, 350))


def test_the_live_check_starts_after_what_the_turn_before_knew() -> None:
    assert decide(KNOWN, [a_lead(9)]).known_through_id == 5
    assert decide(KNOWN, [an_echo(6), a_lead(9)]).known_through_id == 6


def test_in_a_new_conversation_the_live_check_starts_before_its_first_message() -> None:
    assert decide(ConversationState(), [a_lead(90), a_lead(91)]).known_through_id == 89


def test_a_takeover_is_told_once() -> None:
    human = Signal(kind=SignalKind.HUMAN_MESSAGE, contact_id=1, message_id=8, at=30.0, text="oi")
    decision = decide(KNOWN, [a_lead(7), human])
    assert decision.pausing
    assert decision.silence is Outcome.PAUSED
    assert not decide(decision.state, [replace(human, message_id=9)]).pausing


def test_an_accepted_delivery_moves_the_conversation_on() -> None:
    assert after_delivery(KNOWN, Effect(), 50.0) == KNOWN
    assert after_delivery(KNOWN, Effect(handed_off=True), 50.0).phase is Phase.HANDED_OFF
    assert after_delivery(KNOWN, Effect(handed_off=True, opted_out=True), 50.0).phase is Phase.OPTED_OUT


def test_a_lead_in_qualification_owes_an_answer_from_the_delivery_on() -> None:
    asked = after_delivery(KNOWN, Effect(in_qualification=True, asks=True), 50.0)
    assert (asked.waiting_since, asked.question_open, asked.nudged) == (50.0, True, False)
    reminded = after_delivery(asked, Effect(in_qualification=True, asks=True, reminds=True), 60.0)
    assert (reminded.waiting_since, reminded.question_open, reminded.nudged) == (50.0, True, True)
    answered = after_delivery(reminded, Effect(in_qualification=True), 70.0)
    assert (answered.waiting_since, answered.question_open, answered.nudged) == (70.0, False, True)


@pytest.mark.parametrize("effect", [Effect(judged=True), Effect(handed_off=True), Effect(opted_out=True)])
def test_after_the_end_of_a_qualification_the_lead_owes_nothing(effect: Effect) -> None:
    waiting = replace(KNOWN, waiting_since=50.0, question_open=True, nudged=True)
    after = after_delivery(waiting, effect, 60.0)
    assert (after.waiting_since, after.question_open, after.nudged) == (0.0, False, False)


HANDED = replace(KNOWN, phase=Phase.HANDED_OFF, handed_off_for=HandOff.QUALIFIED)
OPEN = replace(PENDING, status="open")


@pytest.mark.parametrize(
    ("state", "snapshot", "outcome"),
    [
        (HANDED, OPEN, None),
        (HANDED, PENDING, None),
        (HANDED, replace(OPEN, assignee_type="User"), Outcome.HANDED_OFF),
        (HANDED, replace(OPEN, assignee_type="AgentBot"), None),
        (HANDED, replace(OPEN, status="snoozed"), Outcome.HANDED_OFF),
        (replace(HANDED, handed_off_for=HandOff.ESCALATED), OPEN, Outcome.HANDED_OFF),
        (replace(HANDED, handed_off_for=HandOff.NONE), OPEN, Outcome.HANDED_OFF),
    ],
)
def test_a_lead_that_was_handed_off_is_answered_only_while_nobody_has_it(
    state: ConversationState, snapshot: Snapshot, outcome: Outcome | None
) -> None:
    line = a_lead(9, "vocês abrem sábado?", conversation=snapshot)
    assert decide(state, [line], answers_handed_off=True).silence is outcome
    assert decide(state, [line]).silence is Outcome.HANDED_OFF


def test_a_hand_off_remembers_why_and_when_the_closer_was_told() -> None:
    hot = after_delivery(KNOWN, Effect(handed_off=True, judged=True), 50.0)
    assert (hot.handed_off_for, hot.noticed_at) == (HandOff.QUALIFIED, 50.0)
    called = after_delivery(KNOWN, Effect(handed_off=True, escalates=True), 50.0)
    assert called.handed_off_for is HandOff.ESCALATED
    noticed = after_delivery(hot, Effect(notices=True), 90.0)
    assert (noticed.phase, noticed.noticed_at) == (Phase.HANDED_OFF, 90.0)


def test_what_is_given_back_is_the_bots_again() -> None:
    paused = replace(KNOWN, phase=Phase.PAUSED, paused_by=PauseCause.HUMAN_MESSAGE, human_at=40.0)
    after = after_delivery(paused, Effect(returns=True), 50.0)
    assert (after.phase, after.paused_by, after.human_at) == (Phase.ACTIVE, PauseCause.NONE, 0.0)
