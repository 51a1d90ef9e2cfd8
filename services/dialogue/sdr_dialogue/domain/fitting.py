"""How well a passage fits a question, 0-1: the last word after the index has offered candidates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from sdr_dialogue.domain.concepts import ASPECTS
from sdr_dialogue.domain.settings import Procedure
from sdr_dialogue.domain.terms import CONCEPT, PROCEDURE, terms_of

ANSWERS_FROM = 0.45
"""The fit from which a passage counts as an answer; chosen with the weights."""
HEADING_JOINT = " › "
"""Stands between a document's title and the heading of a passage."""
_BODY = 0.8
"""What a term counts that only the body of a passage has."""
_WEIGHTS = (-3.8, 1.5, 4.0, 3.4, -2.8, -2.8, -3.1, -1.0, -2.5)
"""Of `features`, in their order, for the logistic function.

Source: fitted on tests/evaluation/knowledge/dev.tsv alone (signs fixed, rounded); the last one by hand, for
"quanto custa?" of a lead who named nothing.
"""


class Vocabulary:
    """How common each term is in an account's knowledge.

    Args:
        passage_count: Passages in all.
        counts: Passages by lexeme.
    """

    def __init__(self, passage_count: int, counts: Mapping[str, int]) -> None:
        self.passage_count = passage_count
        self.counts = counts
        self._shapes: dict[tuple[str, str, int], list[str]] = {}
        for term in counts:
            if len(term) >= 3 and term.isalpha():
                self._shapes.setdefault(_shape(term), []).append(term)

    def weight(self, term: str) -> float:
        """Rare terms tell more; one that no passage has tells that something else is meant."""
        # No index has procedures as such; each counts like a term that a tenth of the passages have.
        count = self.passage_count / 10 if term.startswith(PROCEDURE) else self.counts.get(term, 0)
        return math.log(1 + (self.passage_count + 1) / (count + 0.5))

    def like(self, stem: str) -> Iterable[str]:
        """Stems that begin and end like this one and are about as long."""
        first, last, length = _shape(stem)
        return (term for size in (-1, 0, 1) for term in self._shapes.get((first, last, length + size), ()))


def _shape(term: str) -> tuple[str, str, int]:
    return term[0], term[-1], len(term)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready for comparison."""

    terms: frozenset[str]
    """What it must find: loose stems, concepts, procedures that it names."""
    lexemes: frozenset[str]
    """What the index is asked for."""
    aspects: frozenset[str]
    procedures: frozenset[str]
    """Those that it names; where it names none, what the lead wants."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """What a passage's heading is about."""

    every: frozenset[str]
    own: frozenset[str]
    procedures: frozenset[str]


def read_question(text: str, procedures: Sequence[Procedure], vocabulary: Vocabulary, interest: str = "") -> Asked:
    """A question's terms, its typing errors mended with the words that the knowledge has.

    Args:
        text: The lead's words.
        procedures: The account's.
        vocabulary: Of the account's knowledge.
        interest: Slug of what the lead wants, for a question that names no procedure ("quanto custa?").
    """
    terms = terms_of(text)
    names = _names(tuple(procedures))
    known = frozenset(part for phrases in names.values() for phrase in phrases for part in phrase)
    mended = {stem: _mended(stem, vocabulary, known) for stem in terms.stems}
    stems = frozenset(mended.values())
    slugs, used = _mentioned(stems, names)
    named = {PROCEDURE + slug for slug in slugs}
    if not slugs and interest:
        slugs = frozenset((interest,))
    loose = frozenset(mended[stem] for stem in terms.loose) - used
    aspects = terms.concepts & ASPECTS
    return Asked(
        terms=loose | {CONCEPT + name for name in terms.concepts} | named,
        lexemes=stems
        | {CONCEPT + name for name in terms.concepts}
        | frozenset(part for slug in slugs for phrase in names.get(slug, ()) for part in phrase),
        aspects=aspects,
        procedures=slugs,
    )


