"""Measures the mailbox alone, on a durable Postgres of its own: statements, ingest, turns, latency.

By hand: `python -m tests.benchmarks.bench_mailbox --finished 1000000`; the figures that count are in
docs/adr/0001-mailbox.md.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from sdr_common.mailbox import QUERIES, Claim, Close, GroupCommit, Mailbox, MailboxWorker, NewEntry, WorkerOptions
from sdr_common.postgres import make_pool, transaction
from tests.integration.mailbox.box import make_schema
from tests.support.own_postgres import OwnPostgres

BODY: dict[str, object] = {"text": "".join(random.Random(1).choices("abcdefghij klmnop", k=1380))}
ROUNDS = 40
ROWS = 100
FILL = (
    """insert into mailbox_entry (account_id, event, ext, key_id, stirring, body, turn)
      select 1, 'message_created', -n, -(n / 10), true, jsonb_build_object('text', repeat(md5(n::text), 43)), n
      from generate_series(1, %(finished)s::bigint) n""",
    """insert into mailbox_turn (turn, account_id, key_id, entries, epoch, attempt, outcome)
      select n, 1, -(n / 10), array[n], 1, 1, 'answered' from generate_series(1, %(finished)s::bigint) n""",
    """insert into mailbox (account_id, key_id)
      select distinct 1, -(n / 10) from generate_series(1, %(finished)s::bigint) n""",
)


class Bench:
    """One mailbox and what is measured on it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.pool = make_pool(url, "box", name="bench", min_size=4, max_size=12)
        self.mailbox = Mailbox(self.pool)
        self._next = 0

    def fill(self, finished: int) -> None:
        """Stores finished messages, a turn each, ten per key."""
        with psycopg.connect(self._url, autocommit=True) as conn:
            conn.execute("set search_path = box")
            for statement in FILL:
                conn.execute(statement, {"finished": finished})
            conn.execute("select setval('mailbox_number', %s)", [finished + 1])
            conn.execute("vacuum analyze")
            conn.execute("checkpoint")

    def entries(self, count: int, *, idle_s: float = 0.0) -> list[NewEntry]:
        """Fresh entries, a key each."""
        self._next += count
        numbers = range(self._next - count + 1, self._next + 1)
        return [NewEntry(1, n, "message_created", n, BODY, idle_s=idle_s, cap_s=idle_s) for n in numbers]

    async def put(self, entries: list[NewEntry]) -> None:
        """Stores them."""
        for start in range(0, len(entries), 1000):
            async with transaction(self.pool) as conn:
                await self.mailbox.ingest(conn, entries[start : start + 1000])

    async def statements(self) -> dict[str, float]:
        """Median milliseconds of each statement with 100 rows, as the client sees it, commit left out."""
        times: dict[str, list[float]] = defaultdict(list)

        @contextmanager
        def timed(name: str) -> Iterator[None]:
            started = time.perf_counter()
            yield
            times[name].append((time.perf_counter() - started) * 1000)

        for _ in range(ROUNDS):
            fresh = self.entries(ROWS)
            async with transaction(self.pool) as conn:
                with timed("ingest"):
                    await self.mailbox.ingest(conn, fresh)
            keys = {"accounts": [1] * ROWS, "keys": [entry.key_id for entry in fresh]}
            async with transaction(self.pool) as conn:
                with timed("claim"):
                    parameters = {"owner": "bench", "limit": ROWS, "lease_s": 30.0}
                    rows = await (await conn.execute(QUERIES["claim"], parameters)).fetchall()
                with timed("take"):
                    await conn.execute(QUERIES["take"], keys)
                fences = {**keys, "keys": [row["key_id"] for row in rows], "epochs": [row["epoch"] for row in rows]}
                with timed("load"):
                    await (await conn.execute(QUERIES["load"], {**fences, "owner": "bench"})).fetchall()
            claims = [Claim(1, row["key_id"], 0, (), "bench", row["epoch"]) for row in rows]
            with timed("beat + commit"):
                await self.mailbox.beat(claims)
            with timed("seal + commit, one row"):
                await self.mailbox.seal(claims[0], b"x" * 2000)
            with timed("next_due"):
                await self.mailbox.next_due_s()
            with timed("close + commit"):
                closed = await self.mailbox.close([(claim, Close("answered")) for claim in claims])
            assert len(closed) == ROWS
        return {name: statistics.median(values) for name, values in times.items()}

    async def ingest(self, waiters: int, seconds: float) -> tuple[float, float, float]:
        """Entries per second, and p50 and p99 milliseconds of a caller, with so many waiting callers."""
        times: list[float] = []
        ends_at = time.perf_counter() + seconds
        async with GroupCommit(self.mailbox) as commit:

            async def call() -> None:
                while time.perf_counter() < ends_at:
                    (entry,) = self.entries(1, idle_s=100_000)
                    started = time.perf_counter()
                    await commit.add(entry)
                    times.append((time.perf_counter() - started) * 1000)

            await asyncio.gather(*(call() for _ in range(waiters)))
        times.sort()
        return len(times) / seconds, statistics.median(times), times[int(len(times) * 0.99)]

    async def turns(self, count: int, work_s: float) -> float:
        """Turns per second of one worker whose handler takes so long."""
        await self.put(self.entries(count))
        done, stop = 0, asyncio.Event()

        async def handle(claim: Claim) -> Close:
            nonlocal done
            if work_s:
                await asyncio.sleep(work_s)
            done += 1
            if done == count:
                stop.set()
            return Close("answered")

        started = time.perf_counter()
        await MailboxWorker(self.mailbox, handle, WorkerOptions()).run(stop)
        return count / (time.perf_counter() - started)

    async def lateness(self, count: int, seconds: float) -> tuple[float, float]:
        """Milliseconds from due to started, p50 and p99, of keys that fall due at random moments."""
        waits: list[float] = []
        stop = asyncio.Event()

        async def handle(claim: Claim) -> Close:
            waits.append(claim.waited_s * 1000)
            if len(waits) == count:
                stop.set()
            return Close("answered")

        dice = random.Random(2)
        entries = [self.entries(1, idle_s=0.5 + dice.uniform(0, seconds))[0] for _ in range(count)]
        worker = asyncio.create_task(MailboxWorker(self.mailbox, handle).run(stop))
        await self.put(entries)
        await worker
        waits.sort()
        return statistics.median(waits), waits[int(count * 0.99)]

    def sizes(self) -> list[tuple[str, str]]:
        """Each table and index with its size."""
        with psycopg.connect(self._url) as conn:
            query = """select relname, pg_size_pretty(pg_relation_size(oid)) from pg_class
                where relname like 'mailbox%' and relkind in ('r', 'i') order by 1"""
            return [(row[0], row[1]) for row in conn.execute(query)]


