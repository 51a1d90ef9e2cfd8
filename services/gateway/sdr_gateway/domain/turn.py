"""What one turn does: answer, or only take note. Pure.

The bot answers in `pending` conversations that nobody else has; everywhere else it listens. Public
replies outside `pending` do not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sdr_gateway.domain.conversation import ConversationState, HandOff, PauseCause, Phase, follow
from sdr_gateway.domain.event import Contact, Signal, SignalKind

MESSAGES_PER_TURN = 200
"""Lead messages that one answer may be asked for; older ones become history."""


class Outcome(StrEnum):
    """How a turn ended; kept with it and counted."""

    ANSWERED = "answered"
    QUALIFIED = "qualified"
    ESCALATED = "escalated"
    OPTED_OUT = "opted_out"
    PAUSED = "paused"
    HANDED_OFF = "handed_off"
    NOT_PENDING = "not_pending"
    NOTHING_NEW = "nothing_new"
    OBSERVED = "observed"
    """No lead message was in it."""
    NUDGED = "nudged"
    """The lead was reminded of our question."""
    ABANDONED = "abandoned"
    """The lead never came back; it was judged on what is known."""
    RETURNED = "returned"
    """The conversation was given back to the bot."""
    POISON = "poison"
    """It failed too often; a human was called."""


class NoteKind(StrEnum):
    """What dialogue learns outside an answer."""

    BOT_LINE = "bot_line"
    HUMAN_LINE = "human_line"
    EDITED = "edited"
    DELETED = "deleted"
    LEAD_LINE = "lead_line"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened in a conversation outside an answer."""

    kind: NoteKind
    message_id: int
    text: str
    at: float
    sdr_key: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a turn."""

    state: ConversationState
    """The state after it, before any answer."""
    silence: Outcome | None
    """Why nothing is said; None: answer `messages`."""
    messages: tuple[Signal, ...]
    """The lead's messages that want an answer, oldest first; empty in a silence."""
    notes: tuple[Note, ...]
    """What else is told to dialogue, oldest first."""
    lead_count: int
    """Lead messages in the turn, answered or not."""
    pausing: bool
    """A human took over just now."""
    known_through_id: int
    """Everything up to this message id is known; the live check reads what came after."""
    contact: Contact
    """As the newest message shows it."""
    labels: tuple[str, ...]
    """The conversation's, as the newest message shows them."""


def decide(state: ConversationState, signals: Sequence[Signal], *, answers_handed_off: bool = False) -> Decision:
    """Decides a turn.

    Args:
        state: What is remembered of the conversation.
        signals: The turn's entries, in the order of their messages.
        answers_handed_off: A lead that was handed off as quente or morno is answered as long as nobody has it.
    """
    after = follow(state, signals)
    lines = _lead_lines(signals)
    fresh = [line for line in lines if not line.context]
    silence = _silence(after, fresh, lines, answers_handed_off=answers_handed_off)
    answered = fresh[-MESSAGES_PER_TURN:] if silence is None else []
    told = {line.message_id for line in answered}
    notes = [_lead_note(line) for line in lines if line.message_id not in told]
    notes += _other_notes(signals, {line.message_id for line in lines})
    notes.sort(key=lambda note: note.message_id)
    newest = next((signal for signal in reversed(signals) if signal.contact is not None), None)
    snapshot = newest.conversation if newest is not None else None
    return Decision(
        state=after,
        silence=silence,
        messages=tuple(answered),
        notes=tuple(notes),
        lead_count=len(lines),
        pausing=state.phase is Phase.ACTIVE and after.phase is Phase.PAUSED,
        known_through_id=_known_through(state, signals),
        contact=newest.contact if newest is not None and newest.contact is not None else Contact(),
        labels=snapshot.labels if snapshot is not None else (),
    )


def everything_told(decision: Decision) -> tuple[Note, ...]:
    """All of a turn as notes, for a turn that cannot be answered."""
    lines = (_lead_note(message) for message in decision.messages)
    return tuple(sorted((*decision.notes, *lines), key=lambda note: note.message_id))


def _silence(
    state: ConversationState, fresh: Sequence[Signal], lines: Sequence[Signal], *, answers_handed_off: bool
) -> Outcome | None:
    if not lines:
        return Outcome.OBSERVED
    match state.phase:
        case Phase.OPTED_OUT:
            return Outcome.OPTED_OUT
        case Phase.PAUSED:
            return Outcome.PAUSED
        case Phase.HANDED_OFF:
            if not (answers_handed_off and _is_nobodys(state)):
                return Outcome.HANDED_OFF
        case Phase.ACTIVE:
            if state.chatwoot_status != "pending":
                return Outcome.NOT_PENDING
    return None if fresh else Outcome.NOTHING_NEW


def _is_nobodys(state: ConversationState) -> bool:
    """Whether a lead that was handed off after its qualification still waits for a human."""
    waits = state.handed_off_for is HandOff.QUALIFIED and not state.human_assigned
    return waits and state.chatwoot_status in {"pending", "open"}


