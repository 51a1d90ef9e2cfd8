"""What a listing of messages means for the sweep. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sdr_gateway.domain.classify import classify_created
from sdr_gateway.domain.event import ContactSeen, Ignored, Kept, MessageSeen, SignalKind, Snapshot, Verdict

SETTLED_S = 30.0
"""Ids are given before they are visible: a listing is trusted only up to messages of this age."""


def verdicts(
    messages: Sequence[MessageSeen],
    contact: ContactSeen,
    conversation: Snapshot,
    *,
    connected_at: float,
    answer_since: float = 0.0,
) -> list[Verdict]:
    """What each message of a listing is to us.

    A lead's message that a human's public message follows is context: somebody answered it. A line of ours
    says nothing of the kind: it answered what we knew, and a message that is new to us now was not known.

    Args:
        messages: Oldest first, without a gap at the end.
        contact: Whose conversation it is.
        conversation: As it is now.
        connected_at: Seconds since 1970; what is older is history.
        answer_since: Seconds since 1970; a lead's older message is context: nobody waits that long.
    """
    found: list[Verdict] = []
    answered = False
    for message in reversed(messages):
        verdict = classify_created(message, contact, conversation, connected_at=connected_at)
        if isinstance(verdict, Kept):
            signal = verdict.signal
            if signal.kind is SignalKind.HUMAN_MESSAGE:
                answered = True
            elif signal.kind is SignalKind.LEAD_MESSAGE and (answered or message.created_at < answer_since):
                verdict = replace(verdict, signal=replace(signal, context=True))
        found.append(verdict)
    found.reverse()
    return found


def trusted_through(messages: Sequence[MessageSeen], *, now: float) -> int:
    """Up to which id a listing will not grow any more; 0: none.

    Args:
        messages: Oldest first.
        now: Seconds since 1970.
    """
    return max((m.message_id for m in messages if m.created_at < now - SETTLED_S), default=0)


def is_news(conversation: Snapshot, *, known_status: str, known_human: bool, known_at: float) -> bool:
    """Whether a listed conversation differs from what is remembered, so that a lost event must be made up for."""
    if not known_status or conversation.updated_at <= known_at:
        return False
    return conversation.status != known_status or conversation.human_assigned != known_human


def ignored(verdict: Verdict) -> bool:
    """Whether a verdict needs no keeping."""
    return isinstance(verdict, Ignored)
