"""When a clinic is open."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from sdr_gateway.domain.hours import BusinessHours, Opening

ZONE = ZoneInfo("America/Sao_Paulo")
WEEK = tuple(Opening(day, time(9), time(19)) for day in range(5))
SATURDAY = (Opening(5, time(9), time(12)), Opening(5, time(13), time(15)))
HOURS = BusinessHours(ZONE, WEEK + SATURDAY, frozenset({date(2026, 12, 25)}))


def _opens_in(text: str) -> float:
    return HOURS.opens_in_s(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-06-17T09:00", 0),
        ("2026-06-17T18:59:59", 0),
        ("2026-06-17T08:59", 60),
        ("2026-06-17T19:00", 14 * 3600),
        ("2026-06-20T12:30", 1800),
        ("2026-06-20T15:00", 42 * 3600),
        ("2026-12-24T19:00", (5 + 24 + 9) * 3600),
    ],
)
def test_the_next_opening_is_counted_in_the_clinics_zone(now: str, seconds: int) -> None:
    assert _opens_in(now) == seconds


def test_without_hours_a_clinic_is_always_open() -> None:
    assert BusinessHours(ZONE, ()).opens_in_s(0.0) == 0.0


def test_a_clinic_that_never_opens_is_not_waited_for() -> None:
    closed = frozenset(date.fromordinal(date(2026, 6, 1).toordinal() + n) for n in range(100))
    hours = BusinessHours(ZONE, WEEK, closed)
    assert hours.opens_in_s(datetime(2026, 6, 2, tzinfo=ZONE).timestamp()) == 0.0
