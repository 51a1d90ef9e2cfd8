"""`Announcements` by the event outbox, from where they are forwarded to reporting."""

from __future__ import annotations

from datetime import datetime

from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr_common.event_outbox import EventOutbox
from sdr_common.lead import EscalationReason, LeadStatus
from sdr_common.lead_proto import escalation_to_wire, status_to_wire, timestamp_to_wire
from sdr_common.postgres import Connection
from sdr_routing.convert import conversation_to_wire
from sdr_routing.domain.delivery import Delivery, State, event_id_of, reassigned_from
from sdr_routing.domain.outcome import ConversationRef, Outcome


class OutboxAnnouncements:
    """Writes events into the caller's transaction; their ids follow from the delivery, so that none counts twice."""

    def __init__(self) -> None:
        self._outbox = EventOutbox()

    async def lead_escalated(
        self, conn: Connection, delivery_id: str, outcome: Outcome, reason: EscalationReason, at: datetime
    ) -> None:
        """See `Announcements.lead_escalated`."""
        payload = reporting.LeadEscalated(reason=escalation_to_wire(reason), turn_id=outcome.turn_id)
        event = _event(delivery_id, "lead_escalated", outcome.conversation, at)
        event.lead_escalated.CopyFrom(payload)
        await self._outbox.put(conn, [event])

    async def status_changed(
        self, conn: Connection, delivery_id: str, conversation: ConversationRef, status: LeadStatus, at: datetime
    ) -> None:
        """See `Announcements.status_changed`."""
        event = _event(delivery_id, f"status_{status.value}", conversation, at)
        event.lead_status_changed.CopyFrom(reporting.LeadStatusChanged(status=status_to_wire(status)))
        await self._outbox.put(conn, [event])

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
        """See `Announcements.delivery_settled`."""
        payload = reporting.DeliverySettled(
            delivery_id=delivery.delivery_id,
            turn_id=delivery.turn_id,
            outcome=state.value,
            public_messages=public_messages,
            first_public_at=timestamp_to_wire(first_public_at),
            closing=delivery.closing,
            team=delivery.team,
            closer_email=delivery.closer_email,
            reassigned_from=reassigned_from(delivery),
        )
        refusals = sum(write.refusals for write in delivery.writes)
        what = f"settled_{delivery.retries}" + (f"_{refusals}" if refusals else "")
        event = _event(delivery.delivery_id, what, delivery.conversation, at)
        event.delivery_settled.CopyFrom(payload)
        await self._outbox.put(conn, [event])


def _event(delivery_id: str, what: str, conversation: ConversationRef, at: datetime) -> reporting.Event:
    return reporting.Event(
        event_id=event_id_of(delivery_id, what),
        occurred_at=timestamp_to_wire(at),
        conversation=conversation_to_wire(conversation),
    )
