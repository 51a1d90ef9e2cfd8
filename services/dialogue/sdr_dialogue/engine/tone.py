"""How the reply answers the lead's mood: what is said first, and whether pictures fit."""

from __future__ import annotations

import re

from sdr_common.lead import Sentiment
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.engine.phrasebook import Comfort
from sdr_dialogue.engine.understand import Understanding

_CAUSES: tuple[tuple[Comfort, re.Pattern[str]], ...] = (
    (
        Comfort.REPEATED,
        re.compile(r" (?:ja (?:te )?(?:falei|disse|respondi|informei|passei)|de novo|mesma pergunta|quantas vezes) "),
    ),
    (
        Comfort.WAITED,
        re.compile(
            r" (?:ninguem|demor\w+|espera\w*|sumiram|somem|sem resposta|nao (?:me )?respond\w+|ja perguntei|"
            r"(?:quanta|tanta|"
            r"muita|mais uma)s? perguntas?|aff?e?|mal atendid[ao]|atendimento|com voces) "
        ),
    ),
    (
        Comfort.AFRAID,
        re.compile(
            r" (?:medo|medinho|pavor|panico|receio|insegur\w+|apreensiv\w+|preocupad\w+|nervos\w+|desconfi\w+|"
            r"assustad\w+|"
            r"traum\w+|se der errado|worried|afraid|scared|miedo) "
        ),
    ),
    (
        Comfort.COSTLY,
        re.compile(r" (?:car[oa]s?|carissim[oa]|salgad[oa]|puxado|dinheiro|condic\w+|orcamento|cabe|pagar|expensive) "),
    ),
)
_DISAPPOINTED = re.compile(
    r" (?:arrepend\w+|nao (?:gostei|resolveu|funcionou|adiantou|ficou)|deu errado|outra (?:clinica|vez)|frustr\w+|"
    r"decep\w+|gastei|"
    r"deformad[ao]|mal feit[ao]) "
)
_GLAD = re.compile(
    r" (?:adorei|amei|amando|adoro|ansios[ao]|empolgad[ao]|animad[ao]|feliz|sonho|louc[ao] para|doid[ao] para|"
    r"nao vejo a hora|"
    r"morrendo de vontade|mal posso esperar|encantad[ao]|amo|excited|happy) "
)


def comfort_of(understood: Understanding) -> Comfort | None:
    """What the reply answers first, by the lead's mood; None: nothing of the kind."""
    text = " ".join(hearing.text for hearing in understood.hearings)
    if understood.sentiment is Sentiment.IRRITATED:
        return Comfort.ANGRY
    if understood.sentiment is Sentiment.POSITIVE:
        return Comfort.GLAD if _GLAD.search(text) else None
    if understood.sentiment is not Sentiment.NEGATIVE:
        return None
    cause = next((comfort for comfort, sign in _CAUSES if sign.search(text)), None)
    if cause is not None:
        return cause
    return Comfort.DISAPPOINTED if _DISAPPOINTED.search(text) else Comfort.SAD


def emojis_for(understood: Understanding, settings: AccountSettings) -> int:
    """How many pictures fit: the account's number, none to somebody who is sad or angry."""
    low = understood.sentiment in (Sentiment.NEGATIVE, Sentiment.IRRITATED)
    return 0 if low else settings.emojis
