"""When a report goes out, of which period, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sdr_common.errors import InvalidField
from sdr_reporting.domain.period import Period

MOST_SCHEDULES: Final = 50
"""Schedules of one account."""
_LOOK_AHEAD_DAYS: Final = 63
"""Longer than from any day to the second next month's last."""


class Cadence(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Format(StrEnum):
    """What is sent."""

    PDF = "pdf"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Email:
    """To people."""

    to: tuple[str, ...]
    channel = "email"


@dataclass(frozen=True, slots=True)
class Slack:
    """To a Slack channel; the webhook's address is the secret."""

    channel = "slack"


@dataclass(frozen=True, slots=True)
class Webhook:
    """To a program; what signs is the secret."""

    url: str
    channel = "webhook"


@dataclass(frozen=True, slots=True)
class Sheets:
    """Into a spreadsheet; the service account's key is the secret."""

    spreadsheet_id: str
    sheet: str
    append: bool
    account_email: str = ""
    """Whom the spreadsheet is shared with; empty: there is no key."""
    channel = "sheets"


Target = Email | Slack | Webhook | Sheets


@dataclass(frozen=True, slots=True)
class Plan:
    """What a schedule does."""

    name: str
    cadence: Cadence
    weekday: int
    """1 is Monday; with a weekly one."""
    month_day: int
    """1-31; the last day in a shorter month; with a monthly one."""
    local_time: time
    format: Format
    language: str
    """pt, es or en."""
    paused: bool
    target: Target


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of an account."""

    schedule_id: str
    account_id: int
    plan: Plan
    next_at: datetime | None
    """None: paused."""
    has_secret: bool


def next_slot(plan: Plan, zone: ZoneInfo, after: datetime) -> datetime:
    """The schedule's first moment after an instant, aware UTC.

    Where clocks skip the local time, the moment that the time before the jump makes of it; where they repeat
    it, the first: a day has one moment.
    """
    day = after.astimezone(zone).date() - timedelta(days=1)
    for _ in range(_LOOK_AHEAD_DAYS):
        if _is_due_on(plan, day):
            moment = datetime.combine(day, plan.local_time, zone).astimezone(UTC)
            if moment > after:
                return moment
        day += timedelta(days=1)
    raise AssertionError("every month has one of its days")


def latest_slot(plan: Plan, zone: ZoneInfo, since: datetime, now: datetime) -> datetime:
    """The last moment up to now, at least `since`: after an outage the latest report goes out, not every one."""
    slot = since
    while (following := next_slot(plan, zone, slot)) <= now:
        slot = following
    return slot


def period_of(cadence: Cadence, zone: ZoneInfo, moment: datetime) -> Period:
    """The whole day, week (from Monday) or month before the one that a moment lies in, in the clinic's zone."""
    today = moment.astimezone(zone).date()
    if cadence is Cadence.DAILY:
        first, after = today - timedelta(days=1), today
    elif cadence is Cadence.WEEKLY:
        after = today - timedelta(days=today.weekday())
        first = after - timedelta(days=7)
    else:
        after = today.replace(day=1)
        first = (after - timedelta(days=1)).replace(day=1)
    return Period(midnight(first, zone), midnight(after, zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, aware UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def check_secret(target: Target, secret: str, field: str, slack_url: str) -> None:
    """Refuses a secret that cannot be one.

    Args:
        target: Whose.
        secret: As given; never in the error.
        field: Its name in the contract.
        slack_url: What addresses of Slack's incoming webhooks begin with.

    Raises:
        InvalidField: it is missing, or has another shape.
    """
    match target:
        case Slack() if not secret.startswith(slack_url):
            raise InvalidField(field, f"must be an incoming webhook of Slack's, which begins with {slack_url}")
        case Webhook() if len(secret) < 16:
            raise InvalidField(field, "must have 16 characters at least", limit=16)
        case Sheets() if not secret:
            raise InvalidField(field, "the service account's key is needed")


def _is_due_on(plan: Plan, day: date) -> bool:
    match plan.cadence:
        case Cadence.DAILY:
            return True
        case Cadence.WEEKLY:
            return day.isoweekday() == plan.weekday
        case Cadence.MONTHLY:
            is_last = (day + timedelta(days=1)).day == 1
            return day.day == plan.month_day or (is_last and plan.month_day > day.day)
