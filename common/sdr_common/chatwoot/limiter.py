"""A token bucket per Chatwoot host, kept below Chatwoot's own limit per address (3,000 requests a minute)."""

from __future__ import annotations

import asyncio
import time


class TokenBucket:
    """Lets `per_minute` requests through on average, an eighth of a minute's worth at once.

    Waiters are served in the order in which they came.
    """

    def __init__(self, per_minute: int) -> None:
        if per_minute < 1:
            raise ValueError(f"per_minute must be at least 1, not {per_minute}")
        self._per_s = per_minute / 60
        self._capacity = max(1.0, per_minute / 8)
        self._tokens = self._capacity
        self._at = time.monotonic()

    async def take(self) -> float:
        """Waits for a token.

        Returns:
            How long it waited, in seconds.
        """
        now = time.monotonic()
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._per_s)
        self._at = now
        self._tokens -= 1
        # A negative balance is the queue: whoever comes later finds it longer.
        wait_s = max(0.0, -self._tokens / self._per_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        return wait_s
