"""Accepting deliveries: one transaction from the outcome of a turn to writes that wait for their worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common.idempotency import Idempotency, Once
from sdr_common.lead import LeadStatus, Temperature
from sdr_common.mailbox import Mailbox
from sdr_common.postgres import Connection, Pool, connection
from sdr_common.telemetry import current_traceparent
from sdr_routing.domain.assignment import Assignment, assignment_of, round_for, team_for
from sdr_routing.domain.attributes import STATUS
from sdr_routing.domain.delivery import Delivery, delivery_id_of
from sdr_routing.domain.errors import NotConnected
from sdr_routing.domain.outcome import Outcome
from sdr_routing.domain.plan import plan, round_of, team_of
from sdr_routing.domain.settings import RoutingSettings
from sdr_routing.operations.dead_letters import found, waiting_entry
from sdr_routing.ports import Acceptance, Accounts, Announcements, Deliveries

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted."""

    delivery_id: str
    assignment: Assignment


class Deliver:
    """Deliveries as callers see them.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating calls.
        accounts: Accounts' settings.
        deliveries: Where deliveries are kept.
        announcements: Where other services learn of them.
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
        announcements: Announcements,
        mailbox: Mailbox,
        on_accepted: Callable[[], None] | None = None,
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._accounts = accounts
        self._deliveries = deliveries
        self._announcements = announcements
        self._mailbox = mailbox
        self._on_accepted = on_accepted

    async def accept(self, outcome: Outcome, request_id: str, once: Once[Accepted, A]) -> A:
        """Stores the outcome of a turn as one delivery; its writes follow soon.

        Raises:
            AccountNotFound: the account was never set up here.
            NotConnected: the account has no Chatwoot.
            RequestIdReused: the id came before with another input.
        """
        # Read before the transaction begins, so that a call never holds two connections.
        active = await self._accounts.active(outcome.conversation.account_id)
        delivery_id = delivery_id_of(outcome.conversation.account_id, request_id)

        async def work(conn: Connection) -> A:
            ref = outcome.conversation
            prepared = await self._deliveries.prepare(conn, ref.account_id, ref.contact_id, outcome.qualification_id)
            if not prepared.connected:
                raise NotConnected(ref.account_id)
            assignment = await self._assign(conn, outcome, active.settings, request_id)
            planned = plan(
                outcome,
                active.settings,
                active.clinic,
                assignment,
                prepared.written,
                delivery_id=delivery_id,
                now=prepared.now,
                closed=prepared.closed,
            )
            acceptance = Acceptance(delivery_id, outcome, planned, assignment, current_traceparent())
            seq = await self._deliveries.accept(conn, acceptance)
            if outcome.escalation is not None:
                await self._announcements.lead_escalated(conn, delivery_id, outcome, outcome.escalation, prepared.now)
            opted_out = LeadStatus.OPT_OUT.value
            if outcome.status is LeadStatus.OPT_OUT and prepared.written.current.get(STATUS) != opted_out:
                await self._announcements.status_changed(conn, delivery_id, ref, LeadStatus.OPT_OUT, prepared.now)
            entry = waiting_entry(
                ref.account_id, ref.contact_id, delivery_id, seq=seq, traceparent=acceptance.traceparent
            )
            await self._mailbox.ingest(conn, [entry])
            return once.answer(Accepted(delivery_id, assignment))

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._nudge()
        return answer

    async def decide(self, account_id: int, temperature: Temperature, procedure: str, inbox_id: int) -> Assignment:
        """Who would get a lead of this kind; takes nobody's turn.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        settings = (await self._accounts.active(account_id)).settings
        team, round_ = team_for(settings, temperature, procedure, inbox_id), round_for(settings, temperature)
        closer = None
        if round_ is not None and round_.counter:
            async with connection(self._pool) as conn:
                closer = round_.pick(await self._deliveries.peek_turn(conn, account_id, round_.counter), "")
        return assignment_of(team, round_, closer, temperature)

    async def find(self, account_id: int, delivery_id: str) -> Delivery:
        """A delivery with its writes.

        Raises:
            DeliveryNotFound: the account has no such delivery.
        """
        async with connection(self._pool) as conn:
            return await found(self._deliveries, conn, account_id, delivery_id)

    async def _assign(
        self, conn: Connection, outcome: Outcome, settings: RoutingSettings, request_id: str
    ) -> Assignment:
        team, round_ = team_of(outcome, settings), round_of(outcome, settings)
        if outcome.qualification is None or outcome.escalation is not None or outcome.silent:
            return Assignment(team, reason="chamado de atendimento humano" if team else "")
        closer = None
        if round_ is not None:
            count = 0
            if round_.counter:
                count = await self._deliveries.take_turn(conn, outcome.conversation.account_id, round_.counter)
            closer = round_.pick(count, request_id)
        return assignment_of(team, round_, closer, outcome.qualification.temperature)

    def _nudge(self) -> None:
        if self._on_accepted is not None:
            self._on_accepted()
