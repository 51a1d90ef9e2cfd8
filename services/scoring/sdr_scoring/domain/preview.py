"""What another rubric would make of leads that were judged before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sdr_common.lead import Fact, FactKind, FactSource, InterestLevel, Temperature
from sdr_scoring.domain.qualification import Judgement, qualify
from sdr_scoring.domain.rubric import Rubric

EXAMPLES = 10
"""Leads that are named at most."""
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PastLead:
    """A lead's latest judgement."""

    conversation_id: int
    contact_id: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Moved:
    """One lead by both rubrics."""

    conversation_id: int
    contact_id: int
    score_before: int
    score_after: int
    before: Temperature
    after: Temperature


@dataclass(frozen=True, slots=True)
class Preview:
    """What would have come out."""

    lead_count: int
    changed_count: int
    """Leads with another temperature."""
    moves: Mapping[tuple[Temperature, Temperature], int]
    """Leads per pair of temperatures, before and after."""
    examples: tuple[Moved, ...]
    """Leads with another temperature, the greatest change of score first."""
    mean_before: float
    mean_after: float


def preview(leads: Sequence[PastLead], active: Rubric, draft: Rubric) -> Preview:
    """Judges the same levels by both rubrics, so that a difference comes from the draft alone."""
    moved = [_moved(lead, active, draft) for lead in leads]
    changed = [one for one in moved if one.before is not one.after]
    changed.sort(key=lambda one: (-abs(one.score_after - one.score_before), one.conversation_id))
    count = len(moved) or 1
    return Preview(
        lead_count=len(moved),
        changed_count=len(changed),
        moves=Counter((one.before, one.after) for one in moved),
        examples=tuple(changed[:EXAMPLES]),
        mean_before=sum(one.score_before for one in moved) / count,
        mean_after=sum(one.score_after for one in moved) / count,
    )


def _moved(lead: PastLead, active: Rubric, draft: Rubric) -> Moved:
    before, after = again(lead.judgement, active), again(lead.judgement, draft)
    return Moved(
        conversation_id=lead.conversation_id,
        contact_id=lead.contact_id,
        score_before=before.score,
        score_after=after.score,
        before=before.temperature,
        after=after.temperature,
    )


def again(judgement: Judgement, rubric: Rubric) -> Judgement:
    """The judgement of the same levels by a rubric.

    A judgement keeps levels and quotes, not the messages; which of refusal and wish was said later is known from
    whether the refusal stood.
    """
    refusal, stood = judgement.disqualification, any(rule.rule == "disqualified" for rule in judgement.rules)
    facts: dict[FactKind, Fact] = {}
    for line in judgement.lines:
        if not line.level:
            continue
        named = line.kind is FactKind.INTEREST and line.level == InterestLevel.SPECIFIC
        later = named and refusal is not None and not stood
        facts[line.kind] = Fact(
            kind=line.kind,
            value=line.level,
            level=line.level,
            evidence=line.quote,
            source_message_id=refusal.source_message_id + 1 if later and refusal is not None else 0,
            confidence=1.0,
            source=FactSource.SYSTEM,
            set_at=_NO_TIME,
        )
    return qualify(facts, refusal, judgement.ended, rubric)