async def measure(url: str, finished: int) -> None:
    """Prints everything."""
    bench = Bench(url)
    if finished:
        started = time.perf_counter()
        bench.fill(finished)
        print(f"{finished} finished messages stored in {time.perf_counter() - started:.0f} s")
    await bench.pool.open(wait=True)
    for name, milliseconds in (await bench.statements()).items():
        print(f"{name:28} {milliseconds:7.2f} ms")
    for waiters in (20, 200):
        rate, p50, p99 = await bench.ingest(waiters, 5.0)
        print(f"ingest, {waiters:3} waiters: {rate:8.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print(f"empty turns: {await bench.turns(5000, 0.0):8.0f}/s")
    print(f"turns of 1 s, 500 in flight: {await bench.turns(3000, 1.0):8.0f}/s of 500 ideal")
    p50, p99 = await bench.lateness(200, 10.0)
    print(f"due to started: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    for name, size in bench.sizes():
        print(f"{name:28} {size}")
    await bench.pool.close()


def main() -> None:
    """Starts a server, measures, removes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finished", type=int, default=0, help="messages that are there already")
    finished = parser.parse_args().finished
    server = OwnPostgres()
    try:
        make_schema(server.url)
        with suppress(KeyboardInterrupt):
            asyncio.run(measure(server.url, finished))
    finally:
        server.remove()


if __name__ == "__main__":
    main()
