"""What leads talk about and what keeps them from buying, counted by conversations. Pure, and without a model."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sdr_dialogue.domain.terms import STOP, plain_words, stem
from sdr_dialogue.domain.text import cut

LINES_AT_MOST: Final = 5_000
"""Lines that are read for one answer: about a second of work."""
_KEYWORDS: Final = 20
_FROM_CONVERSATIONS: Final = 3
"""A word of fewer is somebody's own, perhaps a name."""
_EXAMPLES: Final = 3
_LINKS: Final = 5
_SUGGESTIONS: Final = 10
_EXAMPLE_LIMIT: Final = 200
_SHORTEST: Final = 3

_OBJECTIONS: Final[Mapping[str, re.Pattern[str]]] = {
    kind: re.compile(rf" (?:{alternatives})\b")
    for kind, alternatives in {
        "price": r"car[oa]s?|carissim[oa]|salgad[oa]|sem (?:dinheiro|grana|condicoes)|nao cabe"
        r"|nao tenho (?:como|condicoes)|acima do (?:meu )?orcamento|desconto|mais barato|nao posso pagar"
        r"|aperta(?:do|da)",
        "fear": r"medo|receio|doi|doer|dolorid[oa]|dor|agulha|risco|perigos[oa]|efeitos? colatera(?:l|is)"
        r"|anestesia|insegur[oa]",
        "trust": r"golpe|confiavel|confianca|registro|crm|e segur[oa]|reclame aqui|avaliacoes|e verdade|e serio",
        "time": r"sem tempo|correria|corrid[oa]|nao tenho tempo|agenda cheia|ocupad[oa]|trabalho ate",
        "distance": r"longe|distante|moro em outra|outra cidade|fora de mao|contramao",
        "thinking": r"vou pensar|pensar melhor|falar com (?:meu|minha)|marido|esposa|namorad[oa]"
        r"|depois (?:eu )?(?:vejo|retorno)|mais para frente|deixa para depois|so pesquisando|so olhando",
        "competitor": r"outra clinica|outro lugar|concorrente|em outro|ja fech(?:ei|ou) com",
        "result": r"funciona mesmo|da resultado|vale a pena|quanto tempo dura|quantas sessoes|natural"
        r"|artificial|exagerad[oa]",
    }.items()
}
"""By kind, over folded words with abbreviations written out (`plain_words`).

Source: the objections that sales of aesthetic clinics train for: price, pain and fear, trust, time, distance, a second
opinion, a competitor, doubt about the result.
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a lead's."""

    conversation_id: int
    text: str
    said_at: datetime
    name: str = ""
    """What the lead is called, if it is known: its words are no keywords."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that nothing answered."""

    question: str
    count: int
    conversation_ids: tuple[int, ...]
    """The latest first."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Something that leads of several conversations say."""

    name: str
    conversation_count: int
    examples: tuple[Said, ...]
    """The latest first."""
    conversation_ids: tuple[int, ...]
    """Some of them, the latest first."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to change."""

    target: str
    """knowledge or prompt."""
    reason: str
    """unanswered or objection."""
    about: str
    conversation_count: int
    conversation_ids: tuple[int, ...]


@dataclass(slots=True)
class _Gathered:
    """What one theme gathers on the way, the latest line first."""

    lines: dict[int, Said] = field(default_factory=dict)
    """The latest line of each conversation."""
    spellings: Counter[str] = field(default_factory=Counter)

    def theme(self, name: str) -> Theme:
        latest = list(self.lines.values())
        return Theme(name, len(latest), tuple(latest[:_EXAMPLES]), tuple(self.lines)[:_LINKS])


def keywords_of(lines: Sequence[Said]) -> list[Theme]:
    """Words that leads of several conversations use, most conversations first.

    Args:
        lines: The latest first.
    """
    gathered: dict[str, _Gathered] = defaultdict(_Gathered)
    for line in lines:
        own = {stem(word) for word in plain_words(line.name).split()}
        for word in set(plain_words(line.text).split()):
            if len(word) < _SHORTEST or word in STOP or not word.isalpha():
                continue
            root = stem(word)
            if root not in own:
                found = gathered[root]
                found.spellings[word] += 1
                found.lines.setdefault(line.conversation_id, line)
    themes = [
        found.theme(min(found.spellings, key=lambda word: (-found.spellings[word], word)))
        for found in gathered.values()
        if len(found.lines) >= _FROM_CONVERSATIONS
    ]
    return sorted(themes, key=_most)[:_KEYWORDS]


def objections_of(lines: Sequence[Said]) -> list[Theme]:
    """What keeps leads from buying, most conversations first.

    Args:
        lines: The latest first.
    """
    gathered: dict[str, _Gathered] = defaultdict(_Gathered)
    for line in lines:
        said = plain_words(line.text)
        for kind, pattern in _OBJECTIONS.items():
            if pattern.search(said):
                gathered[kind].lines.setdefault(line.conversation_id, line)
    return sorted((found.theme(kind) for kind, found in gathered.items()), key=_most)


def suggestions_of(unanswered: Iterable[Asked], objections: Iterable[Theme]) -> list[Suggestion]:
    """What to change, by how many conversations ask for it; a question that only one asks changes nothing yet."""
    answers = [
        Suggestion("knowledge", "unanswered", asked.question, asked.count, asked.conversation_ids)
        for asked in unanswered
        if asked.count > 1
    ]
    handling = [
        Suggestion("prompt", "objection", theme.name, theme.conversation_count, theme.conversation_ids)
        for theme in objections
        if theme.conversation_count >= _FROM_CONVERSATIONS
    ]
    ordered = sorted([*answers, *handling], key=lambda one: (-one.conversation_count, one.target, one.about))
    return ordered[:_SUGGESTIONS]


def example_of(line: Said) -> str:
    """A line as an example shows it."""
    return cut(" ".join(line.text.split()), _EXAMPLE_LIMIT)


def _most(theme: Theme) -> tuple[int, str]:
    return -theme.conversation_count, theme.name
