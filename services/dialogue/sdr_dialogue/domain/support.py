"""Whether the words that a model quotes say anything about the fact that it draws from them."""

from __future__ import annotations

import re

from sdr_common.lead import FactKind
from sdr_dialogue.domain.conversation import FactDraft, TurnContext
from sdr_dialogue.domain.text import fold, plain

_ANSWER_LIMIT = 120
"""Characters of a quote that may be a bare answer to what was just asked."""

_CUES: dict[FactKind, re.Pattern[str]] = {
    FactKind.URGENCY: re.compile(
        r"\d|hoje|amanha|agora|ja\b|logo|breve|semana|quinzena|\bmes(?:es)?\b|\bdias?\b|\banos?\b|press?a|urg|rapido|quando"
        r"|tanto faz|sem data|pesquis|segunda|terca|quarta|quinta|sexta|sabado|domingo|feira|janeiro|fevereiro"
        r"|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro|natal|carnaval|ferias|casamento|formatura|festa"
        r"|evento|viagem|depois|antes|daqui|quanto antes|possivel|week|month|today|tomorrow|soon|now|asap|day|year|rush"
        r"|hoy|manana|pronto|mes\b|dia|ano|proxim|next|curios|olhando|vendo|looking"
    ),
    FactKind.KNOWLEDGE: re.compile(
        r"\bja\b|\bfiz|\bfaco\b|\bfazia|conhec|\bsei\b|\bsabe|pesquis|\bvi\b|\bolhei|primeir|\bnunca|valores|\bprecos"
        r"|orcament|\bknow|\bdone\b|\bdid\b|\bnever|\bfirst|search|conozco|\bhice|\bbusc|investig|\bideia|\bnocao"
        r"|\bcomec|experi|\bouvi|\bli\b|instagram|google|youtube|video"
    ),
}


def is_supported(fact: FactDraft, context: TurnContext, language: str) -> bool:
    """Whether the quote speaks of the fact.

    A name and a place stand in the quote themselves; a wish by its name, the clinic's words for it, or a part of it;
    a time and a knowledge by one of many cues. A short answer to what was just asked may say it in any words.
    """
    if context.asked is fact.kind and len(fact.evidence) <= _ANSWER_LIMIT:
        return True
    evidence = fold(fact.evidence)
    if fact.kind in _CUES:
        return bool(_CUES[fact.kind].search(evidence))
    if fact.kind is FactKind.INTEREST and language != "pt":
        return True
    if fact.kind not in {FactKind.NAME, FactKind.INTEREST, FactKind.LOCATION}:
        return True
    words = _words(fact.value) | _words(fact.canonical)
    if fact.kind is FactKind.INTEREST:
        for procedure in context.settings.procedures:
            if procedure.slug == fact.canonical:
                words |= _words(" ".join((procedure.name, *procedure.synonyms)))
    said = plain(evidence).split()
    return any(_alike(word, other) for word in words for other in said)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in plain(text).split() if len(word) > 1)


def _alike(word: str, other: str) -> bool:
    """Equal, or of one stem: "rugas" and "ruga", "harmonização" and "harmonizar"."""
    stem = min(len(word), len(other), 5)
    return word == other or (stem >= 3 and word[:stem] == other[:stem])
