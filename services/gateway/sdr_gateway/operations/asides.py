"""Tells reporting what Chatwoot tells beside messages: sales by labels, answers to surveys."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr_common.event_outbox import EventOutbox
from sdr_common.lead import Channel
from sdr_common.lead_proto import channel_to_wire, outcome_to_wire
from sdr_common.postgres import Pool, connection
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.aside import About, Aside, Rating, Sale
from sdr_gateway.operations.requests import timestamp

_NAMESPACE: Final = uuid.UUID("b1f1b1a0-9a55-4f6e-8a44-3f7b4a4f0c52")
"""Of asides' event ids: the same webhook, however often it comes, is the same event."""
_SOURCE: Final = "etiqueta"
"""In the words of `OutcomeRecorded`."""


class AsideWork:
    """Puts asides among the events that wait for reporting.

    Args:
        pool: The gateway's pool.
        outbox: Where events go.
        now: Seconds since 1970, by the database's clock.
    """

    def __init__(self, pool: Pool, outbox: EventOutbox, now: Callable[[], float]) -> None:
        self._pool = pool
        self._outbox = outbox
        self._now = now

    async def tell(self, account: Account, aside: Aside) -> None:
        """Tells it, unless its lead asked to be forgotten after it; returns after the commit.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        at = aside.at if isinstance(aside, Sale) and aside.at else self._now()
        if at <= account.forgotten.get(aside.about.contact_id, 0.0):
            return
        event = reporting.Event(
            event_id=_event_id(account.account_id, aside),
            occurred_at=timestamp(at),
            conversation=_ref(account.account_id, aside.about),
        )
        match aside:
            case Sale():
                recorded = reporting.OutcomeRecorded(outcome=outcome_to_wire(aside.outcome), source=_SOURCE)
                event.outcome_recorded.CopyFrom(recorded)
            case Rating():
                answered = reporting.SurveyAnswered(
                    message_id=aside.message_id, rating=aside.rating, feedback=aside.feedback
                )
                event.survey_answered.CopyFrom(answered)
        async with connection(self._pool) as conn:
            await self._outbox.put(conn, [event])


def _event_id(account_id: int, aside: Aside) -> str:
    if isinstance(aside, Sale):
        name = f"sale/{account_id}/{aside.about.conversation_id}/{aside.at!r}/{aside.outcome}"
    else:
        # Chatwoot tells an answer anew whenever its message changes; only another answer is news.
        name = f"rating/{account_id}/{aside.message_id}/{aside.rating}/{aside.feedback}"
    return str(uuid.uuid5(_NAMESPACE, name))


def _ref(account_id: int, about: About) -> lead.ConversationRef:
    return lead.ConversationRef(
        account_id=account_id,
        conversation_id=about.conversation_id,
        contact_id=about.contact_id,
        inbox_id=about.inbox_id,
        channel=channel_to_wire(Channel(about.channel) if about.channel else None),
    )
