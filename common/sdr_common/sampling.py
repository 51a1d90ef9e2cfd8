"""What a scrape asks of the database: depths and ages, by cheap queries, at most once in some seconds.

A process adds its samplers once; whoever scrapes waits for them. While nobody scrapes nothing is asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

import structlog

from sdr_common.errors import StoreUnavailable
from sdr_common.metrics import METER, Attributes
from sdr_common.postgres import Pool

Sampler = Callable[[], Awaitable[None]]
"""Looks at something and sets gauges."""

_LOG = structlog.get_logger()
_REACHED = METER.create_gauge(
    "sdr.database.reached", ("db.client.connection.pool.name",), description="1: the last sampling got its answers."
)
_CONNECTIONS = METER.create_observable_gauge(
    "db.client.connection.count",
    ("db.client.connection.pool.name", "db.client.connection.state"),
    description="Connections of the pool, by state: used or idle.",
)
_MOST = METER.create_observable_gauge(
    "db.client.connection.max", ("db.client.connection.pool.name",), description="Connections at most."
)
_PENDING = METER.create_observable_gauge(
    "db.client.connection.pending_requests",
    ("db.client.connection.pool.name",),
    description="Requests that wait for a connection.",
)


class Sampling:
    """Runs samplers on demand.

    Args:
        pool: Whose database they ask.
        samplers: What is looked at.
        fresh_s: For so long the last answers are good enough.
        timeout_s: Longest that one sampler may take.
    """

    def __init__(
        self, pool: Pool, samplers: Iterable[Sampler], *, fresh_s: float = 5.0, timeout_s: float = 2.0
    ) -> None:
        self._pool = pool
        self._samplers = tuple(samplers)
        self._fresh_s = fresh_s
        self._timeout_s = timeout_s
        self._sampled_at = float("-inf")
        self._lock = asyncio.Lock()
        self._lost = False

    async def refresh(self) -> None:
        """Sets the gauges anew, unless they are fresh; what cannot be asked keeps its last value."""
        async with self._lock:
            if time.monotonic() - self._sampled_at < self._fresh_s:
                return
            results = await asyncio.gather(*(self._run(sampler) for sampler in self._samplers))
            self._sampled_at = time.monotonic()
            _REACHED.set(float(all(results)), {"db.client.connection.pool.name": self._pool.name})
            if self._lost != (not all(results)):
                self._lost = not self._lost
                _LOG.warning("sampling_lost_database" if self._lost else "sampling_reached_database")

    async def _run(self, sampler: Sampler) -> bool:
        try:
            await asyncio.wait_for(sampler(), self._timeout_s)
        except (StoreUnavailable, TimeoutError):
            return False
        return True


def watch_pool(pool: Pool) -> Callable[[], None]:
    """Shows how full a pool is, at each scrape.

    Returns:
        Ends that.
    """
    named = {"db.client.connection.pool.name": pool.name}

    def connections() -> list[tuple[float, Attributes]]:
        stats = pool.get_stats()
        idle, size = stats.get("pool_available", 0), stats.get("pool_size", 0)
        return [
            (max(0, size - idle), {**named, "db.client.connection.state": "used"}),
            (idle, {**named, "db.client.connection.state": "idle"}),
        ]

    ends = [
        _CONNECTIONS.observe(connections),
        _MOST.observe(lambda: [(pool.max_size, named)]),
        _PENDING.observe(lambda: [(pool.get_stats().get("requests_waiting", 0), named)]),
    ]

    def end() -> None:
        for each in ends:
            each()

    return end
