"""What other services tell, to the domain. Total: what cannot be read is kept and not counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.errors import InvalidField
from sdr_common.lead import Channel, InterestLevel
from sdr_common.lead_proto import (
    channel_from_wire,
    fact_kind_from_wire,
    outcome_from_wire,
    status_from_wire,
    temperature_from_wire,
    timestamp_from_wire,
    verdict_from_wire,
)
from sdr_reporting.domain.event import (
    DeliverySettled,
    Event,
    EventId,
    FactsLearned,
    FeedbackGiven,
    LeadEscalated,
    LeadKey,
    LeadQualified,
    LeadStatusChanged,
    ModelUsed,
    OutcomeRecorded,
    Payload,
    SurveyAnswered,
    TurnFinished,
)
from sdr_reporting.domain.report import RATINGS
from sdr_reporting.ports import Told

_TEXT_LIMIT = 500
"""Characters of a name or team that lists show; the whole is in the raw event."""


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
        InvalidField: an instant is outside the years 1 to 9999, or an id is none.
    """
    conversation = event.conversation
    try:
        return Event(
            event_id=EventId(event.event_id.lower()),
            occurred_at=timestamp_from_wire(event.occurred_at),
            lead=LeadKey(conversation.account_id, conversation.contact_id),
            conversation_id=conversation.conversation_id,
            channel=known_channel(conversation.channel),
            inbox_id=conversation.inbox_id,
            payload=_payload(event),
        )
    except (ValueError, OverflowError) as error:
        raise InvalidField(field, f"an instant is outside the years 1 to 9999, or an id is none ({error})") from error


def _payload(event: pb.Event) -> Payload | None:
    kind = event.WhichOneof("payload")
    read = _READERS.get(kind) if kind is not None else None
    # What has no reader is kept as an event: a kind of a newer contract, or a budget, whose sum was told in parts.
    return None if read is None else read(event)


def _turn_finished(event: pb.Event) -> TurnFinished:
    message = event.turn_finished
    # A turn of signals alone (a human wrote, time passed) has no lead message, whatever its instant says.
    has_messages = message.message_count > 0 and message.HasField("first_message_at")
    return TurnFinished(
        first_message_at=timestamp_from_wire(message.first_message_at) if has_messages else None,
        outcome=message.outcome,
        contact_name=_text(message.contact_name),
        contact_phone=_text(message.contact_phone),
        asked=fact_kind_from_wire(message.asked),
    )


def _facts_learned(event: pb.Event) -> FactsLearned:
    message = event.facts_learned
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


def _delivery_settled(event: pb.Event) -> DeliverySettled:
    message = event.delivery_settled
    is_public = message.HasField("first_public_at")
    return DeliverySettled(
        first_public_at=timestamp_from_wire(message.first_public_at) if is_public else None,
        team=_text(message.team),
        closer_email=_text(message.closer_email),
        reassigned=_reassigned(message),
    )


def _reassigned(message: pb.DeliverySettled) -> bool | None:
    if not message.reassigned_from or message.outcome == "dropped":
        return None
    return message.outcome == "done"


def _outcome_recorded(event: pb.Event) -> OutcomeRecorded | None:
    outcome = outcome_from_wire(event.outcome_recorded.outcome)
    return None if outcome is None else OutcomeRecorded(outcome)


def _feedback_given(event: pb.Event) -> FeedbackGiven | None:
    verdict = verdict_from_wire(event.feedback_given.verdict)
    return None if verdict is None else FeedbackGiven(str(UUID(event.feedback_given.qualification_id)), verdict)


def _survey_answered(event: pb.Event) -> SurveyAnswered | None:
    answer = event.survey_answered
    return SurveyAnswered(answer.message_id, answer.rating) if answer.rating in RATINGS else None


_READERS: Final[Mapping[str, Callable[[pb.Event], Payload | None]]] = {
    "turn_finished": _turn_finished,
    "facts_learned": _facts_learned,
    "lead_qualified": _lead_qualified,
    "delivery_settled": _delivery_settled,
    "lead_escalated": lambda _: LeadEscalated(),
    "lead_status_changed": lambda event: LeadStatusChanged(status_from_wire(event.lead_status_changed.status)),
    "model_used": lambda event: ModelUsed(event.model_used.cost_micro_usd),
    "outcome_recorded": _outcome_recorded,
    "feedback_given": _feedback_given,
    "survey_answered": _survey_answered,
}


def known_channel(value: int) -> Channel | None:
    """A channel; None: unspecified."""
    return None if value == lead.CHANNEL_UNSPECIFIED else channel_from_wire(value)


def _text(value: str) -> str:
    """A text that a column takes: Postgres has no NUL."""
    return value.replace("\0", "")[:_TEXT_LIMIT].strip()
