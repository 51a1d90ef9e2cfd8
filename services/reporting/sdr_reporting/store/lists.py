"""Lists of leads over Postgres, page by page.

Statements are planned anew each time, with their values: filters that are not set then cost nothing, and each
filter finds its own index.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, cast

from sdr_common.postgres import Connection, Queries
from sdr_reporting.domain.listing import NOBODY, LeadFilter, Placed, Position, Sort
from sdr_reporting.domain.name import search_grams
from sdr_reporting.store import rows

_LIKE_WILDCARDS: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
_PARTS: Final = Queries.load("sdr_reporting.store", "list.sql")
FRAGMENTS: Final = {name: _PARTS[name] for name in ("filters", "matches")}
"""What statements share: which leads are wanted, and which a text finds."""


def _composed() -> Queries:
    """The statements of list.sql with the fragments that they share; a sorted one with and without a text."""
    composed = Queries()
    for name in _PARTS:
        if name in FRAGMENTS:
            continue
        statement = _PARTS[name].replace("{filters}", FRAGMENTS["filters"])
        composed[name] = statement.replace("{matches}", "true")
        if "{matches}" in statement:
            composed[f"{name}_found"] = statement.replace("{matches}", FRAGMENTS["matches"])
    return composed


LISTS: Final = _composed()
"""Every statement of lists."""
COSTS: Final = Queries.parse(
    """
-- lead_costs --
-- What models cost for some leads of an account; a lead without any has no row.
select contact_id, sum(cost_micro_usd)::bigint as cost_micro_usd from model_cost
where account_id = %(account_id)s and contact_id = any(%(contact_ids)s::bigint[])
group by contact_id
"""
)
_SORTED: Final = {Sort.SCORE: "leads_by_score", Sort.NEWEST: "leads_newest", Sort.OLDEST: "leads_oldest"}


class PostgresLists:
    """`Lists` over the lead's table."""

    async def page(
        self, conn: Connection, wanted: LeadFilter, snapshot: int, after: Position | None, limit: int
    ) -> Sequence[Placed]:
        """See `Lists.page`."""
        parameters = parameters_of(wanted) | {
            "snapshot": snapshot,
            "after_place": after and after.place,
            "after_id": after and after.contact_id,
            "limit": limit,
        }
        if wanted.sort is Sort.NEWS:
            found = await _by_news(conn, wanted, parameters, limit)
        else:
            found = await _placed(conn, _SORTED[wanted.sort] + ("_found" if wanted.search else ""), parameters)
        return await with_costs(conn, wanted.account_id, found)


def parameters_of(wanted: LeadFilter) -> dict[str, object]:
    """A filter as statements take it."""
    escaped = wanted.search.translate(_LIKE_WILDCARDS)
    return {
        "account_id": wanted.account_id,
        "temperature": wanted.temperature,
        "status": wanted.status,
        "procedure": wanted.procedure or None,
        "closer_email": "" if wanted.closer_email == NOBODY else wanted.closer_email or None,
        "channel": wanted.channel,
        "inbox_id": wanted.inbox_id or None,
        "start": wanted.start,
        "until": wanted.until,
        "outcome": wanted.outcome,
        "pattern": f"%{escaped}%" if wanted.search else None,
        "grams": rows.account_grams(wanted.account_id, search_grams(wanted.search)),
    }


async def _by_news(
    conn: Connection, wanted: LeadFilter, parameters: Mapping[str, object], limit: int
) -> Sequence[Placed]:
    placed = await _placed(conn, "search_recent_leads" if wanted.search else "list_leads", parameters)
    if wanted.search and len(placed) < limit:
        placed = await _placed(conn, "search_leads", parameters)
    # Read last: a lead that moves between the reads is in both, at the same place, and never in neither.
    moved = await _placed(conn, "list_moved_leads", parameters)
    merged = heapq.merge(placed, moved, key=_news_key, reverse=True)
    unique = {each.summary.contact_id: each for each in merged}
    return list(unique.values())[:limit]


def _news_key(placed: Placed) -> tuple[datetime, int]:
    # A list by news is sorted by an instant that every lead of it has.
    return cast("datetime", placed.place), placed.summary.contact_id


async def _placed(conn: Connection, query: str, parameters: Mapping[str, object]) -> list[Placed]:
    cursor = await conn.execute(LISTS[query], parameters, prepare=False)
    return [Placed(_place(row["place"]), rows.summary(row)) for row in await cursor.fetchall()]


def _place(value: datetime | int | None) -> datetime | int | None:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


async def with_costs(conn: Connection, account_id: int, placed: Sequence[Placed]) -> list[Placed]:
    """The same leads, each with what models cost for it."""
    contact_ids = [each.summary.contact_id for each in placed]
    cursor = await conn.execute(COSTS["lead_costs"], {"account_id": account_id, "contact_ids": contact_ids})
    costs = {row["contact_id"]: row["cost_micro_usd"] for row in await cursor.fetchall()}
    return [
        replace(each, summary=replace(each.summary, cost_micro_usd=costs.get(each.summary.contact_id, 0)))
        for each in placed
    ]
