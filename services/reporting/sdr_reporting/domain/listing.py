"""Lists of leads: what is asked, and where a page ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdr_common.lead import Channel, LeadStatus, Temperature


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads of an account; None or empty: any."""

    account_id: int
    temperature: Temperature | None = None
    status: LeadStatus | None = None
    search: str = ""
    """Part of the name, folded (`sdr_reporting.domain.name.fold`)."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended, and as of when the whole list is ordered.

    Leads get news while somebody turns pages. The order is therefore that of the first page's moment
    (`snapshot`), so that each lead of that moment is listed exactly once, whatever happens meanwhile.
    """

    snapshot: int
    """The greatest sequence number recorded for the account when the first page was made."""
    updated_at: datetime
    """The last lead's latest news as of the snapshot."""
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
    cost_micro_usd: int = 0
    """What models cost for it since its beginning, in millionths of a US dollar."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A lead of a list with its place in the list's order."""

    updated_at: datetime
    """Its latest news as of the list's snapshot."""
    summary: LeadSummary


@dataclass(frozen=True, slots=True)
class Page:
    """Some leads of a list, the latest news first."""

    leads: tuple[LeadSummary, ...]
    next_position: Position | None
    """None: the last page."""
