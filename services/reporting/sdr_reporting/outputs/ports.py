"""What goes out needs this from outside, in its own words. Nothing here commits: operations own transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sdr_common.postgres import Connection
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.domain.period import Period
from sdr_reporting.operations import PeriodWanted
from sdr_reporting.outputs.domain.page import Page
from sdr_reporting.outputs.domain.report import Report
from sdr_reporting.outputs.domain.schedule import Plan, Schedule, Sheets
from sdr_reporting.outputs.domain.sending import Sending, Verdict


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail."""

    message_id: str
    """The same at each attempt, so that mail servers can tell a repeat."""
    to: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """A schedule whose moment has come; its row is held until the transaction ends."""

    schedule: Schedule
    now: datetime
    """The database's clock."""


@dataclass(frozen=True, slots=True)
class SendingPosition:
    """Where a page of sendings ended."""

    created_at: datetime
    sending_id: str


class Schedules(Protocol):
    """Accounts' schedules."""

    async def count(self, conn: Connection, account_id: int) -> int:
        """How many an account has."""
        ...

    async def put(self, conn: Connection, schedule: Schedule, sealed: bytes | None) -> None:
        """Stores a schedule as it is now; None as secret: there is none."""
        ...

    async def find(self, conn: Connection, account_id: int, schedule_id: str) -> tuple[Schedule, bytes | None] | None:
        """A schedule and its sealed secret; None: there is none."""
        ...

    async def list(self, conn: Connection, account_id: int) -> Sequence[Schedule]:
        """An account's schedules by name."""
        ...

    async def delete(self, conn: Connection, account_id: int, schedule_id: str) -> bool:
        """Removes one; False: there was none."""
        ...

    async def due(self, conn: Connection, limit: int) -> Sequence[DueSchedule]:
        """Schedules whose moment has come and that no other process holds."""
        ...

    async def move(self, conn: Connection, schedule_id: str, next_at: datetime | None) -> None:
        """Sets a schedule's next moment."""
        ...


class Sendings(Protocol):
    """What is on its way, or went."""

    async def add(self, conn: Connection, sendings: Sequence[Sending]) -> int:
        """Adds what waits, each once per owner, moment, channel and hand; gives how many are new."""
        ...

    async def find(self, conn: Connection, account_id: int, sending_id: str) -> Sending | None:
        """A report's sending, its row held; None: there is none."""
        ...

    async def page(
        self, conn: Connection, account_id: int, schedule_id: str, after: SendingPosition | None, limit: int
    ) -> Sequence[tuple[SendingPosition, Sending]]:
        """Reports' sendings, newest first."""
        ...

    async def latest(self, conn: Connection, account_id: int) -> Sequence[Sending]:
        """The latest sending of each schedule."""
        ...

    async def take_up(self, conn: Connection, sending_id: str) -> None:
        """Lets one that failed wait again, at once and with all its attempts."""
        ...

    async def cancel(self, conn: Connection, owner_id: str) -> int:
        """Removes what waits of a schedule; gives how many."""
        ...

    async def settle_lost(self, conn: Connection) -> int:
        """What a dead process was handing over becomes uncertain; gives how many."""
        ...

    async def claim(self, conn: Connection, owner: str, lease_s: float, limit: int) -> Sequence[Sending]:
        """Takes due ones, those of dead processes included that were not handed over yet."""
        ...

    async def hand_over(self, conn: Connection, sending: Sending, owner: str, lease_s: float) -> bool:
        """Writes down that it is handed over from now on; False: the lease was lost."""
        ...

    async def settle(self, conn: Connection, sending: Sending, owner: str, verdict: Verdict) -> bool:
        """Writes down what an attempt led to; False: the lease was lost."""
        ...


class Figures(Protocol):
    """What reports are made of."""

    async def report(self, account_id: int, wanted: PeriodWanted, language: str) -> Report:
        """The figures of a period beside those of the one before.

        Raises:
            InvalidField: the period is given twice, not at all, backwards, or is longer than a report can be.
        """
        ...

    async def leads(self, account_id: int, period: Period) -> Sequence[LeadSummary]:
        """The period's new leads by their first message; at most 50,000."""
        ...

    async def zone(self, account_id: int) -> ZoneInfo:
        """The clinic's zone."""
        ...


class Printer(Protocol):
    """Makes pages to print."""

    async def print(self, page: Page) -> bytes:
        """A page as PDF."""
        ...


class Mailer(Protocol):
    """Sends e-mail."""

    @property
    def ready(self) -> bool:
        """Whether this installation can."""
        ...

    async def send(self, mail: Mail) -> str:
        """Sends one; gives a word for what went wrong all the same, such as some of several recipients refused.

        Raises:
            Undelivered: the mail server did not take it.
        """
        ...


class Poster(Protocol):
    """Posts JSON to addresses that somebody else gave."""

    async def slack(self, url: str, text: str) -> None:
        """Says something in a Slack channel.

        Raises:
            Undelivered: Slack did not take it.
        """
        ...

    async def signed(self, url: str, secret: str, delivery_id: str, body: bytes) -> None:
        """Posts a signed document; a repeat has the same id.

        Raises:
            Undelivered: the other side did not take it.
        """
        ...


class Spreadsheets(Protocol):
    """Writes into Google Sheets."""

    async def push(self, target: Sheets, key: str, table: Sequence[Sequence[str]]) -> None:
        """Writes a table, its head first; where lines are appended to a sheet that has some, without its head.

        Raises:
            Undelivered: Google did not take it.
        """
        ...


class Box(Protocol):
    """Seals secrets."""

    def seal(self, secret: str) -> bytes:
        """Encrypts."""
        ...

    def open(self, sealed: bytes) -> str:
        """Decrypts; raises `SecretUnreadable`."""
        ...


def is_secretive(plan: Plan) -> bool:
    """Whether a plan's target has a secret."""
    return plan.target.channel != "email"
