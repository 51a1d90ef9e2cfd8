"""What one turn costs in statements, calls and requests: counted on the running stack, its polling left out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.support.chatwoot import Chatwoot, Phone
from tests.support.measure import SERVICES, StatementLog
from tests.support.otlp_collector import Collector
from tests.support.stack import RunningStack

IDLE_S = 3.0
"""How long the idle stack is watched, so that its polling is known."""


@dataclass(frozen=True)
class Cost:
    """Per turn."""

    statements: float
    """SQL statements of all services."""
    statements_by_service: dict[str, float]
    rpcs: float
    """Calls between services, events to reporting included."""
    chatwoot_requests: float
    """Requests to Chatwoot."""


async def count_cost(
    stack: RunningStack, chatwoot: Chatwoot, telemetry: Collector, phones: list[Phone], text: str
) -> Cost:
    """Lets each phone send one text, one after another, and divides what was spent by the turns."""
    log = StatementLog(stack)
    log.begin()
    # Watching for a fixed time is the measurement itself, not a wait for something.
    await asyncio.sleep(IDLE_S)
    idle = log.end()
    requests_before, rpcs_before = await _requests(chatwoot), _rpcs(telemetry)
    log.begin()
    for phone in phones:
        await phone.send(text)
        await phone.next_message()
    await asyncio.sleep(1.0)  # the batch of events and the own echo come after the reply
    busy = log.end()
    by_service = {}
    for service in SERVICES:
        # What an idle stack says too is its polling; everything else belongs to the turns.
        spent = sum(count for key, count in busy.items() if service in key[0] and key not in idle)
        by_service[service] = spent / len(phones)
    return Cost(
        statements=sum(by_service.values()),
        statements_by_service=by_service,
        rpcs=(_rpcs(telemetry) - rpcs_before) / len(phones),
        chatwoot_requests=(await _requests(chatwoot) - requests_before) / len(phones),
    )


def _rpcs(telemetry: Collector) -> int:
    return sum(1 for span in telemetry.select(kind="server") if span.name.startswith("/sdr."))


async def _requests(chatwoot: Chatwoot) -> int:
    """Requests to the account API so far; leads use the public one."""
    counters = await chatwoot.sandbox("GET", "/counters")
    return sum(
        count
        for route, by_status in counters["requests"].items()
        if "/api/v1/accounts" in route
        for count in by_status.values()
    )
