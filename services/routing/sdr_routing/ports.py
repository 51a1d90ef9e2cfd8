"""What routing needs from outside, in its own words. Nothing here commits: operations own transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sdr_common.clinic import Clinic
from sdr_common.lead import EscalationReason, LeadStatus
from sdr_common.mailbox import Claim
from sdr_common.postgres import Connection
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.attributes import Written
from sdr_routing.domain.delivery import Delivery, PlannedWrite, State, Write
from sdr_routing.domain.outcome import ConversationRef, Outcome
from sdr_routing.domain.plan import Plan
from sdr_routing.domain.settings import RoutingSettings


@dataclass(frozen=True, slots=True)
class AccountRouting:
    """One version of an account's settings here."""

    version: int
    """From 1."""
    clinic: Clinic
    settings: RoutingSettings


class Accounts(Protocol):
    """Accounts' settings, versioned; the newest is the active one."""

    async def active(self, account_id: int) -> AccountRouting:
        """The active one, perhaps as it was up to two seconds ago.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        ...

    async def find(self, conn: Connection, account_id: int, version: int = 0) -> AccountRouting | None:
        """One version, or the active one for 0; None when there is none."""
        ...

    async def put(
        self, conn: Connection, account_id: int, clinic: Clinic, settings: RoutingSettings
    ) -> tuple[int, bool]:
        """Adds a version unless it equals the active one.

        Returns:
            The active version, and whether it is new.
        """
        ...

    def forget(self, account_id: int) -> None:
        """Makes the next `active` see what was just committed."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a plan needs of its contact."""

    written: Written
    connected: bool
    """Whether the account has a Chatwoot."""
    closed: bool
    """Whether the judgement has had its closing message already."""
    now: datetime
    """The database's clock, aware UTC."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A delivery to be stored."""

    delivery_id: str
    outcome: Outcome
    plan: Plan
    assignment: Assignment
    traceparent: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a write stands from now on."""

    position: int
    state: State
    detail: str = ""
    message_id: int = 0
    attempt: Literal["begun", "kept", "over"] = "over"
    """begun: a message is about to be sent; kept: its outcome is unknown; over: it is known."""
    fault: Literal["", "seen", "counted"] = ""
    """Chatwoot answered 5xx: seen; counted: and it carried out the same kind of write for others."""


@dataclass(frozen=True, slots=True)
class Revived:
    """A dead delivery that waits again."""

    seq: int
    retries: int
    contact_id: int
    traceparent: str


@dataclass(frozen=True, slots=True)
class DeadFilter:
    """Which dead deliveries of an account are meant."""

    account_id: int
    conversation_id: int = 0
    """0: any."""
    kind: str = ""
    """The published word of a write that died; empty: any."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """A conversation as we handed it over."""

    conversation: ConversationRef
    turn_id: int
    last_message_id: int
    """The greatest Chatwoot message id that its judgement knew: what a human said since comes after it."""
    team: str
    closer_email: str
    """Who has it now, as far as we know."""
    tried: tuple[str, ...]
    """Everybody who had it since its judgement."""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A public message of ours that the channel refused, as it is stored."""

    delivery_id: str
    seq: int
    conversation: ConversationRef
    traceparent: str
    settled: bool
    """Nothing of its delivery is under way."""
    write: Write
    settled_for_s: float
    """Seconds since it was sent."""
    next_position: int
    """Of a write that is added to the delivery."""


