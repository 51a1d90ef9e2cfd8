"""What an ordinary turn may cost: counted, not timed. The figures stand in docs/benchmarks.md."""

from __future__ import annotations

import pytest

from tests.support.budget import count_cost
from tests.support.chatwoot import Chatwoot
from tests.support.otlp_collector import Collector
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack")]

STATEMENTS = 40
RPCS = 6
CHATWOOT_REQUESTS = 4


async def test_a_first_turn_stays_within_its_budget(
    stack: RunningStack, chatwoot: Chatwoot, telemetry: Collector
) -> None:
    phones = [await chatwoot.new_phone(f"Lead {number}") for number in range(6)]
    cost = await count_cost(stack, chatwoot, telemetry, phones, "oi, queria saber do botox")
    assert 0 < cost.statements <= STATEMENTS, cost
    assert 0 < cost.rpcs <= RPCS, cost
    assert 0 < cost.chatwoot_requests <= CHATWOOT_REQUESTS, cost
