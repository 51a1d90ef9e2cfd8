"""What an account sets about its assistant, as the domain sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sdr_common.lead import FactKind


@dataclass(frozen=True, slots=True)
class Procedure:
    """Something that the clinic offers."""

    slug: str
    """Lower-case ASCII with underscores: "toxina_botulinica"."""
    name: str
    """As leads read it: "Botox"."""
    synonyms: tuple[str, ...] = ()
    """Other words for it, typing errors included."""


@dataclass(frozen=True, slots=True)
class FrequentQuestion:
    """A question that leads ask, with the clinic's answer: the only source of prices and promises."""

    question: str
    answer: str


class Tone(StrEnum):
    """How formal the assistant is."""

    WARM = "acolhedor"
    DIRECT = "direto"
    FORMAL = "formal"


@dataclass(frozen=True, slots=True)
class WordChoice:
    """A word that the clinic prefers."""

    avoid: str
    use: str


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Everything that the assistant of one account needs to know; defaults are the product's."""

    clinic_name: str
    assistant_name: str
    time_zone: str
    """IANA name; days are counted in it."""
    clinic_address: str = ""
    clinic_city: str = ""
    procedures: tuple[Procedure, ...] = ()
    near: tuple[str, ...] = ()
    """Neighbourhoods or cities under 15 km."""
    far: tuple[str, ...] = ()
    """Served places of 15 km or more."""
    questions: dict[FactKind, tuple[str, ...]] = field(default_factory=dict)
    """Own wordings; a fact without any is asked in the product's words."""
    attempts_per_fact: int = 3
    message_limit: int = 20
    """Lead messages while qualifying, after which a human takes over."""
    persona: str = ""
    emojis_per_reply: int = 2
    frequent_questions: tuple[FrequentQuestion, ...] = ()
    forbidden_topics: tuple[str, ...] = ()
    """Words and phrases that no reply may contain."""
    budget_alert_brl: int = 500
    """Reais in a month of UTC at which the account is told once; 0: never."""
    budget_stop_brl: int = 1000
    """Reais in a month of UTC from which the scripted engine answers alone; 0: never."""
    own_name: str = ""
    """What the assistant calls itself where that is not the clinic's `assistant_name`."""
    tone: Tone = Tone.WARM
    guardrails: tuple[str, ...] = ()
    """The clinic's own rules for a model."""
    vocabulary: tuple[WordChoice, ...] = ()
    version: int = 1

    @property
    def called(self) -> str:
        """What the assistant calls itself."""
        return self.own_name or self.assistant_name

    @property
    def emojis(self) -> int:
        """Emojis per reply at most: a tone without them has none, whatever the number."""
        return self.emojis_per_reply if self.tone is Tone.WARM else 0
