"""What conversations of a period teach."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sdr_common.errors import InvalidField
from sdr_common.postgres import Connection, Pool, connection
from sdr_dialogue.domain.insights import (
    LINES_AT_MOST,
    Asked,
    Said,
    Suggestion,
    Theme,
    keywords_of,
    objections_of,
    suggestions_of,
)


class InsightStore(Protocol):
    """What leads said and asked."""

    async def said(
        self, conn: Connection, account_id: int, start: datetime, until: datetime, limit: int
    ) -> Sequence[Said]:
        """Lines of leads, the latest first."""
        ...

    async def asked(self, conn: Connection, account_id: int, start: datetime, until: datetime) -> Sequence[Asked]:
        """Open questions that nothing answered, most asked first."""
        ...


@dataclass(frozen=True, slots=True)
class Insights:
    """What a period teaches."""

    line_count: int
    cut: bool
    """There are more lines than were read."""
    keywords: Sequence[Theme]
    objections: Sequence[Theme]
    unanswered: Sequence[Asked]
    suggestions: Sequence[Suggestion]


class InsightWork:
    """Insights' use case; nothing of it is kept.

    Args:
        pool: The service's pool.
        store: What leads said and asked.
    """

    def __init__(self, pool: Pool, store: InsightStore) -> None:
        self._pool = pool
        self._store = store

    async def find(self, account_id: int, start: datetime, until: datetime) -> Insights:
        """What leads said in a period.

        Raises:
            InvalidField: the period ends before it begins.
        """
        if until <= start:
            raise InvalidField("until", f"{until.isoformat()} is not after from, which is {start.isoformat()}")
        async with connection(self._pool) as conn:
            lines = await self._store.said(conn, account_id, start, until, LINES_AT_MOST + 1)
            unanswered = await self._store.asked(conn, account_id, start, until)
        read = lines[:LINES_AT_MOST]
        # A second of counting must not hold up answers to leads.
        keywords, objections = await asyncio.to_thread(lambda: (keywords_of(read), objections_of(read)))
        return Insights(
            line_count=len(read),
            cut=len(lines) > LINES_AT_MOST,
            keywords=keywords,
            objections=objections,
            unanswered=unanswered,
            suggestions=suggestions_of(unanswered, objections),
        )
