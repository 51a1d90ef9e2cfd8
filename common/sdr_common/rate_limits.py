"""Rate limits that all processes share through Redis, and that each keeps alone while Redis is away.

    limits = RateLimits(redis, "webhook")
    if not await limits.allows(PER_SOURCE, source):            # PER_SOURCE = RateLimitItemPerSecond(100)
        …429…

Without Redis a process counts in its own memory: several replicas then let through as many times the
limit at most, which is the price of never turning a lead away because a cache is gone. Windows slide
(two counters, weighted), by the `limits` library.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sdr_common.lossy_redis import LossyRedis

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.strategies import SlidingWindowCounterRateLimiter


class RateLimits:
    """Counts hits.

    Args:
        redis: Where processes count together.
        name: Of what is limited; part of every key.
    """

    def __init__(self, redis: LossyRedis, name: str) -> None:
        self._redis = redis
        self._name = name
        self._local: SlidingWindowCounterRateLimiter | None = None
        self._shared: SlidingWindowCounterRateLimiter | None = None

    async def allows(self, limit: RateLimitItem, *key: str, cost: int = 1) -> bool:
        """Counts a hit of `key` and says whether it is within the limit.

        Args:
            limit: How many in which time, such as `RateLimitItemPerMinute(60)`.
            key: Whose; kept for twice the limit's time.
            cost: How many hits it counts as.
        """
        within = None
        if self._redis.usable:
            within = await self._redis.ask(
                lambda _: self._together().hit(limit, self._name, *key, cost=cost), otherwise=None, operation="hit"
            )
        return await self._alone().hit(limit, self._name, *key, cost=cost) if within is None else within

    async def state(self, limit: RateLimitItem, *key: str) -> tuple[int, float]:
        """What is left of a limit, and in how many seconds it is whole again; counts nothing."""
        stats = None
        if self._redis.usable:
            stats = await self._redis.ask(
                lambda _: self._together().get_window_stats(limit, self._name, *key),
                otherwise=None,
                operation="window",
            )
        if stats is None:
            stats = await self._alone().get_window_stats(limit, self._name, *key)
        return max(0, int(stats.remaining)), max(0.0, stats.reset_time - time.time())

    def _together(self) -> SlidingWindowCounterRateLimiter:
        if self._shared is None:
            from limits.aio.storage import RedisStorage  # noqa: PLC0415  (a process without limits need not load it)
            from limits.aio.strategies import SlidingWindowCounterRateLimiter  # noqa: PLC0415

            storage = RedisStorage(
                self._redis.url,
                implementation="redispy",
                key_prefix="sdr:limit",
                connection_pool=self._redis.pool,  # type: ignore[arg-type]  # as its documentation says
            )
            self._shared = SlidingWindowCounterRateLimiter(storage)
        return self._shared

    def _alone(self) -> SlidingWindowCounterRateLimiter:
        if self._local is None:
            from limits.aio.storage import MemoryStorage  # noqa: PLC0415
            from limits.aio.strategies import SlidingWindowCounterRateLimiter  # noqa: PLC0415

            self._local = SlidingWindowCounterRateLimiter(MemoryStorage())
        return self._local
