"""Cuts a text into passages at headings and sentences, with some overlap, so that each can stand for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdr_dialogue.domain.fitting import HEADING_JOINT

PASSAGE_LIMIT = 700
"""Characters of a passage: what fits into one reply."""
OVERLAP_LIMIT = 160
"""Characters of whole sentences that a passage repeats from the one before it."""
_TITLE_LIMIT = 300
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_SENTENCE = re.compile(r"(?<=[.!?…;:])\s+|\n+")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage of a document."""

    title: str
    """The document's title, with the headings that it stands under."""
    text: str


def cut_document(title: str, text: str) -> tuple[Piece, ...]:
    """The passages of a document, in order.

    Args:
        title: The document's.
        text: Markdown or plain text; lines that begin with `#` are headings.
    """
    pieces: list[Piece] = []
    headings: list[tuple[int, str]] = []
    body: list[str] = []

    def close() -> None:
        pieces.extend(Piece(_titled(title, headings), part) for part in cut("\n".join(body)))
        body.clear()

    for line in text.splitlines():
        heading = _HEADING.match(line.strip())
        if heading is None:
            body.append(line)
            continue
        close()
        depth = len(heading[1])
        headings = [*(item for item in headings if item[0] < depth), (depth, heading[2])]
    close()
    return tuple(pieces)


def cut(text: str) -> tuple[str, ...]:
    """Parts of a text of at most `PASSAGE_LIMIT` characters, at the ends of sentences where there are any."""
    sentences = [part for sentence in _SENTENCE.split(text) if (clean := _clean(sentence)) for part in _words(clean)]
    parts: list[str] = []
    held: list[str] = []
    fresh = False
    for sentence in sentences:
        if held and len(" ".join(held)) + 1 + len(sentence) > PASSAGE_LIMIT:
            parts.append(" ".join(held))
            held, fresh = _tail(held, PASSAGE_LIMIT - len(sentence) - 1), False
        held.append(sentence)
        fresh = True
    if fresh:
        parts.append(" ".join(held))
    return tuple(parts)


def _tail(sentences: list[str], room: int) -> list[str]:
    kept: list[str] = []
    for sentence in reversed(sentences[1:]):
        if len(" ".join((sentence, *kept))) > min(OVERLAP_LIMIT, room):
            break
        kept.insert(0, sentence)
    return kept


def _words(sentence: str) -> list[str]:
    """A sentence, in parts if it is longer than a passage may be."""
    parts: list[str] = []
    while len(sentence) > PASSAGE_LIMIT:
        head = sentence[:PASSAGE_LIMIT]
        end = head.rfind(" ") if " " in head else PASSAGE_LIMIT
        parts.append(sentence[:end])
        sentence = sentence[end:].strip()
    return [*parts, sentence] if sentence else parts


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" *_|-•\u200b")


def _titled(title: str, headings: list[tuple[int, str]]) -> str:
    names = [heading for _, heading in headings if heading != title]
    return HEADING_JOINT.join([title, *names])[:_TITLE_LIMIT]
