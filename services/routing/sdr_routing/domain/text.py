"""Small rules on text that several concepts share."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def printable(text: str) -> str:
    """The text without control characters, which neither Chatwoot nor the database can hold."""
    return _CONTROL.sub("", text)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, without spaces around and without control characters."""
    return printable(text).strip()[:limit].rstrip()


def one_line(text: str) -> str:
    """The text with every run of spaces and line breaks as one space."""
    return " ".join(text.split())


def slug(text: str) -> str:
    """A label's spelling: lower-case ASCII words joined by underscores; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_WORD.sub("_", plain).strip("_")
