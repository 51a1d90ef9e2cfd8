"""Names reduced to what a search compares: no case, no accents; and the pieces that an index finds them by."""

from __future__ import annotations

import unicodedata

_GRAM = 3


def fold(text: str) -> str:
    """Lower case without accents, single spaces: "  José  D'Ávila" becomes "jose d'avila"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.split())


def grams(folded: str) -> list[str]:
    """Every run of three characters of a folded text, sorted; a text contains another only if its runs do too."""
    return sorted({folded[start : start + _GRAM] for start in range(len(folded) - _GRAM + 1)})
