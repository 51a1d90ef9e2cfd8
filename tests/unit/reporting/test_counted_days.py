from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sdr_reporting.domain.counted_days import Span, days_due, gaps

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counted", "left"),
    [
        ([], [(day(2), day(6))]),
        ([(day(2), day(3)), (day(3), day(4))], [(day(4), day(6))]),
        ([(day(3), day(4))], [(day(2), day(3)), (day(4), day(6))]),
        ([(day(2), day(6))], []),
    ],
    ids=["nothing counted", "the beginning", "the middle", "all"],
)
def test_what_lies_between_counted_days_is_left(counted: list[Span], left: list[Span]) -> None:
    assert gaps(day(2), day(6), counted) == left


def test_a_day_is_due_two_hours_after_its_end() -> None:
    first = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert days_due(first, day(3) + timedelta(hours=2, seconds=-1), SAO_PAULO) == []
    due = days_due(first, day(4) + timedelta(hours=2), SAO_PAULO)
    assert [(each.start, each.until) for each in due] == [(day(3), day(4)), (day(2), day(3))]


def test_a_day_that_a_zone_skipped_is_none() -> None:
    due = days_due(datetime(2011, 12, 29, 12, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC), ZoneInfo("Pacific/Apia"))
    assert [each.start for each in due] == [
        datetime(2011, 12, 30, 10, tzinfo=UTC),
        datetime(2011, 12, 29, 10, tzinfo=UTC),
    ]


def test_what_is_told_of_the_year_one_makes_no_more_days_than_five_years_have() -> None:
    assert len(days_due(datetime(1, 1, 2, tzinfo=UTC), day(4), SAO_PAULO)) == 1829