class Deliveries(Protocol):
    """Deliveries and what they need."""

    async def prepare(self, conn: Connection, account_id: int, contact_id: int, qualification_id: str = "") -> Prepared:
        """Locks the contact's row and reads what was written into it, and whether a judgement was closed."""
        ...

    async def take_turn(self, conn: Connection, account_id: int, counter: str) -> int:
        """Leads given in a round before this one; counts this one."""
        ...

    async def peek_turn(self, conn: Connection, account_id: int, counter: str) -> int:
        """Leads given in a round; counts nothing."""
        ...

    async def accept(self, conn: Connection, acceptance: Acceptance) -> int:
        """Stores a delivery.

        Returns:
            Its number in the order of acceptance.
        """
        ...

    async def load(self, conn: Connection, delivery_ids: Sequence[str]) -> list[Delivery]:
        """Deliveries in order of acceptance; unknown ids are left out."""
        ...

    async def record(
        self,
        conn: Connection,
        claim: Claim,
        delivery_id: str,
        marks: Sequence[Mark],
        *,
        failures: int = 0,
        state: State | None = None,
    ) -> datetime:
        """Stores where writes and, with `state`, their delivery stand.

        Returns:
            The database's clock.

        Raises:
            LeaseLost: the contact is no longer ours; nothing was stored.
        """
        ...

    async def append(
        self, conn: Connection, claim: Claim, delivery_id: str, position: int, write: PlannedWrite
    ) -> None:
        """Adds a write at the end of a delivery that is being carried out."""
        ...

    async def find_refused(
        self, conn: Connection, account_id: int, message_id: int, sdr_key: str
    ) -> RefusedMessage | None:
        """The write behind a message, by id or key, with its delivery locked; None: not ours, or replaced already."""
        ...

    async def refuse(
        self, conn: Connection, delivery_id: str, changed: Write, added: Mapping[int, PlannedWrite]
    ) -> None:
        """Stores what becomes of a refused message and takes its delivery up again.

        Args:
            conn: In the transaction of `find_refused`.
            delivery_id: Whose.
            changed: The refused write as it is from now on.
            added: New writes by position.
        """
        ...

    async def hand_over(self, conn: Connection, account_id: int, conversation_id: int) -> HandOver | None:
        """How a conversation was handed over since its latest judgement; None: we gave it to nobody."""
        ...

    async def is_under_way(self, conn: Connection, account_id: int, conversation_id: int) -> bool:
        """Whether a delivery of a conversation is not settled yet."""
        ...

    async def remember(self, conn: Connection, account_id: int, contact_id: int, values: Mapping[str, str]) -> None:
        """Notes attributes that are being written outside a plan."""
        ...

    async def forget(self, conn: Connection, account_id: int, contact_id: int, keys: Sequence[str]) -> None:
        """Notes that attributes were not written after all."""
        ...

    async def find(self, conn: Connection, account_id: int, delivery_id: str) -> Delivery | None:
        """One delivery of an account; None when it has no such delivery."""
        ...

    async def revive(self, conn: Connection, account_id: int, delivery_id: str) -> Revived | None:
        """Takes a dead delivery up again; None when it is not dead or not there."""
        ...

    async def list_dead(self, conn: Connection, wanted: DeadFilter, before: int | None, limit: int) -> list[Delivery]:
        """Dead deliveries, newest first, older than number `before`."""
        ...

    async def oldest_dead(self, conn: Connection, wanted: DeadFilter, limit: int) -> list[str]:
        """Ids of dead deliveries, oldest first."""
        ...

    async def list_of_conversation(
        self, conn: Connection, account_id: int, conversation_id: int, before: int | None, limit: int
    ) -> list[Delivery]:
        """A conversation's deliveries, newest first, older than number `before`."""
        ...


class Announcements(Protocol):
    """Tells the rest of the product what happened, once the transaction commits."""

    async def lead_escalated(
        self, conn: Connection, delivery_id: str, outcome: Outcome, reason: EscalationReason, at: datetime
    ) -> None:
        """A human was called."""
        ...

    async def status_changed(
        self, conn: Connection, delivery_id: str, conversation: ConversationRef, status: LeadStatus, at: datetime
    ) -> None:
        """The lead's status changed outside a qualification."""
        ...

    async def delivery_settled(
        self,
        conn: Connection,
        delivery: Delivery,
        state: State,
        *,
        public_messages: int,
        first_public_at: datetime | None,
        at: datetime,
    ) -> None:
        """A delivery came to its end."""
        ...
