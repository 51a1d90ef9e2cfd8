"""When a report goes out, and of which period."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_reporting.domain.period import Period
from sdr_reporting.outputs.domain.schedule import (
    Cadence,
    Email,
    Format,
    Plan,
    latest_slot,
    next_slot,
    period_of,
)

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")
# Hypothesis wants its bounds without a zone.
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def a_plan(**changes: Any) -> Plan:
    fields: dict[str, Any] = {
        "name": "Resumo",
        "cadence": Cadence.DAILY,
        "weekday": 1,
        "month_day": 1,
        "local_time": time(8, 0),
        "format": Format.PDF,
        "language": "pt",
        "paused": False,
        "target": Email(("ana@clinica.example",)),
    }
    return Plan(**(fields | changes))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("plan", "after", "expected"),
    [
        (a_plan(), "2026-03-02T10:59", "2026-03-02T11:00"),
        (a_plan(), "2026-03-02T11:00", "2026-03-03T11:00"),
        (a_plan(cadence=Cadence.WEEKLY, weekday=1), "2026-03-02T11:00", "2026-03-09T11:00"),
        (a_plan(cadence=Cadence.WEEKLY, weekday=5), "2026-03-02T11:00", "2026-03-06T11:00"),
        (a_plan(cadence=Cadence.MONTHLY, month_day=31), "2026-02-10T00:00", "2026-02-28T11:00"),
        (a_plan(cadence=Cadence.MONTHLY, month_day=31), "2026-02-28T11:00", "2026-03-31T11:00"),
        (a_plan(local_time=time(23, 30)), "2026-03-02T01:00", "2026-03-02T02:30"),
    ],
)
def test_the_next_moment_is_the_first_in_the_clinics_zone(plan: Plan, after: str, expected: str) -> None:
    assert next_slot(plan, SAO_PAULO, at(after)) == at(expected)


def test_a_local_time_that_clocks_skip_or_repeat_comes_once_a_day() -> None:
    plan = a_plan(local_time=time(2, 30))
    skipped = next_slot(plan, NEW_YORK, at("2026-03-08T06:00"))
    assert skipped == at("2026-03-08T07:30")
    assert next_slot(plan, NEW_YORK, skipped) == at("2026-03-09T06:30")
    repeated = next_slot(a_plan(local_time=time(1, 30)), NEW_YORK, at("2026-11-01T04:00"))
    assert repeated == at("2026-11-01T05:30")
    assert next_slot(a_plan(local_time=time(1, 30)), NEW_YORK, repeated) == at("2026-11-02T06:30")


@given(
    st.sampled_from(Cadence),
    st.tuples(st.integers(1, 7), st.integers(1, 31)),
    st.times(),
    INSTANTS,
    st.sampled_from([SAO_PAULO, NEW_YORK, ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]),
)
def test_moments_follow_one_another_and_their_periods_touch(
    cadence: Cadence, days: tuple[int, int], moment: time, after: datetime, zone: ZoneInfo
) -> None:
    weekday, month_day = days
    plan = a_plan(cadence=cadence, weekday=weekday, month_day=month_day, local_time=moment.replace(second=0))
    first = next_slot(plan, zone, after)
    second = next_slot(plan, zone, first)
    assert after < first < second
    one, other = period_of(cadence, zone, first), period_of(cadence, zone, second)
    assert one.until <= first
    assert one.until == other.start


def test_after_an_outage_the_latest_report_goes_out_and_no_older_one() -> None:
    plan = a_plan()
    due = at("2026-03-02T11:00")
    assert latest_slot(plan, SAO_PAULO, due, at("2026-03-05T20:00")) == at("2026-03-05T11:00")
    assert latest_slot(plan, SAO_PAULO, due, due) == due


@pytest.mark.parametrize(
    ("cadence", "start", "until"),
    [
        (Cadence.DAILY, "2026-03-03T03:00", "2026-03-04T03:00"),
        (Cadence.WEEKLY, "2026-02-23T03:00", "2026-03-02T03:00"),
        (Cadence.MONTHLY, "2026-02-01T03:00", "2026-03-01T03:00"),
    ],
)
def test_a_report_is_of_the_whole_day_week_or_month_before(cadence: Cadence, start: str, until: str) -> None:
    wednesday = at("2026-03-04T11:00")
    assert period_of(cadence, SAO_PAULO, wednesday) == Period(at(start), at(until))
