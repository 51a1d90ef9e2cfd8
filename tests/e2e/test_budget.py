"""What an ordinary turn may cost: counted, not timed. The figures stand in docs/benchmarks.md."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import connect
from tests.support.budget import count_cost
from tests.support.otlp_collector import collector
from tests.support.stack import running_stack

pytestmark = [pytest.mark.e2e, pytest.mark.thorough]

STATEMENTS = 46
"""Of the four services that a lead waits for; what they read again every few seconds is in it on a slow machine."""
STATEMENTS_OF_REPORTING = 24
"""Events come in batches: on a slow machine each turn has its own."""
RPCS = 6
CHATWOOT_REQUESTS = 4


async def test_a_first_turn_stays_within_its_budget() -> None:
    async with collector() as telemetry:
        settings = {"SDR_GATEWAY_COALESCE_IDLE_MS": "100", "SDR_GATEWAY_SWEEP_INTERVAL_S": "600"}
        with running_stack(**settings, **telemetry.environment()) as stack:
            async with connect(stack).listening() as chatwoot:
                phones = [await chatwoot.new_phone(f"Lead {number}") for number in range(6)]
                cost = await count_cost(stack, chatwoot, telemetry, phones, "oi, queria saber do botox")
    reporting = cost.statements_by_service["reporting"]
    assert 0 < cost.statements - reporting <= STATEMENTS, cost
    assert reporting <= STATEMENTS_OF_REPORTING, cost
    assert 0 < cost.rpcs <= RPCS, cost
    assert 0 < cost.chatwoot_requests <= CHATWOOT_REQUESTS, cost
