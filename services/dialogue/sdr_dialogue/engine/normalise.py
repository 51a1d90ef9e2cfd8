"""WhatsApp spelling made readable: plain words, with the way back to the lead's exact letters."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from sdr_dialogue.domain.text import fold
from sdr_dialogue.engine.spelling import (
    ABBREVIATIONS,
    EMOJI_WORDS,
    FOREIGN_PHRASES,
    LONGEST_FOREIGN_PHRASE,
    NO_TIME_WORDS,
    TIME_WORDS,
)

MAX_READ = 4000
"""Characters of a message that are read; more is no chat message."""

_MAX_KEPT = 400
_TOKEN = re.compile(
    r"\d{1,2}/\d{1,2}(?:/\d{2,4})?(?![\d/])|\d+[.,]\d+|\d+|[^\W\d_]+(?:['’][^\W\d_]+)*|[?!.,;:()\n]|"
    r"[\U0001F300-\U0001FAFF\u2600-\u27BF]"
)
_LONG_REPEAT = re.compile(r"([a-z])\1{2,}")
_END_REPEAT = re.compile(r"([a-z])\1+$")
_MARKS = frozenset("?!.,;:()\n")
_DOUBLE_ENDINGS = ("voo", "zoo", "enjoo", "ss", "ii")
_CLAUSE_ENDS = frozenset(".?!\n;")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A message as plain Portuguese words, every one of which knows where it came from."""

    raw: str
    text: str
    """Words and punctuation marks with single spaces around each, the text's ends included."""
    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    """Where each token begins in `text`."""
    spans: tuple[tuple[int, int], ...]
    """Where each token stands in `raw`."""

    def token_at(self, position: int) -> int:
        """Index of the token at a position of `text`."""
        return max(bisect_right(self.starts, position) - 1, 0)

    def exact(self, start: int, end: int) -> str:
        """The lead's own letters for `text[start:end]`."""
        if not self.tokens:
            return ""
        first = bisect_left(self.starts, start)
        last = self.token_at(max(end - 1, start))
        first = min(first, last)
        return self.raw[self.spans[first][0] : self.spans[last][1]].strip()

    def clause(self, start: int, end: int) -> str:
        """The lead's sentence around `text[start:end]`, an exact part of the message; at most 300 characters."""
        if not self.tokens:
            return ""
        first = min(bisect_left(self.starts, start), len(self.tokens) - 1)
        last = self.token_at(max(end - 1, start))
        inner = self.exact(start, end)
        while first > 0 and self.tokens[first - 1] not in _CLAUSE_ENDS:
            first -= 1
        while last + 1 < len(self.tokens) and self.tokens[last] not in _CLAUSE_ENDS:
            last += 1
        whole = self.raw[self.spans[first][0] : self.spans[last][1]].strip().strip("\n")
        return whole if len(whole) <= 300 else inner[:300].strip()

    @property
    def words(self) -> tuple[str, ...]:
        """The words without punctuation; a token that stands for several words gives them all."""
        return tuple(word for token in self.tokens if token not in _MARKS for word in token.split())


def normalise(raw: str, language: str = "pt") -> Normalised:
    """Read a message written in `language`; Spanish and English phrases become their Portuguese ones."""
    return _kept(raw, language) if len(raw) <= _MAX_KEPT else _read(raw, language)


@lru_cache(maxsize=512)
def _kept(raw: str, language: str) -> Normalised:
    """Chat messages and stored questions are read several times in a turn; long texts are not worth the memory."""
    return _read(raw, language)


def _read(raw: str, language: str) -> Normalised:
    pieces = [
        (word, match.span()) for match in _TOKEN.finditer(raw[:MAX_READ]) if (word := _word(match.group(), language))
    ]
    if language != "pt":
        pieces = _translated(pieces, FOREIGN_PHRASES[language])
    tokens: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    position = 1
    for word, span in pieces:
        tokens.append(word)
        starts.append(position)
        spans.append(span)
        position += len(word) + 1
    text = " " + " ".join(tokens) + " " if tokens else " "
    return Normalised(raw, text, tuple(tokens), tuple(starts), tuple(spans))


def _word(piece: str, language: str) -> str:
    if piece in _MARKS:
        return piece
    if piece in EMOJI_WORDS:
        return EMOJI_WORDS[piece]
    if piece[0].isdigit():
        return piece
    return plain_word(piece, language)


@lru_cache(maxsize=16384)
def plain_word(piece: str, language: str = "pt") -> str:
    """One word without accents, stretched letters and abbreviations; empty for a picture without a meaning."""
    word = fold(piece).replace("'", "").replace("’", "")
    if not word.isascii() or not word.isalpha():
        word = "".join(letter for letter in word if letter.isascii() and letter.isalpha())
    short = ABBREVIATIONS if language == "pt" else {}
    if word in short:
        return short[word]
    word = _LONG_REPEAT.sub(r"\1", word)
    if language != "en" and len(word) > 2 and not word.endswith(_DOUBLE_ENDINGS):
        word = _END_REPEAT.sub(r"\1", word)
    word = short.get(word, word)
    return _time_word(word) if len(word) >= 6 and language == "pt" else word


def _time_word(word: str) -> str:
    """The word of a date that this one misspells by a letter: "semama", "amnahã"; else the word."""
    if word in NO_TIME_WORDS or word in TIME_WORDS:
        return word
    found = process.extractOne(word, TIME_WORDS, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found else word


def _translated(
    pieces: list[tuple[str, tuple[int, int]]], phrases: dict[str, str]
) -> list[tuple[str, tuple[int, int]]]:
    result: list[tuple[str, tuple[int, int]]] = []
    position = 0
    while position < len(pieces):
        for size in range(min(LONGEST_FOREIGN_PHRASE, len(pieces) - position), 0, -1):
            phrase = " ".join(word for word, _ in pieces[position : position + size])
            if phrase in phrases:
                span = (pieces[position][1][0], pieces[position + size - 1][1][1])
                if phrases[phrase]:
                    result.append((phrases[phrase], span))
                position += size
                break
        else:
            result.append(pieces[position])
            position += 1
    return result
