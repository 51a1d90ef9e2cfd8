"""A write that Chatwoot fails at for ever is given up; an outage, however long, kills nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from tests.integration.routing.conftest import Lead, Routing, a_request, running_routing
from tests.integration.sandbox.servers import Running
from tests.support.net import eventually

GIVEN_UP = (
    "o Chatwoot falhou 2 vezes só nesta escrita, enquanto fazia as de outros leads; "
    "veja o log do Chatwoot e tente de novo"
)


@pytest.fixture
async def routing(database: str, chatwoot: Running) -> AsyncIterator[Routing]:
    """As usual, giving up after two answers 5xx instead of ten."""
    changes: dict[str, Any] = {"give_up_faults": 2, "settle_after_s": 0.4, "setback_ceiling_s": 0.2}
    async with running_routing(database, chatwoot, **changes) as service:
        await service.put_settings()
        await service.connect()
        yield service


async def settled_while_others_go_on(routing: Routing, delivery_id: str, other: Lead) -> pb.Delivery:
    """Waits for a delivery while another lead is served again and again."""
    for turn in range(1, 60):
        delivery = await routing.get(delivery_id)
        if delivery.state != pb.DELIVERY_STATE_PENDING:
            return delivery
        reply = f"resposta {turn}"
        accepted = await routing.deliver(a_request(other, turn_id=turn, reply=reply, lead=_progress(turn)))
        await routing.settled(accepted.delivery_id)
    raise AssertionError(f"delivery {delivery_id} was never given up")


def _progress(turn: int) -> lead.LeadState:
    """Another state each time, so that attributes are written each time."""
    return lead.LeadState(known_count=turn % 5 + 1, status=lead.LEAD_STATUS_IN_PROGRESS)


async def test_attributes_that_chatwoot_fails_at_are_given_up_and_the_lead_gets_its_answer(routing: Routing) -> None:
    poisoned, other = await routing.new_lead(), await routing.new_lead()
    await routing.chatwoot.misbehave(down="503", path_filter=f"contacts/{poisoned.contact_id}$")
    accepted = await routing.deliver(a_request(poisoned))
    delivery = await settled_while_others_go_on(routing, accepted.delivery_id, other)
    assert delivery.state == pb.DELIVERY_STATE_DEAD
    assert [(write.kind, write.state, write.detail) for write in delivery.writes] == [
        ("attributes", pb.DELIVERY_STATE_DEAD, GIVEN_UP),
        ("message", pb.DELIVERY_STATE_DONE, ""),
    ]
    assert len(routing.messages(poisoned.conversation_id)) == 1


async def test_a_message_that_chatwoot_fails_at_is_given_up_and_lets_the_next_delivery_through(
    routing: Routing,
) -> None:
    poisoned, other = await routing.new_lead(), await routing.new_lead()
    path = f"conversations/{poisoned.conversation_id}/messages$"
    await routing.chatwoot.misbehave(seed=1, path_filter=path, message_create={"error_before_save_ratio": 1})
    accepted = await routing.deliver(a_request(poisoned))
    delivery = await settled_while_others_go_on(routing, accepted.delivery_id, other)
    assert (delivery.state, delivery.writes[-1].detail) == (pb.DELIVERY_STATE_DEAD, GIVEN_UP)
    await routing.chatwoot.client.delete("/sandbox/misbehaviour")
    later = await routing.deliver(a_request(poisoned, turn_id=2, reply="resposta 2"))
    assert (await routing.settled(later.delivery_id)).state == pb.DELIVERY_STATE_DONE
    assert routing.messages(poisoned.conversation_id) == ["resposta 2"]


async def test_a_conversation_that_chatwoot_cannot_even_list_does_not_hold_its_lead_for_ever(routing: Routing) -> None:
    poisoned, other = await routing.new_lead(), await routing.new_lead()
    await routing.chatwoot.misbehave(down="503", path_filter=f"conversations/{poisoned.conversation_id}/messages$")
    accepted = await routing.deliver(a_request(poisoned))
    delivery = await settled_while_others_go_on(routing, accepted.delivery_id, other)
    assert (delivery.state, delivery.writes[-1].detail) == (pb.DELIVERY_STATE_DEAD, GIVEN_UP)


@pytest.mark.parametrize("down", ["503", "reset"])
async def test_an_outage_never_counts_however_often_a_write_is_tried(routing: Routing, down: str) -> None:
    leads = [await routing.new_lead() for _ in range(3)]
    await routing.chatwoot.misbehave(down=down)
    accepted = [await routing.deliver(a_request(who)) for who in leads]

    async def tried_often() -> bool:
        rows = await routing.fetch("select min(attempts) as least, max(attempts) as most from delivery")
        return bool(rows[0]["least"] >= 6)

    await eventually(tried_often, what="six attempts at each", timeout_s=40)
    await routing.chatwoot.client.delete("/sandbox/misbehaviour")
    for delivery in accepted:
        assert (await routing.settled(delivery.delivery_id)).state == pb.DELIVERY_STATE_DONE
    assert await routing.fetch("select distinct faults from delivery_write") == [{"faults": 0}]


async def test_a_write_that_fails_for_a_whole_day_is_given_up_although_nothing_else_was_written(
    routing: Routing,
) -> None:
    who = await routing.new_lead()
    await routing.chatwoot.misbehave(down="503", path_filter=f"contacts/{who.contact_id}$")
    accepted = await routing.deliver(a_request(who))

    async def aged() -> bool:
        rows = await routing.fetch(
            "update delivery_write set faulty_since = now() - interval '25 hours' "
            "where faulty_since is not null returning 1"
        )
        return bool(rows)

    await eventually(aged, what="a first answer 503")
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.writes[0].detail == (
        "o Chatwoot responde com erro a esta escrita há mais de um dia; veja o log do Chatwoot e tente de novo"
    )
