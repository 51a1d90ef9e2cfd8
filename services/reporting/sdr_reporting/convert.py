"""The contract to the domain and back. Total: what the contract lets through is converted or refused by name."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.account_settings import StoredVersion
from sdr_common.errors import InvalidField, InvalidPageToken
from sdr_common.lead import Channel, InterestLevel, Temperature
from sdr_common.lead_proto import (
    channel_from_wire,
    channel_to_wire,
    status_from_wire,
    status_to_wire,
    temperature_from_wire,
    temperature_to_wire,
    timestamp_from_wire,
    timestamp_to_wire,
)
from sdr_reporting.domain.event import (
    DeliverySettled,
    Event,
    EventId,
    FactsLearned,
    LeadEscalated,
    LeadKey,
    LeadQualified,
    LeadStatusChanged,
    ModelUsed,
    Payload,
    TurnFinished,
)
from sdr_reporting.domain.listing import LeadFilter, LeadSummary, Page, Position
from sdr_reporting.domain.name import fold
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period
from sdr_reporting.operations import PeriodWanted, PutSettingsCommand
from sdr_reporting.ports import Clinic, Told

DEFAULT_PAGE_SIZE = 50
_TEXT_LIMIT = 500
"""Characters of a name or team that lists show; the whole is in the raw event."""
_TEMPERATURES = (Temperature.HOT, Temperature.WARM, Temperature.COLD, Temperature.VERY_COLD)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def told(request: pb.RecordRequest) -> list[Told]:
    """Events with their originals.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999.
    """
    return [
        Told(event_from_wire(event, f"events[{position}]"), event.SerializeToString())
        for position, event in enumerate(request.events)
    ]


def event_from_wire(event: pb.Event, field: str = "event") -> Event:
    """One event; a payload of a newer contract, or one that lacks what it is about, is none.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999.
    """
    conversation = event.conversation
    try:
        return Event(
            event_id=EventId(event.event_id.lower()),
            occurred_at=timestamp_from_wire(event.occurred_at),
            lead=LeadKey(conversation.account_id, conversation.contact_id),
            conversation_id=conversation.conversation_id,
            channel=_channel(conversation.channel),
            payload=_payload(event),
        )
    except (ValueError, OverflowError) as error:
        raise InvalidField(field, f"an instant is outside the years 1 to 9999 ({error})") from error


def _payload(event: pb.Event) -> Payload | None:
    match event.WhichOneof("payload"):
        case "turn_finished":
            return _turn_finished(event.turn_finished)
        case "facts_learned":
            return _facts_learned(event.facts_learned)
        case "lead_qualified":
            return _lead_qualified(event)
        case "delivery_settled":
            return _delivery_settled(event.delivery_settled)
        case "lead_escalated":
            return LeadEscalated()
        case "lead_status_changed":
            return LeadStatusChanged(status_from_wire(event.lead_status_changed.status))
        case "model_used":
            return ModelUsed(event.model_used.cost_micro_usd)
        case "budget_reached" | None:
            return None  # kept as an event; its sum was told already, in parts


def _turn_finished(message: pb.TurnFinished) -> TurnFinished:
    # A turn of signals alone (a human wrote, time passed) has no lead message, whatever its instant says.
    has_messages = message.message_count > 0 and message.HasField("first_message_at")
    return TurnFinished(
        first_message_at=timestamp_from_wire(message.first_message_at) if has_messages else None,
        outcome=message.outcome,
        contact_name=_text(message.contact_name),
    )


def _facts_learned(message: pb.FactsLearned) -> FactsLearned:
    name = procedure = None
    for fact in message.facts:
        if fact.kind == lead.FACT_KIND_NAME:
            name = _text(fact.value)
        elif fact.kind == lead.FACT_KIND_INTEREST:
            procedure = "" if fact.level == InterestLevel.NONE else _text(fact.canonical)
    return FactsLearned(name, procedure, message.known_count, status_from_wire(message.status))


def _lead_qualified(event: pb.Event) -> LeadQualified | None:
    message = event.lead_qualified.qualification
    temperature = temperature_from_wire(message.temperature)
    if temperature is None:
        return None
    made_at = message.qualified_at if message.HasField("qualified_at") else event.occurred_at
    return LeadQualified(
        qualification_id=message.qualification_id.lower(),
        version=message.version,
        score=message.score,
        temperature=temperature,
        status=status_from_wire(message.status),
        qualified_at=timestamp_from_wire(made_at),
    )


def _delivery_settled(message: pb.DeliverySettled) -> DeliverySettled:
    is_public = message.HasField("first_public_at")
    return DeliverySettled(
        first_public_at=timestamp_from_wire(message.first_public_at) if is_public else None,
        team=_text(message.team),
        closer_email=_text(message.closer_email),
    )


def _channel(value: int) -> Channel | None:
    return None if value == lead.CHANNEL_UNSPECIFIED else channel_from_wire(value)


def _text(value: str) -> str:
    """A text that a column takes: Postgres has no NUL."""
    return value.replace("\0", "")[:_TEXT_LIMIT].strip()


def period_wanted(request: pb.GetOverviewRequest) -> PeriodWanted:
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
            for temperature in _TEMPERATURES
        ],
        average_qualification_time=_duration(overview.average_qualification_time),
        average_first_answer_time=_duration(overview.average_first_answer_time),
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


def _duration(value: timedelta | None) -> Duration | None:
    if value is None:
        return None
    duration = Duration()
    duration.FromTimedelta(value)
    return duration


def lead_filter(request: pb.ListLeadsRequest) -> LeadFilter:
    """Which leads are wanted."""
    return LeadFilter(
        account_id=request.account_id,
        temperature=temperature_from_wire(request.temperature),
        status=status_from_wire(request.status),
        search=fold(request.search.replace("\0", "")),
    )


def page_size(request: pb.ListLeadsRequest) -> int:
    """How many leads a page has."""
    return request.page_size or DEFAULT_PAGE_SIZE


def page_token(position: Position, wanted: LeadFilter) -> str:
    """A position as a text that callers hand back."""
    micros = (position.updated_at - _EPOCH) // _MICROSECOND
    fields = [position.snapshot, micros, position.contact_id, _fingerprint(wanted)]
    return base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode().rstrip("=")


def position_from_token(token: str, wanted: LeadFilter) -> Position | None:
    """The position that a token of this list names; None for an empty one.

    Raises:
        InvalidPageToken: not a token, or one of a list with other filters.
    """
    if not token:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        fields = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        snapshot, micros, contact_id, fingerprint = fields
        if not all(type(value) is int and 0 <= abs(value) < 2**63 for value in (snapshot, micros, contact_id)):
            raise InvalidPageToken
        updated_at = _EPOCH + micros * _MICROSECOND
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidPageToken from None
    if fingerprint != _fingerprint(wanted):
        raise InvalidPageToken
    return Position(snapshot, updated_at, contact_id)


def _fingerprint(wanted: LeadFilter) -> str:
    fields = [wanted.account_id, wanted.temperature, wanted.status, wanted.search]
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
    )


def put_settings_command(request: pb.PutSettingsRequest) -> PutSettingsCommand:
    """A new version of an account's clinic."""
    return PutSettingsCommand(request.account_id, clinic_from_wire(request.clinic), request.dry_run)


def put_settings_response(stored: StoredVersion) -> pb.PutSettingsResponse:
    """The answer to PutSettings."""
    return pb.PutSettingsResponse(version=stored.version, changed=stored.changed)


def clinic_from_wire(clinic: lead.Clinic) -> Clinic:
    """The clinic."""
    return Clinic(
        name=clinic.name,
        assistant_name=clinic.assistant_name,
        time_zone=clinic.time_zone,
        address=clinic.address,
        city=clinic.city,
    )


def clinic_to_wire(clinic: Clinic) -> lead.Clinic:
    """The clinic."""
    return lead.Clinic(
        name=clinic.name,
        assistant_name=clinic.assistant_name,
        time_zone=clinic.time_zone,
        address=clinic.address,
        city=clinic.city,
    )
