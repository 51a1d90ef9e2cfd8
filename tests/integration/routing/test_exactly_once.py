"""Whatever Chatwoot does with a message, the lead reads it exactly once."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from tests.integration.routing.conftest import (
    SETTLE_AFTER_S,
    Routing,
    a_hand_off,
    a_request,
    running_routing,
)
from tests.integration.sandbox.servers import Running
from tests.support.net import eventually

MESSAGES = "conversations/[0-9]+/messages"


async def misbehave_for_the_next_message(routing: Routing, **faults: Any) -> None:
    await routing.chatwoot.misbehave(seed=1, path_filter=MESSAGES, message_create=faults)


async def behave_after_the_first_fault(routing: Routing, name: str) -> None:
    faults = routing.chatwoot.app.state.server.counters.faults
    await eventually(lambda: faults[name] >= 1, what=f"a {name}")
    await routing.chatwoot.client.delete("/sandbox/misbehaviour")


@pytest.mark.parametrize(
    ("fault", "faults"),
    [
        ("error_after_save", {"error_after_save_ratio": 1}),
        ("timeout", {"timeout_ratio": 1}),
        ("late_save", {"late_save_ratio": 1, "late_save_delay_s": 1.8}),
        ("reject_429", {"reject_429_ratio": 1}),
        ("error_before_save", {"error_before_save_ratio": 1}),
    ],
)
async def test_a_message_is_there_once_after(routing: Routing, fault: str, faults: dict[str, Any]) -> None:
    who = await routing.new_lead()
    await misbehave_for_the_next_message(routing, **faults)
    accepted = await routing.deliver(a_request(who))
    await behave_after_the_first_fault(routing, fault)
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert routing.keys(who.conversation_id) == [f"{accepted.delivery_id}/1"]
    # Nothing may come later either: the time in which a late save could happen passes.
    await asyncio.sleep(SETTLE_AFTER_S)
    assert routing.keys(who.conversation_id) == [f"{accepted.delivery_id}/1"]


@pytest.mark.parametrize("fault", ["error_after_save_ratio", "timeout_ratio", "late_save_ratio"])
async def test_a_hand_off_is_written_once_although_each_message_meets_a_fault(routing: Routing, fault: str) -> None:
    who = await routing.new_lead()
    await misbehave_for_the_next_message(routing, **{fault: 0.6, "late_save_delay_s": 0.3})
    accepted = await routing.deliver(a_hand_off(who))
    delivery = await routing.settled(accepted.delivery_id, timeout_s=40)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    keys = [f"{accepted.delivery_id}/note", f"{accepted.delivery_id}/1"]
    assert sorted(routing.keys(who.conversation_id)) == sorted(keys)
    assert routing.conversation(who.conversation_id).status == "open"


async def test_absence_counts_only_after_chatwoot_must_have_given_up(routing: Routing) -> None:
    who = await routing.new_lead()
    await misbehave_for_the_next_message(routing, error_before_save_ratio=1)
    accepted = await routing.deliver(a_request(who))
    started = asyncio.get_running_loop().time()
    await behave_after_the_first_fault(routing, "error_before_save")
    await routing.settled(accepted.delivery_id)
    assert asyncio.get_running_loop().time() - started >= SETTLE_AFTER_S * 0.9


@pytest.mark.thorough
async def test_many_leads_and_every_fault_at_once_leave_no_message_lost_or_doubled(routing: Routing) -> None:
    leads = [await routing.new_lead() for _ in range(12)]
    await routing.chatwoot.misbehave(
        seed=7,
        path_filter=MESSAGES,
        message_create={
            "error_after_save_ratio": 0.15,
            "timeout_ratio": 0.1,
            "late_save_ratio": 0.1,
            "late_save_delay_s": 0.3,
            "reject_429_ratio": 0.15,
            "error_before_save_ratio": 0.1,
        },
    )
    wanted: dict[int, list[str]] = {}
    ids: list[str] = []
    for turn in range(1, 4):
        requests = [a_request(who, turn_id=turn, reply=f"resposta {turn}") for who in leads]
        answers = await asyncio.gather(*map(routing.deliver, requests))
        for who, answer in zip(leads, answers, strict=True):
            wanted.setdefault(who.conversation_id, []).append(f"{answer.delivery_id}/1")
            ids.append(answer.delivery_id)
    for delivery_id in ids:
        assert (await routing.settled(delivery_id, timeout_s=60)).state == pb.DELIVERY_STATE_DONE
    await asyncio.sleep(SETTLE_AFTER_S)
    assert {who.conversation_id: routing.keys(who.conversation_id) for who in leads} == wanted


async def test_two_workers_share_the_contacts_and_double_nothing(
    database: str, routing: Routing, chatwoot: Running
) -> None:
    async with running_routing(database, chatwoot):
        leads = [await routing.new_lead() for _ in range(20)]
        answers = await asyncio.gather(*(routing.deliver(a_request(who)) for who in leads))
        for answer in answers:
            await routing.settled(answer.delivery_id)
    for who, answer in zip(leads, answers, strict=True):
        assert routing.keys(who.conversation_id) == [f"{answer.delivery_id}/1"]


async def test_a_contact_with_two_conversations_is_served_one_after_the_other(routing: Routing) -> None:
    who = await routing.new_lead()
    body = await routing.chatwoot.public("POST", f"/contacts/{who.source_id}/conversations", {})
    request = a_request(who, turn_id=2)
    request.conversation.conversation_id = body["id"]
    first = await routing.deliver(a_request(who))
    second = await routing.deliver(request)
    one, two = await routing.settled(first.delivery_id), await routing.settled(second.delivery_id)
    assert one.settled_at.ToNanoseconds() <= two.settled_at.ToNanoseconds()
    assert len(routing.messages(body["id"])) == 1


async def test_a_stored_attempt_without_an_outcome_is_looked_for_before_anything_is_sent(
    database: str, waiting: Routing, chatwoot: Running
) -> None:
    """A process died between sending and noting it: the message is there, our table does not know."""
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who))
    conversation = waiting.conversation(who.conversation_id)
    key = f"{accepted.delivery_id}/1"
    bot = next(iter(waiting.chatwoot.core.state.agent_bots.values()))
    await chatwoot.ask(
        "POST",
        f"/conversations/{conversation.id}/messages",
        {"content": "Que bom!", "content_attributes": {"sdr_key": key, "sdr_asks": ""}},
        token=bot.access_token,
    )
    async with await waiting.sql() as conn:
        await conn.execute("update delivery_write set attempt_started_at = now() where kind = 'message'")
    async with running_routing(database, chatwoot):
        delivery = await waiting.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert waiting.keys(who.conversation_id) == [key]


async def test_a_key_is_the_same_for_the_same_request(routing: Routing) -> None:
    who = await routing.new_lead()
    request_id = str(uuid.uuid4())
    first = await routing.deliver(a_request(who, request_id=request_id))
    again = await routing.deliver(a_request(who, request_id=request_id))
    assert first.delivery_id == again.delivery_id


@pytest.mark.parametrize("fault", ["error_after_save_ratio", "late_save_ratio"])
async def test_each_part_of_a_long_answer_is_there_once_and_in_order(routing: Routing, fault: str) -> None:
    who = await routing.new_lead()
    await misbehave_for_the_next_message(routing, **{fault: 0.6, "late_save_delay_s": 0.3})
    sentences = [f"Frase número {number} de uma resposta bem comprida." for number in range(50)]
    request = a_request(who, reply=" ".join(sentences))
    request.conversation.channel = lead.CHANNEL_INSTAGRAM
    accepted = await routing.deliver(request)
    assert (await routing.settled(accepted.delivery_id, timeout_s=60)).state == pb.DELIVERY_STATE_DONE
    assert routing.keys(who.conversation_id) == [f"{accepted.delivery_id}/{part}" for part in (1, 2, 3)]
    parts = routing.messages(who.conversation_id)
    assert " ".join(parts) == " ".join(sentences)
    assert max(len(part) for part in parts) <= 1000
