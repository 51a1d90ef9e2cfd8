"""One closing for each judgement, and attributes and labels whole although others write at the same time."""

from __future__ import annotations

from sdr.routing.v1 import routing_pb2 as pb
from tests.integration.routing.conftest import Routing, a_hand_off, a_qualification, a_request
from tests.support.net import eventually


async def test_a_judgement_is_closed_once_whoever_delivers_it_again(routing: Routing) -> None:
    who = await routing.new_lead()
    judged = a_qualification()
    first = await routing.deliver(a_hand_off(who, qualification=judged))
    await routing.settled(first.delivery_id)
    again = await routing.deliver(a_hand_off(who, qualification=judged, turn_id=2))
    delivery = await routing.settled(again.delivery_id)
    assert len(routing.messages(who.conversation_id)) == 1
    assert [write.kind for write in delivery.writes if write.kind == "message"] == []


async def test_a_new_judgement_of_the_same_lead_is_closed_too(routing: Routing) -> None:
    who = await routing.new_lead()
    for turn in (1, 2):
        accepted = await routing.deliver(a_hand_off(who, turn_id=turn))
        await routing.settled(accepted.delivery_id)
    assert len(routing.messages(who.conversation_id)) == 2


async def test_what_somebodys_simultaneous_write_undid_is_written_again_and_others_keys_stay(
    routing: Routing,
) -> None:
    who = await routing.new_lead()
    core = routing.chatwoot.core
    contact, conversation = core.state.contacts[who.contact_id], routing.conversation(who.conversation_id)
    contact.custom_attributes = {"waha_whatsapp_chat_id": "5511999990000@c.us"}
    conversation.labels = ["vip"]
    path = f"conversations/{who.conversation_id}/messages"
    await routing.chatwoot.misbehave(seed=1, path_filter=path, all_requests_latency_ms=300)
    accepted = await routing.deliver(a_hand_off(who))
    await eventually(lambda: "temperatura-quente" in conversation.labels, what="our labels")
    # A writer that had read before us replaces all, and adds what is its own.
    contact.custom_attributes = {"waha_whatsapp_chat_id": "5511999990000@c.us", "origem": "meta_ads"}
    conversation.labels = ["vip", "retorno"]
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    attributes = routing.attributes(who.contact_id)
    assert attributes["sdr_ia_temperatura"] == "quente"
    assert attributes["sdr_ia_score"] == 110
    assert (attributes["waha_whatsapp_chat_id"], attributes["origem"]) == ("5511999990000@c.us", "meta_ads")
    assert {"vip", "retorno", "temperatura-quente"} <= set(conversation.labels)


async def test_after_a_merge_of_contacts_the_one_that_is_left_gets_the_attributes(routing: Routing) -> None:
    base, merged = await routing.new_lead(), await routing.new_lead()
    body = {"base_contact_id": base.contact_id, "mergee_contact_id": merged.contact_id}
    await routing.chatwoot.ask("POST", "/actions/contact_merge", body)
    accepted = await routing.deliver(a_request(merged))
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert routing.attributes(base.contact_id)["sdr_ia_interesse"] == "botox"
    assert len(routing.messages(merged.conversation_id)) == 1
