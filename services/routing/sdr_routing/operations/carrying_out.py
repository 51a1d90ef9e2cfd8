"""Carrying deliveries out: a contact at a time, a delivery after the other, write by write."""

from __future__ import annotations

import msgspec
import structlog
from opentelemetry.trace import SpanKind

from sdr_common.mailbox import Claim, Close
from sdr_common.postgres import Pool, connection
from sdr_common.secret_box import SecretUnreadable
from sdr_common.telemetry import TRACER, about, context_of, inside, now_ns, to_ns, told_on
from sdr_routing.domain.delivery import Delivery, State
from sdr_routing.domain.errors import NotSettledYet
from sdr_routing.helpdesk_ports import Helpdesks
from sdr_routing.operations.delivery_run import DeliveryRun
from sdr_routing.operations.evidence import Evidence
from sdr_routing.operations.ledger import Ledger
from sdr_routing.operations.patience import Patience
from sdr_routing.ports import Announcements, Deliveries

_LOG = structlog.get_logger()
_UNREADABLE_PAUSE_S = 30.0


class _Body(msgspec.Struct):
    delivery_id: str


class CarryOut:
    """The mailbox's handler.

    Args:
        pool: The service's pool.
        deliveries: Where deliveries are kept.
        helpdesks: The accounts' Chatwoots.
        announcements: Where other services learn of deliveries.
        patience: How long is waited.
    """

    def __init__(
        self,
        pool: Pool,
        deliveries: Deliveries,
        helpdesks: Helpdesks,
        announcements: Announcements,
        patience: Patience | None = None,
    ) -> None:
        self._pool = pool
        self._deliveries = deliveries
        self._helpdesks = helpdesks
        self._announcements = announcements
        self._patience = patience or Patience()
        self._evidence = Evidence()

    async def handle(self, claim: Claim) -> Close:
        """Carries out what a contact waits for, in order; what is done already is not done again.

        Raises:
            DomainError: a dependency is away or slow: everything of this contact waits, in order.
            LeaseLost: somebody else has the contact now.
        """
        waiting = list(dict.fromkeys(entry.read(_Body).delivery_id for entry in claim.entries))
        async with connection(self._pool) as conn:
            deliveries = await self._deliveries.load(conn, waiting)
        is_poisoned = claim.attempt > self._patience.attempts
        for delivery in deliveries:
            if delivery.state is not State.PENDING:
                continue
            if is_poisoned:
                # Only the first one can be at fault: what stands before it is settled.
                await self._give_up(claim, delivery)
                is_poisoned = False
            else:
                await self._carry_out(claim, delivery)
        return Close("delivered")

    async def _carry_out(self, claim: Claim, delivery: Delivery) -> None:
        attributes: dict[str, str | int | float] = {
            "sdr.account_id": delivery.conversation.account_id,
            "sdr.conversation_id": delivery.conversation.conversation_id,
            "sdr.delivery_id": delivery.delivery_id,
            "sdr.turn_id": delivery.turn_id,
            "sdr.attempt": claim.attempt,
            "sdr.waited_s": round(claim.waited_s, 3),
        }
        ref = delivery.conversation
        with inside(about(context_of(delivery.traceparent), ref.account_id, ref.conversation_id)):
            _tell_wait(claim, delivery)
            with (
                TRACER.start_as_current_span(
                    "deliver",
                    kind=SpanKind.CONSUMER,
                    attributes=attributes,
                    record_exception=False,
                    set_status_on_exception=False,
                ) as span,
                told_on(span),
            ):
                run = await self._run(claim, delivery)
                await run.carry_out()

    async def _give_up(self, claim: Claim, delivery: Delivery) -> None:
        run = await self._run(claim, delivery)
        await run.give_up(f"falhou {self._patience.attempts} vezes por um erro interno")

    async def _run(self, claim: Claim, delivery: Delivery) -> DeliveryRun:
        try:
            desk = await self._helpdesks.of(claim.account_id)
        except SecretUnreadable as error:
            _LOG.error("connection_unreadable", account_id=claim.account_id)
            raise NotSettledYet(_UNREADABLE_PAUSE_S) from error
        ledger = Ledger(claim, delivery, self._pool, self._deliveries, self._announcements)
        return DeliveryRun(
            claim,
            delivery,
            ledger=ledger,
            desk=desk,
            helpdesks=self._helpdesks,
            patience=self._patience,
            evidence=self._evidence,
        )


def _tell_wait(claim: Claim, delivery: Delivery) -> None:
    """How long a delivery lay in the outbox, behind its contact's earlier ones perhaps; once, by the first attempt."""
    if claim.attempt != 1:
        return
    stored = [entry.arrived_at for entry in claim.entries if entry.read(_Body).delivery_id == delivery.delivery_id]
    if stored:
        wait = TRACER.start_span(
            "wait_in_outbox", start_time=to_ns(min(stored)), attributes={"sdr.delivery_id": delivery.delivery_id}
        )
        wait.end(now_ns())
