"""A period's report: who came and what became of them, what happened, how it went over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from sdr_common.errors import InvalidField
from sdr_common.lead import JudgementVerdict, Temperature
from sdr_reporting.domain.period import Period, named_period

PARTS_AT_MOST: Final = 400
"""Parts of a series; more are nothing that a chart could show."""
ROWS_AT_MOST: Final = 100
"""Rows of a breakdown."""
PERIOD_AT_MOST: Final = timedelta(days=5 * 366)
_PROMOTER: Final = 5
_DETRACTORS: Final = (1, 2, 3)
RATINGS: Final = (1, 2, 3, 4, 5)


class Step(StrEnum):
    """How a period is cut into parts, in the account's zone."""

    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took. A percentile is the least time that so many per cent did not exceed."""

    count: int = 0
    average: timedelta | None = None
    p50: timedelta | None = None
    p90: timedelta | None = None
    p95: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Answers to surveys."""

    counts: Mapping[int, int] = field(default_factory=dict)
    """By rating; those without an answer may be missing."""

    @property
    def answer_count(self) -> int:
        """The sample's size."""
        return sum(self.counts.values())

    @property
    def average(self) -> float | None:
        """Mean rating; None: no answer."""
        total = sum(rating * count for rating, count in self.counts.items())
        return total / self.answer_count if self.answer_count else None

    @property
    def net_promoter(self) -> float | None:
        """Share of 5s less share of 1s to 3s, in per cent; None: no answer.

        Source: the net promoter score counts 9-10 as promoters and 0-6 as detractors of 0-10; on Chatwoot's five
        steps the top one and the lower three are the usual counterparts.
        """
        if not self.answer_count:
            return None
        promoters = self.counts.get(_PROMOTER, 0)
        detractors = sum(self.counts.get(rating, 0) for rating in _DETRACTORS)
        return float(Fraction(100 * (promoters - detractors), self.answer_count))


@dataclass(frozen=True, slots=True)
class Came:
    """Leads that came in a period, as they stand now."""

    new: int = 0
    answered: int = 0
    judged: int = 0
    completed: int = 0
    """Status qualificado or completo."""
    hot: int = 0
    warm: int = 0
    """quente or morno."""
    abandoned: int = 0
    """Status incompleto."""
    in_progress: int = 0
    won: int = 0
    lost: int = 0
    score_sum: int = 0
    """Of those judged."""

    @property
    def success_ratio(self) -> float | None:
        """Completed of all; None: nobody came."""
        return self.completed / self.new if self.new else None

    @property
    def average_score(self) -> float | None:
        """Of those judged; None: none is."""
        return self.score_sum / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Judged:
    """Leads judged in a period, each by its latest judgement in it."""

    by_temperature: Mapping[Temperature, int] = field(default_factory=dict)
    score_sum: int = 0

    @property
    def count(self) -> int:
        """How many."""
        return sum(self.by_temperature.values())

    @property
    def average_score(self) -> float | None:
        """None: none was judged."""
        return self.score_sum / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Happened:
    """What else happened in a period, to whichever lead."""

    sold: int = 0
    missed: int = 0
    cost_micro_usd: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one period."""

    came: Came
    first_answer: Times
    judged: Judged
    qualification: Times
    happened: Happened
    escalated: int
    satisfaction: Satisfaction
    agreement: Mapping[JudgementVerdict, int]

    @property
    def cost_per_new_micro_usd(self) -> int | None:
        """None: nobody came."""
        return share(self.happened.cost_micro_usd, self.came.new)

    @property
    def cost_per_qualified_micro_usd(self) -> int | None:
        """None: none was judged."""
        return share(self.happened.cost_micro_usd, self.judged.count)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a period."""

    came: int = 0
    judged: Judged = field(default_factory=Judged)
    happened: Happened = field(default_factory=Happened)


class By(StrEnum):
    """What leads that came are told apart by."""

    TEMPERATURE = "temperature"
    CHANNEL = "channel"
    INBOX = "inbox_id"
    PROCEDURE = "procedure"
    CLOSER = "closer_email"
    HOUR = "hour"


