"""The leads of a chaos run: what each says, and what its words must come to.

What is expected stands in the lead itself, in points of the published rubric, and travels into the emulated
Chatwoot as the contact attribute `chaos_gold`, so that the checker needs nothing but Chatwoot's export.
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from typing import Literal

from tests.e2e import personas as said

Burst = tuple[str, ...]
Kind = Literal["lead", "refusal", "not_a_lead", "opt_out"]

GOLD = "chaos_gold"
"""Contact attribute, another's in the product's eyes: it must also survive."""

QUESTIONS = (
    "Tem estacionamento?",
    "A avaliação é paga?",
    "Qual é o horário de funcionamento?",
    "Vocês parcelam no cartão?",
)
GREETINGS = ("oi", "Oi, tudo bem?", "Bom dia!", "Olá")
OPT_OUT = "parar"
FACTS = ("nome", "interesse", "urgencia", "conhecimento", "localizacao")


@dataclass(frozen=True)
class Gold:
    """What must stand in Chatwoot when the conversation ended undisturbed."""

    kind: Kind
    status: str
    temperature: str = ""
    name: str = ""
    score: int | None = None
    """None: not held against it (a refusal may come at any time)."""

    def as_text(self) -> str:
        """As it is kept in Chatwoot."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_text(text: str) -> Gold:
        """Read back from Chatwoot."""
        return Gold(**json.loads(text))


@dataclass
class Lead:
    """One lead: how it opens, what it answers to each question, what must become of it."""

    name: str
    opening: Burst
    answers: dict[str, Burst]
    """By the fact that is asked (published word)."""
    gold: Gold

    def answer(self, fact: str) -> Burst:
        """What it says when it is asked for a fact; empty: nothing."""
        return self.answers.get(fact, ())


@dataclass(frozen=True)
class _Level:
    points: int
    sayings: list[str]


_URGENCY = [
    _Level(30, said.THIS_WEEK),
    _Level(25, said.TWO_WEEKS),
    _Level(20, said.THIRTY_DAYS),
    _Level(15, said.OVER_THIRTY),
    _Level(10, said.RESEARCHING),
]
_KNOWLEDGE = [_Level(20, said.KNOWS_PRICES), _Level(15, said.RESEARCHED), _Level(10, said.FIRST)]
_UNKNOWING = _Level(5, said.NOT_KNOWN)
_PLACE = [_Level(10, said.NEAR), _Level(5, said.FAR), _Level(0, said.ELSEWHERE)]


def temperature_of(score: int) -> str:
    """The published thresholds."""
    if score >= 90:
        return "quente"
    return "morno" if score >= 50 else "frio" if score >= 20 else "muito_frio"


def make_lead(dice: random.Random) -> Lead:
    """One lead of a seeded mixture: most qualify, some are cold, refuse, are no leads, or want to be left alone."""
    drawn = dice.random()
    if drawn < 0.05:
        return _opt_out(dice)
    if drawn < 0.10:
        return _not_a_lead(dice)
    if drawn < 0.16:
        return _refuser(dice)
    return _lead(dice, warm=drawn < 0.75)


def _lead(dice: random.Random, *, warm: bool) -> Lead:
    name = dice.choice(said.NAMES)
    if warm:
        interest, base = dice.choice(said.SPECIFIC)[0], 50
        urgency, knowledge, place = dice.choice(_URGENCY), dice.choice(_KNOWLEDGE), dice.choice(_PLACE)
    else:
        interest, base = dice.choice(said.VAGUE), 30
        urgency, knowledge, place = _URGENCY[-1], _UNKNOWING, _PLACE[-1]
    score = base + urgency.points + knowledge.points + place.points
    temperature = temperature_of(score)
    facts = {
        "nome": f"Meu nome é {name}",
        "interesse": interest,
        "urgencia": dice.choice(urgency.sayings),
        "conhecimento": dice.choice(knowledge.sayings),
        "localizacao": dice.choice(place.sayings),
    }
    answers = {fact: _burst(dice, saying) for fact, saying in facts.items()}
    opening = (dice.choice(GREETINGS), *((interest,) if dice.random() < 0.6 else ()))
    status = "qualificado" if temperature in {"quente", "morno"} else "completo"
    return Lead(name, opening, answers, Gold("lead", status, temperature, name, score))


def _burst(dice: random.Random, saying: str) -> Burst:
    """A saying alone, or among words that change no fact, as people type."""
    parts = [saying]
    if dice.random() < 0.45:
        parts.append(dice.choice(QUESTIONS))
    if dice.random() < 0.35:
        parts.insert(0, dice.choice(GREETINGS))
    if dice.random() < 0.2:
        parts.append("obrigada")
    return tuple(parts)


def _refuser(dice: random.Random) -> Lead:
    refusal = dice.choice(said.REFUSALS)
    answers = dict.fromkeys(FACTS, refusal)
    return Lead(dice.choice(said.NAMES), ("oi",), answers, Gold("refusal", "completo", "muito_frio"))


def _not_a_lead(dice: random.Random) -> Lead:
    return Lead(dice.choice(said.NAMES), dice.choice(said.NOT_LEADS), {}, Gold("not_a_lead", "completo", "muito_frio"))


def _opt_out(dice: random.Random) -> Lead:
    answers: dict[str, Burst] = dict.fromkeys(FACTS, (OPT_OUT,))
    return Lead(dice.choice(said.NAMES), ("oi",), answers, Gold("opt_out", "opt_out"))
