"""A circuit breaker: a dependency that fails in a row is left alone for a while."""

from __future__ import annotations

from collections.abc import Callable


class CircuitBreaker:
    """Counts failures in a row; open for a pause after too many, then one call tries again.

    Args:
        failures: In a row, after which it opens.
        pause_s: Seconds that it stays open; a failed try doubles them, up to ten times as long.
        clock: Monotonic seconds.
    """

    def __init__(self, failures: int, pause_s: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._clock = clock
        self._in_row = 0
        self._open_until = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Whether a call may be made now; after a pause one at a time may, until one succeeds."""
        if not self.may_allow():
            return False
        self._trying = self._in_row >= self._limit
        return True

    def may_allow(self) -> bool:
        """Whether `allows` would agree now; takes nothing up."""
        return self._clock() >= self._open_until and not self._trying

    def succeeded(self) -> None:
        """A call did what it should: closed again."""
        self._in_row, self._open_until, self._trying = 0, 0.0, False

    def failed(self, retry_after_s: float = 0.0) -> None:
        """A call failed.

        Args:
            retry_after_s: Seconds that the dependency asked to be left alone; opens at once.
        """
        self._trying = False
        self._in_row += 1
        over = self._in_row - self._limit
        pause = min(self._pause_s * 2**over, self._pause_s * 10) if over >= 0 else 0.0
        pause = max(pause, min(retry_after_s, 600.0))
        if pause:
            self._open_until = self._clock() + pause

    def released(self) -> None:
        """A call ended without a verdict (it was cancelled): the next one may try."""
        self._trying = False
