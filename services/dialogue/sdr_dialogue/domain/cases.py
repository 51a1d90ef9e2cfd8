"""What must come out of a conversation that is played, and what did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdr_common.lead import EndReason, EscalationReason, Fact, FactKind

CASES = 200
"""Test cases that an account keeps at most."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out; facts that are not named may come out or not."""

    levels: Mapping[FactKind, str]
    """An empty level: known, whichever the level."""
    ended: EndReason | None
    """None: it must go on."""
    escalation: EscalationReason | None
    """None: no human may have been called."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out."""

    facts: Mapping[FactKind, Fact]
    ended: EndReason | None
    escalation: EscalationReason | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that came out differently."""

    field: str
    expected: str
    actual: str


def differences(expectation: Expectation, outcome: Outcome) -> tuple[Difference, ...]:
    """What did not come out as it must; empty: the case passes."""
    found = []
    for kind, level in expectation.levels.items():
        fact = outcome.facts.get(kind)
        actual = "" if fact is None else fact.level or fact.value
        if fact is None or (level and fact.level != level):
            found.append(Difference(kind.value, level or "conhecido", actual))
    for field, expected, came in (
        ("ended", expectation.ended, outcome.ended),
        ("escalation", expectation.escalation, outcome.escalation),
    ):
        if expected != came:
            found.append(Difference(field, expected.value if expected else "", came.value if came else ""))
    return tuple(found)
