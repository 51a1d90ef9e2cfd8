"""What a search of the account's knowledge gives an engine, and what an answer may rest on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document, or a frequent question."""

    passage_id: int
    document_id: int
    title: str
    """As a citation names it."""
    text: str
    """What may be said; of a frequent question, the answer."""
    question: str = ""
    """Of a frequent question, the question."""
    fit: float = 0.0
    """How well it fits what was asked, 0-1."""
    answers: bool = False
    """True: it fits well enough to be an answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one question of the lead found."""

    question: str
    """The lead's words."""
    passages: tuple[Passage, ...] = ()
    """Best first."""
    version: int = 0
    """The knowledge version that was searched; 0: there is none."""
    by_meaning: bool = False
    """True: embeddings were searched too; false: full text alone."""

    @property
    def answered(self) -> bool:
        """Whether a passage answers it."""
        return any(passage.answers for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Citation:
    """Which passage an answer rests on, as it was then."""

    passage_id: int
    document_id: int
    title: str


def citations_of(found: tuple[Found, ...], cited: tuple[int, ...], *, answered: bool) -> tuple[Citation, ...]:
    """The passages that an answer rests on.

    Args:
        found: What the turn's questions found.
        cited: Passages that the engine named; empty: it does not say.
        answered: Whether the engine answered anything. One that does not say from what rests on every
            passage that answers.
    """
    passages = {passage.passage_id: passage for one in found for passage in one.passages}
    named = [passages[number] for number in dict.fromkeys(cited) if number in passages]
    if not named and answered:
        named = [passage for passage in passages.values() if passage.answers]
    return tuple(Citation(passage.passage_id, passage.document_id, passage.title) for passage in named)
