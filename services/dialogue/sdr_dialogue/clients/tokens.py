"""How many tokens a text is, without any provider's vocabulary (they are downloads), and what is left out first."""

from __future__ import annotations

import math
from collections.abc import Sequence

CHARACTERS_PER_TOKEN = 3.0
"""On our own prompt parts, settings and Portuguese conversations o200k_base has 3.2-4.1 characters per token and
cl100k_base 3.0-3.6: the estimate is 0-36 % too high there, and not too low."""
LINE_LIMIT = 700
"""Characters of one line of the history."""
MESSAGE_LIMIT = 4_000
"""Characters of one message of the burst."""
BURST_LIMIT = 12_000
"""Characters of all messages of the burst together; the newest are kept."""


def estimate(text: str) -> int:
    """Tokens of a text, rather too many than too few."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def newest_within(lines: Sequence[str], tokens: int) -> list[str]:
    """The newest lines (the last ones) that together stay within so many tokens, in their order."""
    kept: list[str] = []
    left = tokens
    for line in reversed(lines):
        left -= estimate(line) + 1
        if left < 0:
            break
        kept.append(line)
    return kept[::-1]


def shortened_middle(text: str, limit: int) -> str:
    """At most `limit` characters: beginning and end, for the wish of a long message stands at either."""
    if len(text) <= limit:
        return text
    half = (limit - 5) // 2
    return f"{text[:half]} […] {text[-half:]}"
