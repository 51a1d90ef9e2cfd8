"""A conversation goes back to the bot."""

from __future__ import annotations

from typing import Any

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from tests.integration.routing.conftest import FACTS, Lead, Routing, a_request, running_routing
from tests.integration.routing.test_takeover import human_says
from tests.integration.sandbox.servers import Running


def a_return(who: Lead, **changes: Any) -> pb.DeliverRequest:
    values: dict[str, Any] = {
        "reply": "",
        "asks": lead.FACT_KIND_UNSPECIFIED,
        "silent": True,
        "give_back": True,
        "lead": lead.LeadState(facts=[FACTS[1]], known_count=1, status=lead.LEAD_STATUS_IN_PROGRESS),
    }
    return a_request(who, **{**values, **changes})


async def owned_by_a_human(routing: Routing, who: Lead) -> int:
    """Camila has answered, and has the open conversation; gives back the id of what she wrote."""
    await human_says(routing, who)
    path = f"/conversations/{who.conversation_id}"
    await routing.chatwoot.ask("POST", f"{path}/assignments", {"assignee_id": 2})
    await routing.chatwoot.ask("POST", f"{path}/toggle_status", {"status": "open"})
    return max(message.id for message in routing.chatwoot.core.state.messages.values())


async def test_nobody_is_assigned_it_is_pending_and_the_lead_is_in_qualification_again(routing: Routing) -> None:
    who = await routing.new_lead()
    known = await owned_by_a_human(routing, who)
    accepted = await routing.deliver(a_return(who, last_message_id=known))
    delivery = await routing.settled(accepted.delivery_id)
    assert [(write.kind, write.state) for write in delivery.writes] == [
        ("attributes", pb.DELIVERY_STATE_DONE),
        ("give_back", pb.DELIVERY_STATE_DONE),
    ]
    conversation = routing.conversation(who.conversation_id)
    assert (conversation.status, conversation.assignee_id) == ("pending", None)
    assert routing.attributes(who.contact_id)["sdr_ia_status"] == "em_andamento"
    assert routing.messages(who.conversation_id) == []


async def test_a_human_who_has_spoken_meanwhile_keeps_it(database: str, waiting: Routing, chatwoot: Running) -> None:
    who = await waiting.new_lead()
    known = await owned_by_a_human(waiting, who)
    accepted = await waiting.deliver(a_return(who, last_message_id=known))
    await human_says(waiting, who, "Oi, voltei!")
    async with running_routing(database, chatwoot):
        delivery = await waiting.settled(accepted.delivery_id)
    assert delivery.writes[-1].state == pb.DELIVERY_STATE_DROPPED
    assert delivery.writes[-1].detail == "um atendente respondeu na conversa"
    conversation = waiting.conversation(who.conversation_id)
    assert (conversation.status, conversation.assignee_id) == ("open", 2)
