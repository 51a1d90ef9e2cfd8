"""What an account keeps for longer than it wants is erased, a bounded number of records at a time.

A service names what may go in a file of statements, `purge_<what>`, each with `account_id`, `days` and
`batch`. Each run is a transaction of its own, so that nothing else waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sdr_common.postgres import Pool, Queries, connection

BATCH = 2_000
"""Records per statement."""
_ROUNDS = 10
"""Runs of one statement per call: at most 20,000 records."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was erased."""

    counts: dict[str, int]
    """Per kind of record."""
    more: bool
    """More is old enough."""


class Retention:
    """Erases old records of one service.

    Args:
        pool: The service's pool.
        queries: `purge_<what>`, in the order in which they are run.
        batch: Records per statement.
    """

    def __init__(self, pool: Pool, queries: Queries, batch: int = BATCH) -> None:
        self._pool = pool
        self._queries = queries
        self._batch = batch

    async def purge(self, account_id: int, days: int) -> Purged:
        """Erases what is older than so many days.

        Raises:
            StoreUnavailable: the database does not answer; what was erased before stays so.
        """
        counts: dict[str, int] = {}
        more = False
        for name, statement in self._queries.items():
            what = name.removeprefix("purge_")
            counts[what] = 0
            for _ in range(_ROUNDS):
                parameters = {"account_id": account_id, "days": days, "batch": self._batch}
                async with connection(self._pool) as conn:
                    erased = (await conn.execute(statement, parameters)).rowcount
                counts[what] += erased
                if erased < self._batch:
                    break
            else:
                more = True
        return Purged(counts, more)
