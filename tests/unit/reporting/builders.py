"""Events for reporting's tests."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sdr_common.lead import Channel, LeadStatus, Temperature
from sdr_reporting.domain.event import (
    DeliverySettled,
    Event,
    EventId,
    FactsLearned,
    LeadKey,
    LeadQualified,
    Payload,
    TurnFinished,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEAD = LeadKey(7, 501)


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def an_event(
    payload: Payload | None,
    minutes: float = 0,
    *,
    conversation_id: int = 31,
    channel: Channel | None = Channel.WHATSAPP,
    event_id: str = "",
    inbox_id: int = 4,
) -> Event:
    """Something that happened to the lead, so many minutes after noon."""
    return Event(EventId(event_id or str(uuid.uuid4())), at(minutes), LEAD, conversation_id, channel, inbox_id, payload)


def a_turn(outcome: str = "answered", first: float | None = None, name: str = "") -> TurnFinished:
    """A turn whose first message came so many minutes after noon."""
    return TurnFinished(None if first is None else at(first), outcome, name)


def facts(
    *,
    name: str | None = None,
    procedure: str | None = None,
    known: int = 0,
    status: LeadStatus | None = LeadStatus.IN_PROGRESS,
) -> FactsLearned:
    """What was learned."""
    return FactsLearned(name, procedure, known, status)


def a_qualification(version: int = 1, minutes: float = 0, score: int = 85) -> LeadQualified:
    """A judgement made so many minutes after noon."""
    return LeadQualified(
        f"00000000-0000-4000-8000-{version:012}",
        version,
        score,
        Temperature.WARM,
        LeadStatus.QUALIFIED,
        at(minutes),
    )


def a_delivery(first_public: float | None = None, team: str = "", closer: str = "") -> DeliverySettled:
    """A delivery whose first public message went out so many minutes after noon."""
    return DeliverySettled(None if first_public is None else at(first_public), team, closer)
