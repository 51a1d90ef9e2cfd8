"""What was heard in recordings, in Postgres."""

from __future__ import annotations

from collections.abc import Sequence

from sdr_common.postgres import Connection, Queries
from sdr_dialogue.domain.hearing_audio import Heard, Place
from sdr_dialogue.domain.turn import ConversationRef

QUERIES = Queries.load("sdr_dialogue.store", "transcripts.sql")


class PostgresTranscripts:
    """The port `Transcripts`; never commits."""

    async def find(self, conn: Connection, account_id: int, places: Sequence[Place]) -> dict[Place, str]:
        """See the port."""
        parameters = {
            "account_id": account_id,
            "message_ids": [message_id for message_id, _ in places],
            "positions": [position for _, position in places],
        }
        rows = await (await conn.execute(QUERIES["find"], parameters)).fetchall()
        return {(row["message_id"], row["position"]): row["text"] for row in rows}

    async def keep(self, conn: Connection, conversation: ConversationRef, place: Place, heard: Heard) -> bool:
        """See the port."""
        parameters = {
            "account_id": conversation.account_id,
            "message_id": place[0],
            "position": place[1],
            "conversation_id": conversation.conversation_id,
            "contact_id": conversation.contact_id,
            "text": heard.text,
            "problem": heard.problem,
        }
        return await (await conn.execute(QUERIES["keep"], parameters)).fetchone() is not None
