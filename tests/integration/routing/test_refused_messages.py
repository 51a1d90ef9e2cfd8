"""Messages that Chatwoot took and the channel refused: sent again where that is safe, shown to people where not."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.routing.conftest import ACCOUNT, Lead, Routing, a_hand_off, a_request, running_routing
from tests.integration.sandbox.servers import Running
from tests.support.net import eventually

RATE = "(#131056) Pair rate limit hit"
WINDOW = "131047: Re-engagement message"
TIMEOUT = "Net::ReadTimeout with #<TCPSocket:(closed)>"
DOWN = "Failed to open TCP connection to waha:3000 (Connection refused)"
TOO_LONG = "Bad Request: message is too long"


@pytest.fixture
async def routing(database: str, chatwoot: Running) -> AsyncIterator[Routing]:
    """As usual, with short pauses before a message is sent again."""
    async with running_routing(database, chatwoot, resend_pace=0.01) as service:
        await service.put_settings()
        await service.connect()
        yield service


async def refuse(routing: Routing, problem: str, **faults: Any) -> None:
    await routing.chatwoot.misbehave(seed=1, channel={"refuse_ratio": 1, "problem": problem, **faults})


async def behave(routing: Routing) -> None:
    await routing.chatwoot.client.delete("/sandbox/misbehaviour")


def public(routing: Routing, who: Lead) -> list[Any]:
    """What went to the channel, refused or not: rows of the emulator."""
    core = routing.chatwoot.core
    rows = core.index.messages(core.state.conversations[who.conversation_id])
    return [row for row in rows if row.message_type == 1 and not row.private]


def read_by_lead(routing: Routing, who: Lead) -> list[str]:
    return [row.content for row in public(routing, who) if row.status != "failed"]


async def refused(routing: Routing, who: Lead, count: int = 1) -> Any:
    """Waits until the channel has refused so many; the latest."""

    def seen() -> bool:
        return [row.status for row in public(routing, who)].count("failed") >= count

    await eventually(seen, what=f"{count} refused messages")
    return [row for row in public(routing, who) if row.status == "failed"][-1]


async def report(routing: Routing, who: Lead, message: Any, **changes: Any) -> pb.ReportRefusedMessageResponse:
    values: dict[str, Any] = {
        "request_id": str(uuid.uuid4()),
        "account_id": ACCOUNT,
        "conversation_id": who.conversation_id,
        "message_id": message.id,
        "sdr_key": message.content_attributes.get("sdr_key", ""),
        "problem": message.content_attributes.get("external_error", ""),
    }
    request = pb.ReportRefusedMessageRequest(**{**values, **changes})
    return await call(routing.stub.ReportRefusedMessage, request, timeout_s=20)


async def a_refused_message(routing: Routing, problem: str, **changes: Any) -> tuple[Lead, str, Any]:
    """A lead, the delivery, and the emulator's row of a message that the channel has refused."""
    who = await routing.new_lead()
    await refuse(routing, problem)
    accepted = await routing.deliver(a_request(who, **changes))
    await routing.settled(accepted.delivery_id)
    message = await refused(routing, who)
    await behave(routing)
    return who, accepted.delivery_id, message


