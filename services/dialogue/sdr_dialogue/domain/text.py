"""Text reduced to what comparisons need: no accents, no case, no punctuation."""

from __future__ import annotations

import re
import unicodedata

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case without accents; punctuation and spacing stay as they are."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def plain(text: str) -> str:
    """Lower-case ASCII words with single spaces: "São José d'Oeste" becomes "sao jose d oeste"."""
    return _NOT_PLAIN.sub(" ", fold(text)).strip()


def slug(text: str) -> str:
    """A label's spelling: lower-case ASCII words joined by underscores."""
    return plain(text).replace(" ", "_")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, without spaces around."""
    return text.strip()[:limit].rstrip()


def words(text: str) -> frozenset[str]:
    """A set of words written as one text."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """A set of phrases written as one text with commas between them."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))
