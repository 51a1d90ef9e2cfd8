"""Workers die and freeze at the worst moment; the lead reads everything exactly once."""

from __future__ import annotations

import asyncio
import random

import pytest

from sdr.routing.v1 import routing_pb2 as pb
from tests.integration.routing.conftest import SETTLE_AFTER_S, Routing, a_request
from tests.integration.routing.workers import worker_process
from tests.support.net import eventually

MESSAGES = "conversations/[0-9]+/messages"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("fault", "faults"),
    [("timeout", {"timeout_ratio": 1}), ("late_save", {"late_save_ratio": 1, "late_save_delay_s": 0.4})],
)
async def test_a_worker_killed_between_sending_and_noting_it_doubles_nothing(
    waiting: Routing, fault: str, faults: dict[str, float]
) -> None:
    who = await waiting.new_lead()
    await waiting.chatwoot.misbehave(seed=1, path_filter=MESSAGES, message_create=faults)
    accepted = await waiting.deliver(a_request(who))
    async with worker_process(waiting.url) as worker:
        counted = waiting.chatwoot.app.state.server.counters.faults
        await eventually(lambda: counted[fault] >= 1, what="the message to be under way", timeout_s=60)
        await worker.kill()
        rows = await waiting.fetch("select attempt_started_at from delivery_write where kind = 'message'")
        assert rows[0]["attempt_started_at"] is not None
        await waiting.chatwoot.client.delete("/sandbox/misbehaviour")
        await worker.start()
        delivery = await waiting.settled(accepted.delivery_id, timeout_s=60)
        assert delivery.state == pb.DELIVERY_STATE_DONE
        await asyncio.sleep(SETTLE_AFTER_S)
    assert waiting.keys(who.conversation_id) == [f"{accepted.delivery_id}/1"]


async def test_a_worker_that_slept_past_its_lease_does_not_send_again(waiting: Routing) -> None:
    who = await waiting.new_lead()
    await waiting.chatwoot.misbehave(seed=1, path_filter=MESSAGES, message_create={"timeout_ratio": 1})
    accepted = await waiting.deliver(a_request(who))
    async with worker_process(waiting.url) as sleeper:
        counted = waiting.chatwoot.app.state.server.counters.faults
        await eventually(lambda: counted["timeout"] >= 1, what="the message to be under way", timeout_s=60)
        sleeper.freeze()
        await waiting.chatwoot.client.delete("/sandbox/misbehaviour")
        async with worker_process(waiting.url):
            delivery = await waiting.settled(accepted.delivery_id, timeout_s=60)
        sleeper.thaw()
        assert await sleeper.stop() == 0
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert waiting.keys(who.conversation_id) == [f"{accepted.delivery_id}/1"]


@pytest.mark.slow
async def test_workers_killed_again_and_again_lose_double_and_reorder_nothing(waiting: Routing) -> None:
    dice = random.Random(20260618)
    leads = [await waiting.new_lead() for _ in range(8)]
    await waiting.chatwoot.misbehave(
        seed=3,
        path_filter=MESSAGES,
        all_requests_latency_ms=(5, 40),
        message_create={"error_after_save_ratio": 0.1, "late_save_ratio": 0.1, "late_save_delay_s": 0.2},
    )
    wanted: dict[int, list[str]] = {}
    ids: list[str] = []
    for turn in range(1, 5):
        for who in leads:
            answer = await waiting.deliver(a_request(who, turn_id=turn, reply=f"resposta {turn}"))
            wanted.setdefault(who.conversation_id, []).append(f"{answer.delivery_id}/1")
            ids.append(answer.delivery_id)
    async with worker_process(waiting.url) as one, worker_process(waiting.url) as two:
        for _ in range(5):
            # Not a wait for something: the moment of each kill is drawn.
            await asyncio.sleep(dice.uniform(0.8, 1.8))
            victim = dice.choice([one, two])
            await victim.kill()
            await victim.start()
        for delivery_id in ids:
            assert (await waiting.settled(delivery_id, timeout_s=60)).state == pb.DELIVERY_STATE_DONE
        await asyncio.sleep(SETTLE_AFTER_S)
    assert {who.conversation_id: waiting.keys(who.conversation_id) for who in leads} == wanted


async def test_a_stopped_worker_gives_its_contacts_back(waiting: Routing) -> None:
    who = await waiting.new_lead()
    await waiting.chatwoot.misbehave(down="503")
    accepted = await waiting.deliver(a_request(who))
    async with worker_process(waiting.url) as worker:

        async def tried() -> bool:
            return (await waiting.get(accepted.delivery_id)).attempts >= 1

        await eventually(tried, what="a failed attempt", timeout_s=60)
        assert await worker.stop() == 0
    rows = await waiting.fetch("select owner, attempt from mailbox")
    assert rows == [{"owner": None, "attempt": 0}]
