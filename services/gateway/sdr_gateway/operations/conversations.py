"""What a person may do with one conversation: give it back to the bot."""

from __future__ import annotations

from sdr.gateway.v1 import gateway_pb2 as pb
from sdr_common import audit
from sdr_common.idempotency import Finish, Idempotency
from sdr_common.postgres import Pool, transaction
from sdr_common.telemetry import current_traceparent
from sdr_gateway.domain.conversation import Phase
from sdr_gateway.domain.errors import ConversationNotFound, ConversationOptedOut
from sdr_gateway.domain.event import Kept, Signal, SignalKind
from sdr_gateway.operations.ingest import Ingest
from sdr_gateway.ports import Accounts, Conversations


class ConversationWork:
    """The conversation service's use cases.

    Args:
        pool: The gateway's pool.
        idempotency: Guards the mutating calls.
        accounts: Connected accounts.
        conversations: What is remembered.
        ingest: The mailbox's door: what changes a conversation goes through its turns.
    """

    def __init__(
        self, pool: Pool, idempotency: Idempotency, accounts: Accounts, conversations: Conversations, ingest: Ingest
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._accounts = accounts
        self._conversations = conversations
        self._ingest = ingest

    async def resume(self, request: pb.ResumeConversationRequest) -> pb.ResumeConversationResponse:
        """Gives a conversation back to the bot; a turn of its own carries it out.

        Raises:
            AccountNotFound: the account is not connected.
            ConversationNotFound: the bot was never in this conversation.
            ConversationOptedOut: its lead asked for silence.
        """

        async def work(finish: Finish[pb.ResumeConversationResponse]) -> pb.ResumeConversationResponse:
            account = await self._accounts.get(request.account_id)
            remembered = await self._conversations.find(request.account_id, request.conversation_id)
            if remembered.is_new:
                raise ConversationNotFound(request.account_id, request.conversation_id)
            if remembered.state.phase is Phase.OPTED_OUT:
                raise ConversationOptedOut(request.conversation_id)
            signal = Signal(kind=SignalKind.RESUME, contact_id=0, at=remembered.now)
            # The request's id makes a repeat the same entry.
            entry = Kept(
                conversation_id=request.conversation_id,
                event=SignalKind.RESUME.value,
                ext=request.conversation_id,
                version=request.request_id.lower(),
                stirring=True,
                immediate=True,
                signal=signal,
            )
            await self._ingest.take(account, entry, current_traceparent())
            answer = pb.ResumeConversationResponse(phase_before=remembered.state.phase.value)
            async with transaction(self._pool) as conn:
                await audit.note(
                    conn,
                    "resume_conversation",
                    request.account_id,
                    subject=f"conversation {request.conversation_id}",
                    request_id=request.request_id,
                )
                await finish(conn, answer)
            return answer

        return await self._idempotency.leased(request, pb.ResumeConversationResponse, work)
