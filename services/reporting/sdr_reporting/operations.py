"""Reporting's use cases: events in, figures and lists out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common.account_settings import StoredVersion
from sdr_common.errors import InvalidField
from sdr_common.idempotency import Idempotency, Once
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_reporting.domain.lead import take_in
from sdr_reporting.domain.listing import LeadFilter, Page, Position
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period, check_zone, free_period, named_period
from sdr_reporting.ports import Accounts, Clinic, Events, Leads, Reports, Told

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
        reports: Figures and lists.
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
        reports: Reports,
        accounts: Accounts,
        now: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._events = events
        self._leads = leads
        self._reports = reports
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
                renamed = [lead for key, lead in leads.items() if key not in known or known[key].name != lead.name]
                await self._leads.save_names(conn, renamed)
            await self._leads.add_occurrences(conn, [event for _, event in new])
            if leads:
                judged = [key for key, lead in leads.items() if lead.qualification.value is not None]
                await self._leads.link_qualifications(conn, judged)
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

    async def list_leads(self, wanted: LeadFilter, after: Position | None, page_size: int) -> Page:
        """A page of leads, the latest news first."""
        async with connection(self._pool) as conn:
            snapshot = after.snapshot if after else await self._reports.newest(conn, wanted.account_id)
            # One more than asked tells whether there is a next page.
            placed = await self._reports.page(conn, wanted, snapshot, after, page_size + 1)
        shown = placed[:page_size]
        position = None
        if len(placed) > page_size:
            position = Position(snapshot, shown[-1].updated_at, shown[-1].summary.contact_id)
        return Page(tuple(each.summary for each in shown), position)

    async def put_settings(self, command: PutSettingsCommand, once: Once[StoredVersion, A]) -> A:
        """Makes an account's zone known; an equal clinic keeps its version, a dry run stores nothing.

        Raises:
            InvalidSettings: no such time zone.
            RequestIdReused: the id came before with another input.
        """
        check_zone(command.clinic.time_zone)
        if command.dry_run:
            return once.answer(await self._compare(command))

        async def work(conn: Connection) -> A:
            version, changed = await self._accounts.put(conn, command.account_id, command.clinic)
            return once.answer(StoredVersion(version, changed))

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._accounts.forget(command.account_id)
        return answer

    async def _compare(self, command: PutSettingsCommand) -> StoredVersion:
        async with connection(self._pool) as conn:
            active = await self._accounts.find(conn, command.account_id)
        if active is None:
            return StoredVersion(0, changed=True)
        version, clinic = active
        return StoredVersion(version, changed=clinic != command.clinic)
