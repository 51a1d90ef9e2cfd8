"""One thing on its way to somebody: its states, and when it is tried again.

A sending is made once per moment and channel. Handing it over is a step of its own that is written down
first: if the process dies in it, nobody knows whether it arrived, and it is `uncertain`, for a person to
decide, instead of being sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sdr_reporting.domain.period import Period

ATTEMPTS: Final = 6
"""Attempts after which a sending is given up."""
_PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""After the first, second… failed attempt; the last one again and again."""
_LONGEST_PAUSE: Final = timedelta(hours=6)
"""Of what the other side may ask for."""


class State(StrEnum):
    """What became of it."""

    WAITING = "waiting"
    RUNNING = "running"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


RETRIABLE: Final = frozenset({State.FAILED, State.UNCERTAIN})
"""States that a person can take a sending up from again."""


class Kind(StrEnum):
    """What it is."""

    REPORT = "report"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing on its way."""

    sending_id: str
    account_id: int
    kind: Kind
    owner_id: str
    """The schedule or the alert."""
    name: str
    """The schedule's name then."""
    channel: str
    slot_at: datetime
    period: Period | None
    """Of a report."""
    resolved: bool
    """Of an alert: that it was over."""
    by_hand: bool
    state: State = State.WAITING
    attempt_count: int = 0
    due_at: datetime | None = None
    problem: str = ""
    sent_at: datetime | None = None


class Undelivered(Exception):
    """The other side did not take it.

    Args:
        problem: A word for the history, such as "http_503".
        again: Repeating may help, and cannot arrive twice.
        uncertain: It may have arrived.
        pause: What the other side asks us to wait; None: our own.
    """

    def __init__(
        self, problem: str, *, again: bool = False, uncertain: bool = False, pause: timedelta | None = None
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.again = again
        self.uncertain = uncertain
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt leads to."""

    state: State
    problem: str = ""
    pause: timedelta | None = None
    """Until the next attempt, while it waits."""


def verdict_of(failure: Undelivered, attempt_count: int, pace: float) -> Verdict:
    """What becomes of a sending after a failed attempt.

    Args:
        failure: What it met.
        attempt_count: Attempts so far, this one included.
        pace: Factor on the pauses; 1.0 in production.
    """
    if failure.uncertain:
        return Verdict(State.UNCERTAIN, failure.problem)
    if not failure.again or attempt_count >= ATTEMPTS:
        return Verdict(State.FAILED, failure.problem)
    own = _PAUSES[min(attempt_count, len(_PAUSES)) - 1]
    return Verdict(State.WAITING, failure.problem, min(failure.pause or own, _LONGEST_PAUSE) * pace)
