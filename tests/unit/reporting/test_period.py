from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sdr_common.errors import InvalidField, InvalidSettings
from sdr_reporting.domain.period import Period, check_zone, free_period, named_period

SAO_PAULO = "America/Sao_Paulo"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year, month, day, hour, minute


def test_today_runs_from_midnight_to_midnight_in_the_accounts_zone() -> None:
    period = named_period("today", utc(2026, 3, 4, 15), SAO_PAULO)
    assert period == Period(utc(2026, 3, 4, 3), utc(2026, 3, 5, 3))


def test_late_evening_in_the_zone_is_still_today_though_utc_is_tomorrow() -> None:
    period = named_period("today", utc(2026, 3, 5, 2, 59), SAO_PAULO)
    assert period == Period(utc(2026, 3, 4, 3), utc(2026, 3, 5, 3))


def test_midnight_begins_the_new_day() -> None:
    assert named_period("today", utc(2026, 3, 5, 3), SAO_PAULO) == Period(utc(2026, 3, 5, 3), utc(2026, 3, 6, 3))


@pytest.mark.parametrize(
    "now",
    [utc(2026, 3, 2, 3), utc(2026, 3, 4, 15), utc(2026, 3, 9, 2, 59)],
    ids=["Monday's first instant", "Wednesday", "Sunday's last minute"],
)
def test_a_week_runs_from_monday_to_monday(now: datetime) -> None:
    assert named_period("week", now, SAO_PAULO) == Period(utc(2026, 3, 2, 3), utc(2026, 3, 9, 3))


def test_a_month_runs_from_its_first_to_the_next_first() -> None:
    assert named_period("month", utc(2026, 3, 1, 2), SAO_PAULO) == Period(utc(2026, 2, 1, 3), utc(2026, 3, 1, 3))


def test_december_ends_with_the_year() -> None:
    assert named_period("month", utc(2026, 12, 31, 12), SAO_PAULO) == Period(utc(2026, 12, 1, 3), utc(2027, 1, 1, 3))


@pytest.mark.parametrize(
    ("zone", "start", "until"),
    [
        ("UTC", utc(2026, 3, 4), utc(2026, 3, 5)),
        ("America/Manaus", utc(2026, 3, 4, 4), utc(2026, 3, 5, 4)),
        ("Europe/Lisbon", utc(2026, 3, 4), utc(2026, 3, 5)),
        ("Asia/Kathmandu", utc(2026, 3, 3, 18, 15), utc(2026, 3, 4, 18, 15)),
    ],
)
def test_the_day_follows_the_zone(zone: str, start: datetime, until: datetime) -> None:
    assert named_period("today", utc(2026, 3, 4, 15), zone) == Period(start, until)


def test_a_day_that_skips_midnight_begins_with_the_jump() -> None:
    # On 4 November 2018 clocks in São Paulo jumped from 00:00 to 01:00.
    period = named_period("today", utc(2018, 11, 4, 12), SAO_PAULO)
    assert period == Period(utc(2018, 11, 4, 3), utc(2018, 11, 5, 2))


def test_a_day_with_25_hours_is_counted_whole() -> None:
    # On 18 February 2018 at 00:00 clocks went back to 23:00 of the 17th.
    period = named_period("today", utc(2018, 2, 17, 12), SAO_PAULO)
    assert period == Period(utc(2018, 2, 17, 2), utc(2018, 2, 18, 3))


def test_another_name_is_refused() -> None:
    with pytest.raises(InvalidField, match="must be today, week or month"):
        named_period("year", utc(2026, 3, 4), SAO_PAULO)


def test_a_free_period_ends_now_unless_said_otherwise() -> None:
    now = utc(2026, 3, 4)
    assert free_period(None, None, now) == Period(None, now)
    assert free_period(utc(2026, 3, 1), utc(2026, 3, 2), now) == Period(utc(2026, 3, 1), utc(2026, 3, 2))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidField) as caught:
        free_period(utc(2026, 3, 2), utc(2026, 3, 1), utc(2026, 3, 4))
    assert caught.value.field == "until"


def test_an_empty_period_is_accepted() -> None:
    assert free_period(utc(2026, 3, 2), utc(2026, 3, 2), utc(2026, 3, 4)).start == utc(2026, 3, 2)


@pytest.mark.parametrize("name", ["America/Sao_Paulo", "UTC", "America/Noronha"])
def test_zones_are_known(name: str) -> None:
    check_zone(name)


@pytest.mark.parametrize(
    "name", ["Sao Paulo", "America", "../passwd", "/etc/localtime", "America/Sao_Paulo\0", "GMT-3"]
)
def test_what_is_no_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        check_zone(name)
    assert caught.value.details["field"] == "clinic.time_zone"
