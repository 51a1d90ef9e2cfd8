"""Periods of a report, in the account's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdr_common.errors import InvalidField, InvalidSettings

DEFAULT_ZONE: Final = "America/Sao_Paulo"
"""The zone of an account that was never set up here."""


@dataclass(frozen=True, slots=True)
class Period:
    """Instants from `start` up to and without `until`, aware UTC."""

    start: datetime | None
    """None: from the beginning."""
    until: datetime


def check_zone(name: str) -> None:
    """Refuses what is no time zone.

    Raises:
        InvalidSettings: no IANA zone has this name.
    """
    try:
        ZoneInfo(name)
    # A folder of the zone database ("America") or a path out of it is an OSError or a ValueError.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSettings(
            "clinic.time_zone", f"no IANA time zone is called {name!r}; one is {DEFAULT_ZONE}", value=name
        ) from None


def named_period(name: str, now: datetime, zone_name: str) -> Period:
    """The whole calendar day, week (from Monday) or month that `now` lies in.

    Args:
        name: today, week or month.
        now: Aware.
        zone_name: IANA name.

    Raises:
        InvalidField: another name.
    """
    zone = ZoneInfo(zone_name)
    today = now.astimezone(zone).date()
    if name == "today":
        first, after = today, today + timedelta(days=1)
    elif name == "week":
        first = today - timedelta(days=today.weekday())
        after = first + timedelta(days=7)
    elif name == "month":
        first = today.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        raise InvalidField("period", "must be today, week or month", value=name)
    return Period(midnight(first, zone), midnight(after, zone))


def period_of_days(first: date, last: date, zone_name: str) -> Period:
    """The whole days from one to another, both included, in a zone.

    Raises:
        InvalidField: the last one is before the first, or is the calendar's last.
    """
    if last < first:
        raise InvalidField("last_day", f"is before first_day, {first.isoformat()}", value=last.isoformat())
    zone = ZoneInfo(zone_name)
    try:
        return Period(midnight(first, zone), midnight(last + timedelta(days=1), zone))
    except OverflowError:
        raise InvalidField("last_day", "is too near to the end of the calendar", value=last.isoformat()) from None


def free_period(start: datetime | None, until: datetime | None, now: datetime) -> Period:
    """The period between two instants.

    Args:
        start: First instant counted; None: the beginning.
        until: First instant no longer counted; None: now.
        now: Aware.

    Raises:
        InvalidField: it ends before it begins.
    """
    end = until or now
    if start is not None and end < start:
        raise InvalidField("until", f"{end.isoformat()} is before from, which is {start.isoformat()}")
    return Period(start, end)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day; where clocks skip midnight, the instant of the jump."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
