"""Turns under load: leads write through the public inbox API, answers are timed inside the two databases."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import psycopg

from tests.support.chatwoot import Chatwoot, Phone
from tests.support.measure import Spent, cpu_of
from tests.support.stack import RunningStack

OPENING = "oi, queria saber do botox"


@dataclass(frozen=True)
class Turns:
    """What a run of turns took."""

    count: int
    seconds: float
    latencies_ms: list[float]
    """From the webhook's commit to the reply in Chatwoot, the coalescing wait taken out; sorted."""
    cpu: Spent
    """CPU seconds during the run."""

    @property
    def rate(self) -> float:
        """Turns per second."""
        return self.count / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that `share` (0-1) of the turns stayed under, in milliseconds."""
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(len(self.latencies_ms) * share))]


async def make_phones(chatwoot: Chatwoot, count: int) -> list[Phone]:
    """Leads that have not written yet."""
    gate = asyncio.Semaphore(20)

    async def one(number: int) -> Phone:
        async with gate:
            return await chatwoot.new_phone(f"Lead {number}")

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def run_turns(
    stack: RunningStack, chatwoot: Chatwoot, phones: list[Phone], *, rate: float | None, idle_s: float
) -> Turns:
    """Lets each phone send one message and waits for its answer.

    Args:
        stack: What is measured.
        chatwoot: Its emulated Chatwoot.
        phones: One turn each.
        rate: Messages per second; None: all at once, at most 200 unanswered.
        idle_s: The coalescing wait that is taken out.
    """
    before, begin = cpu_of(stack), time.perf_counter()
    gate = asyncio.Semaphore(200)
    replied: dict[int, float] = {}

    async def one(number: int, phone: Phone) -> None:
        if rate:
            await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
        async with gate:
            await phone.send(OPENING)
            await phone.next_message(120)

    await asyncio.gather(*(one(number, phone) for number, phone in enumerate(phones)))
    seconds, spent = time.perf_counter() - begin, cpu_of(stack) - before
    export = await chatwoot.sandbox("GET", "/export")
    wanted = {phone.conversation_id for phone in phones}
    for conversation in export["conversations"]:
        if conversation["id"] in wanted:
            answers = [row for row in conversation["messages"] if row["message_type"] == 1 and not row["private"]]
            replied[conversation["id"]] = answers[0]["created_at"]
    latencies = sorted(
        (replied[conversation] - stored - idle_s) * 1000
        for conversation, stored in _stored(stack, wanted).items()
        if conversation in replied
    )
    return Turns(len(phones), seconds, latencies, spent)


def _stored(stack: RunningStack, conversations: set[int]) -> dict[int, float]:
    """When each conversation's message was stored, by Postgres's clock."""
    with psycopg.connect(str(stack.description["database_url"])) as conn:
        rows = conn.execute(
            "select key_id, extract(epoch from min(arrived_at)) from gateway.mailbox_entry"
            " where stirring and key_id = any(%s) group by key_id",
            [list(conversations)],
        ).fetchall()
    return {int(key): float(at) for key, at in rows}
