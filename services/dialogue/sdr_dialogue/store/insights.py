"""The port `InsightStore` over Postgres; reads alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sdr_common.postgres import Connection, Queries
from sdr_dialogue.domain.insights import Asked, Said

QUERIES = Queries.load("sdr_dialogue.store", "insights.sql")
"""Every statement of insights."""


class PostgresInsights:
    """`InsightStore` over leads' lines and the questions that nothing answered."""

    async def said(
        self, conn: Connection, account_id: int, start: datetime, until: datetime, limit: int
    ) -> Sequence[Said]:
        """See the port."""
        parameters = {"account_id": account_id, "start": start, "until": until, "limit": limit}
        rows = await (await conn.execute(QUERIES["said"], parameters)).fetchall()
        return [Said(row["conversation_id"], row["text"], row["said_at"], row["name"]) for row in rows]

    async def asked(self, conn: Connection, account_id: int, start: datetime, until: datetime) -> Sequence[Asked]:
        """See the port."""
        parameters = {"account_id": account_id, "start": start, "until": until}
        rows = await (await conn.execute(QUERIES["asked"], parameters)).fetchall()
        return [
            Asked(row["question"], row["asked_count"], tuple(dict.fromkeys(row["conversation_ids"]))) for row in rows
        ]
