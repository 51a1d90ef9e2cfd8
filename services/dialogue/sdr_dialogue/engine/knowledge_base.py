"""The clinic's own answers: the only source of prices and promises."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from sdr_dialogue.domain.fitting import ANSWERS_FROM, Vocabulary, fit, read_question
from sdr_dialogue.domain.knowledge import Found, Passage
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion
from sdr_dialogue.domain.terms import lexemes_of, terms_of
from sdr_dialogue.engine.topics import Question

_EXCERPT_LIMIT = 320
"""Characters of a document's passage that are said: what fits into two or three lines of a chat."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def answer_to(
    question: Question, settings: AccountSettings, interest: str = "", found: Sequence[Found] = ()
) -> Passage | None:
    """What the clinic says to a question, or nothing.

    Args:
        question: The lead's.
        settings: The account's.
        interest: Slug of what the lead wants, for a question that names no procedure ("quanto custa?").
        found: What the knowledge was searched for; a question that was not is compared with the settings' own.
    """
    for one in found:
        if one.version and one.question == question.quote:
            best = next((passage for passage in one.passages if passage.answers), None)
            return best if best is None or best.question else _excerpt(best, question.quote)
    return _from_settings(question, settings, interest)


def _from_settings(question: Question, settings: AccountSettings, interest: str) -> Passage | None:
    vocabulary = _vocabulary(settings.frequent_questions)
    asked = read_question(question.quote, settings.procedures, vocabulary, interest)
    fits = [
        (fit(asked, item.question, _lexemes(item), settings.procedures, vocabulary), item)
        for item in settings.frequent_questions
    ]
    value, best = max(fits, key=lambda pair: pair[0], default=(0.0, None))
    if best is None or value < ANSWERS_FROM:
        return None
    return Passage(0, 0, best.question, best.answer.strip(), best.question, value, answers=True)


@lru_cache(maxsize=4096)
def _lexemes(item: FrequentQuestion) -> frozenset[str]:
    return lexemes_of(item.question, item.answer)


@lru_cache(maxsize=256)
def _vocabulary(questions: tuple[FrequentQuestion, ...]) -> Vocabulary:
    counts = Counter(term for item in questions for term in _lexemes(item))
    return Vocabulary(len(questions), counts)


def _excerpt(passage: Passage, question: str) -> Passage:
    """The passage's sentences from the one that fits best."""
    asked = terms_of(question).lexemes
    sentences = _SENTENCE.split(passage.text)
    first = max(range(len(sentences)), key=lambda place: len(asked & terms_of(sentences[place]).lexemes))
    said = sentences[first]
    for sentence in sentences[first + 1 :]:
        if len(said) + 1 + len(sentence) > _EXCERPT_LIMIT:
            break
        said = f"{said} {sentence}"
    return Passage(passage.passage_id, passage.document_id, passage.title, said, "", passage.fit, passage.answers)
