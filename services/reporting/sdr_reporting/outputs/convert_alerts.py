"""Alerts: the contract to the domain and back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from google.protobuf.duration_pb2 import Duration

from sdr.reporting.v1 import alerts_pb2 as pb
from sdr_common.errors import InvalidField, InvalidPageToken
from sdr_common.lead_proto import timestamp_from_wire, timestamp_to_wire
from sdr_reporting.outputs.alert_ports import AlertPosition, Notice, Policy, StoredPolicy
from sdr_reporting.outputs.domain.alert import Alert, AlertKind, Pulse, QuietHours, Rules, Stretch, Waiting
from sdr_reporting.outputs.domain.alert_words import alert_text

DEFAULT_PAGE_SIZE = 20
_DEFAULTS = Rules()
_KINDS = {
    AlertKind.BUDGET: pb.ALERT_KIND_BUDGET,
    AlertKind.ERROR_RATE: pb.ALERT_KIND_ERROR_RATE,
    AlertKind.NO_LEADS: pb.ALERT_KIND_NO_LEADS,
    AlertKind.CONNECTION: pb.ALERT_KIND_CONNECTION,
    AlertKind.HOT_LEAD: pb.ALERT_KIND_HOT_LEAD_WAITING,
}


@dataclass(frozen=True, slots=True)
class PolicyGiven:
    """Rules and channels as somebody gave them."""

    policy: Policy
    slack_url: str
    """Empty: none was given."""
    keeps_slack: bool
    """The one that is kept stays where none was given."""
    waha_key: str
    """Empty: none was given; the one that is kept stays."""


def policy_given(message: pb.AlertSettings) -> PolicyGiven:
    """Rules and channels with their secrets."""
    channels = message.channels
    return PolicyGiven(
        policy_from_wire(message),
        channels.slack_webhook_url,
        channels.slack_webhook_url_set,
        message.connection.waha_api_key,
    )


def policy_from_wire(message: pb.AlertSettings) -> Policy:
    """Rules and channels; what is not set has the product's own value, `off` has none."""
    errors, connection = message.error_rate, message.connection
    rules = Rules(
        budget=not message.budget.off,
        error_percent=None if errors.off else errors.percent or _DEFAULTS.error_percent,
        error_at_least=errors.at_least or _DEFAULTS.error_at_least,
        no_leads_after=_after(message.no_leads, _DEFAULTS.no_leads_after),
        connection_after=_after(connection, _DEFAULTS.connection_after),
        waha_url=connection.waha_url.rstrip("/"),
        waha_session=connection.waha_session or _DEFAULTS.waha_session,
        hot_after=_after(message.hot_lead, _DEFAULTS.hot_after),
        reassign=message.hot_lead.reassign,
        reassign_at_most=message.hot_lead.reassign_at_most or _DEFAULTS.reassign_at_most,
    )
    quiet = None
    if message.HasField("quiet_hours"):
        quiet = QuietHours(_time(message.quiet_hours.begins), _time(message.quiet_hours.ends))
    return Policy(rules, tuple(message.channels.email_to), quiet, message.language or "pt")


def policy_to_wire(stored: StoredPolicy) -> pb.AlertSettings:
    """Rules and channels, secrets left out; a rule that is off keeps no threshold."""
    policy = stored.policy
    rules = policy.rules
    message = pb.AlertSettings(
        budget=pb.BudgetRule(off=not rules.budget),
        error_rate=pb.ErrorRateRule(
            off=rules.error_percent is None, percent=rules.error_percent or 0, at_least=rules.error_at_least
        ),
        no_leads=pb.NoLeadsRule(off=rules.no_leads_after is None, after=_duration(rules.no_leads_after)),
        connection=pb.ConnectionRule(
            off=rules.connection_after is None,
            after=_duration(rules.connection_after),
            waha_url=rules.waha_url,
            waha_session=rules.waha_session,
            waha_api_key_set=stored.waha_key is not None,
        ),
        hot_lead=pb.HotLeadRule(
            off=rules.hot_after is None,
            after=_duration(rules.hot_after),
            reassign=rules.reassign,
            reassign_at_most=rules.reassign_at_most,
        ),
        channels=pb.AlertChannels(email_to=policy.email_to, slack_webhook_url_set=stored.slack_url is not None),
        language=policy.language,
    )
    if policy.quiet is not None:
        message.quiet_hours.begins = f"{policy.quiet.begins:%H:%M}"
        message.quiet_hours.ends = f"{policy.quiet.ends:%H:%M}"
    return message


def pulse_from_wire(message: pb.ReportPulseRequest) -> Pulse:
    """How an account is.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999.
    """
    try:
        return Pulse(
            observed_at=timestamp_from_wire(message.observed_at),
            connected=message.chatwoot_connected,
            works=message.chatwoot_works,
            has_hours=message.has_hours,
            open=tuple(
                Stretch(timestamp_from_wire(getattr(each, "from")), timestamp_from_wire(each.until))
                for each in message.open
            ),
        )
    except (ValueError, OverflowError) as error:
        raise InvalidField("observed_at", "an instant is outside the years 1 to 9999") from error


def waiting_to_wire(waiting: Waiting) -> pb.WaitingLead:
    """A lead that is to be given to the next closer."""
    return pb.WaitingLead(
        contact_id=waiting.lead.contact_id,
        conversation_id=waiting.lead.conversation_id,
        closer_email=waiting.lead.closer_email,
        waited_minutes=int(waiting.waited.total_seconds() // 60),
        step_id=waiting.step_id,
    )


def alert_to_wire(alert: Alert, language: str, notices: Sequence[Notice] = ()) -> pb.Alert:
    """An alert with its text."""
    return pb.Alert(
        alert_id=alert.alert_id,
        kind=_KINDS[alert.kind],
        subject=alert.subject,
        text=alert_text(alert, language),
        fired_at=timestamp_to_wire(alert.fired_at),
        resolved_at=timestamp_to_wire(alert.resolved_at),
        acknowledged_at=timestamp_to_wire(alert.acknowledged_at),
        acknowledged_by=alert.acknowledged_by,
        notices=[
            pb.AlertNotice(channel=each.channel, resolved=each.resolved, state=each.state, problem=each.problem)
            for each in notices
        ],
    )


def token_of(position: AlertPosition) -> str:
    """A place in the list as a text that callers hand back."""
    fields = [position.is_over, position.fired_at.isoformat(), position.alert_id]
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def position_of(token: str) -> AlertPosition | None:
    """The place that a token names; None for an empty one.

    Raises:
        InvalidPageToken: it is none of ours.
    """
    if not token:
        return None
    try:
        is_over, at, alert_id = json.loads(
            base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        )
        found = AlertPosition(bool(is_over), datetime.fromisoformat(at), str(alert_id))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise InvalidPageToken from None
    if found.fired_at.tzinfo is None or len(found.alert_id) != 36:
        raise InvalidPageToken
    return found


def _after(rule: pb.NoLeadsRule | pb.ConnectionRule | pb.HotLeadRule, default: timedelta | None) -> timedelta | None:
    if rule.off:
        return None
    return rule.after.ToTimedelta() if rule.HasField("after") else default


def _duration(value: timedelta | None) -> Duration | None:
    if value is None:
        return None
    duration = Duration()
    duration.FromTimedelta(value)
    return duration


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
