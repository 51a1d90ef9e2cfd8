"""The gateway's part of an account document as the domain's rules; what is unset is the product's default."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from google.protobuf.duration_pb2 import Duration
from holidays import country_holidays
from holidays.constants import OPTIONAL, PUBLIC

from sdr.gateway.v1.gateway_pb2 import GatewaySettings, Nudge
from sdr_gateway.domain.aside import SALE_LABELS, SaleLabels
from sdr_gateway.domain.hours import WEEKDAYS, BusinessHours, Opening, no_holiday
from sdr_gateway.domain.wakes import DEFAULT_RULES, ConversationRules, NudgeRule


def seconds(duration: Duration) -> float:
    """A duration of the contract."""
    return duration.ToTimedelta().total_seconds()


def answering_hours(settings: GatewaySettings, zone: str) -> BusinessHours | None:
    """When the bot answers; None: always."""
    return business_hours(settings, zone) if settings.silent_outside_hours else None


def business_hours(settings: GatewaySettings, zone: str) -> BusinessHours | None:
    """When somebody is there; None: always."""
    if not settings.hours:
        return None
    openings = tuple(
        Opening(WEEKDAYS.index(found.weekday), time.fromisoformat(found.opens), time.fromisoformat(found.closes))
        for found in settings.hours
    )
    holidays = settings.holidays
    return BusinessHours(
        ZoneInfo(zone),
        openings,
        closed_on=frozenset(map(date.fromisoformat, settings.closed_on)),
        holiday=no_holiday if holidays.off else holiday_calendar(holidays.state or "SP", holidays.customary),
        open_on=frozenset(map(date.fromisoformat, holidays.open_on)),
    )


@lru_cache(maxsize=54)
def holiday_calendar(state: str, customary: bool) -> Callable[[date], bool]:
    """Whether a day is a public holiday in a Brazilian state.

    Args:
        state: Two capital letters.
        customary: Days that are customarily free count too, Carnival among them.

    Source: the package `holidays`, Brazil's calendar by law and state, kept up by its community.
    """
    categories = (PUBLIC, OPTIONAL) if customary else (PUBLIC,)
    calendar = country_holidays("BR", subdiv=state, categories=categories)

    def is_holiday(day: date) -> bool:
        return day in calendar

    return is_holiday


def conversation_rules(settings: GatewaySettings, zone: str) -> ConversationRules:
    """What happens in conversations that nobody writes in."""
    abandonment, abandon_after_s = settings.abandonment, DEFAULT_RULES.abandon_after_s
    if abandonment.HasField("after"):
        abandon_after_s = seconds(abandonment.after)
    after = settings.after_hand_off
    notice_every_s = seconds(after.notice_every) if after.HasField("notice_every") else DEFAULT_RULES.notice_every_s
    return ConversationRules(
        zone=ZoneInfo(zone),
        nudge=None if settings.nudge.off else nudge_rule(settings.nudge),
        abandon_after_s=None if abandonment.off else abandon_after_s,
        return_after_s=seconds(settings.return_after) if settings.HasField("return_after") else None,
        answers_handed_off=not after.silent,
        notice_every_s=None if after.notices_off else notice_every_s,
        hours=business_hours(settings, zone),
        sale_labels=SaleLabels(
            settings.outcome_labels.won or SALE_LABELS.won, settings.outcome_labels.lost or SALE_LABELS.lost
        ),
    )


def nudge_rule(nudge: Nudge) -> NudgeRule:
    """When a reminder may go out."""
    default = NudgeRule()
    return NudgeRule(
        after_s=seconds(nudge.after) if nudge.HasField("after") else default.after_s,
        earliest=time.fromisoformat(nudge.earliest) if nudge.earliest else default.earliest,
        latest=time.fromisoformat(nudge.latest) if nudge.latest else default.latest,
    )
