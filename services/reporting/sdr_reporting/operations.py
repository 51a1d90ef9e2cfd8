"""Reporting's use cases: events in, figures and lists out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common.account_settings import StoredVersion, put_version
from sdr_common.clinic import Clinic
from sdr_common.errors import InvalidField
from sdr_common.idempotency import Idempotency, Once
from sdr_common.postgres import Pool, connection, transaction
from sdr_reporting.domain.counted_days import changes
from sdr_reporting.domain.errors import LeadNotFound
from sdr_reporting.domain.event import LeadKey
from sdr_reporting.domain.lead import found_by, take_in
from sdr_reporting.domain.listing import LeadFilter, LeadSummary, Page, Position, Sort, check_filter
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period, check_zone, free_period, named_period, period_of_days
from sdr_reporting.domain.report import Report, bounds_of
from sdr_reporting.ports import Accounts, CountedDays, Events, Leads, Lists, Reports, Told

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class PeriodWanted:
    """A period by name, or by its ends."""

    name: str = ""
    """today, week, month, or empty: `start` and `until`."""
    start: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PutSettingsCommand:
    """A new version of an account's clinic."""

    account_id: int
    clinic: Clinic
    dry_run: bool


class Reporting:
    """The service's use cases.

    Args:
        pool: The service's pool.
        idempotency: Guards the settings call; events are their own guard.
        events: Raw events.
        leads: What they add up to.
        days: Days that are counted already.
        reports: Figures.
        lists: Lists of leads.
        accounts: Accounts' zones.
        now: The clock, aware.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        events: Events,
        leads: Leads,
        days: CountedDays,
        reports: Reports,
        lists: Lists,
        accounts: Accounts,
        now: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._events = events
        self._leads = leads
        self._days = days
        self._reports = reports
        self._lists = lists
        self._accounts = accounts
        self._now = now

    async def record(self, told: Sequence[Told]) -> int:
        """Takes in events, those that are known already left aside; events and figures commit together.

        Returns:
            How many were new.
        """
        by_id = {each.event.event_id: each for each in told}
        async with transaction(self._pool) as conn:
            await self._events.lock(conn, {each.event.lead.account_id for each in told})
            numbers = await self._events.add(conn, list(by_id.values()))
            new = [(seq, by_id[event_id].event) for event_id, seq in numbers.items()]
            known = await self._leads.find(conn, {event.lead for _, event in new})
            leads = take_in(known, new)
            if leads:
                await self._leads.save(conn, leads.values())
                renamed = [
                    lead for key, lead in leads.items() if key not in known or found_by(known[key]) != found_by(lead)
                ]
                await self._leads.save_names(conn, renamed)
            await self._leads.add_occurrences(conn, [event for _, event in new])
            changed = changes(known, leads, [event for _, event in new], self._now())
            judged = [key for key, lead in leads.items() if lead.qualification.value is not None]
            if judged:
                changed |= await self._leads.link_qualifications(conn, judged)
            await self._days.drop(conn, changed)
        return len(numbers)

    async def get_overview(self, account_id: int, wanted: PeriodWanted) -> tuple[Period, Overview]:
        """The figures of a period.

        Raises:
            InvalidField: the period ends before it begins, or is given twice.
        """
        if wanted.name and (wanted.start or wanted.until):
            raise InvalidField("period", "stands beside from or until; give either", value=wanted.name)
        if wanted.name:
            period = named_period(wanted.name, self._now(), await self._accounts.zone(account_id))
        else:
            period = free_period(wanted.start, wanted.until, self._now())
        async with connection(self._pool) as conn:
            return period, await self._reports.overview(conn, account_id, period)

    async def get_report(
        self, account_id: int, wanted: PeriodWanted, step: str, days: tuple[date, date] | None = None
    ) -> Report:
        """The report of a period beside the period before it, all as of one instant.

        Args:
            account_id: Whose.
            wanted: The period by name or by its ends.
            step: day, week, month, or empty: by the period's length.
            days: First and last day in the account's zone, instead of `wanted`.

        Raises:
            InvalidField: the period or the step cannot be reported; see `bounds_of`.
        """
        zone = await self._accounts.zone(account_id)
        if days is not None:
            wanted = _of_days(wanted, days, zone)
        bounds = bounds_of(wanted.name, wanted.start, wanted.until, step, now=self._now(), zone=zone)
        async with transaction(self._pool) as conn:
            await conn.execute("set transaction isolation level repeatable read, read only")
            # A year of times is sorted for their percentiles, out of an index that holds them: in memory, and not by
            # the whole table, which the default price of a page would choose.
            await conn.execute("set local work_mem = '32MB'; set local random_page_cost = 1.1")
            figures, detail = await self._reports.current(conn, account_id, bounds)
            return Report(bounds, figures, await self._reports.previous(conn, account_id, bounds), detail)

    async def get_lead(self, key: LeadKey) -> tuple[LeadSummary, Sequence[bytes]]:
        """A lead as lists show it, and what was told of it, the latest first.

        Raises:
            LeadNotFound: nothing was told of such a lead.
        """
        async with connection(self._pool) as conn:
            found = await self._reports.lead(conn, key)
            if found is None:
                raise LeadNotFound(key.account_id, key.contact_id)
            return found, await self._reports.told(conn, key)

    async def list_leads(self, wanted: LeadFilter, after: Position | None, page_size: int) -> Page:
        """A page of leads.

        Raises:
            InvalidField: the period of the filter ends before it begins.
        """
        check_filter(wanted)
        async with connection(self._pool) as conn:
            snapshot = 0
            if wanted.sort is Sort.NEWS:
                snapshot = after.snapshot if after else await self._reports.newest(conn, wanted.account_id)
            # One more than asked tells whether there is a next page.
            placed = await self._lists.page(conn, wanted, snapshot, after, page_size + 1)
        shown = placed[:page_size]
        position = None
        if len(placed) > page_size:
            position = Position(snapshot, shown[-1].place, shown[-1].summary.contact_id)
        return Page(tuple(each.summary for each in shown), position)

    async def put_settings(self, command: PutSettingsCommand, once: Once[StoredVersion, A]) -> A:
        """Makes an account's zone known; an equal clinic keeps its version, a dry run stores nothing.

        Raises:
            InvalidSettings: no such time zone.
            RequestIdReused: the id came before with another input.
        """
        check_zone(command.clinic.time_zone)
        answer = await put_version(
            self._pool,
            self._idempotency,
            once,
            dry_run=command.dry_run,
            find=lambda conn: self._accounts.find(conn, command.account_id),
            same=lambda active: active.clinic == command.clinic,
            put=lambda conn: self._accounts.put(conn, command.account_id, command.clinic),
        )
        self._accounts.forget(command.account_id)
        return answer


def _of_days(wanted: PeriodWanted, days: tuple[date, date], zone: str) -> PeriodWanted:
    if wanted != PeriodWanted():
        raise InvalidField("first_day", "stands beside period, from or until; give either", value=days[0].isoformat())
    period = period_of_days(*days, zone)
    return PeriodWanted(start=period.start, until=period.until)
