"""Which model a piece of work is given to: a rule, so that the share of each can be counted and foreseen."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sdr_dialogue.domain.conversation import TurnContext

LONG_BURST = 1_200
"""Characters of a burst from which a turn is no simple one: several thoughts, often a whole story."""


class Provider(StrEnum):
    """Whose API a model is behind."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"


BASE_URLS: Final = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.ANTHROPIC: "https://api.anthropic.com",
    Provider.GOOGLE: "https://generativelanguage.googleapis.com",
}
"""Where each provider is."""


class Strength(StrEnum):
    """Which of a provider's two models."""

    CHEAP = "cheap"
    STRONG = "strong"


def strength_of(context: TurnContext) -> Strength:
    """The model for one turn: the cheap one, unless the lead tells much at once.

    The judgement at the end of a qualification always takes the strong one; it decides about a closer's time.
    """
    told = sum(len(message.text) for message in context.messages)
    return Strength.STRONG if told >= LONG_BURST else Strength.CHEAP
