"""Which language a lead writes: Portuguese unless the words say Spanish or English."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sdr_dialogue.domain.text import fold, words

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_SPANISH = words(
    """hola buenas buenos quiero quisiera cuanto cuesta llamo nombre vivo gracias usted ustedes donde estoy soy
    tengo proxima viene hacer hacerme necesito informacion precio muy pero tambien y el los las una con ya yo mi
    manana hoy tatuaje labios arrugas busco primera mejor hablar persona ubicacion puede pueden cuando semana
    lo posible antes me mucho eso nunca hice vez borrar limpieza piel relleno alguien por favor interesa en del al
    hay si"""
)
_ENGLISH = words(
    """hi hello hey i want would like the you your how much does is my name live from next week month thanks thank
    price
    yes first time never done need looking for to and with it do have removal filler skin know please i'm im
    don't dont about what where when are can this interested speak human person not no sure just researching today
    tomorrow soon appointment in on an of been before wrinkles lips hair removed remove get rush hurry anytime
    whenever looking yet couple weeks days months me stop messaging messages"""
)
_PORTUGUESE = words(
    """oi ola quero queria gostaria quanto custa nome moro obrigada obrigado voce vc voces onde estou sou tenho
    semana vem fazer preciso preco muito mas tambem nao sim um uma com ja eu meu minha amanha hoje tatuagem rugas
    procuro primeira vez falar pessoa quando pra para no na do da em e o os as nunca fiz ainda tudo bem bom dia boa
    tarde noite proxima so que isso pq qual tem fica pelo pela ao a de se por favor mais ta to uns umas"""
)
_SURE_SPANISH = words(
    "hola quiero quisiera llamo gracias ustedes usted cuesta tatuaje labios estoy hacerme cuanto donde precio "
    "soy tengo vivo nombre viene"
)
_SURE_ENGLISH = words(
    "hello hi hey the you want my name much would i'm thanks thank yes how live interested i what does next week"
)
DEFAULT = "pt"
_CLEAR = 4.0
"""Known words that a text must have before its language counts as clear."""


def language_of(texts: Iterable[str], earlier: Iterable[str] = ()) -> str:
    """The burst's language, "pt", "es" or "en"; what the lead wrote earlier decides where the burst says too little."""
    spanish, english, portuguese = _counts(texts)
    before = _counts(earlier)
    spanish, english, portuguese = (
        now + 0.25 * then for now, then in zip((spanish, english, portuguese), before, strict=True)
    )
    best = max(spanish, english)
    if best == 0 or best <= portuguese:
        return DEFAULT
    return "es" if spanish >= english else "en"


def _counts(texts: Iterable[str]) -> tuple[float, float, float]:
    spanish = english = portuguese = 0.0
    for text in texts:
        for word in _WORD.findall(text[:600].casefold()):
            folded = fold(word)
            spanish += (folded in _SPANISH) + (folded in _SURE_SPANISH)
            english += (folded in _ENGLISH) + (folded in _SURE_ENGLISH)
            portuguese += 1.3 * (folded in _PORTUGUESE)
    return spanish, english, portuguese


def clearly_spoken(text: str) -> str | None:
    """The language that a text is in beyond doubt: twice as many of its words as of any other; None: not clear."""
    spanish, english, portuguese = _counts([text])
    (most, language), (second, _), _ = sorted(
        ((spanish, "es"), (english, "en"), (portuguese, DEFAULT)), key=lambda found: -found[0]
    )
    return language if most >= _CLEAR and most >= 2 * second else None
