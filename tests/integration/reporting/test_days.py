"""Days that are counted once for all reports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2
from sdr_common.postgres import make_pool
from sdr_reporting.operations_days import DAYS_AT_ONCE, DayWork
from sdr_reporting.store.days import PostgresDays
from sdr_reporting.store.postgres import PostgresAccounts
from sdr_reporting.store.reports import PostgresReports
from tests.integration.reporting.conftest import (
    ACCOUNT,
    NOON,
    Reporting,
    a_turn,
    judged,
    paid,
    told_outcome,
)

DAY = 24 * 60
TEN_DAYS_ON = NOON + timedelta(days=10)


@pytest.fixture
async def day_work(reporting: Reporting) -> AsyncIterator[DayWork]:
    """What counts days, ten days after noon of 2 March."""
    async with make_pool(reporting.url, "reporting", name="test", max_size=2) as pool:
        yield DayWork(pool, PostgresDays(), PostgresReports(), PostgresAccounts(pool), lambda: TEN_DAYS_ON)


async def counted(reporting: Reporting) -> list[datetime]:
    rows = await reporting.fetch("select starts_at from report_day order by starts_at")
    return [row["starts_at"] for row in rows]


async def march(reporting: Reporting) -> report_pb2.ReportFigures:
    return (await reporting.report(start=NOON - timedelta(days=1), until=TEN_DAYS_ON)).figures


async def test_days_that_are_over_are_counted_a_week_at_a_time_and_the_latest_first(
    reporting: Reporting, day_work: DayWork
) -> None:
    await reporting.record(a_turn(0))
    assert await day_work.count_next() == DAYS_AT_ONCE
    assert await counted(reporting) == [NOON.replace(hour=3) + timedelta(days=3 + number) for number in range(7)]
    assert await day_work.count_next() == 3
    assert await day_work.count_next() == 0, "the day that goes on is not counted"


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        pytest.param(0, {"a": a_turn(0, contact_id=502)}, id="another lead"),
        pytest.param(0, {"a": judged(3 * DAY)}, id="a judgement of a lead that came then"),
        pytest.param(0, {"a": told_outcome(5 * DAY, lead.LEAD_OUTCOME_WON)}, id="a sale to a lead that came then"),
        pytest.param(DAY, {"a": paid(DAY, 700)}, id="what a model cost"),
    ],
)
async def test_what_changes_a_day_takes_it_away_and_reports_are_right_at_once(
    reporting: Reporting, day_work: DayWork, minutes: float, told: dict[str, object]
) -> None:
    await reporting.record(a_turn(0))
    while await day_work.count(ACCOUNT):
        pass
    before, days = await march(reporting), len(await counted(reporting))
    await reporting.record(told["a"])  # type: ignore[arg-type]  # an event
    assert (NOON + timedelta(minutes=minutes)).replace(hour=3) not in await counted(reporting)
    at_once = await march(reporting)
    assert at_once != before
    while await day_work.count(ACCOUNT):
        pass
    assert len(await counted(reporting)) == days
    assert await march(reporting) == at_once