def fit(
    asked: Asked, heading: str, lexemes: frozenset[str], procedures: Sequence[Procedure], vocabulary: Vocabulary
) -> float:
    """How well a passage fits a question, 0-1.

    Args:
        asked: The question.
        heading: The passage's title, or the question of a frequent question.
        lexemes: What the index keeps of the heading and the text.
        procedures: The account's.
        vocabulary: Of the account's knowledge.
    """
    if not asked.terms:
        return 0.0
    values = features(asked, heading, lexemes, procedures, vocabulary)
    return 1 / (1 + math.exp(-sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True))))


def features(
    asked: Asked, heading: str, lexemes: frozenset[str], procedures: Sequence[Procedure], vocabulary: Vocabulary
) -> tuple[float, ...]:
    """What is known of a pair, in the order of `_WEIGHTS`.

    A constant, how much of the question the passage covers, how much of the passage's heading was asked, both
    together, how far the question stays uncovered; then what speaks against it: the aspect that is asked is missing,
    it is about another procedure, about none, about one where none was named.
    """
    top, named_below = _heading(heading, tuple(procedures)), _mentioned(lexemes, _names(tuple(procedures)))[0]
    below = lexemes | {PROCEDURE + slug for slug in named_below}
    whole = _total(asked.terms, vocabulary) or 1.0
    found = _total(asked.terms & top.every, vocabulary)
    found += _BODY * _total((asked.terms & below) - top.every, vocabulary)
    own = _heading(heading.rpartition(HEADING_JOINT)[2], tuple(procedures)).own
    known = asked.terms | asked.lexemes | {PROCEDURE + slug for slug in asked.procedures}
    back = _total(own & known, vocabulary) / (_total(own, vocabulary) or 1.0)
    theirs = top.procedures or named_below
    named = asked.procedures & (top.procedures | named_below)
    return (
        1.0,
        found / whole,
        back,
        math.sqrt(found / whole * back),
        max(0.0, 0.6 - found / whole),
        float(bool(asked.aspects) and not any(CONCEPT + aspect in below for aspect in asked.aspects)),
        float(bool(asked.procedures and theirs and not named)),
        float(bool(asked.procedures and not theirs)),
        float(bool(top.procedures and not asked.procedures)),
    )


def _total(terms: Iterable[str], vocabulary: Vocabulary) -> float:
    return sum(vocabulary.weight(term) for term in terms)


@lru_cache(maxsize=256)
def _names(procedures: tuple[Procedure, ...]) -> dict[str, tuple[frozenset[str], ...]]:
    """Per procedure the stems of each of its names."""
    return {
        item.slug: tuple(
            stems for word in dict.fromkeys((item.name, *item.synonyms)) if (stems := terms_of(word).stems)
        )
        for item in procedures
    }


def _mentioned(
    stems: frozenset[str], names: Mapping[str, tuple[frozenset[str], ...]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Procedures whose name, or another word for it, stands in a text, and the stems that say so."""
    found: set[str] = set()
    used: set[str] = set()
    for slug, phrases in names.items():
        for phrase in phrases:
            if phrase <= stems:
                found.add(slug)
                used |= phrase
    return frozenset(found), frozenset(used)


def _mended(stem: str, vocabulary: Vocabulary, names: frozenset[str]) -> str:
    """The stem, or the one known stem that is a single slip away from it."""
    if len(stem) < 4 or stem in vocabulary.counts or stem in names or not stem.isalpha():
        return stem
    begun = [name for name in names if name.startswith(stem)]
    if len(begun) == 1:
        return begun[0]
    others = (*(name for name in names if _shape(name)[:2] == _shape(stem)[:2]), *vocabulary.like(stem))
    near = [
        (-vocabulary.counts.get(other, 0), other) for other in others if OSA.distance(other, stem, score_cutoff=1) <= 1
    ]
    return min(near)[1] if near else stem


@lru_cache(maxsize=8192)
def _heading(text: str, procedures: tuple[Procedure, ...]) -> _Heading:
    terms = terms_of(text)
    slugs, used = _mentioned(terms.stems, _names(procedures))
    named = {PROCEDURE + slug for slug in slugs}
    concepts = {CONCEPT + name for name in terms.concepts}
    return _Heading(
        every=terms.stems | concepts | named,
        own=(terms.loose - used) | concepts | named,
        procedures=slugs,
    )
