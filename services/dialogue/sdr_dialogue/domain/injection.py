"""Instructions that a lead, a name or a document gives to the assistant: found, and kept from engines.

A heuristic: it knows the usual forms in Portuguese, English and Spanish (`injection_patterns.txt`), also encoded, and
lets through what it does not know. What an engine makes of the rest is checked once more when it comes out
(`domain.draft_checks`).

Source: the kinds of https://genai.owasp.org/llmrisk/llm01-prompt-injection/ and tests/unit/dialogue_llm/red_team.py.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from urllib.parse import unquote

from sdr_dialogue.domain.text import fold

IGNORED = "[…]"
"""What engines read instead."""
NAME_LIMIT = 60
"""Characters of a contact's name."""

_RULES = (
    "instruc\\w*|instructions?|regras?|rules?|reglas?|prompts?|ordens|orientacoes|diretrizes?|directrices|guidelines"
    "|politicas?|polic(?:y|ies)|restric\\w*|restrictions|filtros|filters|programacao"
)


def _patterns() -> Iterator[re.Pattern[str]]:
    text = resources.files("sdr_dialogue.domain").joinpath("injection_patterns.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("# "):
            yield re.compile(line.replace("{rules}", _RULES))


_PATTERNS = tuple(_patterns())
_SENTENCE = re.compile(r"(?<=[.!?;…])\s+|\n+")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
_SPELLED = re.compile(r"\b(?:\w[ .\-_*]){4,}\w\b")
_SEPARATORS = re.compile(r"[ .\-_*]")
_CODED = re.compile(r"[A-Za-z0-9+/=_-]{16,}|(?:[0-9a-fA-F]{2}[ :]?){10,}")
_LEET = str.maketrans("01345@$7", "oieasast")
_NOT_OF_NAMES = re.compile(r"[^\w .'’\-]|_")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=4096)
def is_injection(text: str) -> bool:
    """Whether a text gives instructions to the assistant, in one of the known forms."""
    return any(pattern.search(view) for view in _views(text) for pattern in _PATTERNS)


def without_injection(text: str) -> tuple[str, bool]:
    """A text whose instructions are replaced by `IGNORED`, and whether there were any.

    What stands before the first suspicious sentence stays; everything after it may build on it and goes.
    """
    if not is_injection(text):
        return text, False
    kept: list[str] = []
    for sentence in _SENTENCE.split(text):
        if is_injection(sentence) or is_injection(" ".join((*kept[-1:], sentence))):
            break
        kept.append(sentence)
    else:
        kept = []
    return " ".join((*kept, IGNORED)).strip(), True


def shown_name(name: str) -> tuple[str, bool]:
    """A contact's name that is only a name, and whether it had been more: empty if instructions stand in it."""
    if is_injection(name):
        return "", True
    plain = _NOT_OF_NAMES.sub(" ", _HIDDEN.sub("", name))
    plain = " ".join(word for word in _DIGIT.sub(" ", plain).split() if any(map(str.isalpha, word)))
    return plain[:NAME_LIMIT].strip(), len(plain) > NAME_LIMIT


def _views(text: str) -> Iterator[str]:
    """A text as it is read, and as it would be read decoded."""
    clear = _HIDDEN.sub("", text)
    folded = " ".join(fold(clear).split())
    yield folded
    yield folded.translate(_LEET)
    if _SPELLED.search(folded):
        # One space between letters, more between words.
        words = re.split(r"\s{2,}", fold(clear).strip())
        yield " ".join(_SEPARATORS.sub("", word) for word in words)
    yield codecs.decode(folded, "rot13")
    yield folded[::-1]
    if "%" in clear:
        yield fold(unquote(clear))
    for coded in _CODED.findall(clear):
        if (decoded := _decoded(coded)) is not None:
            yield fold(decoded)


def _decoded(coded: str) -> str | None:
    """Base64 or hexadecimal digits as text; None: neither."""
    plain = re.sub(r"[ :]", "", coded)
    try:
        raw = bytes.fromhex(plain) if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", plain) else _base64(plain)
        return raw.decode("utf-8")
    except (ValueError, binascii.Error):
        return None


def _base64(coded: str) -> bytes:
    return base64.b64decode(coded.rstrip("=") + "=" * (-len(coded.rstrip("=")) % 4), altchars=b"-_", validate=False)
