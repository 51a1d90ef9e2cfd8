"""Schedules and sendings: the contract to the domain and back."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from sdr.reporting.v1 import schedules_pb2 as pb
from sdr_common.errors import InvalidField, InvalidPageToken
from sdr_common.lead_proto import timestamp_from_wire, timestamp_to_wire
from sdr_reporting.operations import PeriodWanted
from sdr_reporting.outputs.domain.schedule import (
    Cadence,
    Email,
    Format,
    Plan,
    Schedule,
    Sheets,
    Slack,
    Target,
    Webhook,
)
from sdr_reporting.outputs.domain.sending import Sending, State
from sdr_reporting.outputs.ports import SendingPosition

DEFAULT_PAGE_SIZE = 20

_CADENCES = {
    pb.CADENCE_DAILY: Cadence.DAILY,
    pb.CADENCE_WEEKLY: Cadence.WEEKLY,
    pb.CADENCE_MONTHLY: Cadence.MONTHLY,
}
_CADENCES_BACK = {domain: wire for wire, domain in _CADENCES.items()}
_FORMATS = {Format.PDF: pb.REPORT_FORMAT_PDF, Format.CSV: pb.REPORT_FORMAT_CSV}
_STATES = {
    State.WAITING: pb.SENDING_STATE_WAITING,
    State.RUNNING: pb.SENDING_STATE_RUNNING,
    State.SENT: pb.SENDING_STATE_SENT,
    State.FAILED: pb.SENDING_STATE_FAILED,
    State.UNCERTAIN: pb.SENDING_STATE_UNCERTAIN,
}
_SECRETS = {"slack": "webhook_url", "webhook": "secret", "sheets": "service_account_json"}
"""The field of each target that holds its secret."""


@dataclass(frozen=True, slots=True)
class PlanGiven:
    """A plan as somebody gave it."""

    plan: Plan
    secret: str
    """Empty: none was given."""
    secret_field: str
    """Its name in the contract; empty: the target has none."""


def plan_given(message: pb.SchedulePlan) -> PlanGiven:
    """A plan and its secret."""
    kind = message.target.WhichOneof("kind") or ""
    name = _SECRETS.get(kind, "")
    secret: str = getattr(getattr(message.target, kind), name) if name else ""
    return PlanGiven(plan_from_wire(message), secret, f"plan.target.{kind}.{name}" if name else "")


def plan_from_wire(message: pb.SchedulePlan) -> Plan:
    """A plan without its secret."""
    hour, minute = message.local_time.split(":")
    return Plan(
        name=message.name.strip(),
        cadence=_CADENCES[message.cadence],
        weekday=message.weekday or 1,
        month_day=message.month_day or 1,
        local_time=time(int(hour), int(minute)),
        format=Format.CSV if message.format == pb.REPORT_FORMAT_CSV else Format.PDF,
        language=message.language or "pt",
        paused=message.paused,
        target=_target_from_wire(message.target),
    )


def _target_from_wire(message: pb.Target) -> Target:
    match message.WhichOneof("kind"):
        case "email":
            return Email(tuple(message.email.to))
        case "slack":
            return Slack()
        case "webhook":
            return Webhook(message.webhook.url)
        case "sheets":
            sheets = message.sheets
            return Sheets(sheets.spreadsheet_id, sheets.sheet.strip(), sheets.append, sheets.service_account_email)
        case None:
            raise AssertionError("the contract's rule asks for one")


def plan_to_wire(plan: Plan, *, has_secret: bool) -> pb.SchedulePlan:
    """A plan; of its secret, whether there is one."""
    return pb.SchedulePlan(
        name=plan.name,
        cadence=_CADENCES_BACK[plan.cadence],
        weekday=plan.weekday,
        month_day=plan.month_day,
        local_time=f"{plan.local_time:%H:%M}",
        format=_FORMATS[plan.format],
        language=plan.language,
        paused=plan.paused,
        target=_target_to_wire(plan.target, has_secret=has_secret),
    )


def _target_to_wire(target: Target, *, has_secret: bool) -> pb.Target:
    match target:
        case Email():
            return pb.Target(email=pb.EmailTarget(to=target.to))
        case Slack():
            return pb.Target(slack=pb.SlackTarget(webhook_url_set=has_secret))
        case Webhook():
            return pb.Target(webhook=pb.WebhookTarget(url=target.url, secret_set=has_secret))
        case Sheets():
            return pb.Target(
                sheets=pb.SheetsTarget(
                    spreadsheet_id=target.spreadsheet_id,
                    sheet=target.sheet,
                    append=target.append,
                    service_account_email=target.account_email,
                )
            )


def period_wanted(request: pb.RenderReportRequest) -> PeriodWanted:
    """A period by name, or by its ends.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999, or the period has no beginning.
    """
    start = _instant(request, "from")
    if not request.period and start is None:
        raise InvalidField("from", "is needed where no period is named")
    return PeriodWanted(name=request.period, start=start, until=_instant(request, "until"))


def _instant(request: pb.RenderReportRequest, field: Literal["from", "until"]) -> datetime | None:
    if not request.HasField(field):
        return None
    try:
        return timestamp_from_wire(getattr(request, field))
    except (ValueError, OverflowError) as error:
        raise InvalidField(field, "must be in the years 1 to 9999") from error


def schedule_to_wire(schedule: Schedule, latest: Sending | None = None) -> pb.Schedule:
    """A schedule, secrets left out."""
    return pb.Schedule(
        schedule_id=schedule.schedule_id,
        plan=plan_to_wire(schedule.plan, has_secret=schedule.has_secret),
        next_at=timestamp_to_wire(schedule.next_at),
        latest=None if latest is None else sending_to_wire(latest),
    )


def sending_to_wire(sending: Sending) -> pb.Sending:
    """A report's sending."""
    start = None if sending.period is None else sending.period.start
    until = None if sending.period is None else sending.period.until
    return pb.Sending(
        sending_id=sending.sending_id,
        schedule_id=sending.owner_id,
        name=sending.name,
        channel=sending.channel,
        slot_at=timestamp_to_wire(sending.slot_at),
        until=timestamp_to_wire(until),
        state=_STATES[sending.state],
        attempt_count=sending.attempt_count,
        problem=sending.problem,
        due_at=timestamp_to_wire(sending.due_at),
        sent_at=timestamp_to_wire(sending.sent_at),
        by_hand=sending.by_hand,
        **{"from": timestamp_to_wire(start)},  # a word of Python's
    )


def token_of(at: datetime, identity: str) -> str:
    """A place in a list, newest first, as a text that callers hand back."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), identity]).encode()).decode().rstrip("=")


def place_of(token: str) -> tuple[datetime, str] | None:
    """The place that a token names; None for an empty one.

    Raises:
        InvalidPageToken: it is none of ours.
    """
    if not token:
        return None
    try:
        fields = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
        at, identity = fields
        found = datetime.fromisoformat(at), str(identity)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise InvalidPageToken from None
    if found[0].tzinfo is None or len(found[1]) != 36:
        raise InvalidPageToken
    return found


def position_of(token: str) -> SendingPosition | None:
    """Where a page of sendings goes on."""
    place = place_of(token)
    return None if place is None else SendingPosition(*place)
