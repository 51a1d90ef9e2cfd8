"""A limit per source at an edge: who asks too much waits, and nobody else notices.

All processes count together through Redis, but not call by call: a process takes a twentieth of a source's
minute at a time and spends it alone, so that at 500 requests a second one in 50 or fewer asks Redis. Without
Redis each process counts alone (`sdr_common.rate_limits`): a limit fails open, never shut.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdr_common.errors import DomainError, ErrorKind
from sdr_common.rate_limits import RateLimits

if TYPE_CHECKING:
    from limits import RateLimitItem

WINDOW_S = 60.0
_SHARE = 20
_DENIED_S = 1.0
_SOURCES_KEPT = 10_000


class RateLimited(DomainError):
    """A source asked too much."""

    kind = ErrorKind.EXHAUSTED
    reason = "RATE_LIMITED"

    def __init__(self, per_minute: int) -> None:
        super().__init__(f"more than {per_minute} requests in a minute from here; repeat later", limit=per_minute)
        self.retry_after_s = WINDOW_S / 4
        """By then a quarter of the limit is free again."""


@dataclass(slots=True)
class _Source:
    left: int
    """What this process may still spend of what it took."""
    until: float
    """Monotonic; what was taken ends then."""
    denied_until: float = float("-inf")


class SourceGate:
    """Counts what sources ask.

    Args:
        limits: Where processes count together.
        per_minute: What a source may ask in a minute; 0: anything.
        clock: Monotonic seconds.
    """

    def __init__(self, limits: RateLimits, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._per_minute = per_minute
        self._taken_at_once = max(1, per_minute // _SHARE)
        self._clock = clock
        self._sources: dict[str, _Source] = {}

    async def pass_or_raise(self, source: str, cost: int = 1) -> None:
        """Lets a request through.

        Args:
            source: Whose; an address.
            cost: How many requests it counts as, up to a twentieth of the limit.

        Raises:
            RateLimited: its source asked too much.
        """
        if self._per_minute and not await self._allows(source, min(cost, self._taken_at_once)):
            raise RateLimited(self._per_minute)

    async def _allows(self, source: str, cost: int) -> bool:
        now = self._clock()
        known = self._sources.get(source)
        if known is None or known.until <= now:
            known = self._sources[source] = _Source(0, now + WINDOW_S, known.denied_until if known else float("-inf"))
            if len(self._sources) > _SOURCES_KEPT:
                self._sources = {key: kept for key, kept in self._sources.items() if kept.until > now} or {
                    source: known
                }
        if known.left >= cost:
            known.left -= cost
            return True
        if known.denied_until > now:
            return False
        if not await self._limits.allows(_limit(self._per_minute), source, cost=self._taken_at_once):
            known.denied_until = now + _DENIED_S
            return False
        known.left += self._taken_at_once - cost
        return True


def _limit(per_minute: int) -> RateLimitItem:
    from limits import RateLimitItemPerMinute  # noqa: PLC0415  (a process without limits need not load it)

    return RateLimitItemPerMinute(per_minute)
