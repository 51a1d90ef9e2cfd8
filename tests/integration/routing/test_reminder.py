"""A reminder goes out into silence only."""

from __future__ import annotations

from sdr.routing.v1 import routing_pb2 as pb
from tests.integration.routing.conftest import Routing, a_request, running_routing
from tests.integration.routing.test_takeover import human_says
from tests.integration.sandbox.servers import Running


async def test_a_reminder_is_dropped_when_the_lead_has_written_meanwhile(
    database: str, waiting: Routing, chatwoot: Running
) -> None:
    who, silent = await waiting.new_lead(), await waiting.new_lead()
    late = await waiting.deliver(a_request(who, only_in_silence=True))
    good = await waiting.deliver(a_request(silent, only_in_silence=True))
    await chatwoot.lead_says((who.source_id, who.conversation_id), "desculpa a demora!")
    async with running_routing(database, chatwoot):
        dropped, sent = await waiting.settled(late.delivery_id), await waiting.settled(good.delivery_id)
    assert dropped.state == pb.DELIVERY_STATE_DROPPED
    dropped_why = [write.detail for write in dropped.writes if write.kind == "message"]
    assert dropped_why == ["o lead escreveu antes do lembrete"]
    assert waiting.messages(who.conversation_id) == []
    assert waiting.attributes(who.contact_id)["sdr_ia_status"] == "em_andamento"
    assert sent.state == pb.DELIVERY_STATE_DONE
    assert len(waiting.messages(silent.conversation_id)) == 1


async def test_a_human_who_answered_stops_a_reminder_like_any_message(
    database: str, waiting: Routing, chatwoot: Running
) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who, only_in_silence=True))
    await human_says(waiting, who)
    async with running_routing(database, chatwoot):
        delivery = await waiting.settled(accepted.delivery_id)
    assert [write.detail for write in delivery.writes if write.kind == "message"] == [
        "um atendente respondeu na conversa"
    ]
    assert waiting.messages(who.conversation_id) == []
