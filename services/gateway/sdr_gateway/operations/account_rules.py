"""The gateway's part of an account document as the domain's rules; what is unset is the product's default."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

from google.protobuf.duration_pb2 import Duration

from sdr.gateway.v1.gateway_pb2 import GatewaySettings, Nudge
from sdr_gateway.domain.hours import WEEKDAYS, BusinessHours, Opening
from sdr_gateway.domain.wakes import DEFAULT_RULES, ConversationRules, NudgeRule


def seconds(duration: Duration) -> float:
    """A duration of the contract."""
    return duration.ToTimedelta().total_seconds()


def answering_hours(settings: GatewaySettings, zone: str) -> BusinessHours | None:
    """When the bot answers; None: always."""
    if not settings.silent_outside_hours or not settings.hours:
        return None
    openings = tuple(
        Opening(WEEKDAYS.index(found.weekday), time.fromisoformat(found.opens), time.fromisoformat(found.closes))
        for found in settings.hours
    )
    return BusinessHours(ZoneInfo(zone), openings, frozenset(date.fromisoformat(day) for day in settings.closed_on))


def conversation_rules(settings: GatewaySettings, zone: str) -> ConversationRules:
    """What happens in conversations that nobody writes in."""
    abandonment, abandon_after_s = settings.abandonment, DEFAULT_RULES.abandon_after_s
    if abandonment.HasField("after"):
        abandon_after_s = seconds(abandonment.after)
    return ConversationRules(
        zone=ZoneInfo(zone),
        nudge=None if settings.nudge.off else nudge_rule(settings.nudge),
        abandon_after_s=None if abandonment.off else abandon_after_s,
    )


def nudge_rule(nudge: Nudge) -> NudgeRule:
    """When a reminder may go out."""
    default = NudgeRule()
    return NudgeRule(
        after_s=seconds(nudge.after) if nudge.HasField("after") else default.after_s,
        earliest=time.fromisoformat(nudge.earliest) if nudge.earliest else default.earliest,
        latest=time.fromisoformat(nudge.latest) if nudge.latest else default.latest,
    )
