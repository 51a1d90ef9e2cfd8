"""Turns that were answered and never sent: how to take them back, and what counts without them.

The caller may ask again for messages that an earlier turn answered, together with newer ones: then the
earlier reply was never sent. What follows must be the same as if all had been asked at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sdr_common.lead import FactKind, LeadStatus
from sdr_dialogue.domain.conversation import Speaker
from sdr_dialogue.domain.turn import Burst, Lead, Observation, ObservationKind, PastTurn, StoredLine


def superseded_by(burst: Burst, turns: Sequence[PastTurn]) -> tuple[PastTurn, ...]:
    """The unsent turns that `burst` replaces because it has one of their messages again, oldest first.

    Only turns after the last confirmed one can be unsent.
    """
    asked = {message.message_id for message in burst.messages}
    said = max((turn.turn_id for turn in turns if turn.confirmed), default=0)
    return tuple(
        turn
        for turn in turns
        if said < turn.turn_id <= burst.turn_id and not turn.superseded and asked.intersection(turn.message_ids)
    )


def is_overtaken(burst: Burst, turns: Sequence[PastTurn]) -> bool:
    """Whether a later turn has answered these messages already: this one can change nothing any more."""
    asked = {message.message_id for message in burst.messages}
    return any(turn.turn_id > burst.turn_id and asked.intersection(turn.message_ids) for turn in turns)


def abandoned_by(observations: Iterable[Observation], turns: Sequence[PastTurn]) -> tuple[int, ...]:
    """The turns that ended a qualification which was never delivered.

    The caller tells a lead's message as a line only where it was not answered after all: a human took over
    or was called between the answer and its delivery.
    """
    unanswered = {seen.message_id for seen in observations if seen.kind is ObservationKind.LEAD_LINE}
    return tuple(
        turn.turn_id
        for turn in turns
        if turn.ended is not None
        and not turn.confirmed
        and not turn.superseded
        and unanswered.intersection(turn.message_ids)
    )


def undo(lead: Lead, turns: Iterable[PastTurn]) -> Lead:
    """The lead as it would be without `turns` (oldest first); what others changed since stays."""
    facts = dict(lead.facts)
    ended, opted_out, status = lead.ended, lead.opted_out, lead.status
    for turn in reversed(tuple(turns)):
        for kind, fact in turn.learned.items():
            if facts.get(kind) != fact:
                continue
            if kind in turn.before:
                facts[kind] = turn.before[kind]
            else:
                del facts[kind]
        ended = None if turn.ended is not None else ended
        opted_out = opted_out and not turn.opted_out
    if not opted_out and status is LeadStatus.OPT_OUT:
        status = LeadStatus.IN_PROGRESS
    return replace(lead, facts=facts, ended=ended, opted_out=opted_out, status=status)


def being_sent(turns: Sequence[PastTurn], lines: Collection[StoredLine]) -> PastTurn | None:
    """The latest turn, if its reply is on its way: not confirmed yet, and no human spoke since.

    Args:
        turns: Oldest first; superseded ones do not count.
        lines: The newest lines.
    """
    alive = [turn for turn in turns if not turn.superseded]
    if not alive or alive[-1].confirmed or not alive[-1].reply:
        return None
    answered = max(alive[-1].message_ids, default=0)
    if any(line.speaker is Speaker.HUMAN and line.message_id > answered for line in lines):
        return None
    return alive[-1]


def attempts_of(turns: Sequence[PastTurn], sending: PastTurn | None) -> dict[FactKind, int]:
    """How often each fact was asked: in replies that Chatwoot has shown, and in the one being sent.

    A reminder counts for nothing: silence evades no question.
    """
    counts: dict[FactKind, int] = {}
    for turn in turns:
        if turn.asks is not None and not turn.nudge and (turn.confirmed or turn is sending):
            counts[turn.asks] = counts.get(turn.asks, 0) + 1
    return counts


def lead_message_count(turns: Sequence[PastTurn], burst: Burst) -> int:
    """The lead's messages that turns of this conversation answered, the burst's included."""
    ids = {message.message_id for message in burst.messages}
    for turn in turns:
        if not turn.superseded:
            ids.update(turn.message_ids)
    return len(ids)
