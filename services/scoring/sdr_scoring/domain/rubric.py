"""The rubric: what each level of each fact is worth, and from which score a lead is how warm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sdr_common.lead import (
    LEVELS,
    FactKind,
    InterestLevel,
    KnowledgeLevel,
    LocationLevel,
    MotivationLevel,
    Temperature,
    UrgencyLevel,
)
from sdr_scoring.domain.errors import InvalidRubric

MAXIMUM_SCORE: Final = 130
"""The highest score, and the sum of every rubric's best levels."""

SCORED_FACTS: Final = (
    FactKind.INTEREST,
    FactKind.URGENCY,
    FactKind.KNOWLEDGE,
    FactKind.LOCATION,
    FactKind.MOTIVATION,
)
"""The facts that give points, in the order of every breakdown; a name gives none."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least scores of three temperatures; below `cold` a lead is muito_frio."""

    hot: int = 90
    warm: int = 50
    cold: int = 20

    def temperature(self, score: int) -> Temperature:
        """How warm a score is, before the hard rules."""
        if score >= self.hot:
            return Temperature.HOT
        if score >= self.warm:
            return Temperature.WARM
        return Temperature.COLD if score >= self.cold else Temperature.VERY_COLD


@dataclass(frozen=True, slots=True)
class FactPoints:
    """What one fact is worth."""

    kind: FactKind
    levels: tuple[tuple[str, int], ...]
    """Every published level with its points, strongest first."""

    def points(self, level: str) -> int:
        """Points of a published level; no level gives none.

        Raises:
            KeyError: the level is none of this fact's.
        """
        return dict(self.levels)[level] if level else 0

    @property
    def maximum(self) -> int:
        """The most this fact can give."""
        return max(points for _, points in self.levels)


@dataclass(frozen=True, slots=True)
class Rubric:
    """A complete and consistent rubric; an inconsistent one cannot be made."""

    facts: tuple[FactPoints, ...]
    """Each scored fact once, in the order of `SCORED_FACTS`."""
    thresholds: Thresholds

    @classmethod
    def of(
        cls,
        table: Sequence[tuple[FactKind, Sequence[tuple[str, int]]]],
        thresholds: Thresholds,
    ) -> Rubric:
        """Makes a rubric from rows in any order.

        Args:
            table: Each scored fact with its levels and their points.
            thresholds: Least scores of the temperatures.

        Raises:
            InvalidRubric: names the fact, level and limit that are wrong.
        """
        rows = _once_each(table)
        facts = tuple(FactPoints(kind, _levels_in_order(kind, rows[kind])) for kind in SCORED_FACTS)
        for fact in facts:
            _check_points(fact)
        _check_maximum(facts)
        _check_thresholds(thresholds)
        return cls(facts, thresholds)

    def of_fact(self, kind: FactKind) -> FactPoints:
        """What one scored fact is worth."""
        return self.facts[SCORED_FACTS.index(kind)]


def _once_each(
    table: Sequence[tuple[FactKind, Sequence[tuple[str, int]]]],
) -> dict[FactKind, Sequence[tuple[str, int]]]:
    rows: dict[FactKind, Sequence[tuple[str, int]]] = {}
    for kind, levels in table:
        field = f"facts[{kind}]"
        if kind not in SCORED_FACTS:
            raise InvalidRubric(field, f"{kind} gives no points; only {', '.join(SCORED_FACTS)} do", fact=kind)
        if kind in rows:
            raise InvalidRubric(field, f"{kind} stands twice; each fact stands once", fact=kind)
        rows[kind] = levels
    for kind in SCORED_FACTS:
        if kind not in rows:
            raise InvalidRubric(f"facts[{kind}]", f"{kind} is missing; each fact stands once", fact=kind)
    return rows


