"""Reads what the gateway's own tables know of a conversation; and adds up what was not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from sdr_common.errors import DomainError
from sdr_common.postgres import Connection, Pool, connection
from sdr_common.service import pause
from sdr_gateway.domain.timeline import Item, SeenEntry, SeenTurn, Setback, ignored_item
from sdr_gateway.operations.timeline_ports import FailedTurn, SeenMailbox, TurnsPage
from sdr_gateway.store.accounts import QUERIES

_LOG = structlog.get_logger()
_NOTED_AT_MOST = 5_000


class PostgresTimeline:
    """`ports.TimelineStore` over the gateway's tables.

    Args:
        pool: The gateway's pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def turns(self, account_id: int, conversation_id: int, before: int, limit: int) -> TurnsPage:
        """See `ports.TimelineStore`."""
        parameters = {
            "account_id": account_id,
            "conversation_id": conversation_id,
            "before": before,
            "limit": limit + 1,
        }
        async with connection(self._pool) as conn:
            rows = await (await conn.execute(QUERIES["list_turns"], parameters)).fetchall()
            shown = rows[:limit]
            seqs = [seq for row in shown for seq in row["entries"]]
            entries, contact_id = await _entries(conn, account_id, conversation_id, seqs, waiting=False)
        older = rows[limit]["turn"] if len(rows) > limit else 0
        turns = tuple(
            _turn(row, entries, outcome=row["outcome"], closed_at=row["closed_at"].timestamp()) for row in shown
        )
        return TurnsPage(turns, older, contact_id)

    async def mailbox(self, account_id: int, conversation_id: int) -> SeenMailbox:
        """See `ports.TimelineStore`."""
        parameters = {"account_id": account_id, "conversation_id": conversation_id}
        async with connection(self._pool) as conn:
            row = await (await conn.execute(QUERIES["show_mailbox"], parameters)).fetchone()
            seqs = list(row["entries"]) if row is not None else []
            entries, contact_id = await _entries(conn, account_id, conversation_id, seqs, waiting=True)
        waiting = tuple(entry for seq, entry in entries.items() if seq not in seqs)
        if row is None:
            return SeenMailbox(None, waiting, None, contact_id)
        open_turn = None
        if row["turn"] is not None:
            open_turn = _turn(row, entries, held=row["held"], retry_at=row["held_until"].timestamp())
        due_at = row["due_at"].timestamp() if row["due_at"] is not None and waiting else None
        wake_at = row["wake_at"].timestamp() if row["wake_at"] is not None else 0.0
        return SeenMailbox(open_turn, waiting, due_at, contact_id, wake_at, row["wake_reason"])

    async def ignored(self, account_id: int, conversation_id: int) -> list[Item]:
        """See `ports.TimelineStore`."""
        parameters = {"account_id": account_id, "conversation_id": conversation_id}
        async with connection(self._pool) as conn:
            rows = await (await conn.execute(QUERIES["list_ignored"], parameters)).fetchall()
        return [
            ignored_item(row["reason"], row["event_count"], row["last_at"].timestamp(), row["last_message_id"])
            for row in rows
        ]

    async def failed(self, account_id: int, before: int, limit: int) -> list[FailedTurn]:
        """See `ports.TimelineStore`."""
        parameters = {"account_id": account_id, "before": before, "limit": limit}
        async with connection(self._pool) as conn:
            rows = await (await conn.execute(QUERIES["list_failed_turns"], parameters)).fetchall()
        return [
            FailedTurn(row["turn"], row["key_id"], row["closed_at"].timestamp(), row["attempt"], _setbacks(row))
            for row in rows
        ]


class IgnoredLedger:
    """`ports.IgnoredLedger`: counted in memory, written for all conversations at once every few seconds.

    A process that is killed loses the last seconds of it: it is an aid for people, and costs an event that
    needs no keeping nothing.

    Args:
        pool: The gateway's pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._noted: dict[tuple[int, int, str], list[int]] = {}

    def note(self, account_id: int, conversation_id: int, reason: str, message_id: int) -> None:
        """See `ports.IgnoredLedger`."""
        key = (account_id, conversation_id, reason)
        if key not in self._noted and len(self._noted) >= _NOTED_AT_MOST:
            return
        noted = self._noted.setdefault(key, [0, 0])
        noted[0] += 1
        noted[1] = max(noted[1], message_id)

    async def flush(self) -> None:
        """Writes what was noted.

        Raises:
            StoreUnavailable: the database does not answer; what was noted is lost.
        """
        noted, self._noted = self._noted, {}
        if not noted:
            return
        rows = [
            {
                "account_id": account,
                "conversation_id": number,
                "reason": reason,
                "event_count": count,
                "message_id": last,
            }
            for (account, number, reason), (count, last) in noted.items()
        ]
        async with connection(self._pool) as conn:
            await conn.execute(QUERIES["note_ignored"], {"noted": Jsonb(rows)})

    async def run(self, stop: asyncio.Event, every_s: float) -> None:
        """Writes until stopped, and once more then."""
        while True:
            ended = stop.is_set()
            try:
                await self.flush()
            except DomainError as error:
                _LOG.warning("ignored_events_not_noted", reason=error.reason)
            if ended:
                return
            await pause(stop, every_s)


async def _entries(
    conn: Connection, account_id: int, conversation_id: int, seqs: Sequence[int], *, waiting: bool
) -> tuple[dict[int, SeenEntry], int]:
    """Entries by their number, and the contact that they are of (0: unknown)."""
    parameters = {
        "account_id": account_id,
        "conversation_id": conversation_id,
        "seqs": list(seqs),
        "waiting": waiting,
    }
    rows = await (await conn.execute(QUERIES["show_entries"], parameters)).fetchall()
    contact_id = max((row["contact_id"] or 0 for row in rows), default=0)
    return {row["seq"]: _entry(row) for row in rows}, contact_id


def _entry(row: DictRow) -> SeenEntry:
    parts = row["traceparent"].split("-")
    return SeenEntry(
        kind=row["kind"] or "",
        ext=row["ext"],
        arrived_at=row["arrived_at"].timestamp(),
        swept=row["swept"],
        trace_id=parts[1] if len(parts) == 4 else "",
        stirring=row["stirring"],
    )


def _turn(
    row: DictRow,
    entries: Mapping[int, SeenEntry],
    *,
    outcome: str = "",
    closed_at: float = 0.0,
    held: bool = False,
    retry_at: float = 0.0,
) -> SeenTurn:
    return SeenTurn(
        turn=row["turn"],
        entries=tuple(entries[seq] for seq in row["entries"] if seq in entries),
        setbacks=_setbacks(row),
        attempt=row["attempt"],
        woken_for=row["woken_for"],
        outcome=outcome,
        closed_at=closed_at,
        held=held,
        retry_at=retry_at,
    )


def _setbacks(row: DictRow) -> tuple[Setback, ...]:
    return tuple(
        Setback(
            what=told["what"],
            at=told["at"],
            turn=told["turn"],
            reason=told.get("reason", ""),
            counted=told.get("counted", False),
        )
        for told in row["history"]
    )
