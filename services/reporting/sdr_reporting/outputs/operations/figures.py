"""`ports.Figures` over reporting's own use cases: a report says what the reports page says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sdr_common.clock import utc_now
from sdr_common.postgres import Connection, Pool, connection
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.domain.period import Period
from sdr_reporting.operations import PeriodWanted, Reporting
from sdr_reporting.outputs.domain.report import Report
from sdr_reporting.ports import Accounts

MOST_LEADS: Final = 50_000
"""Leads of one table; a clinic's month is far below."""


class PeriodLeads(Protocol):
    """The leads of a period."""

    async def of(self, conn: Connection, account_id: int, period: Period, limit: int) -> Sequence[LeadSummary]:
        """Leads whose first message came in it, by that; at most `limit`."""
        ...


class OwnFigures:
    """See `ports.Figures`.

    Args:
        pool: The service's pool.
        reporting: Figures of periods.
        leads: Leads of periods.
        accounts: Clinics.
    """

    def __init__(self, pool: Pool, reporting: Reporting, leads: PeriodLeads, accounts: Accounts) -> None:
        self._pool = pool
        self._reporting = reporting
        self._leads = leads
        self._accounts = accounts

    async def zone(self, account_id: int) -> ZoneInfo:
        """See `ports.Figures`."""
        return ZoneInfo(await self._accounts.zone(account_id))

    async def report(self, account_id: int, wanted: PeriodWanted, language: str) -> Report:
        """See `ports.Figures`."""
        counted = await self._reporting.get_report(account_id, wanted, "")
        async with connection(self._pool) as conn:
            found = await self._accounts.find(conn, account_id)
        return Report("" if found is None else found.clinic.name, language, utc_now(), counted)

    async def leads(self, account_id: int, period: Period) -> Sequence[LeadSummary]:
        """See `ports.Figures`."""
        async with connection(self._pool) as conn:
            return await self._leads.of(conn, account_id, period, MOST_LEADS)
