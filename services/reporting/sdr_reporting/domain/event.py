"""What other services tell, as far as it is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from sdr_common.lead import Channel, FactKind, JudgementVerdict, LeadOutcome, LeadStatus, Temperature

EventId = NewType("EventId", str)
"""UUID in lower-case text form."""


@dataclass(frozen=True, slots=True, order=True)
class LeadKey:
    """One lead of one account."""

    account_id: int
    contact_id: int


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """A turn came to its end."""

    first_message_at: datetime | None
    """When the first lead message of it was stored; None: a turn without lead messages."""
    outcome: str
    contact_name: str
    """As Chatwoot shows it; empty: unknown."""
    contact_phone: str = ""
    """As Chatwoot shows it; empty: unknown."""
    asked: FactKind | None = None
    """What the answer asked for; None: nothing."""


@dataclass(frozen=True, slots=True)
class FactsLearned:
    """What was learned in a turn; None: not touched."""

    name: str | None
    procedure: str | None
    """Slug; empty: the lead now wants nothing that has a name."""
    known_count: int
    """Required facts known now, 0-5."""
    status: LeadStatus | None


@dataclass(frozen=True, slots=True)
class LeadQualified:
    """A lead was judged."""

    qualification_id: str
    version: int
    score: int
    temperature: Temperature
    status: LeadStatus | None
    qualified_at: datetime


@dataclass(frozen=True, slots=True)
class DeliverySettled:
    """A delivery came to its end."""

    first_public_at: datetime | None
    """When Chatwoot accepted its first public message; None: it sent none."""
    team: str
    closer_email: str
    reassigned: bool | None = None
    """Whether a lead that waited was given to the next closer; None: nobody was to get it, or somebody answered."""


@dataclass(frozen=True, slots=True)
class LeadEscalated:
    """A human was called."""


@dataclass(frozen=True, slots=True)
class LeadStatusChanged:
    """A lead's status changed outside a qualification."""

    status: LeadStatus | None


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """Calls to models were paid for a lead: the one event that money is counted from."""

    cost_micro_usd: int
    """Millionths of a US dollar."""


@dataclass(frozen=True, slots=True)
class OutcomeRecorded:
    """What became of a lead commercially."""

    outcome: LeadOutcome


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """What a person says of a judgement."""

    qualification_id: str
    verdict: JudgementVerdict


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """A lead's answer to a satisfaction survey."""

    message_id: int
    """The survey."""
    rating: int
    """1-5."""


News = TurnFinished | FactsLearned | LeadQualified | DeliverySettled | LeadEscalated | LeadStatusChanged
"""What changes how a lead is shown."""
Aside = ModelUsed | OutcomeRecorded | FeedbackGiven | SurveyAnswered
"""What says something of a lead and makes nobody one: it neither lists nor moves a lead."""
Payload = News | Aside

RANKS: dict[type[News], int] = {
    FactsLearned: 1,
    TurnFinished: 2,
    LeadQualified: 3,
    DeliverySettled: 4,
    LeadEscalated: 5,
    LeadStatusChanged: 6,
}
"""Which of two kinds has the last word where both happened at the same instant: causes before consequences."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, told once."""

    event_id: EventId
    occurred_at: datetime
    lead: LeadKey
    conversation_id: int
    channel: Channel | None
    """None: the teller does not know it."""
    inbox_id: int
    """0: the teller does not know it."""
    payload: Payload | None
    """None: of a kind that is kept and not counted."""
