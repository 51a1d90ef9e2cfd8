"""When a clinic is open. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As in account documents, Monday first."""

_LOOK_AHEAD_DAYS = 60


def no_holiday(_: date) -> bool:
    """A calendar without holidays."""
    return False


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of opening on one weekday."""

    weekday: int
    """0 is Monday."""
    opens: time
    closes: time
    """After `opens`, on the same day."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When a clinic is open, in its own zone."""

    zone: ZoneInfo
    openings: tuple[Opening, ...]
    """Empty: always open."""
    closed_on: frozenset[date] = frozenset()
    """Days on which it is closed all the same."""
    holiday: Callable[[date], bool] = no_holiday
    """Whether a day is a public holiday: then it is closed too."""
    open_on: frozenset[date] = frozenset()
    """Holidays on which it is open."""

    def opens_in_s(self, now: float) -> float:
        """Seconds until the clinic is open; 0: it is, or no opening is in sight (it never says so for ever).

        Args:
            now: Seconds since 1970.
        """
        if not self.openings:
            return 0.0
        today = datetime.fromtimestamp(now, UTC).astimezone(self.zone).date()
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = today + timedelta(days=ahead)
            if self._is_closed(day):
                continue
            stretches = sorted((o for o in self.openings if o.weekday == day.weekday()), key=lambda o: o.opens)
            for stretch in stretches:
                if now < self._instant(day, stretch.closes):
                    return max(0.0, self._instant(day, stretch.opens) - now)
        return 0.0

    def back_at(self, now: float) -> float | None:
        """When somebody is there again, seconds since 1970; None: somebody is there, or no opening is in sight.

        Args:
            now: Seconds since 1970.
        """
        opens_in_s = self.opens_in_s(now)
        return now + opens_in_s if opens_in_s > 0 else None

    def stretches(self, since: float, until: float) -> list[tuple[float, float]]:
        """When the clinic is open between two instants, in order; the whole time where it has no hours.

        Args:
            since: Seconds since 1970.
            until: Seconds since 1970.
        """
        if not self.openings:
            return [(since, until)]
        found = []
        day = datetime.fromtimestamp(since, UTC).astimezone(self.zone).date()
        last = datetime.fromtimestamp(until, UTC).astimezone(self.zone).date()
        while day <= last:
            of_day = [] if self._is_closed(day) else [each for each in self.openings if each.weekday == day.weekday()]
            for stretch in sorted(of_day, key=lambda each: each.opens):
                start = max(since, self._instant(day, stretch.opens))
                end = min(until, self._instant(day, stretch.closes))
                if start < end:
                    found.append((start, end))
            day += timedelta(days=1)
        return found

    def _is_closed(self, day: date) -> bool:
        return day in self.closed_on or (day not in self.open_on and self.holiday(day))

    def _instant(self, day: date, at: time) -> float:
        return datetime.combine(day, at, self.zone).timestamp()
