"""`ports.Figures` over reporting's own use cases: a report says what the overview says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sdr_common.clock import utc_now
from sdr_common.postgres import Connection, Pool, connection
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period
from sdr_reporting.outputs.domain.report import Day, Report
from sdr_reporting.outputs.domain.schedule import midnight
from sdr_reporting.ports import Accounts, Reports

MOST_LEADS: Final = 50_000
"""Leads of one table; a clinic's month is far below."""
_MOST_BARS: Final = 31
"""Stretches of a chart; a longer period gets stretches of several days."""


class PeriodLeads(Protocol):
    """The leads of a period."""

    async def of(self, conn: Connection, account_id: int, period: Period, limit: int) -> Sequence[LeadSummary]:
        """Leads whose first message came in it, by that; at most `limit`."""
        ...


class OwnFigures:
    """See `ports.Figures`.

    Args:
        pool: The service's pool.
        reports: Figures of periods.
        leads: Leads of periods.
        accounts: Clinics.
    """

    def __init__(self, pool: Pool, reports: Reports, leads: PeriodLeads, accounts: Accounts) -> None:
        self._pool = pool
        self._reports = reports
        self._leads = leads
        self._accounts = accounts

    async def zone(self, account_id: int) -> ZoneInfo:
        """See `ports.Figures`."""
        return ZoneInfo(await self._accounts.zone(account_id))

    async def report(self, account_id: int, period: Period, language: str) -> Report:
        """See `ports.Figures`."""
        zone = await self.zone(account_id)
        async with connection(self._pool) as conn:
            found = await self._accounts.find(conn, account_id)
            now = await self._reports.overview(conn, account_id, period)
            before = await self._reports.overview(conn, account_id, _before(period))
            days = [await self._day(conn, account_id, stretch, zone) for stretch in stretches(period, zone, _MOST_BARS)]
        return Report(
            clinic_name="" if found is None else found[1].name,
            zone_name=zone.key,
            language=language,
            period=period,
            made_at=utc_now(),
            now=now,
            before=before,
            days=tuple(days),
        )

    async def leads(self, account_id: int, period: Period) -> Sequence[LeadSummary]:
        """See `ports.Figures`."""
        async with connection(self._pool) as conn:
            return await self._leads.of(conn, account_id, period, MOST_LEADS)

    async def _day(self, conn: Connection, account_id: int, stretch: Period, zone: ZoneInfo) -> Day:
        found: Overview = await self._reports.overview(conn, account_id, stretch)
        first = (stretch.start or stretch.until).astimezone(zone).date()
        return Day(first, found.new_lead_count, found.qualified_lead_count)


def stretches(period: Period, zone: ZoneInfo, most: int) -> list[Period]:
    """A period as whole days of a zone, or as equal stretches of days where these were too many.

    A period without a beginning is shown by its last days. The last stretch may be shorter.
    """
    until = period.until
    start = period.start or until - timedelta(days=most)
    first, last = _day_of(start, zone), _day_of(until - timedelta(microseconds=1), zone)
    step = -(-((last - first).days + 1) // most)
    found = []
    day = first
    while day <= last:
        following = day + timedelta(days=step)
        found.append(Period(max(start, midnight(day, zone)), min(until, midnight(following, zone))))
        day = following
    return found


def _day_of(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _before(period: Period) -> Period:
    """The same length of time right before; nothing before a period without a beginning."""
    if period.start is None:
        beginning = datetime(1, 1, 2, tzinfo=UTC)
        return Period(beginning, beginning)
    return Period(period.start - (period.until - period.start), period.start)
