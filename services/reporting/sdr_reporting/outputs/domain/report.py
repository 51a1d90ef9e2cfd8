"""A report as it is told: what was counted, for whom, in which language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdr_reporting.domain.period import Period
from sdr_reporting.domain.report import Report as Counted


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says."""

    clinic_name: str
    language: str
    """pt, es or en."""
    made_at: datetime
    counted: Counted

    @property
    def zone_name(self) -> str:
        """IANA name; days are this zone's."""
        return self.counted.bounds.zone

    @property
    def period(self) -> Period:
        """What it covers."""
        return self.counted.bounds.period


def change_percent(now: float, before: float) -> int | None:
    """By how many per cent a figure changed, rounded; None: there was nothing before."""
    return round((now - before) * 100 / before) if before else None
