"""How a lead's mood moves through a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sdr_common.lead import Sentiment

_WEIGHTS = {Sentiment.POSITIVE: 1, Sentiment.NEUTRAL: 0, Sentiment.NEGATIVE: -1, Sentiment.IRRITATED: -2}
_LATELY = 3
"""Turns that a mood is compared with."""


class MoodTrend(StrEnum):
    """Where a mood goes, compared with the turns just before."""

    STEADY = "steady"
    BETTER = "better"
    WORSE = "worse"


def trend_of(earlier: Sequence[Sentiment], now: Sentiment) -> MoodTrend:
    """The trend of a turn's mood against the mean of the last three before it, by a whole step at least.

    Args:
        earlier: Moods of the conversation's earlier turns, oldest first; none: steady.
        now: This turn's.
    """
    lately = earlier[-_LATELY:]
    if not lately:
        return MoodTrend.STEADY
    change = _WEIGHTS[now] - sum(_WEIGHTS[mood] for mood in lately) / len(lately)
    if change >= 1:
        return MoodTrend.BETTER
    return MoodTrend.WORSE if change <= -1 else MoodTrend.STEADY
