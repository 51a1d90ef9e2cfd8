"""Simulated leads: each has its facts and its manner, and answers what it is asked in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import yaml

from sdr_common.lead import FactKind
from tests.evaluation.gold import ANY, DATA, TODAY, GoldFact, gold_facts, morning

Burst = tuple[str, ...]
NOTHING_MORE: Burst = ("não sei dizer",)
"""What a lead answers to a question that its author foresaw no answer for."""


@dataclass
class SimulatedLead:
    """One lead; it counts what it was asked, so each plays one conversation only."""

    name: str
    """The entry's id."""
    clinic: str
    now: datetime
    push_name: str
    opening: Burst
    says: Mapping[str, tuple[Burst, ...]]
    """By published fact word: the answers to the first, second… question; `*` for any question."""
    gold: Mapping[FactKind, GoldFact]
    outcome: str
    """What becomes of it: empty (qualified), an escalation, a disqualification or `opt_out`."""
    any_motivation: bool = False
    asked: dict[str, int] = field(default_factory=dict)
    told: set[FactKind] = field(default_factory=set)
    """Facts that it has told for good: to ask for one of them again is a fault."""

    def answer(self, kind: FactKind) -> Burst:
        """Its words when it is asked for a fact."""
        turn = self.asked.get(kind.value, 0)
        self.asked[kind.value] = turn + 1
        options = self.says.get(kind.value, self.says.get("*", (NOTHING_MORE,)))
        if turn + 1 >= len(options) and kind in self.gold:
            self.told.add(kind)
        return options[min(turn, len(options) - 1)]


def simulated_leads(part: str) -> list[SimulatedLead]:
    """Fresh leads of `dev` or `heldout`."""
    leads = []
    for path in sorted(DATA.glob(f"leads_{part}*.yaml")):
        leads += [_lead(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return leads


def _lead(entry: dict[str, object]) -> SimulatedLead:
    gold, says, opening = entry["gold"], entry.get("says", {}), entry["open"]
    assert isinstance(gold, dict), entry
    assert isinstance(says, dict), entry
    assert isinstance(opening, list), entry
    any_motivation = gold.get("motivacao") == ANY
    facts = gold_facts({key: told for key, told in gold.items() if told != ANY})
    lead = SimulatedLead(
        name=str(entry["id"]),
        clinic=str(entry.get("clinic", "bella")),
        now=morning(_day(entry.get("today", TODAY))),
        push_name=str(entry.get("push", "")),
        opening=tuple(opening),
        says={key: tuple(_burst(answer) for answer in answers) for key, answers in says.items()},
        gold=facts,
        outcome=str(entry.get("outcome", "")),
        any_motivation=any_motivation,
    )
    lead.told |= {kind for kind in facts if kind.value not in says and "*" not in says}
    return lead


def _burst(answer: object) -> Burst:
    return tuple(str(text) for text in answer) if isinstance(answer, list) else (str(answer),)


def _day(value: object) -> date:
    assert isinstance(value, date), value
    return value
