"""Names reduced to what a search compares: no case, no accents; and the pieces that an index finds them by."""

from __future__ import annotations

import unicodedata

_LONGEST = 3
"""Characters of the longest piece that names are indexed by."""
_PHONE_SIGNS = frozenset("+-(). ")


def fold(text: str) -> str:
    """Lower case without accents, single spaces: "  José  D'Ávila" becomes "jose d'avila"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.split())


def search_text(name: str, procedure: str, phone: str) -> str:
    """What a lead is found by: name, procedure and phone, a line each, so that no search spans two of them."""
    return "\n".join((fold(name), fold(procedure), digits(phone)))


def searched(text: str) -> str:
    """What is looked for: a phone's digits without its signs, anything else folded."""
    plain = digits(text)
    return plain if len(plain) >= _LONGEST and not set(text) - _PHONE_SIGNS - set(plain) else fold(text)


def digits(text: str) -> str:
    """The decimal digits of a text."""
    return "".join(character for character in text if character in "0123456789")


def index_grams(folded: str) -> list[str]:
    """Every run of one to three characters of each line of a folded text, sorted: what it can be found by."""
    lines = folded.split("\n")
    return sorted({gram for line in lines for length in range(1, _LONGEST + 1) for gram in _runs(line, length)})


def search_grams(folded: str) -> list[str]:
    """The pieces that a folded text must have in order to contain this one; empty for an empty one."""
    return sorted(_runs(folded, min(len(folded), _LONGEST))) if folded else []


def _runs(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}
