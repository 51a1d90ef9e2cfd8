"""Once a day and account: every service erases what the account keeps for longer than it wants.

A message's key outlives its text: entries go only where a sweep's listing went past their message, and
others lose their words and keep their ids. So nothing that Chatwoot may present again looks new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from sdr.gateway.v1.gateway_pb2 import GatewaySettings
from sdr.gateway.v1.gateway_pb2 import Retention as Wanted
from sdr.privacy.v1 import privacy_pb2 as pb
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.errors import DomainError
from sdr_common.grpc_errors import RemoteError
from sdr_common.postgres import Pool, connection
from sdr_common.retention import Retention
from sdr_common.service import pause
from sdr_gateway.ports import LeadKeeper

ENTRIES_DAYS = 90
DELIVERIES_DAYS = 180
_POSTPONED_S = 600.0
_CALLS = 50
"""Calls per service and day at most; each erases 20,000 records of a kind."""
_LOG = structlog.get_logger()


class RetentionClaims(Protocol):
    """Whose turn it is. Each raises `StoreUnavailable`."""

    async def claim(self, interval_s: float) -> int:
        """The account that waits longest, if it waits for so long; 0: none does."""
        ...

    async def postpone(self, account_id: int, interval_s: float, pause_s: float) -> None:
        """Takes an account up again after `pause_s`."""
        ...


class RetentionWork:
    """Erases old records.

    Args:
        pool: The gateway's pool.
        claims: Whose turn it is.
        settings: The gateway's part of account documents.
        own: The gateway's own records.
        keepers: The other services by name.
    """

    def __init__(
        self,
        pool: Pool,
        claims: RetentionClaims,
        settings: AccountSettingsStore[GatewaySettings],
        own: Retention,
        keepers: Mapping[str, LeadKeeper],
    ) -> None:
        self._pool = pool
        self._claims = claims
        self._settings = settings
        self._own = own
        self._keepers = keepers

    async def run(self, stop: asyncio.Event, interval_s: float, look_every_s: float) -> None:
        """Erases until stopped; an outage delays it."""
        while not stop.is_set():
            account_id = 0
            try:
                account_id = await self._claims.claim(interval_s)
                if account_id:
                    await self.purge(account_id)
            except (DomainError, RemoteError) as error:
                _LOG.warning("retention_waits", account_id=account_id, reason=error.reason)
                await self._postpone(account_id, interval_s)
            if not account_id:
                await pause(stop, look_every_s)

    async def purge(self, account_id: int) -> dict[str, int]:
        """Erases what is old of one account; gives how many records per kind.

        Raises:
            RemoteError: a service does not answer; the next round does the rest.
            StoreUnavailable: the database does not answer.
        """
        async with connection(self._pool) as conn:
            stored = await self._settings.find(conn, account_id)
        wanted = stored.settings.retention if stored is not None else Wanted()
        erased = (await self._own.purge(account_id, wanted.entries or ENTRIES_DAYS)).counts
        counts = {f"gateway.{what}": count for what, count in erased.items()}
        days = {
            "routing": wanted.deliveries or DELIVERIES_DAYS,
            "dialogue": wanted.messages,
            "reporting": wanted.events,
        }
        for name, kept_days in days.items():
            if kept_days and name in self._keepers:
                for what, count in (await self._purge_at(name, account_id, kept_days)).items():
                    counts[f"{name}.{what}"] = count
        if any(counts.values()):
            _LOG.info("old_records_erased", account_id=account_id, count=sum(counts.values()))
        return counts

    async def _purge_at(self, name: str, account_id: int, days: int) -> dict[str, int]:
        counts: dict[str, int] = {}
        for _ in range(_CALLS):
            request = pb.PurgeRecordsRequest(account_id=account_id, days=days)
            answer = await self._keepers[name].purge_records(request)
            for row in answer.purged:
                counts[row.what] = counts.get(row.what, 0) + row.record_count
            if not answer.more:
                break
        return counts

    async def _postpone(self, account_id: int, interval_s: float) -> None:
        if account_id:
            try:
                await self._claims.postpone(account_id, interval_s, min(_POSTPONED_S, interval_s))
            except DomainError:
                return  # Then it is tomorrow's.
