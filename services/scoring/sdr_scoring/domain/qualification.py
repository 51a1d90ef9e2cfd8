"""From what is known of a lead to a score, a temperature and a next step, with the reason of each point.

The score is the sum of the lines and nothing else. Hard rules come after it and change the temperature
only, with one exception that is part of the sum: a named procedure gives at least 40 points of interest.
An account may value interest lower than that, so the floor is applied to the line, where everyone can see
it, and only as far as the total stays within 130.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType

from sdr_common.errors import InvalidField
from sdr_common.lead import (
    LEVELS,
    Disqualification,
    EndReason,
    Fact,
    FactKind,
    FunnelStage,
    InterestLevel,
    LeadStatus,
    NextStep,
    Temperature,
)
from sdr_scoring.domain.rubric import MAXIMUM_SCORE, SCORED_FACTS, Rubric
from sdr_scoring.domain.wording import (
    DISQUALIFICATION_WORDS,
    END_WORDS,
    NO_LEVEL,
    NOT_TOLD,
    TEMPERATURE_WORDS,
    UNKNOWN_PLACE,
    zero_note,
)

QualificationId = NewType("QualificationId", str)
"""UUID in lower-case text form."""

NAMED_PROCEDURE_FLOOR: Final = 40
"""Least points of interest for a lead who names a procedure or a treated area."""

NEXT_STEPS: Final = {
    Temperature.HOT: NextStep.HAND_TO_CLOSER,
    Temperature.WARM: NextStep.SCHEDULE_FOLLOW_UP,
    Temperature.COLD: NextStep.NURTURE,
    Temperature.VERY_COLD: NextStep.RECORD,
}
FUNNEL_STAGES: Final = {
    Temperature.HOT: FunnelStage.QUALIFIED,
    Temperature.WARM: FunnelStage.QUALIFIED,
    Temperature.COLD: FunnelStage.FIRST_CONTACT,
    Temperature.VERY_COLD: FunnelStage.DISQUALIFIED,
}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """What one fact gave."""

    kind: FactKind
    level: str
    """The published level; empty: none."""
    points: int
    """0 to `maximum`."""
    maximum: int
    """The most this fact can give under the rubric."""
    quote: str
    """The lead's words; empty when unknown."""
    note: str
    """Why there are no points, in Portuguese; else empty."""


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A hard rule that had a say."""

    rule: str
    """named_procedure_floor, named_procedure_never_very_cold, disqualified or latest_statement_wins."""
    explanation: str
    """What it did and why, in Portuguese."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a lead was judged to be."""

    score: int
    """0-130, the sum of the lines."""
    temperature: Temperature
    """After the hard rules."""
    lines: tuple[ScoreLine, ...]
    """One per scored fact, in the rubric's order."""
    rules: tuple[AppliedRule, ...]
    next_step: NextStep
    funnel_stage: FunnelStage
    status: LeadStatus
    """QUALIFIED, COMPLETE or INCOMPLETE."""
    ended: EndReason
    disqualification: Disqualification | None
    """The explicit sign that this is no lead, even if a later statement overruled it."""


@dataclass(frozen=True, slots=True)
class Qualification:
    """A judgement as stored: immutable, one version of one lead."""

    qualification_id: QualificationId
    version: int
    """Counts the lead's qualifications, from 1."""
    judgement: Judgement
    rubric_version: int
    """Version of the account's rubric that was used."""
    qualified_at: datetime
    """Aware UTC, by the database's clock."""


def qualify(
    facts: Mapping[FactKind, Fact],
    disqualification: Disqualification | None,
    ended: EndReason,
    rubric: Rubric,
) -> Judgement:
    """Judges a lead on what is known; deterministic.

    Args:
        facts: What is known; a name gives no points.
        disqualification: The explicit sign that this is no lead, if there was one.
        ended: Why the qualification ended.
        rubric: The account's.

    Raises:
        InvalidField: a fact has a level that is none of its own.
    """
    _check_levels(facts)
    lines = tuple(_line(kind, facts.get(kind), rubric) for kind in SCORED_FACTS)
    named = lines[0].level == InterestLevel.SPECIFIC
    rules: list[AppliedRule] = []
    if named:
        lines, floor_rules = _raise_to_floor(lines)
        rules += floor_rules
    score = sum(line.points for line in lines)
    interest = facts[FactKind.INTEREST] if named else None
    temperature, temperature_rules = _temperature(score, rubric, interest, disqualification, ended)
    return Judgement(
        score=score,
        temperature=temperature,
        lines=lines,
        rules=(*rules, *temperature_rules),
        next_step=NEXT_STEPS[temperature],
        funnel_stage=FUNNEL_STAGES[temperature],
        status=_status(temperature, ended),
        ended=ended,
        disqualification=disqualification,
    )


