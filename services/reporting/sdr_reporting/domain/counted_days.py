"""Days that are counted once for all reports: which ones may be, what lies between them, and what changes one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from sdr_reporting.domain.event import Event, LeadKey, LeadQualified, ModelUsed
from sdr_reporting.domain.lead import Lead
from sdr_reporting.domain.period import Period, midnight
from sdr_reporting.domain.report import PERIOD_AT_MOST

SETTLES_AFTER: Final = timedelta(hours=2)
"""A day is counted once it has been over for so long: most of what is told of a day is told by then."""
LIVE_FOR: Final = timedelta(hours=1)
"""What is younger lies in no counted day, though clocks differ: less than `SETTLES_AFTER` by more than they do."""

Span = tuple[datetime, datetime]
"""First instant, and first no longer."""
Change = tuple[int, datetime]
"""An account, and an instant whose day counts differently now."""


def days_due(first: datetime, now: datetime, zone: ZoneInfo) -> list[Period]:
    """The days of a zone that may be counted, the latest first: people ask for those.

    Args:
        first: When the account's first lead wrote.
        now: Aware.
        zone: The account's.
    """
    start = max(first, now - PERIOD_AT_MOST).astimezone(zone).date()
    last = (now - SETTLES_AFTER).astimezone(zone).date()
    bounds = [midnight(start + timedelta(days=number), zone) for number in range((last - start).days + 1)]
    # A day that a zone skipped has no length: Samoa had no 30 December 2011.
    return [Period(one, other) for one, other in reversed(list(pairwise(bounds))) if one < other]


def gaps(
    start: datetime, until: datetime, counted: Sequence[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """What of a period lies outside counted days.

    Args:
        start: First instant of the period.
        until: First instant no longer in it.
        counted: Days within it, in order, without overlap.
    """
    ends = [start, *(instant for day in counted for instant in day), until]
    return [(one, other) for one, other in zip(ends[::2], ends[1::2], strict=True) if one < other]


def changes(
    known: Mapping[LeadKey, Lead], leads: Mapping[LeadKey, Lead], events: Iterable[Event], now: datetime
) -> set[Change]:
    """The instants whose days count differently after events.

    Args:
        known: Leads before.
        leads: The same and new ones after.
        events: What is new.
        now: Aware; what is of the last hour is left out, because its day is not counted yet.
    """
    found = {*_of_leads(known, leads), *_of_events(events)}
    return {(account_id, instant) for account_id, instant in found if instant < now - LIVE_FOR}


def _of_leads(known: Mapping[LeadKey, Lead], leads: Mapping[LeadKey, Lead]) -> Iterator[Change]:
    for key, lead in leads.items():
        before = known.get(key)
        if before is not None and _counted(before) == _counted(lead):
            continue
        for each in (lead, before):
            if each is not None and each.first_message_at is not None:
                yield key.account_id, each.first_message_at
            if each is not None and each.outcome.stamp is not None:
                yield key.account_id, each.outcome.stamp.at


def _of_events(events: Iterable[Event]) -> Iterator[Change]:
    for event in events:
        match event.payload:
            case ModelUsed():
                yield event.lead.account_id, event.occurred_at
            case LeadQualified(qualified_at=at):
                yield event.lead.account_id, at


def _counted(lead: Lead) -> tuple[object, ...]:
    """All of a lead that a report counts or tells leads apart by."""
    judged = lead.qualification.value
    return (
        lead.updated_at is None,
        lead.first_message_at,
        lead.first_public_at,
        lead.channel.value,
        lead.inbox_id.value,
        lead.procedure.value,
        lead.assignment.value.closer_email,
        lead.status,
        lead.asked.value,
        lead.outcome,
        None if judged is None else (judged.score, judged.temperature),
    )
