"""Names reduced to what a search compares: no case, no accents; and the pieces that an index finds them by."""

from __future__ import annotations

import unicodedata

_LONGEST = 3
"""Characters of the longest piece that names are indexed by."""


def fold(text: str) -> str:
    """Lower case without accents, single spaces: "  José  D'Ávila" becomes "jose d'avila"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.split())


def index_grams(folded: str) -> list[str]:
    """Every run of one to three characters of a folded text, sorted: what it can be found by."""
    return sorted({gram for length in range(1, _LONGEST + 1) for gram in _runs(folded, length)})


def search_grams(folded: str) -> list[str]:
    """The pieces that a folded text must have in order to contain this one; empty for an empty one."""
    return sorted(_runs(folded, min(len(folded), _LONGEST))) if folded else []


def _runs(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}
