"""An hour without Chatwoot, compressed: everything waits, in order, and nothing comes down on it at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from sdr.routing.v1 import routing_pb2 as pb
from tests.integration.routing.conftest import Routing, a_request, running_routing
from tests.integration.sandbox.servers import running_chatwoot
from tests.support.net import eventually

LEADS, TURNS = 10, 2
PER_MINUTE = 2400
"""40 requests a second, of which a quarter goes through in the first moments after an outage."""


@pytest.mark.thorough
async def test_after_an_outage_each_answer_goes_out_once_in_order_and_without_a_flood(
    service_database: Callable[[str], str],
) -> None:
    async with (
        running_chatwoot() as chatwoot,
        running_routing(
            service_database("routing"), chatwoot, chatwoot_requests_per_minute=PER_MINUTE, setback_ceiling_s=0.3
        ) as routing,
    ):
        await routing.put_settings()
        await routing.connect()
        leads = [await routing.new_lead() for _ in range(LEADS)]
        await chatwoot.misbehave(down="reset")
        wanted: dict[int, list[str]] = {}
        accepted: list[str] = []
        for turn in range(1, TURNS + 1):
            for who in leads:
                answer = await routing.deliver(a_request(who, turn_id=turn, reply=f"resposta {turn}"))
                accepted.append(answer.delivery_id)
                wanted.setdefault(who.conversation_id, []).append(f"{answer.delivery_id}/1")

        async def tried() -> bool:
            rows = await routing.fetch("select sum(attempts) as attempts from delivery")
            return int(rows[0]["attempts"] or 0) >= LEADS * 2

        await eventually(tried, what="two attempts for each lead", timeout_s=60)
        assert {delivery.state for delivery in [await routing.get(found) for found in accepted]} == {
            pb.DELIVERY_STATE_PENDING
        }
        await chatwoot.client.delete("/sandbox/misbehaviour")
        seconds = await _requests_by_second(routing, accepted[-1])
        for delivery_id in accepted:
            assert (await routing.settled(delivery_id, timeout_s=60)).state == pb.DELIVERY_STATE_DONE
        assert {number: routing.keys(number) for number in wanted} == wanted
        assert max(seconds.values()) <= PER_MINUTE / 60 * 1.5
        assert max(list(seconds.values())[:2]) <= PER_MINUTE / 60 * 0.75


async def _requests_by_second(routing: Routing, until_settled: str) -> Counter[int]:
    """What Chatwoot is asked in each second from now on."""
    loop = asyncio.get_running_loop()
    started, before = loop.time(), sum(routing.requests().values())
    seconds: Counter[int] = Counter()
    while (await routing.get(until_settled)).state == pb.DELIVERY_STATE_PENDING:
        await asyncio.sleep(0.05)  # the samples of a curve
        now = sum(routing.requests().values())
        seconds[int(loop.time() - started)] += now - before
        before = now
    return seconds
