"""The bot gets the word back, by hand and by time; and what it does for a lead that waits for a closer."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from google.protobuf import json_format

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.gateway.v1.gateway_pb2 import (
    GatewaySettings,
    ResumeConversationRequest,
    ResumeConversationResponse,
)
from sdr.gateway.v1.gateway_pb2_grpc import ConversationServiceStub
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from tests.support.gateway import (
    Door,
    Services,
    a_lead,
    a_reply,
    ended_with,
    phase,
    phase_is,
    running_gateway,
)
from tests.support.gateway_chatwoot import ListedChatwoot, listed_chatwoot
from tests.support.net import eventually
from tests.support.payloads import a_human_line, a_message, a_user


@pytest.fixture
async def chatwoot() -> AsyncIterator[ListedChatwoot]:
    async with listed_chatwoot() as listed:
        yield listed


@asynccontextmanager
async def a_door(database: str, services: Services, chatwoot: ListedChatwoot, **settings: Any) -> AsyncIterator[Door]:
    part = json_format.ParseDict(settings, GatewaySettings())
    async with running_gateway(
        database, services, chatwoot_url=chatwoot.url, settings=part, coalesce_idle_ms=50
    ) as door:
        yield door


async def resume(door: Door, conversation_id: int = 241, request_id: str = "") -> ResumeConversationResponse:
    request = ResumeConversationRequest(
        request_id=request_id or str(uuid.uuid4()), account_id=1, conversation_id=conversation_id
    )
    async with make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel:
        return await call(ConversationServiceStub(channel).ResumeConversation, request, timeout_s=20)


async def taken_over(door: Door, services: Services, chatwoot: ListedChatwoot) -> None:
    """The bot answered, a human took over, and is assigned to the open conversation."""
    await door.tell(a_message(101))
    await eventually(lambda: services.delivers)
    await door.tell(a_human_line(103, "Oi Mari, te ajudo por aqui"))
    await eventually(lambda: phase_is(door, "paused"))
    chatwoot.add_conversation(status="open", assignee=a_user())


async def test_a_person_gives_a_conversation_back_and_the_bot_knows_what_was_said(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot) as door:
        await taken_over(door, services, chatwoot)
        request_id = str(uuid.uuid4())
        assert (await resume(door, request_id=request_id)).phase_before == "paused"
        await eventually(lambda: ended_with(door, "returned"))
        assert await phase(door) == "active"
        given = services.delivers[-1]
        assert (given.give_back, given.silent, given.reply) == (True, True, "")
        assert given.lead == a_lead()
        assert given.last_message_id == 103

        # A repeat of the call gives back nothing twice.
        assert (await resume(door, request_id=request_id)).phase_before == "paused"
        await door.tell(a_message(110, "quanto custa?"))
        await eventually(lambda: ended_with(door, "answered"))
        assert (await door.outcomes()).count("returned") == 1
        assert [o.text for o in services.observations if o.kind == dialogue.OBSERVATION_KIND_HUMAN_LINE] == [
            "Oi Mari, te ajudo por aqui"
        ]


async def test_what_nobody_knows_or_what_asked_for_silence_is_not_given_back(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async def goodbye(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("Tudo bem.", opted_out=True, lead=a_lead(lead.LEAD_STATUS_OPT_OUT))

    services.answer = goodbye
    async with a_door(database, services, chatwoot) as door:
        with pytest.raises(RemoteError) as unknown:
            await resume(door, conversation_id=9999)
        await door.tell(a_message(101, "parar"))
        await eventually(lambda: ended_with(door, "opted_out"))
        with pytest.raises(RemoteError) as silent:
            await resume(door)
    assert (unknown.value.reason, unknown.value.details["conversation_id"]) == ("CONVERSATION_NOT_FOUND", "9999")
    assert silent.value.reason == "CONVERSATION_OPTED_OUT"


async def test_after_the_set_time_without_a_word_of_a_humans_the_bot_has_it_again(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, return_after="1s") as door:
        await taken_over(door, services, chatwoot)
        await eventually(lambda: ended_with(door, "returned"), timeout_s=15)
        assert services.delivers[-1].give_back
        assert await phase(door) == "active"


async def test_a_conversation_that_was_closed_meanwhile_is_not_given_back_by_time(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, return_after="1s") as door:
        await taken_over(door, services, chatwoot)
        chatwoot.add_conversation(status="resolved")
        await eventually(lambda: ended_with(door, "observed"), timeout_s=15)
        assert await phase(door) == "paused"
        assert await door.rows("select wake_reason from mailbox") == [{"wake_reason": ""}]
    assert not any(delivery.give_back for delivery in services.delivers)


async def handed_off(door: Door, services: Services) -> None:
    """The lead was judged quente; it waits in the open conversation."""

    async def last(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("", ended=lead.END_REASON_FACTS_COMPLETE)

    async def questions(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
        known = a_lead(lead.LEAD_STATUS_QUALIFIED)
        return dialogue.RespondResponse(reply="Abrimos sábado, sim!", lead=known, already_qualified=True)

    services.answer = last
    await door.tell(a_message(101))
    await eventually(lambda: ended_with(door, "qualified"))
    services.answer = questions


async def test_a_handed_off_lead_is_answered_while_nobody_has_it_and_the_closer_is_told_now_and_then(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, after_hand_off={"notice_every": "600s"}) as door:
        await handed_off(door, services)
        await door.tell(a_message(105, "abrem sábado?", status="open"))
        await eventually(lambda: ended_with(door, "answered"))
        await _age_the_notice(door)
        await door.tell(a_message(106, "e domingo?", status="open"))
        await eventually(lambda: len(services.delivers) == 3)
        await door.tell(a_message(107, "alô?", status="open"))
        await eventually(lambda: len(services.delivers) == 4)
        assert await phase(door) == "handed_off"
    assert [d.reply for d in services.delivers[1:]] == ["Abrimos sábado, sim!"] * 3
    notices = [d.notice for d in services.delivers]
    assert notices == [
        routing.NOTICE_UNSPECIFIED,
        routing.NOTICE_UNSPECIFIED,
        routing.NOTICE_LEAD_WROTE_AGAIN,
        routing.NOTICE_UNSPECIFIED,
    ]


async def _age_the_notice(door: Door) -> None:
    """As if the last note about the lead were an hour old."""
    await door.execute("update conversation set noticed_at = noticed_at - 3600")


async def test_where_a_human_is_assigned_the_closer_is_told_and_the_bot_is_silent(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot) as door:
        await handed_off(door, services)
        await _age_the_notice(door)
        await door.tell(a_message(105, "oi?", status="open", assignee=a_user()))
        await eventually(lambda: len(services.delivers) == 2)
        told = services.delivers[1]
        assert (told.reply, told.silent, told.notice) == ("", True, routing.NOTICE_LEAD_WROTE_AGAIN)
        await eventually(lambda: ended_with(door, "handed_off"))
    assert len(services.responds) == 1


async def test_another_procedure_is_judged_anew_without_a_second_goodbye(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot) as door:
        await handed_off(door, services)

        async def another(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
            known = a_lead(lead.LEAD_STATUS_QUALIFIED)
            return dialogue.RespondResponse(reply="Peeling?", lead=known, already_qualified=True, new_interest=True)

        services.answer = another
        await door.tell(a_message(105, "e peeling?", status="open"))
        await eventually(lambda: len(services.delivers) == 2)
        assert await phase(door) == "handed_off"
    second = services.delivers[1]
    assert (second.closed_before, second.reply) == (True, "Peeling?")
    assert second.HasField("qualification")
    assert [judged.ended for judged in services.qualifies] == [lead.END_REASON_FACTS_COMPLETE] * 2


async def test_a_cold_lead_that_turns_hot_by_another_procedure_is_handed_off(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    services.temperature = lead.TEMPERATURE_COLD
    async with a_door(database, services, chatwoot) as door:
        await handed_off(door, services)
        assert await phase(door) == "active"

        async def another(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
            known = a_lead(lead.LEAD_STATUS_COMPLETE)
            return dialogue.RespondResponse(reply="Peeling?", lead=known, already_qualified=True, new_interest=True)

        services.answer, services.temperature = another, lead.TEMPERATURE_HOT
        await door.tell(a_message(105, "e peeling?"))
        await eventually(lambda: len(services.delivers) == 2)
        await eventually(lambda: phase_is(door, "handed_off"))
    assert not services.delivers[1].closed_before


async def test_who_is_handed_over_while_the_clinic_is_closed_learns_when_it_opens(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    never = [{"weekday": "mon", "opens": "03:00", "closes": "03:01"}]
    async with a_door(database, services, chatwoot, hours=never) as door:
        await handed_off(door, services)
    (delivered,) = services.delivers
    assert delivered.HasField("back_at")
    assert delivered.back_at.ToDatetime().strftime("%a %H:%M") == "Mon 06:00"  # 03:00 in São Paulo
