"""An account's tone and words, laid over the phrasebook; Portuguese only, as the settings are."""

from __future__ import annotations

import re
from functools import lru_cache

from sdr_dialogue.domain.settings import AccountSettings, Tone, WordChoice

_FORMAL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b{said}\b"), instead)
    for said, instead in (
        ("pra", "para"),
        ("pras", "para as"),
        ("pro", "para o"),
        ("pros", "para os"),
        ("Pra", "Para"),
        ("Pras", "Para as"),
        ("Pro", "Para o"),
        ("Oi", "Olá"),
        ("tá", "está"),
        ("Me conta", "Por favor, conte"),
        ("me conta", "por favor, conte"),
        ("Me diz", "Por favor, diga"),
        ("me diz", "por favor, diga"),
        ("direitinho", "corretamente"),
    )
)


def in_manner(text: str, settings: AccountSettings) -> str:
    """Words of the product as this account's assistant says them; the placeholders stay."""
    if settings.tone is Tone.FORMAL:
        for said, instead in _FORMAL:
            text = said.sub(instead, text)
    for pattern, use in _choices(settings.vocabulary):
        text = pattern.sub(lambda found, use=use: _cased(found[0], use), text)  # type: ignore[misc]  # a default binds it
    return text


@lru_cache(maxsize=256)
def _choices(vocabulary: tuple[WordChoice, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![\w{{]){re.escape(item.avoid)}(?![\w}}])", re.IGNORECASE), item.use) for item in vocabulary
    )


def _cased(said: str, use: str) -> str:
    """The preferred word with the capital of the one it stands for."""
    return use[:1].upper() + use[1:] if said[:1].isupper() else use