@pytest.mark.parametrize("problem", [RATE, "something that nobody knows", DOWN])
async def test_a_refused_message_is_sent_again_as_a_new_one_under_a_new_key(routing: Routing, problem: str) -> None:
    who, delivery_id, message = await a_refused_message(routing, problem)
    answer = await report(routing, who, message)
    assert answer == pb.ReportRefusedMessageResponse(outcome=pb.REFUSAL_OUTCOME_SENDING_AGAIN, delivery_id=delivery_id)
    delivery = await routing.settled(delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert routing.keys(who.conversation_id) == [f"{delivery_id}/1", f"{delivery_id}/1~1"]
    assert len(read_by_lead(routing, who)) == 1
    assert delivery.writes[-1].refusals == 1


async def test_telling_a_refusal_many_times_sends_the_message_once(routing: Routing) -> None:
    who, delivery_id, message = await a_refused_message(routing, RATE)
    await report(routing, who, message)
    for _ in range(2):
        again = await report(routing, who, message)
        assert again.outcome == pb.REFUSAL_OUTCOME_NOTHING_TO_DO
        await routing.settled(delivery_id)
    assert len(public(routing, who)) == 2


async def test_what_is_refused_again_and_again_is_shown_to_operator_and_closer(routing: Routing) -> None:
    who, delivery_id, message = await a_refused_message(routing, RATE)
    await refuse(routing, RATE)
    for refusals in (1, 2):
        await report(routing, who, message)
        await routing.settled(delivery_id)
        message = await refused(routing, who, refusals + 1)
    assert (await report(routing, who, message)).outcome == pb.REFUSAL_OUTCOME_GIVEN_UP
    delivery = await routing.settled(delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DEAD
    dead = [write for write in delivery.writes if write.state == pb.DELIVERY_STATE_DEAD]
    assert [write.detail for write in dead] == [
        "não chegou ao lead (3 vezes): o limite de envios do canal foi atingido"
    ]
    (note,) = routing.messages(who.conversation_id, private=True)
    assert note == (
        "📵 **Uma mensagem da assistente não chegou ao lead**\n"
        "Motivo: o limite de envios do canal foi atingido.\n\n"
        "O texto era:\n> Que bom! Para quando você pensa em fazer?"
    )
    assert read_by_lead(routing, who) == []


async def test_a_closed_window_is_not_tried_again_and_an_operators_retry_sends_under_a_new_key(
    routing: Routing,
) -> None:
    who, delivery_id, message = await a_refused_message(routing, WINDOW)
    assert (await report(routing, who, message)).outcome == pb.REFUSAL_OUTCOME_GIVEN_UP
    assert (await routing.settled(delivery_id)).state == pb.DELIVERY_STATE_DEAD
    assert len(public(routing, who)) == 1
    request = pb.RetryDeliveryRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, delivery_id=delivery_id)
    await call(routing.stub.RetryDelivery, request, timeout_s=20)
    assert (await routing.settled(delivery_id)).state == pb.DELIVERY_STATE_DONE
    assert len(read_by_lead(routing, who)) == 1
    assert len(routing.messages(who.conversation_id, private=True)) == 1


async def test_a_message_that_was_too_long_for_its_channel_goes_out_in_shorter_parts_in_order(
    routing: Routing,
) -> None:
    sentences = [f"Frase número {number} desta resposta bem comprida." for number in range(45)]
    who, delivery_id, message = await a_refused_message(routing, TOO_LONG, reply=" ".join(sentences))
    await report(routing, who, message)
    assert (await routing.settled(delivery_id)).state == pb.DELIVERY_STATE_DONE
    read = read_by_lead(routing, who)
    assert len(read) == 3
    assert max(len(part) for part in read) < 900
    assert " ".join(read) == " ".join(sentences)


async def test_an_unconfirmed_message_is_never_sent_blindly_again(routing: Routing) -> None:
    who, delivery_id, message = await a_refused_message(routing, TIMEOUT)
    assert (await report(routing, who, message)).outcome == pb.REFUSAL_OUTCOME_GIVEN_UP
    delivery = await routing.settled(delivery_id)
    assert delivery.writes[1].detail == (
        "não chegou ao lead: o canal não confirmou o envio: a mensagem pode ter chegado; "
        "confira antes de enviar de novo"
    )
    assert len(public(routing, who)) == 1


@pytest.mark.parametrize("problem", [TIMEOUT, DOWN])
async def test_a_bridge_is_asked_to_send_the_very_message_anew(routing: Routing, problem: str) -> None:
    who, delivery_id, message = await a_refused_message(routing, problem)
    assert (await report(routing, who, message, bridged=True)).outcome == pb.REFUSAL_OUTCOME_SENDING_AGAIN
    assert (await routing.settled(delivery_id)).state == pb.DELIVERY_STATE_DONE
    (only,) = public(routing, who)
    assert (only.status, only.content_attributes["external_error"]) == ("sent", None)
    assert only.content_attributes["sdr_key"] == f"{delivery_id}/1"


async def test_a_bridge_that_stays_away_is_asked_a_few_times_and_then_people_are_told(routing: Routing) -> None:
    who, delivery_id, message = await a_refused_message(routing, DOWN)
    await refuse(routing, DOWN)
    outcomes = []
    for _ in range(3):
        await refused(routing, who)
        outcomes.append((await report(routing, who, message, problem=DOWN, bridged=True)).outcome)
        await routing.settled(delivery_id)
    again, given_up = pb.REFUSAL_OUTCOME_SENDING_AGAIN, pb.REFUSAL_OUTCOME_GIVEN_UP
    assert outcomes == [again, again, given_up]
    assert len(public(routing, who)) == 1
    assert len(routing.messages(who.conversation_id, private=True)) == 1


async def test_a_human_who_answered_meanwhile_keeps_the_message_from_going_out_again(routing: Routing) -> None:
    who, delivery_id, message = await a_refused_message(routing, RATE)
    await routing.chatwoot.ask("POST", f"/conversations/{who.conversation_id}/messages", {"content": "Oi, sou a Ana"})
    await report(routing, who, message)
    assert (await routing.settled(delivery_id)).state == pb.DELIVERY_STATE_DROPPED
    assert read_by_lead(routing, who) == ["Oi, sou a Ana"]


async def test_a_message_that_a_later_answer_overtook_is_not_put_out_of_order(routing: Routing) -> None:
    who, delivery_id, message = await a_refused_message(routing, RATE)
    later = await routing.deliver(a_request(who, turn_id=2, reply="E de qual bairro você é?"))
    await routing.settled(later.delivery_id)
    await report(routing, who, message)
    delivery = await routing.settled(delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DEAD
    assert delivery.writes[1].detail == (
        "não chegou ao lead: o canal a recusou e a conversa já seguiu; reenviar agora a poria fora de ordem"
    )
    assert read_by_lead(routing, who) == ["E de qual bairro você é?"]
    assert len(routing.messages(who.conversation_id, private=True)) == 1


async def test_a_refused_closing_is_closed_once_by_its_own_delivery(routing: Routing) -> None:
    who = await routing.new_lead()
    await refuse(routing, RATE)
    accepted = await routing.deliver(a_hand_off(who))
    await routing.settled(accepted.delivery_id)
    message = await refused(routing, who)
    await behave(routing)
    await report(routing, who, message)
    await routing.settled(accepted.delivery_id)
    assert len(read_by_lead(routing, who)) == 1
    assert len(routing.messages(who.conversation_id, private=True)) == 1
    assert routing.conversation(who.conversation_id).status == "open"


async def test_a_message_of_somebody_else_is_none_of_ours(routing: Routing) -> None:
    who = await routing.new_lead()
    row = await routing.chatwoot.ask("POST", f"/conversations/{who.conversation_id}/messages", {"content": "Oi"})
    message = routing.chatwoot.core.state.messages[row["id"]]
    answer = await report(routing, who, message, sdr_key="", problem=RATE)
    assert answer == pb.ReportRefusedMessageResponse(outcome=pb.REFUSAL_OUTCOME_NOTHING_TO_DO)


async def test_a_refusal_told_before_its_delivery_ended_is_to_be_told_again(waiting: Routing) -> None:
    who = await waiting.new_lead()
    await waiting.deliver(a_request(who))
    row = await waiting.chatwoot.ask("POST", f"/conversations/{who.conversation_id}/messages", {"content": "Oi"})
    message = waiting.chatwoot.core.state.messages[row["id"]]
    with pytest.raises(RemoteError) as refusal:
        await report(waiting, who, message, sdr_key="", problem=RATE)
    assert (refusal.value.reason, refusal.value.transient) == ("WRITE_CONFLICT", True)
