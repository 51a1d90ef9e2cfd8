"""What reporting needs from outside, in its own words. Nothing here commits: operations own transactions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sdr_common.clinic import Clinic
from sdr_common.postgres import Connection
from sdr_reporting.domain.counted_days import Change
from sdr_reporting.domain.event import Event, EventId, LeadKey
from sdr_reporting.domain.export import ExportWanted
from sdr_reporting.domain.lead import Lead
from sdr_reporting.domain.listing import LeadFilter, LeadSummary, Placed, Position
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period
from sdr_reporting.domain.report import Bounds, Detail, Figures


@dataclass(frozen=True, slots=True)
class Told:
    """An event with its original, which is kept whole."""

    event: Event
    body: bytes
    """`sdr.reporting.v1.Event`, with fields that we do not know."""


class Events(Protocol):
    """Raw events, kept for ever, each once."""

    async def lock(self, conn: Connection, account_ids: Collection[int]) -> None:
        """Lets one transaction at a time record for an account: sequence numbers then rise as they commit."""
        ...

    async def add(self, conn: Connection, told: Sequence[Told]) -> Mapping[EventId, int]:
        """Adds events; gives the sequence numbers of those that are new."""
        ...


class Leads(Protocol):
    """What events add up to."""

    async def find(self, conn: Connection, keys: Collection[LeadKey]) -> Mapping[LeadKey, Lead]:
        """The leads that are known among `keys`."""
        ...

    async def save(self, conn: Connection, leads: Iterable[Lead]) -> None:
        """Stores leads as they are now."""
        ...

    async def save_names(self, conn: Connection, leads: Collection[Lead]) -> None:
        """Makes leads findable by their names as they are now."""
        ...

    async def add_occurrences(self, conn: Connection, events: Sequence[Event]) -> None:
        """Adds the first messages, qualifications, escalations and costs that events tell of."""
        ...

    async def link_qualifications(self, conn: Connection, keys: Collection[LeadKey]) -> set[Change]:
        """Works out again, for these leads, when each qualification began and which one followed it.

        Returns:
            When those that changed were made.
        """
        ...


class CountedDays(Protocol):
    """Days that are over, counted once for all reports."""

    async def next_account(self, conn: Connection, after: int) -> int | None:
        """The account after another that has leads; None: there is none."""
        ...

    async def first_lead_at(self, conn: Connection, account_id: int) -> datetime | None:
        """When an account's first lead wrote; None: none did."""
        ...

    async def add(self, conn: Connection, account_id: int, zone: str, days: Sequence[Period]) -> None:
        """Counts days of a zone, and takes away what stood in their place; holds the account meanwhile."""
        ...

    async def drop(self, conn: Connection, changes: Collection[Change]) -> None:
        """Takes away the days that count differently now."""
        ...


class Reports(Protocol):
    """Figures, and what was told of one lead."""

    async def overview(self, conn: Connection, account_id: int, period: Period) -> Overview:
        """The figures of a period."""
        ...

    async def newest(self, conn: Connection, account_id: int) -> int:
        """The greatest sequence number recorded for an account; 0: none."""
        ...

    async def counted_days(
        self, conn: Connection, account_id: int, zone: str, period: Period
    ) -> Sequence[tuple[datetime, datetime]]:
        """Whole days of a period that are counted already, in order."""
        ...

    async def current(self, conn: Connection, account_id: int, bounds: Bounds) -> tuple[Figures, Detail]:
        """A report's figures, and what it shows beyond them."""
        ...

    async def previous(self, conn: Connection, account_id: int, bounds: Bounds) -> Figures:
        """The figures of the period before."""
        ...

    async def lead(self, conn: Connection, key: LeadKey) -> LeadSummary | None:
        """A lead as lists show it; None: nothing was told of it."""
        ...

    async def told(self, conn: Connection, key: LeadKey) -> Sequence[bytes]:
        """The events that a lead's page shows (`sdr.reporting.v1.Event`), the latest first."""
        ...


class Lists(Protocol):
    """Lists of leads."""

    async def page(
        self, conn: Connection, wanted: LeadFilter, snapshot: int, after: Position | None, limit: int
    ) -> Sequence[Placed]:
        """Leads in the order that is wanted, after a position; at most `limit`."""
        ...


class Files(Protocol):
    """Leads for files, in the order of their list."""

    def csv(self, conn: Connection, wanted: ExportWanted, zone: str) -> AsyncGenerator[bytes]:
        """Lines of a CSV without its heading, some at a time."""
        ...

    def rows(self, conn: Connection, wanted: ExportWanted, zone: str) -> AsyncGenerator[Sequence[tuple[object, ...]]]:
        """Cells of a sheet, some rows at a time; instants are the zone's."""
        ...

    async def count(self, conn: Connection, wanted: ExportWanted, limit: int) -> int:
        """How many leads there are, counted up to a limit."""
        ...


class Sheet(Protocol):
    """A file of cells that is being written; its methods take long and are called off the loop."""

    def add(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Adds rows."""
        ...

    def close(self) -> None:
        """Finishes the file."""
        ...


@dataclass(frozen=True, slots=True)
class AccountClinic:
    """One version of an account's clinic."""

    version: int
    """From 1."""
    clinic: Clinic


class Accounts(Protocol):
    """Accounts' clinics, versioned; reporting counts days in their zones."""

    async def zone(self, account_id: int) -> str:
        """The active zone, perhaps as it was up to two seconds ago; the product's default for an unknown account."""
        ...

    async def find(self, conn: Connection, account_id: int) -> AccountClinic | None:
        """The active version; None when there is none."""
        ...

    async def put(self, conn: Connection, account_id: int, clinic: Clinic) -> tuple[int, bool]:
        """Adds a version unless it equals the active one.

        Returns:
            The active version, and whether it is new.
        """
        ...

    def forget(self, account_id: int) -> None:
        """Makes the next `zone` see what was just committed."""
        ...
