"""What routing needs from outside, in its own words. Nothing here commits: operations own transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from sdr_routing.domain.takeover import SeenMessage


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


@dataclass(frozen=True, slots=True)
class Look:
    """What a conversation shows right before something is sent."""

    messages: tuple[SeenMessage, ...]
    """What came after the messages that the answer knew, oldest first."""
    assignee_is_human: bool
    contact_id: int = 0
    """Whose conversation it is now: another contact's after a merge. 0: not told."""
    attributes: frozenset[str] | None = None
    """Keys of the contact's custom attributes; None: not told."""
    labels: tuple[str, ...] | None = None
    """The conversation's; None: not told."""

    @property
    def sent(self) -> dict[str, int]:
        """Message ids of what is there already, by `sdr_key`."""
        return {message.sdr_key: message.message_id for message in self.messages if message.sdr_key}


class Helpdesk(Protocol):
    """One account's Chatwoot.

    Every method raises `ChatwootUnavailable`, `ChatwootDenied` or `ChatwootRefused`; all but `send` are safe to
    repeat.
    """

    async def look(self, conversation_id: int, after: int) -> Look:
        """Everything after a message id (0: the latest messages)."""
        ...

    async def set_attributes(self, contact_id: int, values: Mapping[str, str | int]) -> None:
        """Merges attributes into a contact's."""
        ...

    async def add_labels(self, conversation_id: int, labels: Sequence[str]) -> None:
        """Merges labels into a conversation's, by family; defines those that Chatwoot does not know yet."""
        ...

    async def assign_team(self, conversation_id: int, team: str) -> None:
        """Gives a conversation to a team.

        Raises:
            UnknownTeam: Chatwoot has none of that name; nothing was changed.
        """
        ...

    async def assign_closer(self, conversation_id: int, email: str, name: str) -> None:
        """Gives a conversation to a closer.

        Raises:
            UnknownCloser: Chatwoot has no agent with that e-mail; nothing was changed.
        """
        ...

    async def pace(self) -> float:
        """Waits until Chatwoot may be asked again; gives the seconds that it took."""
        ...

    async def send(self, conversation_id: int, text: str, attributes: Mapping[str, object], *, private: bool) -> int:
        """Writes a message right now, after `pace`; **not safe to repeat**.

        Returns:
            Chatwoot's id of it.
        """
        ...

    async def send_anew(self, conversation_id: int, message_id: int) -> None:
        """Sets a failed message's status back, at which a channel's bridge sends it anew unless it did already."""
        ...

    async def give_back(self, conversation_id: int, *, unassign: bool) -> None:
        """Lets the bot have a conversation: takes it from its assignee, and sets it pending."""
        ...

    async def set_status(self, conversation_id: int, status: str) -> None:
        """Sets a conversation's status as the bot."""
        ...


class Helpdesks(Protocol):
    """The Chatwoots of all accounts."""

    async def of(self, account_id: int) -> Helpdesk:
        """An account's.

        Raises:
            NotConnected: it has none.
        """
        ...

    async def renewed(self, account_id: int) -> bool:
        """Reads the account's tokens anew; whether they have changed."""
        ...


@dataclass(frozen=True, slots=True)
class ChatwootConnection:
    """How one account is connected."""

    account_id: int
    chatwoot_url: str
    chatwoot_account_id: int
    admin_token: str = field(repr=False)
    bot_token: str = field(repr=False)
    bot_id: int
    """0: unknown."""
    webhook_url: str
    chatwoot_version: str


class Connections(Protocol):
    """Connections; tokens are encrypted at rest."""

    async def find(self, conn: Connection, account_id: int) -> ChatwootConnection | None:
        """An account's connection; None when there is none."""
        ...

    async def put(self, conn: Connection, connection: ChatwootConnection) -> None:
        """Stores a connection in place of an older one."""
        ...

    def seal(self, secret: str) -> str:
        """A secret as it may lie in a stored answer."""
        ...

    def open(self, sealed: str) -> str:
        """The secret again."""
        ...
