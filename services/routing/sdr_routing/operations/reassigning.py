"""A hot lead that its closer has not answered goes to the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common import audit
from sdr_common.idempotency import Idempotency, Once
from sdr_common.lead import Temperature
from sdr_common.mailbox import Mailbox
from sdr_common.postgres import Connection, Pool
from sdr_common.telemetry import current_traceparent
from sdr_routing.domain.assignment import Assignment, next_round
from sdr_routing.domain.delivery import Closer, Note, PlannedWrite, delivery_id_of
from sdr_routing.domain.errors import NotConnected
from sdr_routing.domain.note import reassigned
from sdr_routing.domain.outcome import nothing_said
from sdr_routing.domain.outgoing_text import neutral
from sdr_routing.domain.plan import Plan
from sdr_routing.domain.settings import RoutingSettings
from sdr_routing.operations.dead_letters import waiting_entry
from sdr_routing.ports import Acceptance, Accounts, Deliveries, HandOver

A = TypeVar("A", bound=Message)


class ReassignOutcome(Enum):
    """Whether there is a next closer."""

    ACCEPTED = "accepted"
    NOBODY_ELSE = "nobody_else"
    NOT_THEIRS = "not_theirs"


@dataclass(frozen=True, slots=True)
class ReassignCommand:
    """A lead that waits."""

    account_id: int
    conversation_id: int
    closer_email: str
    """Whose it is, as far as the caller knows."""
    waited_minutes: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Reassigned:
    """What was decided."""

    outcome: ReassignOutcome
    delivery_id: str = ""
    assignment: Assignment = field(default_factory=Assignment)


class Reassign:
    """Gives leads that wait to the next closer.

    Args:
        pool: The service's pool.
        idempotency: Guards the call.
        accounts: Accounts' settings.
        deliveries: Where deliveries are kept.
        mailbox: Where accepted deliveries wait, by contact.
        on_accepted: Called when something new waits: nudges a worker in the same process.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        idempotency: Idempotency,
        accounts: Accounts,
        deliveries: Deliveries,
        mailbox: Mailbox,
        on_accepted: Callable[[], None] | None = None,
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._accounts = accounts
        self._deliveries = deliveries
        self._mailbox = mailbox
        self._on_accepted = on_accepted

    async def reassign(self, command: ReassignCommand, once: Once[Reassigned, A]) -> A:
        """Decides who is next and lets a delivery give the lead to them.

        Whether a human has answered is looked at when it is carried out.

        Raises:
            AccountNotFound: the account was never set up here.
            NotConnected: the account has no Chatwoot.
            RequestIdReused: the id came before with another input.
        """
        settings = (await self._accounts.active(command.account_id)).settings

        async def work(conn: Connection) -> A:
            return once.answer(await self._decide(conn, command, settings))

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        if self._on_accepted is not None:
            self._on_accepted()
        return answer

    async def _decide(self, conn: Connection, command: ReassignCommand, settings: RoutingSettings) -> Reassigned:
        found = await self._deliveries.hand_over(conn, command.account_id, command.conversation_id)
        if found is None or found.closer_email.casefold() != command.closer_email.casefold():
            return Reassigned(ReassignOutcome.NOT_THEIRS)
        round_ = next_round(settings, Temperature.HOT, found.tried)
        if round_ is None:
            return Reassigned(ReassignOutcome.NOBODY_ELSE)
        count = await self._deliveries.take_turn(conn, command.account_id, round_.counter) if round_.counter else 0
        closer = round_.pick(count, command.request_id)
        assignment = Assignment(found.team, closer.email, closer.name, round_.reason(closer))
        delivery_id = await self._accept(conn, command, found, assignment, _name_of(settings, found.closer_email))
        await audit.note(
            conn,
            "reassign_lead",
            command.account_id,
            subject=f"conversation {command.conversation_id}",
            request_id=command.request_id,
            detail={"delivery_id": delivery_id, "waited_minutes": command.waited_minutes},
        )
        return Reassigned(ReassignOutcome.ACCEPTED, delivery_id, assignment)

    async def _accept(
        self, conn: Connection, command: ReassignCommand, found: HandOver, assignment: Assignment, before: str
    ) -> str:
        ref, delivery_id = found.conversation, delivery_id_of(command.account_id, command.request_id)
        prepared = await self._deliveries.prepare(conn, ref.account_id, ref.contact_id)
        if not prepared.connected:
            raise NotConnected(ref.account_id)
        note = reassigned(command.waited_minutes, before, assignment)
        writes = (
            PlannedWrite(Closer(assignment.closer_email, assignment.closer_name, found.closer_email)),
            PlannedWrite(Note(neutral(note)), f"{delivery_id}/note"),
        )
        planned = Plan(writes, prepared.written, handing_off=True, closing=False, qualifying=False)
        outcome = nothing_said(ref, found.turn_id, found.last_message_id)
        acceptance = Acceptance(delivery_id, outcome, planned, assignment, current_traceparent())
        seq = await self._deliveries.accept(conn, acceptance)
        entry = waiting_entry(ref.account_id, ref.contact_id, delivery_id, seq=seq, traceparent=acceptance.traceparent)
        await self._mailbox.ingest(conn, [entry])
        return delivery_id


def _name_of(settings: RoutingSettings, email: str) -> str:
    """What colleagues call a closer; one who is no longer in the settings is called by the address."""
    names = (closer.name for closer in settings.closers if closer.email.casefold() == email.casefold())
    return next(names, email)
