"""A delivery: the ordered writes that one turn leads to, and where each stands."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sdr_routing.domain.outcome import ConversationRef

_NAMESPACE = uuid.UUID("5d3c7a52-5a0e-5f2b-9b53-1f4b7d0f6a11")


class State(StrEnum):
    """Where a delivery or a write stands."""

    PENDING = "pending"
    """Not begun, or waiting to be tried again."""
    DONE = "done"
    """Carried out, or found to be true already."""
    DROPPED = "dropped"
    """Left out on purpose."""
    DEAD = "dead"
    """Given up; an operator can take it up again."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Merges values into the contact's attributes."""

    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Labels:
    """Merges labels into the conversation's, by family."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """Gives the conversation to a team."""

    name: str


@dataclass(frozen=True, slots=True)
class Closer:
    """Gives the conversation to a closer."""

    email: str
    name: str
    instead_of: str = ""
    """E-mail of the closer who has not answered: only while it is theirs and no human has. Empty: unconditionally."""


@dataclass(frozen=True, slots=True)
class Note:
    """A private note."""

    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A public message: what the lead reads."""

    text: str
    asks: str
    """The published word of the fact that it asks for; empty: none."""
    answers: tuple[int, ...] = ()
    """Ids of the lead's messages that it answers."""
    only_in_silence: bool = False
    """Dropped if the lead has written after what the turn knew."""


@dataclass(frozen=True, slots=True)
class Status:
    """Sets the conversation's status, as the bot."""

    status: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Gives the conversation back to the bot: nobody is assigned, and it is pending."""


Change = Attributes | Labels | Team | Closer | Note | Message | Status | GiveBack
KINDS: Mapping[str, type[Change]] = {
    "attributes": Attributes,
    "labels": Labels,
    "team": Team,
    "closer": Closer,
    "note": Note,
    "message": Message,
    "status": Status,
    "give_back": GiveBack,
}
"""The published word of each kind of write."""
WORDS: Mapping[type[Change], str] = {kind: word for word, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """One write to come."""

    change: Change
    sdr_key: str = ""
    """Idempotency key of a message or note; empty for what is safe to repeat."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write as it is stored."""

    position: int
    change: Change
    sdr_key: str
    state: State
    detail: str
    """Why it was left out, or the last fault; no lead's text."""
    message_id: int
    """0: none."""
    settled_at: datetime | None
    attempt_age_s: float | None = None
    """Seconds since an attempt began whose outcome is unknown; None: there is none."""
    refusals: int = 0
    """How often the channel refused it after Chatwoot had taken it."""
    remedy: str = ""
    """How a refused message goes out anew: resend or nudge; empty: it was not refused."""
    faults: int = 0
    """Answers 5xx while Chatwoot carried out the same kind of write for others."""
    faulty_for_s: float | None = None
    """Seconds since the first answer 5xx; None: there was none."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as it is stored."""

    delivery_id: str
    seq: int
    """Order of acceptance."""
    conversation: ConversationRef
    turn_id: int
    last_message_id: int
    state: State
    writes: tuple[Write, ...]
    handing_off: bool
    """It assigns or opens: an assignee shows no takeover."""
    closing: bool
    """It carries the closing message."""
    qualifying: bool
    """The lead is being qualified: a takeover pauses it."""
    team: str
    closer_email: str
    traceparent: str
    attempts: int
    """Failed ones."""
    retries: int
    """How often an operator took it up again."""
    accepted_at: datetime
    settled_at: datetime | None
    waiting_since: datetime | None = None
    """When the first of the lead's messages that it answers was stored; None: no lead waited."""
    superseded: frozenset[str] = frozenset()
    """Attribute keys to which a later delivery gave another value since this one died."""


def reassigned_from(delivery: Delivery) -> str:
    """E-mail of the closer from whom a delivery takes the lead; empty: it is no reassignment."""
    closers = (write.change for write in delivery.writes if isinstance(write.change, Closer))
    return next((closer.instead_of for closer in closers), "")


def delivery_id_of(account_id: int, request_id: str) -> str:
    """The delivery that a request makes; the same request makes the same one."""
    return str(uuid.uuid5(_NAMESPACE, f"{account_id}/{request_id.lower()}"))


def event_id_of(delivery_id: str, what: str) -> str:
    """Id of an event about a delivery, the same whoever tells it and however often."""
    return str(uuid.uuid5(uuid.UUID(delivery_id), what))
