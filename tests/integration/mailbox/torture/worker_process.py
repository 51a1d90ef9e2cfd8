"""One worker of the torture, a process of its own: `python -m … <database url> <seed>`.

Its public effect is a row in `effect`: one for each time it acts, repeats included, so that the
checker sees everything that the outside world would have seen.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from datetime import timedelta

from sdr_common.clock import utc_now
from sdr_common.logs import configure_logs
from sdr_common.mailbox import Claim, Close, Mailbox, MailboxOptions, MailboxWorker, WorkerOptions
from sdr_common.postgres import Pool, connection, make_pool
from tests.integration.mailbox.mutations import MUTATIONS, Mutation

LEASE_S = 1.0
OPTIONS = MailboxOptions(
    lease_s=LEASE_S,
    patience_s=3.0,
    retry_base_s=0.05,
    retry_ceiling_s=0.5,
    setback_base_s=0.05,
    setback_ceiling_s=0.5,
)
HAND_OVER_AT = 5
SABOTAGE = MUTATIONS.get(os.environ.get("SDR_TORTURE_MUTATION", ""), Mutation(race=""))
EFFECT_TABLE = """
create table effect (
  id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
  key_id bigint not null, turn bigint not null, epoch bigint not null, owner text not null, answer text not null)
"""
ACT = "insert into effect (key_id, turn, epoch, owner, answer) values (%s, %s, %s, %s, %s)"


class TorturedHandler:
    """Thinks, seals, acts, dawdles; fails now and then."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self._pool = pool
        self._random = random.Random(seed)
        self.worker: MailboxWorker

    async def __call__(self, claim: Claim) -> Close:
        claim, answer = await self._sealed(claim)
        if self._random.random() < 0.05:
            raise ConnectionError("between sealing and acting")
        for _ in range(1 + (self._random.random() < 0.1)):
            async with connection(self._pool) as conn:
                await conn.execute(ACT, [claim.key_id, claim.turn, claim.epoch, claim.owner, answer.decode()])
        await self._dawdle(0.05)
        return self._end(json.loads(answer), claim)

    async def _sealed(self, claim: Claim) -> tuple[Claim, bytes]:
        """The turn with its answer, superseded as often as needed."""
        times = 0
        while not claim.sealed or claim.answer is None:
            poison = any(entry.body.get("poison") for entry in claim.entries)
            if poison and claim.attempt < HAND_OVER_AT:
                raise ValueError("poison")
            if self._random.random() < 0.05:
                raise TimeoutError("a dependency is slow")
            await self._dawdle(0.15)
            outcome = "handed_over" if poison else "answered"
            exts = [entry.ext for entry in claim.entries]
            draft = json.dumps({"exts": exts, "reason": claim.wake_reason, "outcome": outcome}).encode()
            if await self.worker.seal(claim, draft, patience_s=0.0 if times >= 2 else None):
                return claim, draft
            claim = await self.worker.supersede(claim)
            times += 1
        return claim, claim.answer

    def _end(self, answer: dict[str, str], claim: Claim) -> Close:
        stirred = any(entry.stirring for entry in claim.entries)
        if stirred and answer["outcome"] == "answered" and self._random.random() < 0.3:
            return Close("waking", utc_now() + timedelta(seconds=self._random.uniform(0, 0.8)), "nudge")
        return Close(answer["outcome"])

    async def _dawdle(self, most_s: float) -> None:
        await asyncio.sleep(self._random.uniform(0, most_s))


async def _main(url: str, seed: int) -> None:
    pool = make_pool(url, "box", name="torture", max_size=6, timeout_s=2.0)
    await pool.open()
    handler = TorturedHandler(pool, seed)
    worker = handler.worker = MailboxWorker(
        Mailbox(pool, OPTIONS, queries=SABOTAGE.queries()), handler, WorkerOptions(poll_s=0.05, batch=5, drain_s=1.0)
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)  # noqa: T201  (whoever wants to end it politely waits for this)
    await worker.run(stop)
    await pool.close()


if __name__ == "__main__":
    configure_logs("torture", "error")
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
