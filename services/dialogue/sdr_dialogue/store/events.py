"""Events for reporting, in the outbox of the transaction that caused them."""

from __future__ import annotations

import uuid

from sdr.reporting.v1.reporting_pb2 import BudgetReached, Event, FactsLearned, ModelUsed
from sdr_common.clock import utc_now
from sdr_common.event_outbox import EventOutbox
from sdr_common.lead import FactKind
from sdr_common.lead_proto import fact_to_wire, status_to_wire
from sdr_common.postgres import Connection
from sdr_dialogue.convert import conversation_to_wire
from sdr_dialogue.domain.costs import MonthTold, Spending
from sdr_dialogue.domain.progress import known
from sdr_dialogue.domain.turn import Learning

_NAMESPACE = uuid.UUID("5b0d4f5e-0f6b-4f0c-9c59-6a7f7c1d1f21")
"""Of dialogue's event ids: the same turn tells the same event."""


class OutboxEvents:
    """The port `Events`."""

    def __init__(self) -> None:
        self._outbox = EventOutbox()

    async def facts_learned(self, conn: Connection, learning: Learning) -> None:
        """See the port."""
        learned, ref = learning.learned, learning.conversation
        if not learned:
            return
        name = f"{ref.account_id}/{ref.conversation_id}/{learning.turn_id}/{learning.cause}"
        event = Event(
            event_id=str(uuid.uuid5(_NAMESPACE, name)),
            conversation=conversation_to_wire(ref),
            facts_learned=FactsLearned(
                turn_id=learning.turn_id,
                facts=[fact_to_wire(learned[kind]) for kind in FactKind if kind in learned],
                known_count=len(known(learning.state.facts)),
                status=status_to_wire(learning.state.status),
                engine=learning.engine,
                cost_micro_usd=learning.usage.cost_micro_usd,
            ),
        )
        event.occurred_at.FromDatetime(max(fact.set_at for fact in learned.values()))
        await self._outbox.put(conn, [event])

    async def model_used(self, conn: Connection, spending: Spending) -> None:
        """See the port."""
        usage = spending.usage
        event = Event(
            # Each spending is an event of its own: a turn that is redone is paid again.
            event_id=str(uuid.uuid4()),
            conversation=conversation_to_wire(spending.conversation),
            model_used=ModelUsed(
                turn_id=spending.turn_id,
                purpose=spending.purpose,
                engine=spending.engine,
                prompt_version=spending.prompt_version,
                input_tokens=usage.input_tokens,
                cached_tokens=usage.cached_tokens,
                output_tokens=usage.output_tokens,
                cost_micro_usd=usage.cost_micro_usd,
            ),
        )
        event.occurred_at.FromDatetime(utc_now())
        await self._outbox.put(conn, [event])

    async def budget_reached(self, conn: Connection, spending: Spending, told: MonthTold) -> None:
        """See the port."""
        event = Event(
            event_id=str(uuid.uuid4()),
            conversation=conversation_to_wire(spending.conversation),
            budget_reached=BudgetReached(stops_models=told.stop, cost_micro_usd=told.cost_micro_usd),
        )
        event.occurred_at.FromDatetime(utc_now())
        await self._outbox.put(conn, [event])
