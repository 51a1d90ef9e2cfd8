"""What text must be like to reach the lead as it was meant.

Chatwoot renders outgoing text as a Liquid template, WAHA runs text that begins with `wa/` as a
command and makes `*bold*` italic, and every channel has its limit. Marks are defused by an
invisible word joiner (U+2060): no space, no break, nothing to see, and neither Liquid nor WAHA
recognises what it parts.
Source: facts on Chatwoot's `liquidable.rb`, WAHA's `markdown.ts`, and the channels' composer limits.
"""

from __future__ import annotations

import re

from sdr_common.lead import Channel
from sdr_routing.domain.text import printable

LIMITS = {
    Channel.WHATSAPP: 4096,
    Channel.INSTAGRAM: 1000,
    Channel.MESSENGER: 2000,
    Channel.TELEGRAM: 4096,
    Channel.WEB_WIDGET: 10000,
    Channel.OTHER: 4096,
}
"""Longest message per channel, in UTF-16 units: as the providers count, an emoji is two."""

JOINER = "\u2060"
"""Zero-width, never broken at, kept by trimming."""

_LIQUID = re.compile(r"\{(?=[{%])")
_COMMAND = re.compile(r"^(\s*wa)(?=/)", re.IGNORECASE)
_BOLD = re.compile(r"(?<![*\w])\*(?![\s*])([^*\n]*[^*\s])\*(?![*\w])")
_BORDERS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])[\"”')\]]*\s+"),
    re.compile(r"(?<=[,;:])\s+"),
    re.compile(r"\s+"),
)
"""Where a long text is parted, best first: paragraph, line, sentence, clause, word."""


def parts_of(text: str, channel: Channel, *, longest: int | None = None) -> list[str]:
    """The messages that carry a text on a channel, in order; none for a blank text.

    Args:
        text: As written, or as it was prepared before.
        channel: Whose limit counts.
        longest: A limit of the caller's, in UTF-16 units, where it is lower.
    """
    limit = min(LIMITS[channel], longest or LIMITS[channel])
    prepared = neutral(_BOLD.sub(r"**\1**", printable(text)).strip())
    # One unit is kept for the joiner that may defuse a command at the beginning of a part.
    return [_COMMAND.sub(rf"\1{JOINER}", part) for part in split(prepared, limit - 1)]


def neutral(text: str) -> str:
    """The text with everything defused that Chatwoot would take for a template."""
    return _LIQUID.sub("{" + JOINER, text)


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-16 units, parted at the best border that fills at least a third of one."""
    parts = []
    rest = text.strip()
    while _units(rest) > limit:
        window = _prefix(rest, limit)
        end, begin = _border(rest, len(window))
        parts.append(rest[:end].rstrip())
        rest = rest[begin:].lstrip()
    if rest:
        parts.append(rest)
    return parts


def _border(text: str, longest: int) -> tuple[int, int]:
    """Where a part ends and the next begins."""
    for border in _BORDERS:
        found = None
        for match in border.finditer(text, 0, min(len(text), longest + 1)):
            if longest // 3 <= match.start() <= longest:
                found = match
        if found is not None:
            return found.start(), found.end()
    return longest, longest


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _prefix(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units."""
    units = 0
    for position, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > limit:
            return text[:position]
    return text