Row = tuple[str, Came]
"""What they have in common, and how they stand."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A period beyond its figures."""

    rows: Mapping[By, Sequence[Row]]
    """Per distinction, in the order in which they are shown."""
    abandoned_at: Sequence[tuple[str, int]]
    """By the fact asked last, its published word; empty: unknown. Most first."""
    parts: Mapping[date, Part]
    """By the first day of the part; those in which nothing happened may be missing."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a report covers."""

    start: datetime
    until: datetime
    previous: Period
    zone: str
    step: Step

    @property
    def period(self) -> Period:
        """The period itself."""
        return Period(self.start, self.until)


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a period beside the period before it."""

    bounds: Bounds
    figures: Figures
    previous: Figures
    detail: Detail


def bounds_of(
    name: str, start: datetime | None, until: datetime | None, step: str, *, now: datetime, zone: str
) -> Bounds:
    """What a report covers.

    Args:
        name: today, week, month, or empty: `start` and `until`.
        start: First instant counted.
        until: First instant no longer counted.
        step: day, week, month, or empty: by the period's length.
        now: Aware.
        zone: IANA name.

    Raises:
        InvalidField: the period is given twice, not at all, backwards, or is longer than a report can be.
    """
    if name and (start or until):
        raise InvalidField("period", "stands beside from or until; give either", value=name)
    start, until, previous = _named(name, now, zone) if name else _free(start, until)
    chosen = Step(step) if step else _fitting(until - start)
    bounds = Bounds(start, until, previous, zone, chosen)
    try:
        count = len(days_of(bounds))
    except OverflowError:
        raise InvalidField("from", f"is too near to the end of the calendar: {start.isoformat()}") from None
    if count > PARTS_AT_MOST:
        raise InvalidField("step", f"makes {count} parts; at most {PARTS_AT_MOST}", value=chosen.value)
    return bounds


def _named(name: str, now: datetime, zone: str) -> tuple[datetime, datetime, Period]:
    """A named period, and the one before it as far as this one has come."""
    period = named_period(name, now, zone)
    start = _known(period.start)
    before = named_period(name, start - timedelta(microseconds=1), zone)
    came_so_far = min(now, period.until) - start
    before_start = _known(before.start)
    return start, period.until, Period(before_start, min(before.until, before_start + came_so_far))


def _free(start: datetime | None, until: datetime | None) -> tuple[datetime, datetime, Period]:
    """A period by its ends, and as long a time before it."""
    if start is None or until is None:
        raise InvalidField("from" if start is None else "until", "is needed where no period is named")
    if until <= start:
        raise InvalidField("until", f"{until.isoformat()} is not after from, which is {start.isoformat()}")
    if until - start > PERIOD_AT_MOST:
        raise InvalidField("until", f"is more than {PERIOD_AT_MOST.days} days after from", value=until.isoformat())
    try:
        return start, until, Period(start - (until - start), start)
    except OverflowError:
        raise InvalidField("from", "leaves no time for a period before it", value=start.isoformat()) from None


def _known(start: datetime | None) -> datetime:
    if start is None:
        raise AssertionError("a named period has a beginning")
    return start


def _fitting(length: timedelta) -> Step:
    if length <= timedelta(days=62):
        return Step.DAY
    return Step.WEEK if length <= timedelta(weeks=53) else Step.MONTH


def days_of(bounds: Bounds) -> list[date]:
    """The first days of a report's parts, in order."""
    zone = ZoneInfo(bounds.zone)
    day = _first_of(bounds.start.astimezone(zone).date(), bounds.step)
    last = (bounds.until - timedelta(microseconds=1)).astimezone(zone).date()
    days = []
    while day <= last:
        days.append(day)
        day = _next(day, bounds.step)
    return days


def _first_of(day: date, step: Step) -> date:
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return day - timedelta(days=day.weekday())
        case Step.MONTH:
            return day.replace(day=1)


def _next(day: date, step: Step) -> date:
    match step:
        case Step.DAY:
            return day + timedelta(days=1)
        case Step.WEEK:
            return day + timedelta(days=7)
        case Step.MONTH:
            return (day + timedelta(days=31)).replace(day=1)


def share(cost: int, count: int) -> int | None:
    """Cost per piece to the nearest whole number, half to even; None: no piece. Floats lose digits of large sums."""
    return round(Fraction(cost, count)) if count else None
