"""Turns from the webhook to the delivery, on a real database and over real gRPC."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.gateway.v1.gateway_pb2 import GatewaySettings as AccountPart
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.errors import InvalidField, StoreUnavailable
from sdr_common.postgres import make_pool, transaction
from sdr_gateway.domain.hours import WEEKDAYS
from tests.support.gateway import Door, Services, a_lead, a_reply, running_gateway
from tests.support.net import eventually
from tests.support.payloads import (
    a_bot,
    a_contact,
    a_human_line,
    a_message,
    a_status_change,
    a_user,
    an_assignment,
    an_echo,
    typing,
)


async def test_a_burst_of_five_messages_gets_one_answer(door: Door, services: Services) -> None:
    await door.tell(*(a_message(100 + n, f"mensagem {n}", labels=["vip"]) for n in range(5)))
    await eventually(lambda: services.delivers)
    await eventually(lambda: _has(door, ["answered"]))

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
    assert list(delivered.labels) == ["vip"]
    assert delivered.turn_id == asked.turn_id
    assert len({asked.request_id, delivered.request_id}) == 2


async def _has(door: Door, expected: list[str]) -> bool:
    return await door.outcomes() == expected


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
    await eventually(lambda: _has(door, ["answered"]))

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
    await eventually(lambda: _has(door, ["answered", "answered"]))

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
    await eventually(lambda: _has(door, ["answered"]))
    assert len(services.responds) == 1
    assert len(services.delivers) == 1


async def test_an_edit_and_a_deletion_before_the_answer_change_the_burst(door: Door, services: Services) -> None:
    await door.tell(a_message(101, "quero botox"), a_message(102, "esquece"), a_message(103, "pra sexta"))
    await door.tell(
        a_message(101, "quero preenchimento", event="message_updated"),
        a_message(102, "Esta mensagem foi excluída", event="message_updated", attributes={"deleted": True}),
    )
    await eventually(lambda: _has(door, ["answered"]))
    (asked,) = services.responds
    assert [(m.message_id, m.text) for m in asked.messages] == [(101, "quero preenchimento"), (103, "pra sexta")]
    assert len(asked.observations) == 0


async def test_a_burst_that_the_lead_deleted_gets_no_answer(door: Door, services: Services) -> None:
    await door.tell(a_message(101, "oi"))
    await door.tell(a_message(101, "", event="message_updated", attributes={"deleted": True}))
    await eventually(lambda: _has(door, ["observed"]))
    assert services.responds == []


async def test_repeated_and_reordered_webhooks_answer_once(door: Door, services: Services) -> None:
    one, two = a_message(101, "primeira", updated_at=50.0), a_message(102, "segunda", updated_at=51.0)
    await door.tell(two, one, two, one)
    await eventually(lambda: _has(door, ["answered"]))
    await door.tell(one, two)
    await eventually(lambda: _has(door, ["answered"]))
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


async def test_the_last_turn_is_analyzed_and_judged_before_it_is_delivered(door: Door, services: Services) -> None:
    async def last(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("", answer="O botox custa...", ended=lead.END_REASON_FACTS_COMPLETE)

    services.answer = last
    await door.tell(a_message(101))
    await eventually(lambda: _has(door, ["qualified"]))
    (delivered,) = services.delivers
    assert delivered.qualification.score == 95
    assert delivered.behaviour == lead.BEHAVIOUR_COOPERATIVE
    assert delivered.summary == "Quer botox."
    assert delivered.answer == "O botox custa..."
    (judged,) = services.qualifies
    assert judged.ended == lead.END_REASON_FACTS_COMPLETE
    assert judged.facts == a_lead().facts
    ids = {services.responds[0].request_id, services.analyzes[0].request_id, judged.request_id, delivered.request_id}
    assert len(ids) == 4

    # Our own hand-off shows as opened and assigned: no takeover. What the lead writes then is listened to.
    await door.tell(a_status_change("open"), an_assignment(a_user(), status="open"))
    await door.tell(a_message(105, "obrigada!", status="open", assignee=a_user()))
    await eventually(lambda: _ended_with(door, "handed_off"))
    assert len(services.responds) == 1
    assert await _phase(door) == "handed_off"

    # A human resolves it; the lead comes back weeks later, and the bot has the word again.
    services.answer = None
    await door.tell(a_status_change("resolved"))
    await eventually(lambda: _status_is(door, "resolved"))
    await door.tell(a_message(120, "oi de novo"))
    await eventually(lambda: _ended_with(door, "answered"))
    assert len(services.delivers) == 2


async def _ended_with(door: Door, outcome: str) -> bool:
    return (await door.outcomes())[-1:] == [outcome]


async def _phase(door: Door) -> str:
    rows = await door.rows("select phase from conversation")
    return str(rows[0]["phase"]) if rows else ""


async def _status_is(door: Door, status: str) -> bool:
    return await door.rows("select chatwoot_status as s from conversation") == [{"s": status}]


async def test_a_cold_lead_stays_with_the_bot(door: Door, services: Services) -> None:
    async def last(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply(ended=lead.END_REASON_FACTS_COMPLETE)

    services.answer, services.temperature = last, lead.TEMPERATURE_COLD
    await door.tell(a_message(101))
    await eventually(lambda: _has(door, ["qualified"]))
    assert await _phase(door) == "active"


async def test_a_humans_message_silences_the_bot_at_once_and_becomes_context(door: Door, services: Services) -> None:
    await door.tell(a_message(101))
    await eventually(lambda: _has(door, ["answered"]))
    await door.tell(a_human_line(103, "Oi Mari, te ajudo por aqui"))
    await eventually(lambda: _phase_is(door, "paused"))
    await door.tell(a_message(104, "ótimo, obrigada"))
    await eventually(lambda: len(services.observations) == 2)
    await eventually(lambda: _has(door, ["answered", "paused", "paused"]))

    assert len(services.responds) == 1
    human, line = services.observations
    assert (human.message_id, human.kind, human.text) == (
        103,
        dialogue.OBSERVATION_KIND_HUMAN_LINE,
        "Oi Mari, te ajudo por aqui",
    )
    assert (line.message_id, line.kind) == (104, dialogue.OBSERVATION_KIND_LEAD_LINE)
    answer, shown = services.delivers
    assert (answer.silent, shown.silent) == (False, True)
    assert shown.lead.status == lead.LEAD_STATUS_PAUSED
    assert shown.reply == ""
    assert list(shown.lead.facts) == list(a_lead().facts)

    # Back to the bot by its status.
    await door.tell(a_status_change("open"))
    await eventually(lambda: _status_is(door, "open"))
    await door.tell(a_status_change("pending"))
    await door.tell(a_message(110, "voltei"))
    await eventually(lambda: _ended_with(door, "answered"))
    assert services.delivers[-1].last_message_id == 104


async def _phase_is(door: Door, phase: str) -> bool:
    return await _phase(door) == phase


async def test_a_human_who_speaks_while_the_answer_is_made_stops_it(door: Door, services: Services) -> None:
    async def interrupted(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        await door.tell(a_human_line(102))
        return a_reply()

    services.answer = interrupted
    await door.tell(a_message(101))
    await eventually(lambda: _ended_with(door, "paused"))
    assert [d.reply for d in services.delivers if not d.silent] == []


async def test_an_assigned_human_pauses_and_an_agent_bot_does_not(door: Door, services: Services) -> None:
    await door.tell(an_assignment(a_bot()), a_message(101, assignee=a_bot()))
    await eventually(lambda: _has(door, ["answered"]))
    await door.tell(an_assignment(a_user()))
    await eventually(lambda: _phase_is(door, "paused"))
    await door.tell(a_message(102, assignee=a_user()))
    await eventually(lambda: _ended_with(door, "paused"))
    # Nobody assigned any more: the cause is gone.
    await door.tell(a_message(103))
    await eventually(lambda: _ended_with(door, "answered"))


async def test_an_older_snapshot_never_overrules_a_newer_one(door: Door, services: Services) -> None:
    await door.tell(a_message(101, updated_at=2000.0))
    await eventually(lambda: _has(door, ["answered"]))
    await door.tell(an_assignment(a_user(), updated_at=1000.0))
    await eventually(lambda: _ended_with(door, "observed"))
    assert await _phase(door) == "active"


async def test_outside_pending_the_bot_only_listens(door: Door, services: Services) -> None:
    await door.tell(a_message(101, "alguém aí?", status="open"))
    await eventually(lambda: _has(door, ["not_pending"]))
    assert services.responds == []
    assert [(o.message_id, o.text) for o in services.observations] == [(101, "alguém aí?")]


async def test_an_opt_out_is_confirmed_once_and_then_there_is_silence(door: Door, services: Services) -> None:
    async def goodbye(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("Tudo bem, não escrevo mais.", opted_out=True, lead=a_lead(lead.LEAD_STATUS_OPT_OUT))

    services.answer = goodbye
    await door.tell(a_message(101, "parar"))
    await eventually(lambda: _has(door, ["opted_out"]))
    await door.tell(a_message(102, "oi"))
    await eventually(lambda: _has(door, ["opted_out", "opted_out"]))
    assert len(services.responds) == 1
    assert [d.reply for d in services.delivers] == ["Tudo bem, não escrevo mais."]


async def test_an_escalation_is_delivered_and_hands_the_conversation_over(door: Door, services: Services) -> None:
    async def call(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("Já chamo alguém.", escalation=lead.ESCALATION_REASON_HUMAN_REQUESTED)

    services.answer = call
    await door.tell(a_message(101, "quero falar com uma pessoa"))
    await eventually(lambda: _has(door, ["escalated"]))
    assert services.delivers[0].escalation == lead.ESCALATION_REASON_HUMAN_REQUESTED
    assert await _phase(door) == "handed_off"


async def test_nothing_to_say_delivers_nothing(door: Door, services: Services) -> None:
    async def silent(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return dialogue.RespondResponse(lead=a_lead(), silence="nothing_new")

    services.answer = silent
    await door.tell(a_message(101, "👍"))
    await eventually(lambda: _has(door, ["nothing_new"]))
    assert services.delivers == []


async def test_an_own_echo_is_told_to_dialogue_without_a_turn_of_its_own_when_the_lead_writes_next(
    database: str, services: Services
) -> None:
    async with running_gateway(database, services, echo_quiet_s=60) as door:
        await door.tell(a_message(101))
        await eventually(lambda: _has(door, ["answered"]))
        await door.tell(an_echo(102, "Oi! Qual é o seu nome?", "k/1"))
        await door.tell(a_message(103, "Mariana"))
        await eventually(lambda: _has(door, ["answered", "answered"]))
        (seen,) = services.responds[1].observations
        assert (seen.message_id, seen.kind, seen.sdr_key) == (102, dialogue.OBSERVATION_KIND_BOT_LINE, "k/1")
        assert services.observes == []
        assert services.delivers[1].last_message_id == 102


async def test_an_own_echo_reaches_dialogue_though_the_lead_is_silent(door: Door, services: Services) -> None:
    await door.tell(an_echo(102, "Oi!", "k/1"), an_echo(202, "Olá!", "k/2", conversation_id=242))
    await eventually(lambda: len(services.observations) == 2)
    assert await door.rows("select count(*) as n from conversation") == [{"n": 0}]


async def test_an_outage_of_dialogue_never_counts_and_the_answer_comes_when_it_ends(
    door: Door, services: Services
) -> None:
    async def away(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        if len(services.responds) < 8:
            raise StoreUnavailable
        return a_reply()

    services.answer = away
    await door.tell(a_message(101))
    await eventually(lambda: _has(door, ["answered"]), timeout_s=30)
    assert await door.rows("select attempt from mailbox_turn") == [{"attempt": 1}]
    assert len({request.request_id for request in services.responds}) == 1


async def test_messages_of_an_outage_are_answered_together_when_it_ends(door: Door, services: Services) -> None:
    failing = True

    async def away(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        if failing:
            raise StoreUnavailable
        return a_reply()

    services.answer = away
    await door.tell(a_message(101))
    await eventually(lambda: services.responds)
    await door.tell(a_message(102, "alô?"))
    failing = False
    await eventually(lambda: _has(door, ["answered"]), timeout_s=20)
    assert [m.message_id for m in services.responds[-1].messages] == [101, 102]


async def test_a_turn_that_fails_too_often_calls_a_human(database: str, services: Services) -> None:
    async def broken(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        raise InvalidField("messages", "cannot be read")

    services.answer = broken
    async with running_gateway(database, services, poison_attempts=2) as door:
        await door.tell(a_message(101))
        await eventually(lambda: _has(door, ["poison"]), timeout_s=30)
        assert len(services.responds) == 2
        (delivered,) = services.delivers
        assert delivered.escalation == lead.ESCALATION_REASON_PRODUCT_FAILURE
        assert delivered.lead.status == lead.LEAD_STATUS_ESCALATED
        assert delivered.reply == ""
        assert [o.message_id for o in services.observations] == [101]
        assert await _phase(door) == "handed_off"


async def test_a_sealed_answer_that_routing_refuses_for_ever_becomes_a_call_for_a_human(
    database: str, services: Services
) -> None:
    async def refuse(request: routing.DeliverRequest) -> None:
        if not request.escalation:
            raise InvalidField("reply", "cannot be sent")

    services.accept = refuse
    async with running_gateway(database, services, poison_attempts=1) as door:
        await door.tell(a_message(101))
        await eventually(lambda: _has(door, ["poison"]), timeout_s=30)
    assert [d.escalation for d in services.delivers][-1] == lead.ESCALATION_REASON_PRODUCT_FAILURE


async def test_after_a_crash_between_seal_and_delivery_the_same_delivery_is_repeated_and_nothing_asked_again(
    database: str, services: Services
) -> None:
    reached = asyncio.Event()

    async def hang(request: routing.DeliverRequest) -> None:
        reached.set()
        await asyncio.Event().wait()

    services.accept = hang
    async with running_gateway(database, services, drain_s=0) as door:
        await door.tell(a_message(101))
        await asyncio.wait_for(reached.wait(), 10)
        await door.tell(a_message(102, "e aí?"))
    services.accept = None
    async with running_gateway(database, services, account=False) as door:
        await eventually(lambda: _has(door, ["answered", "answered"]), timeout_s=20)
    first, again, after = services.delivers
    assert again == first
    assert after.turn_id > first.turn_id
    assert [[m.message_id for m in r.messages] for r in services.responds] == [[101], [102]]


async def test_a_delivery_that_is_not_answered_is_repeated_as_it_was(door: Door, services: Services) -> None:
    async def flaky(request: routing.DeliverRequest) -> None:
        if len(services.delivers) < 3:
            raise StoreUnavailable

    services.accept = flaky
    await door.tell(a_message(101))
    await eventually(lambda: _has(door, ["answered"]), timeout_s=20)
    assert len(services.responds) == 1
    assert services.delivers[0] == services.delivers[1] == services.delivers[2]


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
    assert finished.conversation.conversation_id == 241
    assert finished.turn_finished.HasField("first_message_at")
    assert paused.lead_status_changed.status == lead.LEAD_STATUS_PAUSED
    assert uuid.UUID(finished.event_id).version == 5


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


async def _silent_unless(url: str, weekdays: list[str]) -> None:
    """Lets account 1 answer only on some weekdays."""
    part = AccountPart(silent_outside_hours=True)
    for weekday in weekdays:
        part.hours.add(weekday=weekday, opens="00:00", closes="23:59")
    clinic = lead.Clinic(name="Bella Pele", assistant_name="Bella", time_zone="UTC")
    async with make_pool(url, "gateway", name="test") as pool, transaction(pool) as conn:
        await AccountSettingsStore(AccountPart).put(conn, 1, clinic, part)


async def test_a_clinic_that_wants_no_answers_while_closed_answers_all_when_it_opens(
    database: str, services: Services
) -> None:
    today = datetime.now(UTC).weekday()
    await _silent_unless(database, [WEEKDAYS[(today + 3) % 7]])
    async with running_gateway(database, services) as door:
        await door.tell(a_message(101, "boa noite"))

        async def waits() -> bool:
            return await door.rows(
                "select owner, attempt from mailbox where held_until > now() + interval '1 minute'"
            ) == [{"owner": None, "attempt": 0}]

        await eventually(waits)
        await door.tell(a_message(102, "aguardo"))
        assert services.responds == []
        # The clinic opens: its hours now cover today, and the pause is over.
        await _silent_unless(database, list(WEEKDAYS))

        async def answered() -> bool:
            await door.rows(
                "update mailbox set held_until = now(), since = now() - interval '1 hour' "
                "where held_until > now() + interval '1 minute' returning 1"
            )
            return await _has(door, ["answered"])

        await eventually(answered, timeout_s=20)
    (asked,) = services.responds
    assert [m.message_id for m in asked.messages] == [101, 102]


async def test_what_came_while_a_turn_waited_long_is_taken_in_before_anything_is_said(
    database: str, services: Services
) -> None:
    async def away(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        raise StoreUnavailable

    services.answer = away
    async with running_gateway(database, services) as door:
        await door.tell(a_message(101))
        await eventually(lambda: services.responds)
        await door.tell(a_human_line(102))
        # An outage longer than the seal's patience: a seal would no longer see the human's message.
        await door.rows("update mailbox set since = now() - interval '1 hour' returning 1")
        await eventually(lambda: _ended_with(door, "paused"), timeout_s=30)
    assert [d for d in services.delivers if not d.silent] == []
