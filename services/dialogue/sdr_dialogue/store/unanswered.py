"""Questions that nothing answered, in Postgres: those that share most of their terms are one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sdr_common.postgres import Connection, Queries
from sdr_dialogue.domain.documents import Asking, Unanswered
from sdr_dialogue.domain.terms import terms_of
from sdr_dialogue.domain.turn import ConversationRef

QUERIES = Queries.load("sdr_dialogue.store", "unanswered.sql")
_SAME_FROM = 0.6
"""The share of common terms (Jaccard) from which two questions are one."""
_QUESTION_LIMIT = 500


class PostgresUnanswered:
    """The port `UnansweredStore` over named queries; never commits."""

    async def note(self, conn: Connection, asking: Asking) -> None:
        """See the port."""
        terms = terms_of(asking.question)
        own = terms.loose | {f"c:{name}" for name in terms.concepts}
        groups = await (await conn.execute(QUERIES["groups"], {"account_id": asking.account_id})).fetchall()
        alike = [(_alike(own, row["lexemes"]), row["key"]) for row in groups]
        likeness, key = max(alike, default=(0.0, ""))
        parameters = {
            "account_id": asking.account_id,
            "conversation_id": asking.conversation_id,
            "turn_id": asking.turn_id,
            "contact_id": asking.contact_id,
            "question": asking.question[:_QUESTION_LIMIT],
            "lexemes": sorted(own),
            "key": key if likeness >= _SAME_FROM else _key(own or {asking.question.casefold()}),
        }
        await conn.execute(QUERIES["note"], parameters)

    async def take_back(self, conn: Connection, conversation: ConversationRef, turn_ids: Sequence[int]) -> None:
        """See the port."""
        parameters = {
            "account_id": conversation.account_id,
            "conversation_id": conversation.conversation_id,
            "turn_ids": list(turn_ids),
        }
        await conn.execute(QUERIES["unnote"], parameters)

    async def page(
        self, conn: Connection, account_id: int, before: tuple[int, int] | None, limit: int
    ) -> list[Unanswered]:
        """See the port."""
        before_count, before_id = before or (None, None)
        parameters = {"account_id": account_id, "before_count": before_count, "before_id": before_id, "limit": limit}
        rows = await (await conn.execute(QUERIES["unanswered"], parameters)).fetchall()
        return [
            Unanswered(
                row["unanswered_id"],
                row["question"],
                row["asked_count"],
                row["first_asked_at"],
                row["last_asked_at"],
            )
            for row in rows
        ]

    async def settle(self, conn: Connection, account_id: int, unanswered_id: int, state: str) -> bool:
        """See the port."""
        parameters = {"account_id": account_id, "unanswered_id": unanswered_id, "state": state}
        return await (await conn.execute(QUERIES["settle"], parameters)).fetchone() is not None


def _alike(first: frozenset[str], second: Iterable[str]) -> float:
    other = frozenset(second)
    return len(first & other) / len(first | other) if first | other else 0.0


def _key(terms: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(sorted(terms)).encode()).hexdigest()[:32]
