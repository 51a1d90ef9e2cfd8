"""Postgres's clock, read without asking: for what is decided at a door, where a query would cost too much.

    clock = DatabaseClock(pool)
    process.in_background(clock.run)
    if abs(clock.now() - told_at) > 300: …

It is compared with Postgres's every half minute and goes on with the process's monotonic clock in between, so that
neither a machine with a wrong clock nor one whose clock jumps decides anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from sdr_common.errors import StoreUnavailable
from sdr_common.postgres import Pool, connection
from sdr_common.service import pause

EVERY_S = 30.0
_FIRST_S = 0.5
_NOTABLE_S = 5.0
_LOG = structlog.get_logger()


class DatabaseClock:
    """Seconds since 1970 by Postgres.

    Args:
        pool: The service's pool.
        wall: The process's own clock, used until Postgres has answered once.
    """

    def __init__(self, pool: Pool, *, wall: Callable[[], float] = time.time) -> None:
        self._pool = pool
        self._wall = wall
        self._base: float | None = None
        """Postgres's time at monotonic 0; None: it has not answered yet."""

    def now(self) -> float:
        """Seconds since 1970."""
        return self._wall() if self._base is None else self._base + time.monotonic()

    async def compare(self) -> None:
        """Reads Postgres's clock once.

        Raises:
            StoreUnavailable: it does not answer.
        """
        asked = time.monotonic()
        async with connection(self._pool) as conn:
            row = await (await conn.execute("select extract(epoch from clock_timestamp())::float8 as now")).fetchone()
        answered = time.monotonic()
        if row is None:
            raise AssertionError("a select without a table returns its row")
        # The answer is as old as the way back took: half of the whole, at most.
        self._base = float(row["now"]) - (asked + answered) / 2

    async def run(self, stop: asyncio.Event) -> None:
        """Compares until stopped."""
        told = False
        while not stop.is_set():
            try:
                await self.compare()
            except StoreUnavailable:
                await pause(stop, _FIRST_S)
                continue
            skew_s = self._wall() - self.now()
            if abs(skew_s) > _NOTABLE_S and not told:
                _LOG.warning("clock_skewed", skew_s=round(skew_s, 1))
            told = abs(skew_s) > _NOTABLE_S
            await pause(stop, EVERY_S)
