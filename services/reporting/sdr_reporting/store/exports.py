"""Files of leads out of Postgres: a CSV is copied through as the database writes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from sdr_common.postgres import Connection, Queries
from sdr_reporting.domain.export import WORDINGS, ExportWanted
from sdr_reporting.domain.listing import Sort
from sdr_reporting.store.lists import FRAGMENTS, parameters_of

CHUNK: Final = 64 * 1024
"""Bytes of a piece: what the network likes, and what a slow reader makes wait in memory."""
_ROWS_AT_A_TIME: Final = 2000
_ORDERS: Final = {
    Sort.NEWS: ("true", "updated_at desc, contact_id desc"),
    Sort.SCORE: ("true", "score desc nulls last, contact_id desc"),
    Sort.NEWEST: ("first_message_at is not null", "first_message_at desc, contact_id desc"),
    Sort.OLDEST: ("first_message_at is not null", "first_message_at, contact_id"),
}


def _composed() -> Queries:
    """Every statement, for each order, with and without a text: `csv_news`, `csv_news_found` and so on."""
    parts = Queries.load("sdr_reporting.store", "export.sql")
    composed = Queries()
    for name in ("csv", "sheet", "count"):
        for sort, (sorted_, order) in _ORDERS.items():
            for suffix, matches in (("", "true"), ("_found", FRAGMENTS["matches"])):
                which = parts["which"].replace("{sorted}", sorted_).replace("{filters}", FRAGMENTS["filters"])
                which = which.replace("{matches}", matches)
                composed[f"{name}_{sort}{suffix}"] = parts[name].replace("{which}", which).replace("{order}", order)
    return composed


EXPORTS: Final = _composed()
"""Every statement of files."""


class PostgresFiles:
    """`Files` over the lead's table."""

    async def csv(self, conn: Connection, wanted: ExportWanted, zone: str) -> AsyncGenerator[bytes]:
        """See `Files.csv`."""
        statement = EXPORTS[_name("csv", wanted)]
        gathered = bytearray()
        async with conn.cursor() as cursor, cursor.copy(statement, _parameters(wanted, zone)) as copy:
            async for block in copy:
                gathered += block
                if len(gathered) >= CHUNK:
                    yield bytes(gathered)
                    gathered.clear()
        if gathered:
            yield bytes(gathered)

    async def rows(
        self, conn: Connection, wanted: ExportWanted, zone: str
    ) -> AsyncGenerator[Sequence[tuple[object, ...]]]:
        """See `Files.rows`."""
        async with conn.cursor(name="export", row_factory=tuple_row) as cursor:
            await cursor.execute(EXPORTS[_name("sheet", wanted)], _parameters(wanted, zone))
            while rows := await cursor.fetchmany(_ROWS_AT_A_TIME):
                yield rows

    async def count(self, conn: Connection, wanted: ExportWanted, limit: int) -> int:
        """See `Files.count`."""
        parameters = parameters_of(wanted.leads) | {"limit": limit}
        row = await (await conn.execute(EXPORTS[_name("count", wanted)], parameters, prepare=False)).fetchone()
        return 0 if row is None else int(row["lead_count"])


def _name(what: str, wanted: ExportWanted) -> str:
    return f"{what}_{wanted.leads.sort}" + ("_found" if wanted.leads.search else "")


def _parameters(wanted: ExportWanted, zone: str) -> dict[str, object]:
    wording = WORDINGS[wanted.language]
    return parameters_of(wanted.leads) | {
        "zone": zone,
        "words": Jsonb(dict(wording.words)),
        "instant": wording.instant,
        "delimiter": wording.delimiter,
    }
