"""Plays a load against a stack of its own, with production's waits, and measures it from outside."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from tests.chaos.checker import check
from tests.chaos.evidence import read_export
from tests.chaos.leads import Lead, make_lead
from tests.load.model import Load
from tests.load.verdict import Measured
from tests.support.chatwoot import Chatwoot, JsonObject, Phone
from tests.support.measure import Spent, cpu_of, memory_of
from tests.support.stack import RunningStack, running_stack

PATIENCE_S = 30.0
"""A lead that has no answer after so long counts as unanswered."""
SETTLE_S = 60
BURSTS = 12
_PROMISES = ("lost", "doubled", "order")
_EVIDENCE = "conversations,contacts,events,looks,creations,deliveries"
SETTINGS: Mapping[str, str] = {
    # A real Chatwoot takes 3,000 a minute from one address; here the product's own limit is what is measured.
    "SDR_ROUTING_CHATWOOT_REQUESTS_PER_MINUTE": "100000",
    "SDR_GATEWAY_SWEEP_INTERVAL_S": "60",
}


@dataclass(frozen=True)
class Result:
    """A run."""

    load: Load
    measured: Measured
    seconds: float
    """From the first lead to the last answer."""
    answers_per_s: float
    """While leads were under way at the full rate."""
    cpu: Spent
    memory_mib: Mapping[str, float]
    """At the end."""
    stored_bytes: int
    """By how much the database grew."""
    chatwoot_requests: int


@dataclass
class _Tally:
    messages: int = 0
    answers: list[tuple[float, float]] = field(default_factory=list)
    """When it came (monotonic), and after how many seconds."""
    unanswered: int = 0
    leads: int = 0


def run(load: Load, *, seed: int = 1, **settings: str) -> Result:
    """Starts a stack, plays, judges nothing.

    Args:
        load: How many leads.
        seed: What leads, pauses and arrivals follow from.
        settings: Further environment of the stack, such as a slower model.
    """
    with running_stack(**{**SETTINGS, **settings}) as stack:
        return asyncio.run(_run(stack, load, seed))


async def _run(stack: RunningStack, load: Load, seed: int) -> Result:
    described = stack.description
    chatwoot = Chatwoot(described["chatwoot_url"], described["admin_token"], described["inbox_identifier"])
    tally = _Tally()
    async with chatwoot.listening():
        counted_before = _own_requests((await chatwoot.sandbox("GET", "/counters"))["requests"])
        size_before, cpu_before, began = _database_size(stack), cpu_of(stack), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, at in enumerate(load.arrivals(seed)):
                await asyncio.sleep(max(0.0, began + at - time.monotonic()))
                group.create_task(_play(chatwoot, random.Random(f"{seed}/lead/{number}"), tally))
        export = await _settled(stack, chatwoot)
        seconds, cpu = time.monotonic() - began, cpu_of(stack) - cpu_before
        counters = await chatwoot.sandbox("GET", "/counters")
    own = _own_requests(counters["requests"]) - counted_before
    webhooks = counters["webhooks"]["total"]
    failed_calls = sum(count for status, count in own.items() if status >= 400)
    measured = Measured(
        leads=tally.leads,
        messages=tally.messages,
        answer_s=tuple(sorted(seconds for _, seconds in tally.answers)),
        unanswered=tally.unanswered,
        webhooks_sent=webhooks["sent"],
        webhooks_failed=webhooks["failed"],
        deliveries=_deliveries(stack),
        requests=webhooks["sent"] + webhooks["failed"] + sum(own.values()),
        errors=webhooks["failed"] + failed_calls + _error_lines(stack),
        broken=_broken(export),
    )
    return Result(
        load=load,
        measured=measured,
        seconds=seconds,
        answers_per_s=_steady_rate(tally, began, load.seconds),
        cpu=cpu,
        memory_mib=memory_of(stack),
        stored_bytes=_database_size(stack) - size_before,
        chatwoot_requests=sum(own.values()),
    )


async def _play(chatwoot: Chatwoot, dice: random.Random, tally: _Tally) -> None:
    lead: Lead = make_lead(dice)
    phone = await chatwoot.new_phone(lead.name)
    tally.leads += 1
    burst = lead.opening
    for _ in range(BURSTS):
        for place, text in enumerate(burst):
            await asyncio.sleep(dice.uniform(0.3, 1.2) if place else dice.uniform(1.0, 4.0))
            await phone.send(text)
            tally.messages += 1
        asked = await _answer(phone, tally)
        burst = lead.answer(asked) if asked else ()
        if not burst:
            return


async def _answer(phone: Phone, tally: _Tally) -> str:
    """The fact that the answer asks for; empty: none, or no answer came."""
    sent_at = time.monotonic()
    try:
        message = await phone.next_message(PATIENCE_S)
    except AssertionError:
        tally.unanswered += 1
        return ""
    tally.answers.append((time.monotonic(), time.monotonic() - sent_at))
    with suppress(asyncio.QueueEmpty):
        while True:  # an answer may have several parts; the last one asks
            message = phone.incoming.get_nowait()
    return str(message["content_attributes"].get("sdr_asks", ""))


async def _settled(stack: RunningStack, chatwoot: Chatwoot) -> JsonObject:
    """The evidence once no delivery is pending, or when the product has had its time."""
    for _ in range(SETTLE_S):
        if not _deliveries(stack).get("pending", 0):
            break
        await asyncio.sleep(1.0)
    return await chatwoot.sandbox("GET", f"/export?only={_EVIDENCE}")


def _broken(export: JsonObject) -> dict[str, int]:
    found = check(read_export(export)).broken()
    return {promise: found[promise] for promise in _PROMISES}


def _own_requests(by_route: Mapping[str, Mapping[str, int]]) -> Counter[int]:
    """Requests to the account's API by status: the leads of a run use the public one."""
    found: Counter[int] = Counter()
    for route, statuses in by_route.items():
        if "/api/v1/accounts/" in route:
            for status, count in statuses.items():
                found[int(status)] += count
    return found


def _steady_rate(tally: _Tally, began: float, seconds: float) -> float:
    """Answers a second in the second half of the time in which leads begin."""
    window = (began + seconds / 2, began + seconds)
    return sum(1 for at, _ in tally.answers if window[0] <= at < window[1]) / (seconds / 2)


def _deliveries(stack: RunningStack) -> dict[str, int]:
    with psycopg.connect(str(stack.description["database_url"])) as conn:
        rows = conn.execute("select state, count(*) from routing.delivery group by state").fetchall()
    return {str(state): int(count) for state, count in rows}


def _database_size(stack: RunningStack) -> int:
    with psycopg.connect(str(stack.description["database_url"])) as conn:
        row = conn.execute("select pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def _error_lines(stack: RunningStack) -> int:
    count = 0
    for log in (stack.data_dir / "logs").glob("*.log"):
        for line in log.read_text(errors="replace").splitlines():
            with suppress(json.JSONDecodeError):
                parsed = json.loads(line)
                count += isinstance(parsed, dict) and parsed.get("level") in {"error", "critical"}
    return count
