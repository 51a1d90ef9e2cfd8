"""What no reply may say: prices, promises, addresses and medical words without a source, instructions, the score."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from sdr_dialogue.domain.conversation import TurnContext, sources_of
from sdr_dialogue.domain.text import fold, plain
from sdr_dialogue.domain.verdicts import Action, Check, Verdict

SHINGLE = 6
"""Words in a row that only our instructions have."""

SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
MONEY = re.compile(
    r"(?:r\$|us\$|\$)\s*[\d.,]+|\b\d[\d.,]*\s*(?:reais|real|conto[s]?|pila[s]?|mil reais|dolares|dollars|bucks)\b"
    r"|\b\d[\d.,]*\s*(?:%|por cento|percent|por ciento)|\b\d{1,2}\s*x\s*(?:de|sem)\b"
)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\d)\+?\(?\d[\d ().\-]{7,}\d(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
_DIGITS = re.compile(r"\d+")
_FREE = re.compile(r"\b(?:gratis|gratuit\w+|de graca|free of charge|for free|sem custo|cortesia|brinde|de regalo)\b")
_REDUCED = re.compile(r"\b(?:descontos?|discounts?|descuentos?|promoc\w+|voucher|cupom|cashback|metade do preco)\b")
_BOOKED = re.compile(
    r"\b(?:agendei|marquei|reservei|confirmei|(?:esta|ficou|foi|fica) (?:agendad|marcad|reservad|confirmad)[oa]"
    r"|(?:i|i've|i have) (?:booked|scheduled|reserved)|(?:is|are) (?:booked|confirmed|scheduled)"
    r"|(?:agende|reserve|te agende|quedo agendad[oa]|esta reservad[oa]))\b"
)
_PROMISED = re.compile(
    r"\b(?:garant\w+|prometo|prometemos|guarantee\w*|promise|resultado (?:certo|definitivo|permanente|perfeito)"
    r"|100 ?%|cem por cento|sem (?:nenhum )?risco|risco zero|risk free|sin riesgo|indolor|nao doi nada|cura|curar)\b"
)
_MEDICAL = re.compile(
    r"\b(?:voce (?:tem|esta com)|you have|usted tiene|tienes|isso (?:e|parece)|parece ser|trata-se de|it looks like"
    r"|esta mancha e|essa mancha e|diagnostic\w+)\b.{0,40}\b(?:melasma|acne|rosacea|dermatit\w+|eczema|psoriase"
    r"|infec\w+|alergi\w+|cancer\w*|carcinoma|melanoma|lesao|tumor|nodulo|micose|foliculite|vitiligo|queratose|quist\w*|cisto)\b"
    r"|\b\d+ ?(?:mg|ml|mcg)\b|\b(?:tome|tomar|take|use|usar|aplique|aplicar|receito|prescrevo|prescribe)\b.{0,30}\b"
    r"(?:comprimid\w+|antibiotic\w*|isotretinoina|roacutan|ibuprofeno|dipirona|corticoide|pomada|tretinoina|acido \w+"
    r"|hidroquinona|remedio|medicament\w+|tablets?|pastilla\w*)\b"
)
_SCORE = re.compile(
    r"\b(?:score|pontuac\w+|puntuacion|puntaje|lead (?:quente|morno|frio|hot|warm|cold)|hot lead"
    r"|\d+ (?:pontos|points|puntos))\b"
)
_INSTRUCTIONS = re.compile(
    r"\b(?:(?:minhas|meu|my|mis) (?:\w+ )?(?:instruc\w+|instructions?|prompt|programac\w+|regras internas|diretrizes)"
    r"|system prompt|prompt do sistema|modo (?:administrador|desenvolvedor|debug|deus)|(?:admin|developer|debug) mode"
    r"|(?:fui|i was) (?:instruid\w|programad\w|instructed|programmed))\b|</?(?:conhecimento|situacao|historico|mensage)"
)


@dataclass(slots=True)
class Speech:
    """Checks the sentences of one reply against what the account told.

    Args:
        context: What the engine knew.
        private: Shingles of our instructions, from `shingles`.
    """

    context: TurnContext
    private: frozenset[str] = frozenset()
    found: Counter[Check] = field(default_factory=Counter)
    """Sentences that were taken out."""

    def cleaned(self, text: str) -> str:
        """The text without sentences that the account or the product forbids."""
        told = _told(" ".join(sources_of(self.context)))
        lines = []
        for line in text.strip().splitlines():
            kept = []
            for sentence in SENTENCE.split(line.strip()):
                fault = self._fault(sentence, told)
                if fault is not None:
                    self.found[fault] += 1
                elif sentence:
                    kept.append(sentence)
            lines.append(" ".join(kept))
        return "\n".join(line for line in lines if line)

    def verdicts(self) -> tuple[Verdict, ...]:
        """What was taken out, by kind."""
        return tuple(Verdict(check, Action.REMOVED, self.found[check]) for check in Check if self.found[check])

    @property
    def left_a_question_open(self) -> bool:
        """Whether something was taken out that the lead may want to know."""
        return any(self.found[check] for check in (Check.PRICE, Check.LINK, Check.PROMISE, Check.MEDICAL))

    def _fault(self, sentence: str, told: _Told) -> Check | None:
        said = fold(sentence)
        checks: tuple[tuple[Check, Callable[[], bool]], ...] = (
            (Check.LEAK, lambda: bool(_INSTRUCTIONS.search(said) or _SCORE.search(said)) or self._is_private(said)),
            (Check.MEDICAL, lambda: _untold(_MEDICAL, said, told)),
            (Check.PRICE, lambda: _invented_price(said, told)),
            (Check.LINK, lambda: _invented_address(sentence, said, told)),
            (Check.PROMISE, lambda: bool(_BOOKED.search(said)) or _untold(_PROMISED, said, told)),
            (Check.FORBIDDEN_TOPIC, lambda: self._is_forbidden(said)),
        )
        return next((check for check, failed in checks if failed()), None)

    def _is_private(self, said: str) -> bool:
        return not self.private.isdisjoint(shingles(said))

    def _is_forbidden(self, said: str) -> bool:
        words = f" {plain(said)} "
        return any(f" {plain(topic)} " in words for topic in self.context.settings.forbidden_topics)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the account told, folded."""

    text: str
    numbers: frozenset[str]


@lru_cache(maxsize=256)
def _told(text: str) -> _Told:
    folded = fold(text)
    return _Told(folded, frozenset(_DIGITS.findall(folded)))


def shingles(text: str) -> frozenset[str]:
    """Every `SHINGLE` words in a row of a text."""
    words = plain(text).split()
    return frozenset(" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1))


def names_a_price(text: str) -> bool:
    """Whether money is named at all."""
    return bool(MONEY.search(fold(text)))


def _untold(pattern: re.Pattern[str], said: str, told: _Told) -> bool:
    """Whether it is said in words that the account did not use itself."""
    return any(match.group(0) not in told.text for match in pattern.finditer(said))


def _invented_price(said: str, told: _Told) -> bool:
    if any(not told.numbers.issuperset(_DIGITS.findall(money)) for money in MONEY.findall(said)):
        return True
    return any(pattern.search(said) and not pattern.search(told.text) for pattern in (_FREE, _REDUCED))


def _invented_address(sentence: str, said: str, told: _Told) -> bool:
    if any(fold(link).rstrip(".,!?)") not in told.text for link in (*_LINK.findall(sentence), *_MAIL.findall(said))):
        return True
    digits = "".join(_DIGITS.findall(told.text))
    return any("".join(_DIGITS.findall(number)) not in digits for number in _NUMBER.findall(said))
