"""Turns from the webhook to the delivery, on a real database and over real gRPC."""

from __future__ import annotations

import asyncio
import uuid

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from tests.support.gateway import (
    Door,
    Services,
    a_lead,
    a_reply,
    has_outcomes,
    running_gateway,
)
from tests.support.net import eventually
from tests.support.payloads import (
    a_contact,
    a_human_line,
    a_message,
    an_echo,
    typing,
)


async def test_a_burst_of_five_messages_gets_one_answer(door: Door, services: Services) -> None:
    await door.tell(*(a_message(100 + n, f"mensagem {n}", labels=["vip"]) for n in range(5)))
    await eventually(lambda: services.delivers)
    await eventually(lambda: has_outcomes(door, ["answered"]))

    (asked,) = services.responds
    assert [(m.message_id, m.text) for m in asked.messages] == [(100 + n, f"mensagem {n}") for n in range(5)]
    assert asked.conversation == lead.ConversationRef(
        account_id=1, conversation_id=241, contact_id=881, inbox_id=12, channel=lead.CHANNEL_WHATSAPP
    )
    assert asked.contact.name == "Mariana Souza Lima"
    (delivered,) = services.delivers
    assert delivered.reply == "Oi! Qual é o seu nome?"
    assert delivered.asks == lead.FACT_KIND_NAME
    assert delivered.lead == a_lead()
    assert delivered.last_message_id == 99
    assert list(delivered.answers) == [100, 101, 102, 103, 104]
    assert list(delivered.labels) == ["vip"]
    assert delivered.turn_id == asked.turn_id
    assert len({asked.request_id, delivered.request_id}) == 2


