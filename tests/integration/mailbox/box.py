"""A mailbox on a database of its own, with hands on what happens between two sessions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import TypeVar

import psycopg
from psycopg.rows import DictRow

from sdr_common.mailbox import QUERIES, Claim, Close, Entry, IngestResult, Mailbox, MailboxOptions, NewEntry
from sdr_common.mailbox.schema import UP_V1, UP_V2
from sdr_common.postgres import Connection, Pool, Queries, connection, make_pool, transaction

T = TypeVar("T")

SCHEMA = "box"
SLOW_S = 8.0
"""How long a busy machine may pause between two statements of a test."""
OPTIONS = MailboxOptions(lease_s=60.0, patience_s=60.0)


def make_schema(url: str, up: str = UP_V1) -> None:
    """Makes the mailbox's tables in a fresh database."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"create schema {SCHEMA}")
        conn.execute(f"set search_path = {SCHEMA}")
        conn.execute(up)
        conn.execute(UP_V2)


class Box:
    """A mailbox, and sessions beside it."""

    def __init__(self, url: str, pool: Pool, queries: Queries, options: MailboxOptions) -> None:
        self.url = url
        self.pool = pool
        self.queries = queries
        self.options = options
        self.mailbox = Mailbox(pool, options, queries=queries)

    def with_options(self, options: MailboxOptions) -> Mailbox:
        return Mailbox(self.pool, options, queries=self.queries)

    async def put(self, *entries: NewEntry) -> IngestResult:
        async with transaction(self.pool) as conn:
            return await self.mailbox.ingest(conn, entries)

    async def claim(self, owner: str = "anna") -> Claim:
        """The one claim that must be there now."""
        claims = await self.mailbox.claim(owner, 100)
        assert len(claims) == 1, f"{len(claims)} keys were due, not 1"
        return claims[0]

    async def claim_none(self) -> None:
        """Nothing may be due now."""
        assert await self.mailbox.claim("nobody", 100) == []

    async def close(self, claim: Claim, close: Close | None = None) -> bool:
        closed = await self.mailbox.close([(claim, close or Close("answered"))])
        return (claim.key, claim.epoch) in closed

    async def row(self, key_id: int = 7) -> DictRow:
        async with connection(self.pool) as conn:
            cursor = await conn.execute("select *, now() as now from mailbox where key_id = %s", [key_id])
            row = await cursor.fetchone()
        assert row is not None
        return row

    async def seconds_until(self, column: str, key_id: int = 7) -> float | None:
        """From now to a moment of the row."""
        row = await self.row(key_id)
        moment = row[column]
        assert moment is None or isinstance(moment, datetime)
        return None if moment is None else (moment - row["now"]).total_seconds()

    async def hurry(self, column: str, key_id: int = 7, *, by_s: float = 3600.0) -> None:
        """Lets time pass for one moment of a row."""
        async with connection(self.pool) as conn:
            await conn.execute(
                f"update mailbox set {column} = {column} - make_interval(secs => %s) where key_id = %s",  # noqa: S608  (a column name of a test)
                [by_s, key_id],
            )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A transaction that the test holds open."""
        async with self.pool.connection() as conn, conn.transaction():
            yield conn

    async def blocked(self, act: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """Starts something and returns once a session of this database waits for a lock."""

        async def run() -> T:
            return await act()

        task = asyncio.create_task(run())
        deadline = time.monotonic() + 10
        async with connection(self.pool) as conn:
            while time.monotonic() < deadline:
                cursor = await conn.execute(
                    "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
                )
                if await cursor.fetchone():
                    return task
                assert not task.done(), "it did not wait for the other session"
                await asyncio.sleep(0.002)
        raise AssertionError("nothing waited for a lock within 10 s")


@asynccontextmanager
async def open_box(
    url: str, *, queries: Queries = QUERIES, options: MailboxOptions = OPTIONS, pool_size: int = 8
) -> AsyncIterator[Box]:
    """Opens a mailbox on a database that has its tables."""
    async with AsyncExitStack() as stack:
        pool = make_pool(url, SCHEMA, name="mailbox-test", max_size=pool_size)
        await pool.open()
        stack.push_async_callback(pool.close)
        yield Box(url, pool, queries, options)


def message(ext: int, *, key_id: int = 7, idle_s: float = 0.0, cap_s: float = 8.0, **fields: object) -> NewEntry:
    """A lead's message."""
    return NewEntry(1, key_id, "message_created", ext, {"text": f"m{ext}", **fields}, idle_s=idle_s, cap_s=cap_s)


def echo(ext: int, *, key_id: int = 7, quiet_s: float = 5.0) -> NewEntry:
    """A quiet entry."""
    return NewEntry(1, key_id, "echo", ext, {"text": f"e{ext}"}, stirring=False, quiet_s=quiet_s)


def exts(entries: Sequence[Entry]) -> list[int]:
    """Their outside ids, in order."""
    return [entry.ext for entry in entries]
