"""A report: the figures of a period beside those of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period


@dataclass(frozen=True, slots=True)
class Day:
    """One stretch of a chart: a day, or several where the period is long."""

    first: date
    new_lead_count: int
    qualified_lead_count: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says."""

    clinic_name: str
    zone_name: str
    """IANA name; days are this zone's."""
    language: str
    """pt, es or en."""
    period: Period
    made_at: datetime
    now: Overview
    before: Overview
    """The same length of time right before."""
    days: tuple[Day, ...]


def change_percent(now: float, before: float) -> int | None:
    """By how many per cent a figure changed, rounded; None: there was nothing before."""
    return round((now - before) * 100 / before) if before else None
