"""An account's settings as rules: defaults, holidays, contradictions."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf import json_format

from sdr.common.v1.lead_pb2 import Clinic
from sdr.gateway.v1.gateway_pb2 import AccountDocument, GatewaySettings
from sdr_common.errors import InvalidSettings
from sdr_gateway.domain.wakes import DEFAULT_RULES
from sdr_gateway.operations.account_rules import business_hours, conversation_rules, holiday_calendar
from sdr_gateway.operations.checks import check_document
from sdr_gateway.operations.document import read_document

ZONE = "America/Sao_Paulo"
CLINIC = "clinic:\n  name: Bella Pele\n  assistant_name: Bella\n"
ZONED = f"time_zone: {ZONE}\n"
EVERY_DAY = [
    {"weekday": day, "opens": "09:00", "closes": "18:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
]


def a_part(**settings: Any) -> GatewaySettings:
    return json_format.ParseDict(settings, GatewaySettings())


def back(settings: GatewaySettings, now: str) -> str:
    """When somebody is there again, in the clinic's time; empty: now."""
    hours = business_hours(settings, ZONE)
    assert hours is not None
    at = hours.back_at(datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(ZONE)).timestamp())
    return "" if at is None else datetime.fromtimestamp(at, ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")


def test_what_an_account_does_not_say_is_the_products_default() -> None:
    assert conversation_rules(GatewaySettings(), ZONE) == DEFAULT_RULES
    assert business_hours(GatewaySettings(), ZONE) is None


def test_every_rule_can_be_set() -> None:
    rules = conversation_rules(
        a_part(
            nudge={"after": "900s", "earliest": "09:30", "latest": "18:00"},
            abandonment={"after": "7200s"},
            return_after="3600s",
            after_hand_off={"silent": True, "notice_every": "60s"},
        ),
        ZONE,
    )
    assert rules.nudge is not None
    assert (rules.nudge.after_s, str(rules.nudge.earliest), str(rules.nudge.latest)) == (900.0, "09:30:00", "18:00:00")
    assert (rules.abandon_after_s, rules.return_after_s, rules.notice_every_s) == (7200.0, 3600.0, 60.0)
    assert not rules.answers_handed_off
    off = conversation_rules(
        a_part(nudge={"off": True}, abandonment={"off": True}, after_hand_off={"notices_off": True}), ZONE
    )
    assert (off.nudge, off.abandon_after_s, off.notice_every_s) == (None, None, None)


def test_on_a_public_holiday_the_clinic_is_closed() -> None:
    settings = a_part(hours=EVERY_DAY)
    assert back(settings, "2026-12-24 12:00") == ""
    assert back(settings, "2026-12-25 12:00") == "2026-12-26 09:00"
    assert back(settings, "2026-07-09 12:00") == "2026-07-10 09:00"  # the state's own
    assert back(a_part(hours=EVERY_DAY, holidays={"state": "RJ"}), "2026-07-09 12:00") == ""
    assert back(a_part(hours=EVERY_DAY, holidays={"off": True}), "2026-12-25 12:00") == ""


def test_holidays_can_be_edited_day_by_day() -> None:
    opened = a_part(hours=EVERY_DAY, holidays={"open_on": ["2026-11-20"]})
    assert back(opened, "2026-11-20 12:00") == ""
    both = a_part(hours=EVERY_DAY, holidays={"open_on": ["2026-11-20"]}, closed_on=["2026-11-20", "2026-01-25"])
    assert back(both, "2026-11-20 12:00") == "2026-11-21 09:00"
    assert back(both, "2026-01-25 12:00") == "2026-01-26 09:00"


def test_customary_days_count_only_where_the_account_says_so() -> None:
    carnival = date(2026, 2, 17)
    assert not holiday_calendar("SP", False)(carnival)
    assert holiday_calendar("SP", True)(carnival)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"coalesce_idle": "3s", "coalesce_max": "2s"}, "gateway.coalesce_max"),
        ({"hours": [{"weekday": "mon", "opens": "18:00", "closes": "09:00"}]}, "gateway.hours[0].closes"),
        ({"closed_on": ["2026-02-30"]}, "gateway.closed_on[0]"),
        ({"holidays": {"open_on": ["2026-12-25", "2026-13-01"]}}, "gateway.holidays.open_on[1]"),
        ({"nudge": {"earliest": "20:00", "latest": "08:00"}}, "gateway.nudge.latest"),
        ({"nudge": {"earliest": "21:00"}}, "gateway.nudge.latest"),
        ({"abandonment": {"after": "600s"}}, "gateway.abandonment.after"),
        ({"nudge": {"after": "7200s"}, "abandonment": {"after": "3600s"}}, "gateway.abandonment.after"),
    ],
)
def test_settings_that_contradict_one_another_are_refused_by_name(settings: dict[str, Any], field: str) -> None:
    clinic = Clinic(name="Bella Pele", assistant_name="Bella", time_zone=ZONE)
    with pytest.raises(InvalidSettings) as refused:
        check_document(AccountDocument(clinic=clinic, gateway=a_part(**settings)))
    assert refused.value.details["field"] == field


def test_without_a_reminder_a_short_abandonment_contradicts_nothing() -> None:
    clinic = Clinic(name="Bella Pele", assistant_name="Bella", time_zone=ZONE)
    settings = a_part(nudge={"off": True}, abandonment={"after": "60s"})
    check_document(AccountDocument(clinic=clinic, gateway=settings))


def test_every_example_of_the_how_to_is_a_document_that_is_taken() -> None:
    text = (Path(__file__).parents[3] / "docs" / "howto" / "account-settings.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 8
    for example in examples:
        named = example.replace("clinic:\n", f"{CLINIC}") if "clinic:\n" in example else f"{CLINIC}  {ZONED}{example}"
        check_document(read_document(named))
