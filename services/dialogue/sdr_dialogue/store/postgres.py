"""Leads, lines and turns in Postgres."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from sdr_common.lead import Behaviour
from sdr_common.postgres import Connection, Queries
from sdr_dialogue.domain.turn import (
    HISTORY_LINES,
    Burst,
    ConversationRef,
    Judgement,
    Loaded,
    Nudge,
    Observation,
    Outcome,
    Seen,
    TurnRecord,
)
from sdr_dialogue.store.rows import (
    Row,
    change_to_json,
    citation_to_json,
    disqualification_to_json,
    earlier_from_row,
    facts_to_json,
    lead_from_row,
    lead_parameters,
    line_from_row,
    line_to_json,
    record_from_row,
    turn_from_row,
    verdict_to_json,
)

QUERIES = Queries.load("sdr_dialogue.store")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class PostgresConversations:
    """The port `Conversations` over named queries; never commits."""

    async def load(self, conn: Connection, burst: Burst) -> Loaded:
        """See the port."""
        without = [message.message_id for message in burst.messages]
        return await self._load(conn, burst.conversation, without, HISTORY_LINES)

    async def load_whole(self, conn: Connection, conversation: ConversationRef, line_limit: int) -> Loaded:
        """See the port."""
        return await self._load(conn, conversation, [], line_limit)

    async def _load(
        self, conn: Connection, conversation: ConversationRef, without: list[int], line_limit: int
    ) -> Loaded:
        parameters = {
            "account_id": conversation.account_id,
            "conversation_id": conversation.conversation_id,
            "contact_id": conversation.contact_id,
            "without": without,
            "line_limit": line_limit,
        }
        row = await (await conn.execute(QUERIES["load"], parameters)).fetchone()
        if row is None:
            raise AssertionError("a select without from gives one row")
        return _loaded(row)

    async def save(self, conn: Connection, outcome: Outcome) -> bool:
        """See the port."""
        burst, answer, seen = outcome.burst, outcome.answer, outcome.seen
        ref = burst.conversation
        parameters = lead_parameters(ref, outcome.lead) | {
            "inbox_id": ref.inbox_id,
            "channel": ref.channel.value,
            "lines": _json([line_to_json(line, ref) for line in seen.lines]),
            "confirmed": list(seen.confirmed),
            "replaced": [*outcome.superseded, burst.turn_id],
            "turn_id": burst.turn_id,
            "message_ids": [message.message_id for message in burst.messages],
            "reply": answer.reply,
            "asks": answer.asks.value if answer.asks else None,
            "learned": _json(facts_to_json(outcome.learned)),
            "before": _json(facts_to_json(outcome.before)),
            "ended": answer.ended.value if answer.ended else None,
            "opted_out": answer.opted_out,
            "disqualification": (
                _json(disqualification_to_json(answer.disqualification)) if answer.disqualification else None
            ),
            "sentiment": answer.sentiment.value if answer.sentiment else None,
            "engine": answer.engine,
            "prompt_version": answer.prompt_version,
            "settings_version": outcome.settings_version,
            "input_tokens": answer.usage.input_tokens,
            "output_tokens": answer.usage.output_tokens,
            "cost_micro_usd": answer.usage.cost_micro_usd,
            "answered_at": outcome.now,
            "verdicts": _json([verdict_to_json(verdict) for verdict in answer.verdicts]),
        }
        if await (await conn.execute(QUERIES["save"], parameters)).fetchone() is None:
            return False
        if answer.knowledge_version:
            cited = {
                "citations": _json([citation_to_json(citation) for citation in answer.citations]),
                "knowledge_version": answer.knowledge_version,
            }
            await conn.execute(QUERIES["cite"], parameters | cited)
        await self._change_lines(conn, [seen])
        return True

    async def load_seen(
        self, conn: Connection, seen: Sequence[tuple[ConversationRef, Sequence[Observation]]]
    ) -> list[Loaded]:
        """See the port."""
        wanted = [
            {
                "position": position,
                "account_id": ref.account_id,
                "conversation_id": ref.conversation_id,
                "message_ids": sorted({item.message_id for item in observations}),
            }
            for position, (ref, observations) in enumerate(seen)
        ]
        rows = await (await conn.execute(QUERIES["load_seen"], {"wanted": _json(wanted)})).fetchall()
        return [_loaded(row) for row in rows]

    async def save_seen(self, conn: Connection, seen: Sequence[Seen]) -> None:
        """See the port."""
        parameters = {
            "conversations": _json([_conversation_to_json(item.conversation) for item in seen]),
            "lines": _json([line_to_json(line, item.conversation) for item in seen for line in item.lines]),
            "confirmed": _json(
                [
                    {
                        "account_id": item.conversation.account_id,
                        "conversation_id": item.conversation.conversation_id,
                        "turn_id": turn_id,
                    }
                    for item in seen
                    for turn_id in item.confirmed
                ]
            ),
        }
        await conn.execute(QUERIES["save_seen"], parameters)
        await self._change_lines(conn, seen)
        for item in seen:
            if item.abandoned:
                ref = item.conversation
                await conn.execute(
                    QUERIES["take_back"],
                    {
                        "account_id": ref.account_id,
                        "conversation_id": ref.conversation_id,
                        "turn_ids": list(item.abandoned),
                    },
                )

    async def _change_lines(self, conn: Connection, seen: Sequence[Seen]) -> None:
        changes = [change_to_json(change, item.conversation) for item in seen for change in item.changes]
        if changes:
            await conn.execute(QUERIES["change_lines"], {"changes": _json(changes)})

    async def save_judgement(self, conn: Connection, judgement: Judgement) -> bool:
        """See the port."""
        parameters = lead_parameters(judgement.conversation, judgement.lead) | {
            "summary": judgement.summary,
            "behaviour": judgement.behaviour.value,
            "turn_id": judgement.turn_id,
            "learned": _json(facts_to_json(judgement.learned)),
            "kinds": [kind.value for kind in judgement.learned],
            "before": _json(facts_to_json(judgement.before)),
        }
        return await (await conn.execute(QUERIES["save_judgement"], parameters)).fetchone() is not None

    async def save_nudge(self, conn: Connection, nudge: Nudge) -> None:
        """See the port."""
        parameters = {
            "account_id": nudge.conversation.account_id,
            "conversation_id": nudge.conversation.conversation_id,
            "turn_id": nudge.turn_id,
            "message_ids": list(nudge.message_ids),
            "reply": nudge.reply,
            "asks": nudge.asks.value if nudge.asks else None,
            "engine": "scripted",
            "settings_version": nudge.settings_version,
            "answered_at": nudge.now,
        }
        await conn.execute(QUERIES["save_nudge"], parameters)

    async def turns(
        self, conn: Connection, account_id: int, conversation_id: int, before_turn_id: int, limit: int
    ) -> list[TurnRecord]:
        """See the port."""
        parameters = {
            "account_id": account_id,
            "conversation_id": conversation_id,
            "before_turn_id": before_turn_id,
            "limit": limit,
        }
        return [record_from_row(row) for row in await (await conn.execute(QUERIES["turns"], parameters)).fetchall()]


def _loaded(row: Row) -> Loaded:
    conversation = row.get("conversation")
    return Loaded(
        now=row["now"],
        lead=replace(lead_from_row(row.get("lead")), contact_id=row.get("lead_id") or 0),
        lines=tuple(line_from_row(line) for line in row["lines"] or ()),
        turns=tuple(turn_from_row(turn) for turn in row["turns"] or ()),
        exists=conversation is not None,
        contact_id=conversation["contact_id"] if conversation else 0,
        summary=conversation["summary"] if conversation else "",
        earlier=tuple(earlier_from_row(item) for item in row.get("earlier") or ()),
        phone_known=bool(row.get("phone_known")),
        behaviour=Behaviour(conversation["behaviour"]) if conversation and conversation["behaviour"] else None,
        spent_micro_usd=row.get("spent") or 0,
    )


def _conversation_to_json(ref: ConversationRef) -> dict[str, object]:
    return {
        "account_id": ref.account_id,
        "conversation_id": ref.conversation_id,
        "contact_id": ref.contact_id,
        "inbox_id": ref.inbox_id,
        "channel": ref.channel.value,
    }
