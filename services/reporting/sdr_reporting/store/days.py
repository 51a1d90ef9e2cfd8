"""`CountedDays` over Postgres."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sdr_common.postgres import Connection, Queries
from sdr_reporting.domain.counted_days import Change
from sdr_reporting.domain.period import Period
from sdr_reporting.store.reports import DIMENSIONS, with_parts

DAYS: Final = with_parts(Queries.load("sdr_reporting.store", "days.sql"))
"""Every statement of counted days."""


class PostgresDays:
    """`CountedDays` over the tables of days."""

    async def next_account(self, conn: Connection, after: int) -> int | None:
        """See `CountedDays.next_account`."""
        row = await (await conn.execute(DAYS["next_account"], {"after": after})).fetchone()
        return None if row is None else row["account_id"]

    async def first_lead_at(self, conn: Connection, account_id: int) -> datetime | None:
        """See `CountedDays.first_lead_at`."""
        row = await (await conn.execute(DAYS["first_lead"], {"account_id": account_id})).fetchone()
        return None if row is None else row["first_message_at"]

    async def add(self, conn: Connection, account_id: int, zone: str, days: Sequence[Period]) -> None:
        """See `CountedDays.add`."""
        parameters = {
            "account_id": account_id,
            "zone": zone,
            "starts": [day.start for day in days],
            "untils": [day.until for day in days],
            "dimensions": list(DIMENSIONS),
        }
        await conn.execute(DAYS["hold_account"], parameters)
        for name in ("replace_days", "add_days", "add_came", "add_judged"):
            await conn.execute(DAYS[name], parameters, prepare=False)

    async def drop(self, conn: Connection, changes: Collection[Change]) -> None:
        """See `CountedDays.drop`."""
        if changes:
            ordered = sorted(changes)
            parameters = {"account_ids": [each[0] for each in ordered], "instants": [each[1] for each in ordered]}
            await conn.execute(DAYS["drop_days"], parameters)
