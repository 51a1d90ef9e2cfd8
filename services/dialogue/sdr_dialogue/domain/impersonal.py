"""Which answers may be given again to somebody else: those that nobody in particular is in."""

from __future__ import annotations

import re

from sdr_common.lead import FactKind, Sentiment
from sdr_dialogue.domain.conversation import TurnContext, TurnDraft
from sdr_dialogue.domain.injection import IGNORED
from sdr_dialogue.domain.text import plain, words

LENGTH = 160
"""Characters of a question at most."""
_PERSONAL = words(
    """eu meu minha meus minhas me mim comigo estou to tenho sou fui fiz faco moro quero queria gostaria posso preciso
    marido esposa filha filho mae irma namorado nome chamo idade anos gravida amamentando alergia
    i my me mine am im have want need yo mi mis estoy tengo soy quiero necesito puedo"""
)
_ASKING = re.compile(
    r"^(?:oi |ola |e |mas )?(?:quanto|quantas?|quais|qual|onde|como|quando|tem|voces|vcs|aceita\w*|faz\w*|parcela\w*|da"
    r"|e|how|what|where|when|do|does|is|are|cuanto|cual|donde|cuando|hay|tienen)\b"
)
_NUMBERS = re.compile(r"\d{3,}")


def impersonal_question(context: TurnContext) -> str:
    """The burst as a question that anybody could ask, in plain words; empty: it is none.

    The bot has greeted, so that no greeting is due; the lead writes one short message, asks, and says nothing of
    itself.
    """
    if not context.greeted or len(context.messages) != 1 or context.messages[0].attachment_types:
        return ""
    text = context.messages[0].text.strip()
    if len(text) > LENGTH or IGNORED in text or _NUMBERS.search(text):
        return ""
    said = plain(text)
    asks = text.endswith("?") or _ASKING.search(said)
    return said if asks and _PERSONAL.isdisjoint(said.split()) else ""


def may_be_repeated(draft: TurnDraft, context: TurnContext) -> bool:
    """Whether a draft answers an impersonal question with nothing of this lead in it, and nothing was wrong with it."""
    told = {word for fact in context.facts.values() for word in plain(fact.value).split() if len(word) > 2}
    told -= {
        word for fact in context.facts.values() if fact.kind is FactKind.INTEREST for word in plain(fact.value).split()
    }
    told |= {word for word in plain(context.contact_name).split() if len(word) > 2}
    return (
        bool(draft.answer)
        and not draft.unanswered_question
        and not draft.verdicts
        and not draft.opted_out
        and draft.escalation is None
        and draft.disqualification is None
        and draft.sentiment in {Sentiment.NEUTRAL, Sentiment.POSITIVE}
        and all(fact.kind is FactKind.INTEREST for fact in draft.facts)
        and told.isdisjoint(plain(draft.answer).split())
    )
