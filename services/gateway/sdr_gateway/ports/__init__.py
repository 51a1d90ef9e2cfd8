"""What the gateway's operations need of the world.

Answers of one service go into the request of the next unread, so the ports to other services speak
the contracts' messages; everything else is in the gateway's own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.privacy.v1 import privacy_pb2 as privacy
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.routing.v1 import routing_pb2 as routing
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr_common.mailbox import Claim, NewEntry, Receipt
from sdr_common.postgres import Connection
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.conversation import ConversationState
from sdr_gateway.domain.event import ContactSeen, MessageSeen, Snapshot


class Accounts(Protocol):
    """Connected accounts, from memory."""

    async def get(self, account_id: int) -> Account:
        """One account, at most a few seconds old.

        Raises:
            AccountNotFound: it is not connected.
            StoreUnavailable: it is not in memory, and the database does not answer.
        """
        ...


class AccountKeeper(Protocol):
    """Where connections are kept; never commits."""

    def path_secret_for(self, request_id: str) -> str:
        """The path secret of an account that this request connects first: a redo of it gets the same."""
        ...

    async def find(self, conn: Connection, account_id: int) -> Account | None:
        """One connected account; None when there is none."""
        ...

    async def save(self, conn: Connection, account: Account, version: str) -> datetime:
        """Keeps a connection and gives back when the account was connected first."""
        ...


class Inbox(Protocol):
    """The mailbox's door; `GroupCommit` is one."""

    async def add(self, entry: NewEntry) -> Receipt:
        """Stores one entry; returns after the commit.

        Raises:
            MailboxFull: too many wait.
            StoreUnavailable: the database does not answer.
        """
        ...

    async def extend(self, account_id: int, key_id: int, idle_s: float) -> None:
        """The lead is typing.

        Raises:
            MailboxFull: too many wait.
            StoreUnavailable: the database does not answer.
        """
        ...


class EventCounter(Protocol):
    """Counts what came in."""

    def count(self, outcome: str, reason: str) -> None:
        """Counts one event: accepted, repeated, refused, extended or ignored, with its kind or reason."""
        ...


class IgnoredLedger(Protocol):
    """Notes what was told and not kept, where it names a conversation."""

    def note(self, account_id: int, conversation_id: int, reason: str, message_id: int) -> None:
        """Counts one event; costs the caller nothing."""
        ...


class Turns(Protocol):
    """Points of no return and of change in an open turn; `MailboxWorker` has them."""

    async def seal(self, claim: Claim, answer: bytes, *, patience_s: float | None = None) -> bool:
        """See `sdr_common.mailbox.Mailbox.seal`."""
        ...

    async def supersede(self, claim: Claim) -> Claim:
        """See `sdr_common.mailbox.Mailbox.supersede`."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """A conversation's state and the database's time."""

    state: ConversationState
    now: float
    """Seconds since 1970, Postgres's clock."""
    is_new: bool = False
    """True: nothing is remembered."""


class Conversations(Protocol):
    """What the gateway remembers of conversations; written by the holder of the mailbox alone."""

    async def find(self, account_id: int, conversation_id: int) -> Remembered:
        """The state; a fresh one for a conversation that is new.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        ...

    async def save(self, claim: Claim, state: ConversationState, events: Sequence[reporting.Event]) -> None:
        """Stores state and events together.

        Raises:
            LeaseLost: the turn is somebody else's now.
            StoreUnavailable: the database does not answer.
        """
        ...


class Dialogue(Protocol):
    """The dialogue service. Each raises `RemoteError`."""

    async def respond(self, request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        """One answer to all waiting messages."""
        ...

    async def analyze(self, request: dialogue.AnalyzeRequest) -> dialogue.AnalyzeResponse:
        """The judgement of a whole conversation."""
        ...

    async def nudge(self, request: dialogue.NudgeRequest) -> dialogue.NudgeResponse:
        """The words of one reminder."""
        ...

    async def observe(self, request: dialogue.ObserveRequest) -> dialogue.ObserveResponse:
        """What happened outside an answer."""
        ...

    async def list_turns(self, request: dialogue.ListTurnsRequest) -> dialogue.ListTurnsResponse:
        """What turns understood and said."""
        ...

    async def get_conversation(self, request: dialogue.GetConversationRequest) -> dialogue.GetConversationResponse:
        """What dialogue knows of a conversation."""
        ...

    async def get_settings(self, request: dialogue.GetSettingsRequest) -> dialogue.GetSettingsResponse:
        """Its part of the account document."""
        ...

    async def put_settings(self, request: dialogue.PutSettingsRequest) -> dialogue.PutSettingsResponse:
        """Stores or checks its part."""
        ...


class Scoring(Protocol):
    """The scoring service. Each raises `RemoteError`."""

    async def qualify(self, request: scoring.QualifyRequest) -> scoring.QualifyResponse:
        """The judgement of a lead."""
        ...

    async def list_qualifications(
        self, request: scoring.ListQualificationsRequest
    ) -> scoring.ListQualificationsResponse:
        """A lead's judgements."""
        ...

    async def get_settings(self, request: scoring.GetSettingsRequest) -> scoring.GetSettingsResponse:
        """Its part of the account document."""
        ...

    async def put_settings(self, request: scoring.PutSettingsRequest) -> scoring.PutSettingsResponse:
        """Stores or checks its part."""
        ...


