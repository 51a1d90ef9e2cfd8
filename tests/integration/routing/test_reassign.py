"""A hot lead that its closer leaves waiting goes to the next one, unless somebody answers before."""

from __future__ import annotations

import uuid

import pytest

from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.grpc_client import call
from tests.integration.routing.conftest import ACCOUNT, Lead, Routing, a_hand_off

RAFAEL, CAMILA = "rafael@clinica.test", "camila@clinica.test"
SETTINGS = pb.RoutingSettings(
    closer_strategy="sequential",
    closers=[pb.Closer(name="Rafael", email=RAFAEL), pb.Closer(name="Camila", email=CAMILA)],
)


async def handed_over(routing: Routing) -> Lead:
    """A hot lead that Rafael has."""
    await routing.put_settings(SETTINGS)
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who))
    assert accepted.assignment.closer_email == RAFAEL
    await routing.settled(accepted.delivery_id)
    return who


def a_reassignment(who: Lead, *, closer_email: str = RAFAEL) -> pb.ReassignRequest:
    return pb.ReassignRequest(
        request_id=str(uuid.uuid4()),
        account_id=ACCOUNT,
        conversation_id=who.conversation_id,
        closer_email=closer_email,
        waited_minutes=15,
    )


async def reassign(routing: Routing, request: pb.ReassignRequest) -> pb.ReassignResponse:
    return await call(routing.stub.Reassign, request, timeout_s=20)


def assignee(routing: Routing, who: Lead) -> str:
    conversation = routing.conversation(who.conversation_id)
    return str(routing.chatwoot.core.state.users[conversation.assignee_id].email)


async def test_the_next_closer_gets_the_lead_once_with_a_note_that_says_why(routing: Routing) -> None:
    who = await handed_over(routing)
    request = a_reassignment(who)
    answer = await reassign(routing, request)
    assert (answer.outcome, answer.assignment.closer_email) == (pb.REASSIGN_OUTCOME_ACCEPTED, CAMILA)
    assert await reassign(routing, request) == answer
    assert (await routing.settled(answer.delivery_id)).state == pb.DELIVERY_STATE_DONE
    assert assignee(routing, who) == CAMILA
    *_, note = routing.messages(who.conversation_id, private=True)
    assert note == (
        "🔁 **Lead quente sem resposta há 15 min de expediente.** Passei a conversa de Rafael para Camila "
        "(rodízio entre 1: vez de Camila). Se você já está atendendo este lead por outro canal, "
        "atribua a conversa a você de novo."
    )
    told = (await routing.events())[-1].delivery_settled
    assert (told.reassigned_from, told.closer_email, told.outcome) == (RAFAEL, CAMILA, "done")
    (noted,) = await routing.fetch("select subject from audit where action = 'reassign_lead'")
    assert noted["subject"] == f"conversation {who.conversation_id}"


async def test_a_closer_who_answers_meanwhile_keeps_the_lead(routing: Routing) -> None:
    who = await handed_over(routing)
    body = {"content": "Oi, aqui é o Rafael!", "private": False}
    await routing.chatwoot.ask("POST", f"/conversations/{who.conversation_id}/messages", body)
    answer = await reassign(routing, a_reassignment(who))
    delivery = await routing.settled(answer.delivery_id)
    assert [(write.kind, write.state, write.detail) for write in delivery.writes] == [
        ("closer", pb.DELIVERY_STATE_DROPPED, "um atendente respondeu na conversa"),
        ("note", pb.DELIVERY_STATE_DROPPED, "o lead ficou com quem estava"),
    ]
    assert assignee(routing, who) == RAFAEL
    told = (await routing.events())[-1].delivery_settled
    assert (told.outcome, told.closer_email) == ("dropped", "")


async def test_a_lead_that_a_colleague_took_stays_with_them(routing: Routing) -> None:
    who = await handed_over(routing)
    users = routing.chatwoot.core.state.users
    third = next(user for user in users.values() if user.email not in {RAFAEL, CAMILA})
    await routing.chatwoot.ask("POST", f"/conversations/{who.conversation_id}/assignments", {"assignee_id": third.id})
    answer = await reassign(routing, a_reassignment(who))
    delivery = await routing.settled(answer.delivery_id)
    assert delivery.writes[0].detail == "a conversa já está com outra pessoa"
    assert assignee(routing, who) == third.email


async def test_nobody_gets_a_lead_a_second_time(routing: Routing) -> None:
    who = await handed_over(routing)
    await routing.settled((await reassign(routing, a_reassignment(who))).delivery_id)
    answer = await reassign(routing, a_reassignment(who, closer_email=CAMILA))
    assert (answer.outcome, answer.delivery_id) == (pb.REASSIGN_OUTCOME_NOBODY_ELSE, "")


@pytest.mark.parametrize("whose", [CAMILA, "ninguem@clinica.test"])
async def test_only_who_has_the_lead_loses_it(routing: Routing, whose: str) -> None:
    who = await handed_over(routing)
    answer = await reassign(routing, a_reassignment(who, closer_email=whose))
    assert answer.outcome == pb.REASSIGN_OUTCOME_NOT_THEIRS