def _check_levels(facts: Mapping[FactKind, Fact]) -> None:
    for kind, fact in facts.items():
        if fact.level and fact.level not in LEVELS[kind]:
            known = ", ".join(LEVELS[kind]) or "none"
            raise InvalidField(
                f"facts[{kind}].level", f"{kind} has no level {fact.level!r}; its levels: {known}", value=fact.level
            )


def _line(kind: FactKind, fact: Fact | None, rubric: Rubric) -> ScoreLine:
    worth = rubric.of_fact(kind)
    maximum = max(worth.maximum, NAMED_PROCEDURE_FLOOR) if kind is FactKind.INTEREST else worth.maximum
    if fact is None:
        return ScoreLine(kind, "", 0, maximum, "", NOT_TOLD)
    if not fact.level:
        note = UNKNOWN_PLACE if kind is FactKind.LOCATION else NO_LEVEL
        return ScoreLine(kind, "", 0, maximum, fact.evidence, note)
    points = worth.points(fact.level)
    return ScoreLine(kind, fact.level, points, maximum, fact.evidence, "" if points else zero_note(fact.level))


def _raise_to_floor(lines: tuple[ScoreLine, ...]) -> tuple[tuple[ScoreLine, ...], list[AppliedRule]]:
    """Gives a named procedure at least 40 points, as far as the total stays within 130."""
    interest, others = lines[0], lines[1:]
    room = MAXIMUM_SCORE - sum(line.points for line in others)
    points = min(NAMED_PROCEDURE_FLOOR, room)
    if points <= interest.points:
        return lines, []
    raised = ScoreLine(interest.kind, interest.level, points, interest.maximum, interest.quote, "")
    explanation = (
        f"O lead citou um procedimento ou uma área a tratar: o interesse vale no mínimo {NAMED_PROCEDURE_FLOOR} "
        f"pontos, e não os {interest.points} da tabela da clínica."
    )
    if points < NAMED_PROCEDURE_FLOOR:
        explanation += f" Foram somados {points} pontos, porque o total não passa de {MAXIMUM_SCORE}."
    return (raised, *others), [AppliedRule("named_procedure_floor", explanation)]


def _temperature(
    score: int,
    rubric: Rubric,
    interest: Fact | None,
    disqualification: Disqualification | None,
    ended: EndReason,
) -> tuple[Temperature, list[AppliedRule]]:
    """The temperature after the hard rules; `interest` is the fact that names a procedure, if one does."""
    by_score = rubric.thresholds.temperature(score)
    rules: list[AppliedRule] = []
    refused = disqualification is not None or ended is EndReason.DISQUALIFIED
    if refused and interest is not None and disqualification is not None:
        refused = not _said_later(interest, disqualification)
        rules.append(AppliedRule("latest_statement_wins", _latest(refused, disqualification)))
    if refused:
        rules.append(AppliedRule("disqualified", _disqualified(disqualification, ended, by_score)))
        return Temperature.VERY_COLD, rules
    if interest is not None and by_score is Temperature.VERY_COLD:
        explanation = (
            "O lead citou um procedimento ou uma área a tratar: nunca é muito frio. "
            f"A temperatura passou de muito frio, pela soma de {score} pontos, para frio."
        )
        rules.append(AppliedRule("named_procedure_never_very_cold", explanation))
        return Temperature.COLD, rules
    return by_score, rules


def _said_later(interest: Fact, disqualification: Disqualification) -> bool:
    """Whether the procedure was named after the refusal.

    Chatwoot's message ids rise with time. Said in the same message, set by a human (no message), or of an
    unknown message, the refusal stands: only a statement that is known to be later takes it back.
    """
    return 0 < disqualification.source_message_id < interest.source_message_id


def _latest(refused: bool, disqualification: Disqualification) -> str:
    sign = DISQUALIFICATION_WORDS[disqualification.kind]
    if refused:
        return f"O lead citou um procedimento, mas {sign}, e não voltou atrás depois: vale a última manifestação."
    return (
        f"Antes, {sign}; depois disso, o lead citou um procedimento ou uma área a tratar: vale a última manifestação."
    )


def _disqualified(disqualification: Disqualification | None, ended: EndReason, by_score: Temperature) -> str:
    reason = END_WORDS[ended] if disqualification is None else DISQUALIFICATION_WORDS[disqualification.kind]
    text = f"{reason[0].upper()}{reason[1:]}: a temperatura é muito frio, qualquer que seja a soma"
    return (
        f"{text}." if by_score is Temperature.VERY_COLD else f"{text} (pela soma seria {TEMPERATURE_WORDS[by_score]})."
    )


def _status(temperature: Temperature, ended: EndReason) -> LeadStatus:
    if ended is EndReason.ABANDONED:
        return LeadStatus.INCOMPLETE
    warm_enough = temperature in {Temperature.HOT, Temperature.WARM}
    return LeadStatus.QUALIFIED if warm_enough else LeadStatus.COMPLETE
