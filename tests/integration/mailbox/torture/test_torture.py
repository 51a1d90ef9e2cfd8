"""No entry is lost, none answered twice, order is kept, nothing is stuck, whatever dies when.

Short in the suite. By hand, for longer and with other luck:
`SDR_TORTURE_S=300 SDR_TORTURE_SEED=7 pytest tests/integration/mailbox/torture --timeout 0`;
with `SDR_TORTURE_MUTATION` set to a name in `mutations.py` it shows what sabotage looks like from outside.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from psycopg.rows import dict_row

from sdr_common.errors import StoreUnavailable
from sdr_common.mailbox import GroupCommit, Mailbox, NewEntry, Receipt
from sdr_common.postgres import make_pool
from tests.integration.mailbox.box import make_schema
from tests.integration.mailbox.torture.checker import Effect, Evidence, Sent, Stored, Turn, violations
from tests.integration.mailbox.torture.faults import Workers
from tests.integration.mailbox.torture.worker_process import EFFECT_TABLE, OPTIONS, SABOTAGE
from tests.support.own_postgres import OwnPostgres

T = TypeVar("T")

DURATION_S = float(os.environ.get("SDR_TORTURE_S", "8"))
SEED = int(os.environ.get("SDR_TORTURE_SEED", "1"))
MESSAGES_PER_S = 60
KEYS = 40
SETTLE_S = 40.0
FAULTS = ("kill", "freeze", "fast", "kill", "freeze", "immediate", "terminate")


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    server = OwnPostgres()
    yield server
    server.remove()


class Sender:
    """Sends entries, some twice, some late, as often as it takes to be acknowledged."""

    def __init__(self, commit: GroupCommit, dice: random.Random) -> None:
        self._commit = commit
        self._dice = dice
        self.sent: dict[int, Sent] = {}
        self.refused: set[int] = set()
        self.receipts: Counter[Receipt] = Counter()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for ext in range(1, int(DURATION_S * MESSAGES_PER_S) + 1):
                group.create_task(self._message(self._entry(ext), self._dice.uniform(0, DURATION_S)))

    def _entry(self, ext: int) -> NewEntry:
        kind = self._dice.random()
        body: dict[str, object] = {"poison": True} if kind < 0.01 else {"text": f"m{ext}"}
        if 0.01 <= kind < 0.03:
            body = {"text": "\0"}
        quiet = kind > 0.8
        return NewEntry(
            1,
            self._dice.randrange(KEYS),
            "echo" if quiet else "message_created",
            ext,
            body,
            stirring=not quiet,
            idle_s=self._dice.choice((0.0, 0.1, 0.1)),
            cap_s=0.4,
            quiet_s=0.3,
        )

    async def _message(self, entry: NewEntry, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if self._dice.random() < 0.2:
            await self._until_stored(lambda: self._commit.extend(1, entry.key_id, 0.2))
        await self._send(entry)
        if self._dice.random() < 0.33:
            await asyncio.sleep(self._dice.uniform(0, 1))
            await self._send(entry)

    async def _send(self, entry: NewEntry) -> None:
        receipt = await self._until_stored(lambda: self._commit.add(entry))
        self.receipts[receipt] += 1
        if receipt is Receipt.REFUSED:
            self.refused.add(entry.ext)
        else:
            self.sent[entry.ext] = Sent(entry.key_id, bool(entry.body.get("poison")))

    async def _until_stored(self, act: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await act()
            except StoreUnavailable:
                await asyncio.sleep(0.1)


async def _torment(workers: Workers, server: OwnPostgres, dice: random.Random) -> Counter[str]:
    """Faults in a random order, each kind at least once, until the time is over."""
    done: Counter[str] = Counter()
    ends_at = time.monotonic() + DURATION_S
    while time.monotonic() < ends_at or len(done) < len(set(FAULTS)):
        for fault in dice.sample(FAULTS, len(FAULTS)):
            await asyncio.sleep(dice.uniform(0.2, 0.8))
            if fault == "kill":
                workers.kill(dice)
            elif fault == "freeze":
                await workers.freeze(dice)
            elif fault == "terminate":
                assert await asyncio.to_thread(workers.terminate, dice) == 0
            else:
                await asyncio.to_thread(server.restart, fault)
            done[fault] += 1
    return done


async def _at_rest(url: str) -> None:
    """Waits until nothing is due or open any more; what is stuck is left to the checker."""
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        if not await asyncio.to_thread(_open_keys, url):
            return
        await asyncio.sleep(0.1)


def _open_keys(url: str) -> list[int]:
    with psycopg.connect(url) as conn:
        query = """select key_id from box.mailbox where due_at is not null or turn is not null
            union select key_id from box.mailbox_entry where turn is null"""
        return [row[0] for row in conn.execute(query)]


def _evidence(url: str, sender: Sender) -> Evidence:
    with psycopg.connect(url, row_factory=dict_row) as conn:
        stored = conn.execute("select ext, key_id, turn from box.mailbox_entry").fetchall()
        effects = conn.execute("select id, key_id, turn, epoch, answer from box.effect order by id").fetchall()
        turns = conn.execute(
            """select turn, key_id, outcome, attempt, array(select e.ext from box.mailbox_entry e
                where e.seq = any(t.entries)) as exts from box.mailbox_turn t"""
        ).fetchall()
    return Evidence(
        sent=sender.sent,
        refused=frozenset(sender.refused),
        stored=[Stored(**row) for row in stored],
        effects=[Effect(**row) for row in effects],
        turns=[Turn(**{**row, "exts": tuple(row["exts"])}) for row in turns],
        open_keys=_open_keys(url),
    )


@pytest.mark.thorough
@pytest.mark.timeout(max(180.0, DURATION_S * 4))
async def test_promises_hold_through_kills_freezes_and_stops_of_the_database(
    own_postgres: OwnPostgres, tmp_path: Path
) -> None:
    url = own_postgres.url
    make_schema(url, SABOTAGE.schema())
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("set search_path = box")
        conn.execute(EFFECT_TABLE)
    dice = random.Random(SEED)
    pool = make_pool(url, "box", name="torture-sender", timeout_s=2.0)
    await pool.open()
    workers = Workers(url, 3, SEED * 1000, tmp_path / "workers.log")
    try:
        async with GroupCommit(Mailbox(pool, OPTIONS, queries=SABOTAGE.queries()), max_entries=20) as commit:
            sender = Sender(commit, dice)
            _, faults = await asyncio.gather(sender.run(), _torment(workers, own_postgres, random.Random(SEED + 1)))
        await _at_rest(url)
        assert workers.stop() == [0, 0, 0]
    finally:
        workers.kill_all()
        await pool.close()
    evidence = _evidence(url, sender)
    assert violations(evidence) == [], f"seed {SEED}, faults {faults}, receipts {sender.receipts}"
    # The run is worth something only if all of this happened.
    outcomes = Counter(turn.outcome for turn in evidence.turns)
    assert min(outcomes["answered"], outcomes["waking"], sender.receipts[Receipt.REPEATED], len(sender.refused)) > 0
    assert max(turn.attempt for turn in evidence.turns) > 1
    print(f"faults {dict(faults)}, turns {dict(outcomes)}, effects {len(evidence.effects)}")  # noqa: T201
