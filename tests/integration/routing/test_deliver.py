from __future__ import annotations

import asyncio

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.routing.conftest import Routing, a_hand_off, a_qualification, a_request
from tests.support.net import eventually


async def test_an_ordinary_turn_reaches_the_lead_with_key_and_question(routing: Routing) -> None:
    who = await routing.new_lead()
    accepted = await routing.deliver(a_request(who, answers=[41, 42]))
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert [(write.kind, write.state) for write in delivery.writes] == [
        ("attributes", pb.DELIVERY_STATE_DONE),
        ("message", pb.DELIVERY_STATE_DONE),
    ]
    assert routing.messages(who.conversation_id) == ["Que bom! Para quando você pensa em fazer?"]
    core = routing.chatwoot.core
    message = core.state.messages[delivery.writes[1].message_id]
    assert message.content_attributes == {
        "sdr_key": f"{accepted.delivery_id}/1",
        "sdr_asks": "urgencia",
        "sdr_answers": [41, 42],
    }
    assert routing.attributes(who.contact_id) == {
        "sdr_ia_status": "em_andamento",
        "sdr_ia_progresso": "1/5",
        "sdr_ia_interesse": "botox",
        "sdr_ia_tentativas": '{"urgencia": 1}',
        "estagio_funil": "Novo Lead",
    }
    assert routing.conversation(who.conversation_id).status == "pending"


async def test_an_ordinary_turn_costs_at_most_four_requests(routing: Routing) -> None:
    who = await routing.new_lead()
    before = routing.requests()
    accepted = await routing.deliver(a_request(who))
    await routing.settled(accepted.delivery_id)
    base = "/api/v1/accounts/{account_id}"
    spent = {route: count - before.get(route, 0) for route, count in routing.requests().items()}
    assert {route: count for route, count in spent.items() if count} == {
        f"PATCH {base}/contacts/{{contact_id}}": 1,
        f"GET {base}/conversations/{{conversation_id}}/messages": 1,
        f"POST {base}/conversations/{{conversation_id}}/messages": 1,
    }


async def test_a_hand_off_writes_everything_in_order_and_opens(routing: Routing) -> None:
    await routing.chatwoot.ask("POST", "/teams", {"name": "Comercial", "allow_auto_assign": False})
    await routing.put_settings(
        pb.RoutingSettings(
            team_rules=[pb.TeamRule(temperatures=["quente"], team="Comercial")],
            closer_strategy="sequential",
            closers=[pb.Closer(name="Camila Ribeiro", email="camila@clinica.test")],
            panel_url="https://painel.aurora.test",
        )
    )
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who, answer="Sim, atendemos aos sábados."))
    assert (accepted.assignment.team, accepted.assignment.closer_email) == ("Comercial", "camila@clinica.test")
    delivery = await routing.settled(accepted.delivery_id)
    assert [write.kind for write in delivery.writes] == [
        "attributes",
        "labels",
        "team",
        "closer",
        "note",
        "message",
        "status",
    ]
    assert delivery.state == pb.DELIVERY_STATE_DONE
    assert routing.messages(who.conversation_id) == [
        (
            "Sim, atendemos aos sábados.\n\n"
            "Perfeito, Mariana! Já passei suas informações para Camila Ribeiro, que vai continuar seu atendimento por "
            "aqui e combinar com você os próximos passos sobre botox. 😊"
        )
    ]
    (note,) = routing.messages(who.conversation_id, private=True)
    assert "110 de 130 pontos" in note
    assert "18/06/2026 12:30" in note
    assert f"https://painel.aurora.test/leads/{who.contact_id}" in note
    conversation = routing.conversation(who.conversation_id)
    assert conversation.status == "open"
    assert sorted(conversation.labels) == [
        "comportamento-cooperativo",
        "procedimento-botox",
        "temperatura-quente",
        "urgencia-esta_semana",
    ]
    assert routing.chatwoot.core.state.users[conversation.assignee_id].email == "camila@clinica.test"
    assert routing.chatwoot.core.state.teams[conversation.team_id].name == "comercial"
    attributes = routing.attributes(who.contact_id)
    assert attributes["sdr_ia_score"] == 110
    assert attributes["sdr_ia_temperatura"] == "quente"
    assert attributes["estagio_funil"] == "Lead Qualificado"
    assert attributes["sdr_ia_qualificado_em"] == "2026-06-18T12:30:00-03:00"
    titles = {label.title: label.color for label in routing.chatwoot.core.state.labels.values()}
    assert titles["procedimento-botox"] == "#9C27B0"
    (event,) = [event for event in await routing.events() if event.WhichOneof("payload") == "delivery_settled"]
    assert event.delivery_settled.outcome == "done"
    assert event.delivery_settled.closing
    assert event.delivery_settled.public_messages == 1
    assert event.delivery_settled.first_public_at.seconds > 0


