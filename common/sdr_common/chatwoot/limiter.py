"""A token bucket per Chatwoot host, kept below Chatwoot's own limit per address (3,000 requests a minute).

While a host is away, and in its first half minute back, it is asked slowly: what has waited for an hour
must not come down on it at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

AWAY_AFTER = 5
"""Failures in a row after which a host counts as away."""
SLOW = 0.25
"""Share of the usual rate for a host that is away, or has just come back."""
RAMP_S = 30.0
"""Seconds from the first answer after an outage to the usual rate."""


class TokenBucket:
    """Lets `per_minute` requests through on average, an eighth of a minute's worth at once.

    Waiters are served in the order in which they came.

    Args:
        per_minute: Requests a minute, at least 1.
        clock: Monotonic seconds.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        if per_minute < 1:
            raise ValueError(f"per_minute must be at least 1, not {per_minute}")
        self._usual_per_s = per_minute / 60
        self._burst = max(1.0, per_minute / 8)
        self._tokens = self._burst
        self._clock = clock
        self._at = clock()
        self._failures = 0
        self._back_since: float | None = None

    @property
    def per_s(self) -> float:
        """Requests a second that go through now."""
        if self._failures >= AWAY_AFTER:
            return self._usual_per_s * SLOW
        if self._back_since is None:
            return self._usual_per_s
        ramped = (self._clock() - self._back_since) / RAMP_S
        return self._usual_per_s * min(1.0, SLOW + (1 - SLOW) * ramped)

    def failed(self) -> None:
        """The host did not answer, or with a fault of its own, or asked us to slow down."""
        self._failures += 1
        if self._failures == AWAY_AFTER:
            self._tokens = min(self._tokens, 1.0)

    def succeeded(self) -> None:
        """The host answered."""
        if self._failures >= AWAY_AFTER:
            self._back_since = self._at = self._clock()
            self._tokens = min(self._tokens, 1.0)
        elif self._back_since is not None and self._clock() - self._back_since >= RAMP_S:
            self._back_since = None
        self._failures = 0

    async def take(self) -> float:
        """Waits for a token.

        Returns:
            How long it waited, in seconds.
        """
        now, per_s = self._clock(), self.per_s
        # Nobody may save up for a burst while the host is to be asked slowly.
        capacity = self._burst if per_s >= self._usual_per_s else max(1.0, per_s)
        self._tokens = min(capacity, self._tokens + (now - self._at) * per_s)
        self._at = now
        self._tokens -= 1
        # A negative balance is the queue: whoever comes later finds it longer.
        wait_s = max(0.0, -self._tokens / per_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        return wait_s
