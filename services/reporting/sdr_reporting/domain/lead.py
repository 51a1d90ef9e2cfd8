"""What is shown of a lead, made of events that come in any order and more than once.

Every field is a *register* that keeps the value with the latest stamp, or the least or greatest instant
seen. Taking the greatest of stamps is commutative, associative and idempotent: whatever the order of the
events, and however often each comes, a lead ends up the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from sdr_common.lead import Channel, FactKind, LeadOutcome, LeadStatus
from sdr_reporting.domain.event import (
    RANKS,
    DeliverySettled,
    Event,
    FactsLearned,
    LeadEscalated,
    LeadKey,
    LeadQualified,
    LeadStatusChanged,
    News,
    OutcomeRecorded,
    TurnFinished,
)

T = TypeVar("T")

_OUTCOME_STATUSES = {"opted_out": LeadStatus.OPT_OUT, "escalated": LeadStatus.ESCALATED}
"""Outcomes of a turn that say where the lead stands from then on."""


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """When something was said, total: no two different events have the same."""

    at: datetime
    rank: int
    """Of two at the same instant, the greater has the last word."""
    tie: str
    """The event's id: arbitrary, but the same everywhere."""


@dataclass(frozen=True, slots=True)
class Register(Generic[T]):
    """The value with the latest stamp."""

    value: T
    stamp: Stamp | None = None
    """None: never said."""

    def said(self, value: T, stamp: Stamp) -> Register[T]:
        """The register after `value` was said at `stamp`."""
        return Register(value, stamp) if self.stamp is None or stamp > self.stamp else self


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who got the lead; empty: nobody."""

    team: str = ""
    closer_email: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead as lists and figures see it."""

    key: LeadKey
    conversation_id: Register[int] = field(default_factory=lambda: Register(0))
    channel: Register[Channel | None] = field(default_factory=lambda: Register(None))
    inbox_id: Register[int] = field(default_factory=lambda: Register(0))
    phone: Register[str] = field(default_factory=lambda: Register(""))
    asked: Register[FactKind | None] = field(default_factory=lambda: Register(None))
    """The fact that was asked last."""
    outcome: Register[LeadOutcome] = field(default_factory=lambda: Register(LeadOutcome.OPEN))
    """What became of it; the latest word."""
    contact_name: Register[str] = field(default_factory=lambda: Register(""))
    fact_name: Register[str] = field(default_factory=lambda: Register(""))
    told_status: Register[LeadStatus | None] = field(default_factory=lambda: Register(None))
    procedure: Register[str] = field(default_factory=lambda: Register(""))
    known_count: Register[int] = field(default_factory=lambda: Register(0))
    assignment: Register[Assignment] = field(default_factory=lambda: Register(Assignment()))
    qualification: Register[LeadQualified | None] = field(default_factory=lambda: Register(None))
    """The latest one, by its own time and version."""
    answered: bool = False
    """Whether the bot ever answered."""
    first_message_at: datetime | None = None
    first_public_at: datetime | None = None
    """The first public answer."""
    updated_at: datetime | None = None
    """The latest news; None before any: then it is no lead to lists and figures."""
    last_seq: int = 0
    """The greatest sequence number of its recorded events."""

    @property
    def name(self) -> str:
        """The fact, else the contact's name."""
        return self.fact_name.value or self.contact_name.value

    @property
    def status(self) -> LeadStatus | None:
        """Where the lead stands; one that was answered and of whom nothing was told is being qualified."""
        if self.told_status.value is None and self.answered:
            return LeadStatus.IN_PROGRESS
        return self.told_status.value


def found_by(lead: Lead) -> tuple[str, str, str]:
    """What a search finds a lead by: name, procedure, phone."""
    return lead.name, lead.procedure.value, lead.phone.value


def take_in(leads: Mapping[LeadKey, Lead], events: Iterable[tuple[int, Event]]) -> dict[LeadKey, Lead]:
    """The leads that events are about, after them.

    Args:
        leads: What is known of them; a lead that is missing is new.
        events: New events with their sequence numbers, in any order; asides are no news of a lead.
    """
    changed: dict[LeadKey, Lead] = {}
    for seq, event in events:
        lead = changed.get(event.lead) or leads.get(event.lead) or Lead(event.lead)
        if isinstance(event.payload, OutcomeRecorded):
            stamp = Stamp(event.occurred_at, 0, event.event_id)
            changed[event.lead] = replace(lead, outcome=lead.outcome.said(event.payload.outcome, stamp))
        elif isinstance(event.payload, News):
            changed[event.lead] = replace(_apply(lead, event, event.payload), last_seq=max(lead.last_seq, seq))
    return changed


def _apply(lead: Lead, event: Event, payload: News) -> Lead:
    stamp = Stamp(event.occurred_at, RANKS[type(payload)], event.event_id)
    lead = replace(
        lead,
        updated_at=max(lead.updated_at or event.occurred_at, event.occurred_at),
        conversation_id=lead.conversation_id.said(event.conversation_id, stamp),
        channel=lead.channel if event.channel is None else lead.channel.said(event.channel, stamp),
        inbox_id=lead.inbox_id.said(event.inbox_id, stamp) if event.inbox_id else lead.inbox_id,
    )
    match payload:
        case TurnFinished():
            return _turn_finished(lead, payload, stamp)
        case FactsLearned():
            return _facts_learned(lead, payload, stamp)
        case LeadQualified():
            own = Stamp(payload.qualified_at, payload.version, payload.qualification_id)
            lead = replace(lead, qualification=lead.qualification.said(payload, own))
            return _with_status(lead, payload.status, stamp)
        case DeliverySettled():
            return _delivery_settled(lead, payload, stamp)
        case LeadEscalated():
            return _with_status(lead, LeadStatus.ESCALATED, stamp)
        case LeadStatusChanged():
            return _with_status(lead, payload.status, stamp)


def _turn_finished(lead: Lead, turn: TurnFinished, stamp: Stamp) -> Lead:
    lead = _with_status(lead, _OUTCOME_STATUSES.get(turn.outcome), stamp)
    return replace(
        lead,
        answered=lead.answered or turn.outcome == "answered",
        contact_name=lead.contact_name.said(turn.contact_name, stamp) if turn.contact_name else lead.contact_name,
        phone=lead.phone.said(turn.contact_phone, stamp) if turn.contact_phone else lead.phone,
        asked=lead.asked if turn.asked is None else lead.asked.said(turn.asked, stamp),
        first_message_at=_earliest(lead.first_message_at, turn.first_message_at),
    )


def _facts_learned(lead: Lead, learned: FactsLearned, stamp: Stamp) -> Lead:
    lead = _with_status(lead, learned.status, stamp)
    return replace(
        lead,
        known_count=lead.known_count.said(learned.known_count, stamp),
        fact_name=lead.fact_name if learned.name is None else lead.fact_name.said(learned.name, stamp),
        procedure=lead.procedure if learned.procedure is None else lead.procedure.said(learned.procedure, stamp),
    )


def _delivery_settled(lead: Lead, delivery: DeliverySettled, stamp: Stamp) -> Lead:
    assignment = Assignment(delivery.team, delivery.closer_email)
    return replace(
        lead,
        first_public_at=_earliest(lead.first_public_at, delivery.first_public_at),
        # A later delivery without an assignment (a nudge, an answer) takes nobody away.
        assignment=lead.assignment.said(assignment, stamp) if assignment != Assignment() else lead.assignment,
    )


def _with_status(lead: Lead, status: LeadStatus | None, stamp: Stamp) -> Lead:
    return lead if status is None else replace(lead, told_status=lead.told_status.said(status, stamp))


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