async def test_a_repeated_request_is_one_delivery(routing: Routing) -> None:
    who = await routing.new_lead()
    request = a_request(who)
    answers = await asyncio.gather(*(routing.deliver(request) for _ in range(5)))
    assert len({answer.delivery_id for answer in answers}) == 1
    await routing.settled(answers[0].delivery_id)
    assert len(routing.messages(who.conversation_id)) == 1


async def test_another_input_under_the_same_id_is_refused(routing: Routing) -> None:
    who = await routing.new_lead()
    request = a_request(who)
    await routing.deliver(request)
    request.reply = "outra resposta"
    with pytest.raises(RemoteError) as caught:
        await routing.deliver(request)
    assert caught.value.reason == "REQUEST_ID_REUSED"


async def test_deliveries_of_a_contact_keep_their_order(routing: Routing) -> None:
    who = await routing.new_lead()
    last = ""
    for number in range(8):
        answer = await routing.deliver(a_request(who, turn_id=number + 1, reply=f"resposta {number}"))
        last = answer.delivery_id
    await routing.settled(last)
    assert routing.messages(who.conversation_id) == [f"resposta {number}" for number in range(8)]


async def test_unchanged_attributes_and_labels_cost_nothing(routing: Routing) -> None:
    who = await routing.new_lead()
    first = await routing.deliver(a_request(who))
    await routing.settled(first.delivery_id)
    second = await routing.deliver(a_request(who, turn_id=2))
    delivery = await routing.settled(second.delivery_id)
    assert [write.kind for write in delivery.writes] == ["message"]


async def test_what_a_human_set_stays(routing: Routing) -> None:
    who = await routing.new_lead()
    contact = lead.Contact(custom_attributes={"sdr_ia_interesse": "lipo", "estagio_funil": "Em Negociação"})
    accepted = await routing.deliver(a_hand_off(who, contact=contact))
    await routing.settled(accepted.delivery_id)
    attributes = routing.attributes(who.contact_id)
    assert "sdr_ia_interesse" not in attributes
    assert "estagio_funil" not in attributes
    assert attributes["sdr_ia_temperatura"] == "quente"


async def test_cold_leads_get_the_closing_and_stay_pending(routing: Routing) -> None:
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who, qualification=a_qualification(lead.TEMPERATURE_COLD)))
    delivery = await routing.settled(accepted.delivery_id)
    assert not accepted.HasField("assignment")
    assert [write.kind for write in delivery.writes] == ["attributes", "labels", "message"]
    assert routing.conversation(who.conversation_id).status == "pending"


async def test_cold_leads_are_resolved_where_the_account_wants_it(routing: Routing) -> None:
    await routing.put_settings(pb.RoutingSettings(resolve_cold=True))
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who, qualification=a_qualification(lead.TEMPERATURE_COLD)))
    await routing.settled(accepted.delivery_id)
    assert routing.conversation(who.conversation_id).status == "resolved"


async def test_an_escalation_opens_with_one_kind_message_and_a_note(routing: Routing) -> None:
    who = await routing.new_lead()
    request = a_request(who, reply="", escalation=lead.ESCALATION_REASON_HUMAN_REQUESTED)
    accepted = await routing.deliver(request)
    await routing.settled(accepted.delivery_id)
    assert routing.messages(who.conversation_id) == [
        "Claro! Já chamei uma pessoa da nossa equipe, que vai continuar o seu atendimento por aqui. 😊"
    ]
    (note,) = routing.messages(who.conversation_id, private=True)
    assert "o lead pediu para falar com uma pessoa" in note
    assert routing.conversation(who.conversation_id).status == "open"
    assert routing.attributes(who.contact_id)["sdr_ia_status"] == "escalado"
    kinds = [event.WhichOneof("payload") for event in await routing.events()]
    assert kinds == ["lead_escalated", "delivery_settled"]


async def test_a_silent_delivery_says_nothing_and_reassigns_nobody(routing: Routing) -> None:
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who, silent=True))
    delivery = await routing.settled(accepted.delivery_id)
    assert [write.kind for write in delivery.writes] == ["attributes", "labels", "note"]
    assert routing.messages(who.conversation_id) == []


