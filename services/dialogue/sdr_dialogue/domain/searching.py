"""A search of the account's knowledge: what the index is asked, and how its candidates are ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdr_dialogue.domain.fitting import ANSWERS_FROM, Asked, Vocabulary, fit
from sdr_dialogue.domain.knowledge import Found, Passage
from sdr_dialogue.domain.settings import Procedure

_RANK_CONSTANT = 60
"""Of reciprocal rank fusion. Source: Cormack, Clarke, Büttcher, SIGIR 2009."""
_ROWS_WEIGHED = 600
"""Passages that the index may have to weigh for one question: common terms are left out beyond that."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that the index offers."""

    passage_id: int
    document_id: int
    title: str
    text: str
    faq: bool
    lexemes: frozenset[str]
    """What the index keeps of it."""
    meaning_place: int = 0
    """Its place by meaning, from 1; 0: not among the nearest, or meaning was not searched."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the index offers for one question, at one version of the knowledge."""

    version: int
    """0: the account has no knowledge."""
    passages: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class ToEmbed:
    """A document whose passages wait for their embeddings."""

    account_id: int
    document_id: int
    version: int
    texts: Mapping[str, str]
    """By their hash."""


def lookup(asked: Asked, vocabulary: Vocabulary) -> dict[str, float]:
    """The lexemes that the index is asked for, rarest first, with their weights."""
    known = sorted((vocabulary.counts[term], term) for term in asked.lexemes if vocabulary.counts.get(term))
    weights: dict[str, float] = {}
    rows = 0
    for count, term in known:
        rows += count
        if weights and rows > _ROWS_WEIGHED:
            break
        weights[term] = vocabulary.weight(term)
    return weights


def rank(
    question: str,
    asked: Asked,
    candidates: Candidates,
    procedures: Sequence[Procedure],
    vocabulary: Vocabulary,
    *,
    limit: int,
    by_meaning: bool,
) -> Found:
    """The best passages: by how well they fit, fused with their place by meaning where that was searched."""
    passages = [_passage(asked, item, procedures, vocabulary) for item in candidates.passages]
    fitting = sorted(passages, key=lambda passage: (-passage.fit, passage.passage_id))
    places = {item.passage_id: item.meaning_place for item in candidates.passages}

    def fused(ranked: tuple[int, Passage]) -> float:
        place, passage = ranked
        nearness = places[passage.passage_id]
        score = 1 / (_RANK_CONSTANT + place)
        return score + 1 / (_RANK_CONSTANT + nearness) if nearness else score

    best = sorted(enumerate(fitting, start=1), key=fused, reverse=True) if by_meaning else enumerate(fitting)
    return Found(question, tuple(passage for _, passage in best)[:limit], candidates.version, by_meaning)


def _passage(asked: Asked, item: Candidate, procedures: Sequence[Procedure], vocabulary: Vocabulary) -> Passage:
    value = fit(asked, item.title, item.lexemes, procedures, vocabulary)
    return Passage(
        item.passage_id,
        item.document_id,
        item.title,
        item.text,
        item.title if item.faq else "",
        round(value, 4),
        value >= ANSWERS_FROM,
    )
