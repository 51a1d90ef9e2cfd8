"""A human who takes over is never talked over."""

from __future__ import annotations

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from sdr_sandbox.chatwoot.messages import Draft
from tests.integration.routing.conftest import Lead, Routing, a_hand_off, a_qualification, a_request, running_routing
from tests.integration.sandbox.servers import Running
from tests.support.net import eventually


async def human_says(routing: Routing, who: Lead, text: str = "Oi, aqui é a Camila!", *, private: bool = False) -> None:
    body = {"content": text, "private": private}
    await routing.chatwoot.ask("POST", f"/conversations/{who.conversation_id}/messages", body)


async def carried_out(database: str, chatwoot: Running, waiting: Routing, delivery_id: str) -> pb.Delivery:
    async with running_routing(database, chatwoot):
        return await waiting.settled(delivery_id)


async def test_a_human_answer_drops_ours_and_pauses_the_lead(
    database: str, waiting: Routing, chatwoot: Running
) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who))
    await human_says(waiting, who)
    delivery = await carried_out(database, chatwoot, waiting, accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DROPPED
    assert [(write.kind, write.state) for write in delivery.writes] == [
        ("attributes", pb.DELIVERY_STATE_DONE),
        ("message", pb.DELIVERY_STATE_DROPPED),
        ("attributes", pb.DELIVERY_STATE_DONE),
    ]
    assert delivery.writes[1].detail == "um atendente respondeu na conversa"
    assert waiting.messages(who.conversation_id) == []
    assert waiting.attributes(who.contact_id)["sdr_ia_status"] == "pausado"
    events = await waiting.events()
    assert [event.WhichOneof("payload") for event in events] == ["lead_status_changed", "delivery_settled"]
    assert events[0].lead_status_changed.status == lead.LEAD_STATUS_PAUSED
    assert events[1].delivery_settled.outcome == "dropped"


async def test_a_human_who_answers_while_a_long_answer_is_on_its_way_stops_the_rest(
    database: str, waiting: Routing, chatwoot: Running
) -> None:
    who = await waiting.new_lead()
    request = a_request(who, reply="a" * 990 + " " + "b" * 990)
    request.conversation.channel = lead.CHANNEL_INSTAGRAM
    accepted = await waiting.deliver(request)
    # Slower than a look stays true.
    await chatwoot.misbehave(path_filter="conversations/[0-9]+/messages", all_requests_latency_ms=1100)
    async with running_routing(database, chatwoot, chatwoot_read_timeout_s=5, lease_s=30):
        await eventually(lambda: len(waiting.messages(who.conversation_id)) == 1, what="the first part", timeout_s=20)
        conversation, human = waiting.conversation(who.conversation_id), chatwoot.core.state.users[2]
        chatwoot.core.messages.create(conversation, Draft("Oi, aqui é a Camila!", 1, human))
        delivery = await waiting.settled(accepted.delivery_id)
    assert [write.state for write in delivery.writes if write.kind == "message"] == [
        pb.DELIVERY_STATE_DONE,
        pb.DELIVERY_STATE_DROPPED,
    ]
    assert waiting.messages(who.conversation_id) == ["a" * 990]


async def test_a_message_typed_on_the_phone_is_a_takeover(database: str, waiting: Routing, chatwoot: Running) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who))
    await human_says(waiting, who, "*📱 Enviado do WhatsApp*\n\nOi, aqui é a Dra. Paula.", private=True)
    delivery = await carried_out(database, chatwoot, waiting, accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DROPPED


async def test_an_internal_note_is_no_takeover(database: str, waiting: Routing, chatwoot: Running) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who))
    await human_says(waiting, who, "Cliente antiga, tratar bem.", private=True)
    delivery = await carried_out(database, chatwoot, waiting, accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert len(waiting.messages(who.conversation_id)) == 1


async def test_a_human_assignee_is_a_takeover(database: str, waiting: Routing, chatwoot: Running) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who))
    await chatwoot.ask("POST", f"/conversations/{who.conversation_id}/assignments", {"assignee_id": 2})
    delivery = await carried_out(database, chatwoot, waiting, accepted.delivery_id)
    assert delivery.writes[1].detail == "a conversa está atribuída a um atendente"


async def test_a_bot_as_assignee_is_no_takeover(database: str, waiting: Routing, chatwoot: Running) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who))
    bot = next(iter(chatwoot.core.state.agent_bots))
    body = {"assignee_id": bot, "assignee_type": "AgentBot"}
    await chatwoot.ask("POST", f"/conversations/{who.conversation_id}/assignments", body)
    delivery = await carried_out(database, chatwoot, waiting, accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE


async def test_our_own_hand_off_assigns_and_still_says_goodbye(routing: Routing) -> None:
    closer = pb.Closer(name="Camila Ribeiro", email="camila@clinica.test")
    await routing.put_settings(pb.RoutingSettings(closer_strategy="sequential", closers=[closer]))
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who))
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert len(routing.messages(who.conversation_id)) == 1


async def test_a_human_answer_during_a_hand_off_drops_the_closing_and_keeps_the_rest(
    database: str, waiting: Routing, chatwoot: Running
) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_hand_off(who))
    await human_says(waiting, who)
    delivery = await carried_out(database, chatwoot, waiting, accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DROPPED
    assert waiting.messages(who.conversation_id) == []
    assert len(waiting.messages(who.conversation_id, private=True)) == 1
    assert waiting.conversation(who.conversation_id).status == "open"
    assert waiting.attributes(who.contact_id)["sdr_ia_status"] == "qualificado"


async def test_a_conversation_where_a_human_talks_is_not_resolved(
    database: str, waiting: Routing, chatwoot: Running
) -> None:
    await waiting.put_settings(pb.RoutingSettings(resolve_cold=True))
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_hand_off(who, qualification=a_qualification(lead.TEMPERATURE_COLD)))
    await human_says(waiting, who)
    delivery = await carried_out(database, chatwoot, waiting, accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DROPPED
    assert waiting.conversation(who.conversation_id).status == "pending"


@pytest.mark.parametrize("last_message_id", [0, None])
async def test_what_a_human_said_before_the_answer_was_made_is_no_takeover(
    routing: Routing, last_message_id: int | None
) -> None:
    who = await routing.new_lead()
    await human_says(routing, who)
    conversation = routing.conversation(who.conversation_id)
    newest = max(message.id for message in routing.chatwoot.core.index.messages(conversation))
    for message in routing.chatwoot.core.index.messages(conversation):
        message.created_at -= 3600
    answer = await routing.deliver(a_request(who, last_message_id=newest if last_message_id is None else 0))
    assert (await routing.settled(answer.delivery_id)).state == pb.DELIVERY_STATE_DONE