def _lead_lines(signals: Sequence[Signal]) -> list[Signal]:
    """The lead's messages as they read now: edits made, deleted ones gone."""
    lines: dict[int, Signal] = {}
    for signal in signals:
        if signal.kind is SignalKind.LEAD_MESSAGE:
            if signal.replaces:
                lines.pop(signal.replaces, None)
            lines[signal.message_id] = signal
    # Changes sort by the message's id: they may stand before the message they change.
    for signal in signals:
        line = lines.get(signal.message_id)
        if line is None:
            continue
        if signal.kind is SignalKind.DELETED:
            del lines[signal.message_id]
        elif signal.kind is SignalKind.EDITED:
            lines[signal.message_id] = replace(line, text=signal.text, attachments=signal.attachments)
    return [lines[message_id] for message_id in sorted(lines)]


def _lead_note(line: Signal) -> Note:
    return Note(NoteKind.LEAD_LINE, line.message_id, line.text or _described(line), line.at)


def _described(line: Signal) -> str:
    """Attachments in words, for the history."""
    return " ".join(attachment.transcribed_text or f"[{attachment.file_type}]" for attachment in line.attachments)


_NOTES = {
    SignalKind.BOT_LINE: NoteKind.BOT_LINE,
    SignalKind.HUMAN_MESSAGE: NoteKind.HUMAN_LINE,
    SignalKind.EDITED: NoteKind.EDITED,
    SignalKind.DELETED: NoteKind.DELETED,
    SignalKind.REFUSED: NoteKind.DELETED,
}


def _other_notes(signals: Sequence[Signal], lead_ids: set[int]) -> list[Note]:
    """Everything but the lead's new messages; changes of those are made already."""
    created = {signal.message_id for signal in signals if signal.kind is SignalKind.LEAD_MESSAGE} | lead_ids
    notes = []
    for signal in signals:
        kind = _NOTES.get(signal.kind)
        if kind is None or (kind in {NoteKind.EDITED, NoteKind.DELETED} and signal.message_id in created):
            continue
        if signal.kind is SignalKind.REFUSED:
            # The lead never read it, unless a bridge sends the very message after all.
            if not signal.bridged:
                notes.append(Note(kind, signal.message_id, "", signal.at))
            continue
        text = signal.text or _described(signal)
        notes.append(Note(kind, signal.message_id, text, signal.at, signal.sdr_key))
    return notes


def _known_through(state: ConversationState, signals: Sequence[Signal]) -> int:
    """Up to where nothing of a human's can be unknown.

    The turn before this one took in everything up to its last message as far as webhooks told; what a
    lost webhook hides lies after it, so the live check starts there. In a conversation that is new to us
    it starts right before the lead's first message, because what is older is history.
    """
    others = [s.message_id for s in signals if s.kind in {SignalKind.HUMAN_MESSAGE, SignalKind.BOT_LINE}]
    if state.last_message_id or others:
        return max([state.last_message_id, *others])
    lead = [s.message_id for s in signals if s.kind is SignalKind.LEAD_MESSAGE]
    return min(lead) - 1 if lead else 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What an accepted delivery leads to."""

    handed_off: bool = False
    """It opens the conversation for a human."""
    opted_out: bool = False
    """The lead asked for silence."""
    judged: bool = False
    """It ends a qualification, for now or for good."""
    in_qualification: bool = False
    """The lead is still being qualified: it owes us an answer now."""
    asks: bool = False
    """What the lead reads asks for something."""
    reminds: bool = False
    """It is a reminder."""
    notices: bool = False
    """The closer is told of the lead."""
    escalates: bool = False
    """A human is called before the end."""
    returns: bool = False
    """The conversation goes back to the bot."""


def after_delivery(state: ConversationState, effect: Effect, now: float) -> ConversationState:
    """The state once the delivery of a turn is accepted.

    Args:
        state: As decided.
        effect: What the delivery leads to.
        now: Seconds since 1970.
    """
    if effect.reminds:
        return replace(state, nudged=True)
    if effect.returns:
        state = replace(state, phase=Phase.ACTIVE, paused_by=PauseCause.NONE, human_at=0.0, handed_off_for=HandOff.NONE)
    if effect.notices or effect.handed_off:
        state = replace(state, noticed_at=now)
    if effect.handed_off:
        cause = HandOff.ESCALATED if effect.escalates else HandOff.QUALIFIED
        state = replace(state, phase=Phase.HANDED_OFF, handed_off_for=cause)
    if effect.opted_out:
        state = replace(state, phase=Phase.OPTED_OUT)
    if effect.opted_out or effect.handed_off or effect.judged:
        return replace(state, waiting_since=0.0, question_open=False, nudged=False)
    if effect.in_qualification:
        return replace(state, waiting_since=now, question_open=effect.asks)
    return state
