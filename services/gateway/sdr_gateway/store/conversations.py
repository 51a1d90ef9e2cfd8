"""What the gateway remembers of conversations."""

from __future__ import annotations

from collections.abc import Sequence

from sdr.reporting.v1.reporting_pb2 import Event
from sdr_common.event_outbox import EventOutbox
from sdr_common.mailbox import Claim, LeaseLost
from sdr_common.postgres import Pool, connection
from sdr_gateway.domain.conversation import ConversationState, HandOff, PauseCause, Phase
from sdr_gateway.ports import Remembered
from sdr_gateway.store.accounts import QUERIES


class PostgresConversations:
    """One statement to read, one fenced statement to write.

    Args:
        pool: The gateway's pool.
        outbox: Where events go.
    """

    def __init__(self, pool: Pool, outbox: EventOutbox) -> None:
        self._pool = pool
        self._outbox = outbox

    async def find(self, account_id: int, conversation_id: int) -> Remembered:
        """See `ports.Conversations`."""
        parameters = {"account_id": account_id, "conversation_id": conversation_id}
        async with connection(self._pool) as conn:
            row = await (await conn.execute(QUERIES["find_conversation"], parameters)).fetchone()
        if row is None:
            raise AssertionError("find_conversation always gives a row")
        now: float = row["now"].timestamp()
        if row["phase"] is None:
            return Remembered(ConversationState(), now, is_new=True)
        state = ConversationState(
            phase=Phase(row["phase"]),
            paused_by=PauseCause(row["paused_by"]),
            chatwoot_status=row["chatwoot_status"],
            human_assigned=row["human_assigned"],
            snapshot_at=row["snapshot_at"],
            last_message_id=row["last_message_id"],
            waiting_since=row["waiting_since"],
            question_open=row["question_open"],
            nudged=row["nudged"],
            human_at=row["human_at"],
            handed_off_for=HandOff(row["handed_off_for"]),
            noticed_at=row["noticed_at"],
        )
        return Remembered(state, now)

    async def save(self, claim: Claim, state: ConversationState, events: Sequence[Event]) -> None:
        """See `ports.Conversations`."""
        parameters = {
            "account_id": claim.account_id,
            "conversation_id": claim.key_id,
            "owner": claim.owner,
            "epoch": claim.epoch,
            "phase": state.phase.value,
            "paused_by": state.paused_by.value,
            "chatwoot_status": state.chatwoot_status,
            "human_assigned": state.human_assigned,
            "snapshot_at": state.snapshot_at,
            "last_message_id": state.last_message_id,
            "waiting_since": state.waiting_since,
            "question_open": state.question_open,
            "nudged": state.nudged,
            "human_at": state.human_at,
            "handed_off_for": state.handed_off_for.value,
            "noticed_at": state.noticed_at,
            **self._outbox.parameters(events),
        }
        async with connection(self._pool) as conn:
            saved = await (await conn.execute(QUERIES["save_conversation"], parameters)).fetchone()
        if saved is None:
            raise LeaseLost(claim)
