"""Lists of leads: what is asked, and where a page ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sdr_common.errors import InvalidField
from sdr_common.lead import Channel, LeadOutcome, LeadStatus, Temperature

NOBODY = "-"
"""As a closer's e-mail in a filter: leads that nobody has."""


class Sort(StrEnum):
    """Order of a list."""

    NEWS = "news"
    """The latest news first, as of the moment of the first page."""
    SCORE = "score"
    """The highest score first; leads without one last."""
    NEWEST = "newest"
    """The latest first message first; leads without one are left out."""
    OLDEST = "oldest"
    """The earliest first message first; leads without one are left out."""


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads of an account; None or empty: any."""

    account_id: int
    temperature: Temperature | None = None
    status: LeadStatus | None = None
    search: str = ""
    """Part of the name, procedure or phone (`sdr_reporting.domain.name.searched`)."""
    procedure: str = ""
    closer_email: str = ""
    """`NOBODY`: those that nobody has."""
    channel: Channel | None = None
    inbox_id: int = 0
    start: datetime | None = None
    """The first message came then or later."""
    until: datetime | None = None
    """The first message came before."""
    outcome: LeadOutcome | None = None
    sort: Sort = Sort.NEWS


def check_filter(wanted: LeadFilter) -> None:
    """Refuses a filter that no lead can pass.

    Raises:
        InvalidField: its period ends before it begins.
    """
    if wanted.start is not None and wanted.until is not None and wanted.until < wanted.start:
        raise InvalidField("until", f"{wanted.until.isoformat()} is before from, {wanted.start.isoformat()}")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended, and as of when the whole list is ordered.

    Leads get news while somebody turns pages. The order is therefore that of the first page's moment
    (`snapshot`), so that each lead of that moment is listed exactly once, whatever happens meanwhile.
    """

    snapshot: int
    """The greatest sequence number recorded for the account when the first page was made."""
    place: datetime | int | None
    """What the last lead is sorted by: its latest news as of the snapshot, its first message, its score; None: it has
    none, and those without one come last."""
    contact_id: int
    """The last lead."""


@dataclass(frozen=True, slots=True)
class LeadSummary:
    """One lead of a list."""

    contact_id: int
    conversation_id: int
    name: str
    status: LeadStatus | None
    temperature: Temperature | None
    score: int | None
    procedure: str
    known_count: int
    first_message_at: datetime | None
    updated_at: datetime
    qualified_at: datetime | None
    qualification_id: str
    channel: Channel | None
    team: str
    closer_email: str
    inbox_id: int
    """0: unknown."""
    outcome: LeadOutcome
    outcome_at: datetime | None
    """When the outcome was told; None: it never was."""
    phone: str
    cost_micro_usd: int = 0
    """What models cost for it since its beginning, in millionths of a US dollar."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A lead of a list with its place in the list's order."""

    place: datetime | int | None
    """What it is sorted by; see `Position.place`."""
    summary: LeadSummary


@dataclass(frozen=True, slots=True)
class Page:
    """Some leads of a list, the latest news first."""

    leads: tuple[LeadSummary, ...]
    next_position: Position | None
    """None: the last page."""
