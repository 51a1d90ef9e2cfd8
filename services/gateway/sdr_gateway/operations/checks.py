"""What the contract's field rules cannot say of an account document: fields that must fit one another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdr.gateway.v1.gateway_pb2 import AccountDocument, GatewaySettings
from sdr_common.errors import InvalidSettings
from sdr_gateway.operations.account_rules import conversation_rules, nudge_rule


def check_document(document: AccountDocument) -> None:
    """Refuses a document whose gateway part, or zone, contradicts itself.

    Raises:
        InvalidSettings: the first contradiction, naming field, value and limit.
    """
    zone = document.clinic.time_zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSettings("clinic.time_zone", 'must be an IANA zone such as "America/Sao_Paulo"') from None
    settings = document.gateway
    both = settings.HasField("coalesce_idle") and settings.HasField("coalesce_max")
    if both and settings.coalesce_max.ToTimedelta() < settings.coalesce_idle.ToTimedelta():
        raise InvalidSettings("gateway.coalesce_max", "must not be below gateway.coalesce_idle")
    for number, hours in enumerate(settings.hours):
        if hours.closes <= hours.opens:
            raise InvalidSettings(f"gateway.hours[{number}].closes", "must be after opens")
    _check_days("gateway.closed_on", settings.closed_on)
    _check_days("gateway.holidays.open_on", settings.holidays.open_on)
    _check_silence(settings, zone)


def _check_days(field: str, days: Iterable[str]) -> None:
    for number, day in enumerate(days):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise InvalidSettings(f"{field}[{number}]", "must be a day that exists, as yyyy-mm-dd") from None


def _check_silence(settings: GatewaySettings, zone: str) -> None:
    """The reminder's day has an end, and it comes before the lead counts as gone."""
    nudge = nudge_rule(settings.nudge)
    if nudge.latest <= nudge.earliest:
        raise InvalidSettings(
            "gateway.nudge.latest",
            f"{nudge.latest:%H:%M} must be after gateway.nudge.earliest ({nudge.earliest:%H:%M})",
            value=f"{nudge.latest:%H:%M}",
            limit=f"{nudge.earliest:%H:%M}",
        )
    rules = conversation_rules(settings, zone)
    if rules.nudge is None or rules.abandon_after_s is None:
        return
    if rules.abandon_after_s <= rules.nudge.after_s:
        raise InvalidSettings(
            "gateway.abandonment.after",
            f"{rules.abandon_after_s:g} s must be longer than gateway.nudge.after ({rules.nudge.after_s:g} s)",
            value=rules.abandon_after_s,
            limit=rules.nudge.after_s,
        )
