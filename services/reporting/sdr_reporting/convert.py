"""The contract to the domain and back. Total: what the contract lets through is converted or refused by name."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from sdr.reporting.v1 import report_pb2
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.account_settings import StoredVersion
from sdr_common.errors import InvalidField, InvalidPageToken
from sdr_common.lead import Temperature
from sdr_common.lead_proto import (
    channel_to_wire,
    clinic_from_wire,
    outcome_from_wire,
    outcome_to_wire,
    status_from_wire,
    status_to_wire,
    temperature_from_wire,
    temperature_to_wire,
    timestamp_from_wire,
    timestamp_to_wire,
)
from sdr_reporting.convert_event import known_channel
from sdr_reporting.domain.listing import LeadFilter, LeadSummary, Page, Position, Sort
from sdr_reporting.domain.name import searched
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period
from sdr_reporting.operations import PeriodWanted, PutSettingsCommand

DEFAULT_PAGE_SIZE = 50
TEMPERATURES: Final = (Temperature.HOT, Temperature.WARM, Temperature.COLD, Temperature.VERY_COLD)
"""The hottest first."""
_SORTS: Final = {
    pb.LEAD_SORT_SCORE: Sort.SCORE,
    pb.LEAD_SORT_NEWEST: Sort.NEWEST,
    pb.LEAD_SORT_OLDEST: Sort.OLDEST,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def period_wanted(request: pb.GetOverviewRequest | report_pb2.GetReportRequest) -> PeriodWanted:
    """A period by name, or by its ends.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999.
    """
    # `from` is a word of Python's: the field is reached by name.
    start: Timestamp = getattr(request, "from")
    return PeriodWanted(
        name=request.period,
        start=_instant(start, "from") if request.HasField("from") else None,
        until=_instant(request.until, "until") if request.HasField("until") else None,
    )


def _instant(value: Timestamp, field: str) -> datetime:
    try:
        return timestamp_from_wire(value)
    except (ValueError, OverflowError) as error:
        raise InvalidField(field, "must be in the years 1 to 9999") from error


def spanned(request: pb.ListLeadsRequest | report_pb2.ExportLeadsRequest) -> tuple[datetime | None, datetime | None]:
    """The ends of a filter's period.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999.
    """
    start: Timestamp = getattr(request, "from")  # a word of Python's, see above
    return (
        _instant(start, "from") if request.HasField("from") else None,
        _instant(request.until, "until") if request.HasField("until") else None,
    )


def overview_to_wire(result: tuple[Period, Overview]) -> pb.GetOverviewResponse:
    """The figures of a period; `from` stays unset where they go back to the beginning."""
    period, overview = result
    return pb.GetOverviewResponse(
        until=timestamp_to_wire(period.until),
        new_lead_count=overview.new_lead_count,
        qualified_lead_count=overview.qualified_lead_count,
        by_temperature=[
            pb.TemperatureCount(
                temperature=temperature_to_wire(temperature), lead_count=overview.by_temperature.get(temperature, 0)
            )
            for temperature in TEMPERATURES
        ],
        average_qualification_time=duration_to_wire(overview.average_qualification_time),
        average_first_answer_time=duration_to_wire(overview.average_first_answer_time),
        top_procedures=[
            pb.ProcedureCount(procedure=procedure, lead_count=count) for procedure, count in overview.top_procedures
        ],
        average_score=overview.average_score,
        in_progress_lead_count=overview.in_progress_lead_count,
        escalated_lead_count=overview.escalated_lead_count,
        cost_micro_usd=overview.cost_micro_usd,
        cost_per_new_lead_micro_usd=overview.cost_per_new_lead_micro_usd,
        cost_per_qualified_lead_micro_usd=overview.cost_per_qualified_lead_micro_usd,
        **{"from": timestamp_to_wire(period.start)},  # a word of Python's, see above
    )


def duration_to_wire(value: timedelta | None) -> Duration | None:
    """A time; None stays unset."""
    if value is None:
        return None
    duration = Duration()
    duration.FromTimedelta(value)
    return duration


def lead_filter(request: pb.ListLeadsRequest | report_pb2.ExportLeadsRequest) -> LeadFilter:
    """Which leads are wanted, and in which order.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999.
    """
    start, until = spanned(request)
    return LeadFilter(
        account_id=request.account_id,
        temperature=temperature_from_wire(request.temperature),
        status=status_from_wire(request.status),
        search=searched(request.search.replace("\0", "")),
        procedure=request.procedure.replace("\0", ""),
        closer_email=request.closer_email.replace("\0", ""),
        channel=known_channel(request.channel),
        inbox_id=request.inbox_id,
        start=start,
        until=until,
        outcome=outcome_from_wire(request.outcome),
        sort=_SORTS.get(request.sort, Sort.NEWS),
    )


def page_size(request: pb.ListLeadsRequest) -> int:
    """How many leads a page has."""
    return request.page_size or DEFAULT_PAGE_SIZE


def page_token(position: Position, wanted: LeadFilter) -> str:
    """A position as a text that callers hand back."""
    place = position.place
    number = (place - _EPOCH) // _MICROSECOND if isinstance(place, datetime) else place
    fields = [position.snapshot, number, position.contact_id, _fingerprint(wanted)]
    return base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode().rstrip("=")


def position_from_token(token: str, wanted: LeadFilter) -> Position | None:
    """The position that a token of this list names; None for an empty one.

    Raises:
        InvalidPageToken: not a token, or one of a list with other filters or another order.
    """
    if not token:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        fields = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        snapshot, number, contact_id, fingerprint = fields
        numbers = (snapshot, contact_id) if number is None and wanted.sort is Sort.SCORE else fields[:3]
        if not all(type(value) is int and 0 <= abs(value) < 2**63 for value in numbers):
            raise InvalidPageToken
        place = number if number is None or wanted.sort is Sort.SCORE else _EPOCH + number * _MICROSECOND
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidPageToken from None
    if fingerprint != _fingerprint(wanted):
        raise InvalidPageToken
    if isinstance(place, int) and abs(place) >= 2**31:
        raise InvalidPageToken
    return Position(snapshot, place, contact_id)


def _fingerprint(wanted: LeadFilter) -> str:
    fields = [str(value) for value in astuple(wanted)]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:12]


def page_to_wire(page: Page, wanted: LeadFilter) -> pb.ListLeadsResponse:
    """A page of leads."""
    token = "" if page.next_position is None else page_token(page.next_position, wanted)
    return pb.ListLeadsResponse(leads=map(summary_to_wire, page.leads), next_page_token=token)


def summary_to_wire(summary: LeadSummary) -> pb.LeadSummary:
    """One lead of a list."""
    return pb.LeadSummary(
        contact_id=summary.contact_id,
        conversation_id=summary.conversation_id,
        name=summary.name,
        status=status_to_wire(summary.status),
        temperature=temperature_to_wire(summary.temperature),
        score=summary.score,
        procedure=summary.procedure,
        known_count=summary.known_count,
        first_message_at=timestamp_to_wire(summary.first_message_at),
        updated_at=timestamp_to_wire(summary.updated_at),
        qualified_at=timestamp_to_wire(summary.qualified_at),
        qualification_id=summary.qualification_id,
        channel=channel_to_wire(summary.channel),
        team=summary.team,
        closer_email=summary.closer_email,
        cost_micro_usd=summary.cost_micro_usd,
        inbox_id=summary.inbox_id,
        outcome=outcome_to_wire(summary.outcome),
        outcome_at=timestamp_to_wire(summary.outcome_at),
        phone=summary.phone,
    )


def put_settings_command(request: pb.PutSettingsRequest) -> PutSettingsCommand:
    """A new version of an account's clinic."""
    return PutSettingsCommand(request.account_id, clinic_from_wire(request.clinic), request.dry_run)


def put_settings_response(stored: StoredVersion) -> pb.PutSettingsResponse:
    """The answer to PutSettings."""
    return pb.PutSettingsResponse(version=stored.version, changed=stored.changed)
