"""Who gets a lead: a team by rules, a closer by turns. Only quente and morno are assigned."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sdr_common.lead import Temperature
from sdr_routing.domain.settings import Closer, Priority, RoutingSettings, Strategy

ASSIGNED = frozenset({Temperature.HOT, Temperature.WARM})
"""Temperatures that a human gets."""

_PREFERENCE = {
    Temperature.HOT: (Priority.HIGH, Priority.MEDIUM, Priority.LOW),
    Temperature.WARM: (Priority.MEDIUM, Priority.HIGH, Priority.LOW),
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets a lead; empty: nobody."""

    team: str = ""
    closer_email: str = ""
    closer_name: str = ""
    reason: str = ""
    """Why, in Portuguese, for operators."""


@dataclass(frozen=True, slots=True)
class Round:
    """Whose turn it may be: those who share the leads of one kind, and the name of their counter."""

    strategy: Strategy
    closers: tuple[Closer, ...]
    counter: str
    """Key of the counter that says whose turn it is; empty: no counter, it is drawn."""

    def pick(self, count: int, seed: str) -> Closer:
        """The one whose turn it is.

        Args:
            count: How many leads of this round were given before, from 0.
            seed: Decides a draw; the same seed draws the same closer.
        """
        if self.counter:
            return self.closers[count % len(self.closers)]
        # Not a secret: a draw that a repeat of the same request must repeat.
        return random.Random(seed).choice(self.closers)  # noqa: S311

    def reason(self, closer: Closer) -> str:
        """Why it is them."""
        match self.strategy:
            case Strategy.SEQUENTIAL:
                return f"rodízio entre {len(self.closers)}: vez de {closer.name}"
            case Strategy.WEIGHTED:
                tier = _TIERS[closer.priority]
                return f"rodízio por prioridade ({tier}, {len(self.closers)}): vez de {closer.name}"
            case _:
                return f"sorteio entre {len(self.closers)}: {closer.name}"


_TIERS = {Priority.HIGH: "alta", Priority.MEDIUM: "média", Priority.LOW: "baixa"}


def team_for(settings: RoutingSettings, temperature: Temperature, procedure: str, inbox_id: int) -> str:
    """The team of the first rule that fits; empty: none does, or the lead is not assigned."""
    if temperature not in ASSIGNED:
        return ""
    for rule in settings.team_rules:
        fits = (
            (not rule.temperatures or temperature in rule.temperatures)
            and (not rule.procedures or procedure in rule.procedures)
            and (not rule.inbox_ids or inbox_id in rule.inbox_ids)
        )
        if fits:
            return rule.team.strip()
    return ""


def escalation_team(settings: RoutingSettings) -> str:
    """The team that gets escalations; empty: there is none."""
    if settings.escalation_team.strip():
        return settings.escalation_team.strip()
    for rule in settings.team_rules:
        if not rule.temperatures or Temperature.HOT in rule.temperatures:
            return rule.team.strip()
    return ""


def round_for(settings: RoutingSettings, temperature: Temperature) -> Round | None:
    """Who takes turns for leads of a temperature; None: no closer is assigned."""
    active = tuple(closer for closer in settings.closers if closer.active)
    if temperature not in ASSIGNED or not active:
        return None
    match settings.strategy:
        case Strategy.NONE:
            return None
        case Strategy.SEQUENTIAL:
            return Round(settings.strategy, active, "sequential")
        case Strategy.RANDOM:
            return Round(settings.strategy, active, "")
        case Strategy.WEIGHTED:
            return _weighted(active, temperature)


def next_round(settings: RoutingSettings, temperature: Temperature, tried: Collection[str]) -> Round | None:
    """Who takes turns for a lead that some closers had and did not answer; None: everybody had it.

    Where turns go by priority, the next priority follows when all of one had it.
    """
    had = {email.casefold() for email in tried}
    left = tuple(closer for closer in settings.closers if closer.email.casefold() not in had)
    return round_for(replace(settings, closers=left), temperature)


def _weighted(active: Sequence[Closer], temperature: Temperature) -> Round | None:
    for tier in _PREFERENCE[temperature]:
        closers = tuple(closer for closer in active if closer.priority is tier)
        if closers:
            return Round(Strategy.WEIGHTED, closers, f"weighted:{tier.value}")
    return None


def assignment_of(team: str, round_: Round | None, closer: Closer | None, temperature: Temperature) -> Assignment:
    """Puts a decision and its reason together."""
    if temperature not in ASSIGNED:
        return Assignment(reason=f"lead {temperature.value.replace('_', ' ')} não é atribuído")
    reasons = [f"time {team} pela primeira regra que combina" if team else "nenhuma regra de time combina"]
    if round_ is not None and closer is not None:
        reasons.append(round_.reason(closer))
        return Assignment(team, closer.email, closer.name, "; ".join(reasons))
    if round_ is not None:
        reasons.append(f"sorteio entre {len(round_.closers)} na hora da transferência")
    return Assignment(team, reason="; ".join(reasons))