async def test_a_message_that_comes_while_the_answer_is_made_is_answered_with_it(
    door: Door, services: Services
) -> None:
    first, release = asyncio.Event(), asyncio.Event()

    async def slow(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        if len(services.responds) == 1:
            first.set()
            await release.wait()
        return a_reply(f"resposta a {len(request.messages)}")

    services.answer = slow
    await door.tell(a_message(101, "oi"))
    await asyncio.wait_for(first.wait(), 5)
    await door.tell(a_message(102, "quanto custa?"))
    release.set()
    await eventually(lambda: has_outcomes(door, ["answered"]))

    assert [[m.message_id for m in r.messages] for r in services.responds] == [[101], [101, 102]]
    assert services.responds[0].turn_id < services.responds[1].turn_id
    assert [d.reply for d in services.delivers] == ["resposta a 2"]


async def test_an_answer_is_made_anew_at_most_twice_and_then_goes_out(door: Door, services: Services) -> None:
    async def provoked(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        number = len(services.responds)
        if number <= 3:
            await door.tell(a_message(200 + number, "mais uma"))
        return a_reply(f"resposta {number}")

    services.answer = provoked
    await door.tell(a_message(200, "oi"))
    await eventually(lambda: has_outcomes(door, ["answered", "answered"]))

    assert [[m.message_id for m in r.messages] for r in services.responds] == [
        [200],
        [200, 201],
        [200, 201, 202],
        [203],
    ]
    assert [d.reply for d in services.delivers] == ["resposta 3", "resposta 4"]


async def test_an_edit_that_changes_nothing_costs_no_second_answer(door: Door, services: Services) -> None:
    async def edited(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        await door.tell(a_message(101, "oi", event="message_updated"))
        return a_reply()

    services.answer = edited
    await door.tell(a_message(101, "oi"))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    assert len(services.responds) == 1
    assert len(services.delivers) == 1


async def test_an_edit_and_a_deletion_before_the_answer_change_the_burst(door: Door, services: Services) -> None:
    await door.tell(a_message(101, "quero botox"), a_message(102, "esquece"), a_message(103, "pra sexta"))
    await door.tell(
        a_message(101, "quero preenchimento", event="message_updated"),
        a_message(102, "Esta mensagem foi excluída", event="message_updated", attributes={"deleted": True}),
    )
    await eventually(lambda: has_outcomes(door, ["answered"]))
    (asked,) = services.responds
    assert [(m.message_id, m.text) for m in asked.messages] == [(101, "quero preenchimento"), (103, "pra sexta")]
    assert len(asked.observations) == 0


async def test_a_burst_that_the_lead_deleted_gets_no_answer(door: Door, services: Services) -> None:
    await door.tell(a_message(101, "oi"))
    await door.tell(a_message(101, "", event="message_updated", attributes={"deleted": True}))
    await eventually(lambda: has_outcomes(door, ["observed"]))
    assert services.responds == []


async def test_repeated_and_reordered_webhooks_answer_once(door: Door, services: Services) -> None:
    one, two = a_message(101, "primeira", updated_at=50.0), a_message(102, "segunda", updated_at=51.0)
    await door.tell(two, one, two, one)
    await eventually(lambda: has_outcomes(door, ["answered"]))
    await door.tell(one, two)
    await eventually(lambda: has_outcomes(door, ["answered"]))
    (asked,) = services.responds
    assert [m.message_id for m in asked.messages] == [101, 102]


async def test_typing_makes_the_burst_wait_and_nothing_else(database: str, services: Services) -> None:
    async with running_gateway(database, services, coalesce_idle_ms=700, coalesce_max_ms=10_000) as door:
        began = asyncio.get_running_loop().time()
        await door.tell(a_message(101))
        for _ in range(6):
            await asyncio.sleep(0.2)  # the pace of somebody who types
            await door.tell(typing())
        assert services.responds == []
        await eventually(lambda: services.delivers)
        assert asyncio.get_running_loop().time() - began > 1.8
        assert await door.rows("select count(*) as n from mailbox_entry") == [{"n": 1}]


async def test_nothing_to_say_delivers_nothing(door: Door, services: Services) -> None:
    async def silent(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return dialogue.RespondResponse(lead=a_lead(), silence="nothing_new")

    services.answer = silent
    await door.tell(a_message(101, "👍"))
    await eventually(lambda: has_outcomes(door, ["nothing_new"]))
    assert services.delivers == []


async def test_an_own_echo_is_told_to_dialogue_without_a_turn_of_its_own_when_the_lead_writes_next(
    database: str, services: Services
) -> None:
    async with running_gateway(database, services, echo_quiet_s=60) as door:
        await door.tell(a_message(101))
        await eventually(lambda: has_outcomes(door, ["answered"]))
        await door.tell(an_echo(102, "Oi! Qual é o seu nome?", "k/1"))
        await door.tell(a_message(103, "Mariana"))
        await eventually(lambda: has_outcomes(door, ["answered", "answered"]))
        (seen,) = services.responds[1].observations
        assert (seen.message_id, seen.kind, seen.sdr_key) == (102, dialogue.OBSERVATION_KIND_BOT_LINE, "k/1")
        assert services.observes == []
        assert services.delivers[1].last_message_id == 102


async def test_an_own_echo_reaches_dialogue_though_the_lead_is_silent(door: Door, services: Services) -> None:
    await door.tell(an_echo(102, "Oi!", "k/1"), an_echo(202, "Olá!", "k/2", conversation_id=242))
    await eventually(lambda: len(services.observations) == 2)
    assert await door.rows("select count(*) as n from conversation") == [{"n": 0}]


async def test_the_end_of_a_turn_is_told_to_reporting_once(database: str, services: Services) -> None:
    async with running_gateway(database, services, reporting_target=services.target) as door:
        await door.tell(a_message(101), a_message(102))
        await eventually(lambda: services.events)
        await door.tell(a_human_line(103))
        await eventually(lambda: len(services.events) == 2)
    finished, paused = services.events
    assert finished.turn_finished.outcome == "answered"
    assert finished.turn_finished.message_count == 2
    assert finished.turn_finished.contact_name == "Mariana Souza Lima"
    assert finished.turn_finished.contact_phone == "+5511987654321"
    assert finished.conversation.conversation_id == 241
    assert finished.turn_finished.HasField("first_message_at")
    assert paused.lead_status_changed.status == lead.LEAD_STATUS_PAUSED
    assert uuid.UUID(finished.event_id).version == 5


async def test_a_judgement_is_told_to_reporting_when_it_is_delivered(database: str, services: Services) -> None:
    async def last(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply(ended=lead.END_REASON_FACTS_COMPLETE)

    services.answer = last
    async with running_gateway(database, services, reporting_target=services.target) as door:
        await door.tell(a_message(101))
        await eventually(lambda: len(services.events) == 2)
    finished, judged = services.events
    assert finished.turn_finished.outcome == "qualified"
    assert judged.lead_qualified.qualification == services.delivers[0].qualification
    assert judged.conversation == finished.conversation


async def test_a_judgement_that_a_takeover_stopped_is_told_to_nobody(database: str, services: Services) -> None:
    async with running_gateway(database, services, reporting_target=services.target) as door:

        async def last(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
            # A human answers while the lead is being judged.
            await door.tell(a_human_line(103))
            return a_reply(ended=lead.END_REASON_FACTS_COMPLETE)

        services.answer = last
        await door.tell(a_message(101))
        await eventually(lambda: len(services.events) == 2)
    assert len(services.qualifies) == 1
    assert [event.WhichOneof("payload") for event in services.events] == ["turn_finished", "lead_status_changed"]


async def test_what_a_contact_holds_of_ours_goes_on_as_text(door: Door, services: Services) -> None:
    contact = a_contact(sdr_ia_score=85, sdr_ia_interesse="Botox", origem="meta_ads", estagio_funil="Novo Lead")
    await door.tell(a_message(101, contact=contact))
    await eventually(lambda: services.delivers)
    expected = {"sdr_ia_score": "85", "sdr_ia_interesse": "Botox", "estagio_funil": "Novo Lead"}
    assert dict(services.responds[0].contact.custom_attributes) == expected
    assert dict(services.delivers[0].contact.custom_attributes) == expected


async def test_a_conversation_waits_while_others_are_worked_on(database: str, services: Services) -> None:
    async def slow(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        await asyncio.sleep(0.3)
        return a_reply()

    services.answer = slow
    async with running_gateway(database, services) as door:
        began = asyncio.get_running_loop().time()
        await door.tell(*(a_message(1000 + n, conversation_id=n, contact=a_contact(n)) for n in range(1, 41)))
        await eventually(lambda: len(services.delivers) == 40, timeout_s=20)
        assert asyncio.get_running_loop().time() - began < 5
    assert {d.conversation.conversation_id for d in services.delivers} == set(range(1, 41))