async def test_a_template_in_the_answer_arrives_as_it_was_written(routing: Routing) -> None:
    who = await routing.new_lead()
    text = "Use {{contact.name}} e {% if x %} e `{{a}}` e {{{b}}}, ok?"
    accepted = await routing.deliver(a_request(who, reply=text))
    await routing.settled(accepted.delivery_id)
    (stored,) = routing.messages(who.conversation_id)
    assert stored.replace("\u2060", "") == text


async def test_an_unknown_team_is_shown_to_the_operator_and_the_lead_gets_its_closing(routing: Routing) -> None:
    await routing.put_settings(pb.RoutingSettings(team_rules=[pb.TeamRule(team="Fantasma")]))
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who))
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DEAD
    assert {write.kind: write.state for write in delivery.writes} == {
        "attributes": pb.DELIVERY_STATE_DONE,
        "labels": pb.DELIVERY_STATE_DONE,
        "team": pb.DELIVERY_STATE_DEAD,
        "note": pb.DELIVERY_STATE_DONE,
        "message": pb.DELIVERY_STATE_DONE,
        "status": pb.DELIVERY_STATE_DONE,
    }
    assert "Fantasma" in delivery.writes[2].detail
    assert len(routing.messages(who.conversation_id)) == 1


async def test_turns_of_closers_go_round_without_a_gap_under_load(routing: Routing) -> None:
    closers = [pb.Closer(name=f"C{number}", email=f"c{number}@clinica.test") for number in range(3)]
    await routing.put_settings(pb.RoutingSettings(closer_strategy="sequential", closers=closers))
    leads = [await routing.new_lead() for _ in range(9)]
    answers = await asyncio.gather(*(routing.deliver(a_hand_off(who)) for who in leads))
    given = sorted(answer.assignment.closer_email for answer in answers)
    assert given == sorted(f"c{number}@clinica.test" for number in range(3) for _ in range(3))


async def test_an_account_without_a_chatwoot_is_refused(database: str, routing: Routing) -> None:
    who = await routing.new_lead()
    async with await routing.sql() as conn:
        await conn.execute("delete from chatwoot_connection")
    with pytest.raises(RemoteError) as caught:
        await routing.deliver(a_request(who))
    assert caught.value.reason == "NOT_CONNECTED"
    rows = await routing.fetch("select count(*) as n from delivery")
    assert rows[0]["n"] == 0


async def test_a_delivery_without_writes_ends_at_once(routing: Routing) -> None:
    who = await routing.new_lead()
    first = await routing.deliver(a_request(who, reply=""))
    await routing.settled(first.delivery_id)
    second = await routing.deliver(a_request(who, reply="", turn_id=2))
    delivery = await routing.settled(second.delivery_id)
    assert (delivery.state, len(delivery.writes)) == (pb.DELIVERY_STATE_DONE, 0)


async def test_long_answers_arrive_in_parts_in_order(routing: Routing) -> None:
    who = await routing.new_lead()
    text = " ".join(f"Frase número {number} desta resposta." for number in range(80))
    request = a_request(who, reply=text)
    request.conversation.channel = lead.CHANNEL_INSTAGRAM
    accepted = await routing.deliver(request)
    delivery = await routing.settled(accepted.delivery_id)
    parts = routing.messages(who.conversation_id)
    assert len(parts) == 3
    assert " ".join(parts) == text
    assert [write.sdr_key for write in delivery.writes if write.kind == "message"] == [
        f"{accepted.delivery_id}/{number}" for number in (1, 2, 3)
    ]


async def test_chatwoot_away_for_a_while_costs_delay_and_keeps_the_order(routing: Routing) -> None:
    who = await routing.new_lead()
    await routing.chatwoot.misbehave(down="503")
    answers = [
        await routing.deliver(a_request(who, turn_id=number + 1, reply=f"resposta {number}")) for number in range(3)
    ]

    async def tried() -> bool:
        return (await routing.get(answers[0].delivery_id)).attempts >= 2

    await eventually(tried, what="two failed attempts", timeout_s=15)
    await routing.chatwoot.client.delete("/sandbox/misbehaviour")
    for answer in answers:
        assert (await routing.settled(answer.delivery_id)).state == pb.DELIVERY_STATE_DONE
    assert routing.messages(who.conversation_id) == ["resposta 0", "resposta 1", "resposta 2"]
