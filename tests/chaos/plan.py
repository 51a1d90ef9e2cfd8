"""A chaos run's plan, all of it out of one seed: leads, pauses, humans, victims, times, faults of webhooks and model.

Equal seeds plan equal runs. What stays open is the machine's own race: which message a kill meets depends on its
clock, so a seed repeats the plan and not every interleaving.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.leads import Lead, make_lead

HumanKind = Literal["message", "assignment", "phone"]
Mode = Literal["kill", "freeze", "down"]

LEASE_S = 6.0
"""Of turns and deliveries in a run; a freeze lasts longer."""
KILLED = ("gateway", "routing", "dialogue", "scoring", "reporting", "gateway-worker-1", "routing-worker-1")
DATABASES = ("postgres", "redis")
FROZEN = ("gateway", "routing", "gateway-worker-1", "routing-worker-1", "dialogue", *DATABASES)


VICTIMS: tuple[tuple[str, Mode], ...] = (
    *((name, "kill") for name in (*KILLED, *DATABASES, "gateway", "routing", "dialogue")),
    *((name, "freeze") for name in FROZEN),
    ("chatwoot", "down"),
)


@dataclass(frozen=True)
class Size:
    """How large and how rough a run is."""

    seed: int
    messages: int
    """Lead messages at least; conversations go on being opened until there are so many."""
    conversations: int
    """Conversations at least."""
    at_once: int = 60
    """Conversations under way at a time."""
    fault_every_s: tuple[float, float] = (10.0, 15.0)
    """Pause between two victims, from the time the last one is healthy again."""
    human_ratio: float = 0.12
    """Conversations that a human takes over."""
    webhooks: dict[str, object] = field(
        default_factory=lambda: {
            "webhook_drop_ratio": 0.02,
            "webhook_duplicate_ratio": 0.05,
            "webhook_delay_ratio": 0.05,
            "webhook_delay_ms": [300, 6000],
        }
    )
    """Late ones pass others: that is the reordering."""
    creations: dict[str, object] = field(
        default_factory=lambda: {
            "error_after_save_ratio": 0.02,
            "timeout_ratio": 0.005,
            "late_save_ratio": 0.005,
            "reject_429_ratio": 0.02,
            "error_before_save_ratio": 0.01,
            "late_save_delay_s": 1.5,
            "hang_limit_s": 3.5,
        }
    )
    """Faults of creating a message; the run's settle time is longer than the latest late save."""
    model_faults: float = 0.3
    """Conversations whose model stalls or fails."""
    victims: tuple[tuple[str, Mode], ...] = VICTIMS
    """What is done to whom; all of it, in a seeded order, before anything is repeated."""
    limit_s: float = 1020.0
    """No further conversation is begun after so long, whatever else was asked for: a run is bounded."""
    answer_within_s: float = 150.0
    """A lead that waits longer gives up; what went wrong is the checker's to find."""
    settle_s: float = 90.0
    """After the last conversation the product has so long for what is still open."""

    def misbehaviour(self, **more: object) -> dict[str, object]:
        """The emulator's faults in force during the run."""
        return {"seed": self.seed, **self.webhooks, "message_create": self.creations, **more}


@dataclass(frozen=True)
class Human:
    """A takeover: when, by what, and whether the bot gets the word back."""

    at_burst: int
    """After which of the lead's bursts, from 0."""
    after_s: float
    kind: HumanKind
    returns: bool


@dataclass(frozen=True)
class Conversation:
    """One lead with its own chance."""

    number: int
    lead: Lead
    human: Human | None
    dice: random.Random
    """For pauses between and within bursts."""


@dataclass(frozen=True)
class Fault:
    """What happens to whom."""

    after_s: float
    victim: str
    mode: Mode
    lasts_s: float = 0.0


def conversations(size: Size) -> Iterator[Conversation]:
    """Leads without end; the driver takes as many as the size asks for."""
    number = 0
    while True:
        dice = random.Random(f"{size.seed}/lead/{number}")
        lead = make_lead(dice)
        yield Conversation(number, lead, _human(size, dice, lead), dice)
        number += 1


def _human(size: Size, dice: random.Random, lead: Lead) -> Human | None:
    drawn = dice.random()
    if drawn >= size.human_ratio or lead.gold.kind != "lead":
        return None
    kinds: tuple[HumanKind, ...] = ("message", "message", "assignment", "phone")
    # Often within the moment in which the answer is being made: there the live check alone decides.
    after_s = dice.choice((dice.uniform(0.0, 0.4), dice.uniform(0.4, 1.2), dice.uniform(1.0, 4.0)))
    return Human(dice.randrange(3), after_s, dice.choice(kinds), dice.random() < 0.5)


def faults(size: Size) -> Iterator[Fault]:
    """Victims without end; a bag of all of them is emptied before it is filled again."""
    dice = random.Random(f"{size.seed}/faults")
    while True:
        for victim, mode in dice.sample(size.victims, len(size.victims)):
            lasts_s = {"kill": 0.0, "freeze": dice.uniform(1.2, 1.6) * LEASE_S, "down": dice.uniform(3.0, 6.0)}[mode]
            yield Fault(dice.uniform(*size.fault_every_s), victim, mode, lasts_s)