def _levels_in_order(kind: FactKind, levels: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    points: dict[str, int] = {}
    for level, value in levels:
        field = f"facts[{kind}].levels[{level}]"
        if level not in LEVELS[kind]:
            known = ", ".join(LEVELS[kind])
            raise InvalidRubric(field, f"{kind} has no level {level}; its levels are {known}", fact=kind, level=level)
        if level in points:
            raise InvalidRubric(field, f"{level} stands twice; each level stands once", fact=kind, level=level)
        points[level] = value
    for level in LEVELS[kind]:
        if level not in points:
            field = f"facts[{kind}].levels[{level}]"
            raise InvalidRubric(field, f"{level} is missing; each level stands once", fact=kind, level=level)
    return tuple((level, points[level]) for level in LEVELS[kind])


def _check_points(fact: FactPoints) -> None:
    """Points are 0-130 and never rise from a stronger to a weaker level."""
    stronger, limit = "", MAXIMUM_SCORE
    for level, points in fact.levels:
        field = f"facts[{fact.kind}].levels[{level}]"
        details = {"fact": fact.kind.value, "level": level, "value": points, "limit": limit}
        if points < 0:
            raise InvalidRubric(field, f"{points} points; 0 is the least", **{**details, "limit": 0})
        if points > limit:
            reason = f"more than {limit} of the stronger {stronger}" if stronger else f"{limit} is the most"
            raise InvalidRubric(field, f"{points} points; {reason}", **details)
        stronger, limit = level, points


def _check_maximum(facts: Sequence[FactPoints]) -> None:
    total = sum(fact.maximum for fact in facts)
    if total != MAXIMUM_SCORE:
        parts = " + ".join(f"{fact.kind} {fact.maximum}" for fact in facts)
        raise InvalidRubric(
            "facts",
            f"the best levels sum to {total} ({parts}); they must sum to exactly {MAXIMUM_SCORE}",
            value=total,
            limit=MAXIMUM_SCORE,
        )


def _check_thresholds(thresholds: Thresholds) -> None:
    if thresholds.cold < 1:
        raise InvalidRubric("thresholds.cold", f"{thresholds.cold}; 1 is the least", value=thresholds.cold, limit=1)
    if thresholds.warm <= thresholds.cold:
        problem = f"{thresholds.warm}; must be more than cold, which is {thresholds.cold}"
        raise InvalidRubric("thresholds.warm", problem, value=thresholds.warm, limit=thresholds.cold)
    if thresholds.hot <= thresholds.warm:
        problem = f"{thresholds.hot}; must be more than warm, which is {thresholds.warm}"
        raise InvalidRubric("thresholds.hot", problem, value=thresholds.hot, limit=thresholds.warm)
    if thresholds.hot > MAXIMUM_SCORE:
        problem = f"{thresholds.hot}; {MAXIMUM_SCORE} is the most a lead can score"
        raise InvalidRubric("thresholds.hot", problem, value=thresholds.hot, limit=MAXIMUM_SCORE)


DEFAULT_RUBRIC: Final = Rubric.of(
    [
        (
            FactKind.INTEREST,
            [
                (InterestLevel.SPECIFIC, 50),
                (InterestLevel.GENERIC, 40),
                (InterestLevel.VAGUE, 30),
                (InterestLevel.NONE, 0),
            ],
        ),
        (
            FactKind.URGENCY,
            [
                (UrgencyLevel.THIS_WEEK, 30),
                (UrgencyLevel.NEXT_TWO_WEEKS, 25),
                (UrgencyLevel.WITHIN_30_DAYS, 20),
                (UrgencyLevel.OVER_30_DAYS, 15),
                (UrgencyLevel.RESEARCHING, 10),
            ],
        ),
        (
            FactKind.KNOWLEDGE,
            [
                (KnowledgeLevel.KNOWS_PRICES, 20),
                (KnowledgeLevel.RESEARCHED_A_LITTLE, 15),
                (KnowledgeLevel.FIRST_SEARCH, 10),
                (KnowledgeLevel.UNKNOWN, 5),
            ],
        ),
        (FactKind.LOCATION, [(LocationLevel.NEAR, 10), (LocationLevel.FAR, 5), (LocationLevel.OTHER_CITY, 0)]),
        (FactKind.MOTIVATION, [(MotivationLevel.CLEAR, 20), (MotivationLevel.GENERIC, 10), (MotivationLevel.NONE, 0)]),
    ],
    Thresholds(),
)
"""The product's rubric, used until an account makes its own."""
