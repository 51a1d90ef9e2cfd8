"""Whether the bot may speak in a conversation: takeover, hand-off, return. Pure.

A snapshot counts only if its `updated_at` is greater than every one seen before, because webhooks
arrive in any order. From our own hand-off on, assignments and statuses are no takeover signs: only a
human's message is. An agent bot as assignee never is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sdr_gateway.domain.event import Signal, SignalKind, Snapshot


class Phase(StrEnum):
    """Who has the word."""

    ACTIVE = "active"
    """The bot, while the conversation is pending."""
    PAUSED = "paused"
    """A human took over."""
    HANDED_OFF = "handed_off"
    """The product handed the lead over."""
    OPTED_OUT = "opted_out"
    """Nobody any more: the lead asked for silence."""


class HandOff(StrEnum):
    """What the product handed a conversation over for."""

    NONE = ""
    QUALIFIED = "qualified"
    """The lead is quente or morno."""
    ESCALATED = "escalated"
    """A human was called before the end."""


class PauseCause(StrEnum):
    """What the takeover was seen by."""

    NONE = ""
    HUMAN_MESSAGE = "human_message"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What the gateway remembers of a conversation."""

    phase: Phase = Phase.ACTIVE
    paused_by: PauseCause = PauseCause.NONE
    chatwoot_status: str = ""
    """Of the newest snapshot; empty: none seen."""
    human_assigned: bool = False
    """Of the newest snapshot."""
    snapshot_at: float = 0.0
    """`updated_at` of the newest snapshot."""
    last_message_id: int = 0
    """The greatest message id that a turn took in; 0: none."""
    waiting_since: float = 0.0
    """Since when a lead in qualification owes us an answer, seconds since 1970; 0: it does not."""
    question_open: bool = False
    """Our last line asked for something."""
    nudged: bool = False
    """This qualification had its reminder."""
    human_at: float = 0.0
    """When a human last spoke or was assigned, seconds since 1970; 0: never, or it is over."""
    handed_off_for: HandOff = HandOff.NONE
    """While it is handed off: why."""
    noticed_at: float = 0.0
    """When the closer was last told of this lead, seconds since 1970; 0: never."""


def follow(state: ConversationState, signals: Sequence[Signal]) -> ConversationState:
    """The state after what a turn brings.

    Args:
        state: Before.
        signals: The turn's entries, in the order of their messages.
    """
    newest = _newest(state, signals)
    seen = replace(state, last_message_id=max([state.last_message_id, *(signal.message_id for signal in signals)]))
    if newest is not None:
        seen = replace(
            seen,
            chatwoot_status=newest.status,
            human_assigned=newest.human_assigned,
            snapshot_at=newest.updated_at,
        )
    if state.phase is Phase.OPTED_OUT:
        return seen
    returned_at = _returned_at(state, newest, signals)
    spoke_at = max((signal.at for signal in signals if signal.kind is SignalKind.HUMAN_MESSAGE), default=None)
    resumed_at = max((signal.at for signal in signals if signal.kind is SignalKind.RESUME), default=None)
    if resumed_at is not None:
        returned_at = max(resumed_at, returned_at or 0.0)
    if spoke_at is not None and (returned_at is None or spoke_at > returned_at):
        return _paused(seen, PauseCause.HUMAN_MESSAGE, spoke_at)
    if returned_at is not None:
        return replace(seen, phase=Phase.ACTIVE, paused_by=PauseCause.NONE, human_at=0.0, handed_off_for=HandOff.NONE)
    if seen.phase is Phase.ACTIVE and seen.human_assigned:
        return _paused(seen, PauseCause.ASSIGNMENT, seen.snapshot_at)
    return seen


def _paused(state: ConversationState, cause: PauseCause, at: float) -> ConversationState:
    """What a lead owed the bot is nothing any more: a human has the word."""
    return replace(state, phase=Phase.PAUSED, paused_by=cause, human_at=at, waiting_since=0.0, question_open=False)


def _newest(state: ConversationState, signals: Sequence[Signal]) -> Snapshot | None:
    snapshots = [signal.conversation for signal in signals if signal.conversation is not None]
    newest = max(snapshots, key=lambda snapshot: snapshot.updated_at, default=None)
    return newest if newest is not None and newest.updated_at > state.snapshot_at else None


def _returned_at(state: ConversationState, newest: Snapshot | None, signals: Sequence[Signal]) -> float | None:
    """When the conversation came back to the bot: pending again and nobody's. None: it did not.

    A pause ends when the status changes to pending, or, if an assignment caused it, when nobody is
    assigned any more. A hand-off ends only when we saw the conversation leave pending and come back:
    an event of the time before it may still be under way.
    """
    if newest is None or newest.status != "pending" or newest.human_assigned:
        return None
    if state.phase is Phase.PAUSED and state.paused_by is PauseCause.ASSIGNMENT:
        return newest.updated_at
    came_back = state.chatwoot_status not in {"", "pending"}
    if state.phase is Phase.HANDED_OFF:
        return 0.0 if came_back else None
    told = [
        snapshot.updated_at
        for signal in signals
        if signal.status_changed and (snapshot := signal.conversation) is not None
        if snapshot.status == "pending" and snapshot.updated_at > state.snapshot_at
    ]
    return max(told, default=0.0 if came_back else None)