class Routing(Protocol):
    """The routing service. Each raises `RemoteError`."""

    async def deliver(self, request: routing.DeliverRequest) -> routing.DeliverResponse:
        """Accepts what a turn leads to."""
        ...

    async def report_refused_message(
        self, request: routing.ReportRefusedMessageRequest
    ) -> routing.ReportRefusedMessageResponse:
        """Sees to a message that the channel refused."""
        ...

    async def connect_chatwoot(self, request: routing.ConnectChatwootRequest) -> routing.ConnectChatwootResponse:
        """Provisions an account's Chatwoot."""
        ...

    async def list_deliveries(self, request: routing.ListDeliveriesRequest) -> routing.ListDeliveriesResponse:
        """A conversation's deliveries."""
        ...

    async def get_settings(self, request: routing.GetSettingsRequest) -> routing.GetSettingsResponse:
        """Its part of the account document."""
        ...

    async def put_settings(self, request: routing.PutSettingsRequest) -> routing.PutSettingsResponse:
        """Stores or checks its part."""
        ...


class Reporting(Protocol):
    """The reporting service. Each raises `RemoteError`."""

    async def put_settings(self, request: reporting.PutSettingsRequest) -> reporting.PutSettingsResponse:
        """Stores or checks its part."""
        ...


class LeadKeeper(Protocol):
    """A service that keeps something of leads. Each raises `RemoteError`."""

    async def forget_lead(self, request: privacy.ForgetLeadRequest) -> privacy.ForgetLeadResponse:
        """Erases its part."""
        ...

    async def export_lead(self, request: privacy.ExportLeadRequest) -> privacy.ExportLeadResponse:
        """Gives its part out."""
        ...

    async def purge_records(self, request: privacy.PurgeRecordsRequest) -> privacy.PurgeRecordsResponse:
        """Erases what is old."""
        ...


@dataclass(frozen=True, slots=True)
class ForgottenLead:
    """A lead that asked to be forgotten."""

    account_id: int
    contact_id: int
    request_id: str
    """Of the call that forgot it."""


class Tombstones(Protocol):
    """Who was forgotten, by ids alone; never commits."""

    async def put(self, conn: Connection, lead: ForgottenLead) -> datetime:
        """Marks a lead as forgotten up to now, once per request; gives the instant."""
        ...

    async def unsettled(self, conn: Connection, after_s: float, limit: int) -> list[ForgottenLead]:
        """Those whose late traces are still to be erased, `after_s` later."""
        ...

    async def settle(self, conn: Connection, lead: ForgottenLead) -> None:
        """Late traces are erased."""
        ...


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """A conversation of a listing."""

    contact: ContactSeen
    snapshot: Snapshot
    refused: MessageSeen | None = None
    """Its last message, where the channel refused it."""


class ChatwootListing(Protocol):
    """What Chatwoot says when asked. Each raises `ChatwootUnavailable`, `ChatwootDenied`, `ChatwootRefused`."""

    async def version(self, chatwoot_url: str) -> str:
        """Chatwoot's version, asked without a token."""
        ...

    async def conversations(self, account: Account, updated_within_s: int) -> list[ListedConversation]:
        """Conversations of every status that changed lately, any order."""
        ...

    async def conversation(self, account: Account, conversation_id: int) -> ListedConversation | None:
        """One conversation as it is now; None: Chatwoot has none, or nobody's."""
        ...

    async def messages_after(self, account: Account, conversation_id: int, after: int) -> list[MessageSeen]:
        """Up to a hundred messages with greater ids, oldest first."""
        ...

    async def messages_before(self, account: Account, conversation_id: int, before: int | None) -> list[MessageSeen]:
        """The twenty messages before an id (None: the newest twenty), oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class SweepClaim:
    """An account whose sweep is this process's."""

    account_id: int
    now: float
    """Seconds since 1970, Postgres's clock."""
    since: float
    """Up to when the sweep before saw everything."""
    ago_s: float
    """Seconds since the sweep before ended; infinite: there was none."""


@dataclass(frozen=True, slots=True)
class SweepPosition:
    """How far listings have gone in a conversation, and what is remembered of it."""

    swept_through_id: int = 0
    chatwoot_status: str = ""
    human_assigned: bool = False
    snapshot_at: float = 0.0


class Sweeps(Protocol):
    """Whose sweep it is, and how far it went. Each raises `StoreUnavailable`."""

    async def claim(self, pause_s: float) -> SweepClaim | None:
        """Takes the account that waits longest, if its last sweep is `pause_s` ago."""
        ...

    async def beat(self, account_id: int) -> bool:
        """Prolongs the lease; False: it is somebody else's."""
        ...

    async def finish(self, account_id: int, swept_until: float | None) -> None:
        """Gives the account back; None: not everything was seen."""
        ...

    async def positions(self, account_id: int, conversation_ids: Sequence[int]) -> dict[int, SweepPosition]:
        """What is known of conversations; one entry for each."""
        ...

    async def move(self, account_id: int, conversation_id: int, swept_through_id: int) -> None:
        """Notes how far a listing went; never backwards."""
        ...
