"""Whose sweep it is, and how far listings have gone."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sdr_common.postgres import Pool, connection
from sdr_gateway.ports import SweepClaim, SweepPosition
from sdr_gateway.store.accounts import QUERIES


class PostgresSweeps:
    """`ports.Sweeps` over the account rows: a lease per account, so replicas share the accounts.

    Args:
        pool: The gateway's pool.
        lease_s: A dead sweeper's account is taken up after this long.
    """

    def __init__(self, pool: Pool, *, lease_s: float = 15.0) -> None:
        self._pool = pool
        self._lease_s = lease_s
        self._owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    async def claim(self, pause_s: float) -> SweepClaim | None:
        """See `ports.Sweeps`."""
        parameters = {"owner": self._owner, "lease_s": self._lease_s, "interval_s": pause_s}
        async with connection(self._pool) as conn:
            row = await (await conn.execute(QUERIES["claim_sweep"], parameters)).fetchone()
        if row is None:
            return None
        since = row["swept_until"] or row["connected_at"]
        swept_at = row["swept_at"]
        ago_s = float("inf") if swept_at is None else (row["now"] - swept_at).total_seconds()
        return SweepClaim(row["account_id"], row["now"].timestamp(), since.timestamp(), ago_s)

    async def beat(self, account_id: int) -> bool:
        """See `ports.Sweeps`."""
        parameters = {"account_id": account_id, "owner": self._owner, "lease_s": self._lease_s}
        async with connection(self._pool) as conn:
            return await (await conn.execute(QUERIES["beat_sweep"], parameters)).fetchone() is not None

    async def finish(self, account_id: int, swept_until: float | None) -> None:
        """See `ports.Sweeps`."""
        until = None if swept_until is None else datetime.fromtimestamp(swept_until, UTC)
        parameters = {"account_id": account_id, "owner": self._owner, "swept_until": until}
        async with connection(self._pool) as conn:
            await conn.execute(QUERIES["finish_sweep"], parameters)

    async def oldest_s(self) -> float:
        """Seconds since the account that waits longest was swept to its end; 0: there is none.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with connection(self._pool) as conn:
            row = await (await conn.execute(QUERIES["oldest_sweep"])).fetchone()
        return 0.0 if row is None else max(0.0, row["oldest_s"])

    async def chatwoot_urls(self, limit: int) -> list[str]:
        """Addresses of connected Chatwoots, each once, so many at most.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with connection(self._pool) as conn:
            rows = await (await conn.execute(QUERIES["chatwoot_urls"], {"limit": limit})).fetchall()
        return [row["chatwoot_url"] for row in rows]

    async def positions(self, account_id: int, conversation_ids: Sequence[int]) -> dict[int, SweepPosition]:
        """See `ports.Sweeps`."""
        parameters = {"account_id": account_id, "conversation_ids": list(conversation_ids)}
        async with connection(self._pool) as conn:
            rows = await (await conn.execute(QUERIES["sweep_positions"], parameters)).fetchall()
        return {
            row["conversation_id"]: SweepPosition(
                swept_through_id=row["swept_through_id"],
                chatwoot_status=row["chatwoot_status"],
                human_assigned=row["human_assigned"],
                snapshot_at=row["snapshot_at"],
            )
            for row in rows
        }

    async def move(self, account_id: int, conversation_id: int, swept_through_id: int) -> None:
        """See `ports.Sweeps`."""
        parameters = {
            "account_id": account_id,
            "conversation_id": conversation_id,
            "swept_through_id": swept_through_id,
        }
        async with connection(self._pool) as conn:
            await conn.execute(QUERIES["move_sweep_position"], parameters)


class PostgresRetentionClaims:
    """`operations.retention.RetentionClaims` over the account rows.

    Args:
        pool: The gateway's pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim(self, interval_s: float) -> int:
        """See `RetentionClaims`."""
        async with connection(self._pool) as conn:
            row = await (await conn.execute(QUERIES["claim_retention"], {"interval_s": interval_s})).fetchone()
        return 0 if row is None else int(row["account_id"])

    async def postpone(self, account_id: int, interval_s: float, pause_s: float) -> None:
        """See `RetentionClaims`."""
        parameters = {"account_id": account_id, "interval_s": interval_s, "pause_s": pause_s}
        async with connection(self._pool) as conn:
            await conn.execute(QUERIES["postpone_retention"], parameters)


class PostgresPulseClaims:
    """`operations.pulse.PulseClaims` over the account rows.

    Args:
        pool: The gateway's pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim(self, interval_s: float) -> tuple[int, datetime] | None:
        """See `PulseClaims`."""
        async with connection(self._pool) as conn:
            row = await (await conn.execute(QUERIES["claim_pulse"], {"interval_s": interval_s})).fetchone()
        return None if row is None else (int(row["account_id"]), row["now"])
