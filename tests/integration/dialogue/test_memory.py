from __future__ import annotations

import asyncio
import uuid

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_dialogue.engine.scripted import ScriptedEngine
from tests.integration.dialogue.conftest import (
    ACCOUNT,
    CONTACT,
    Dialogue,
    ObedientModel,
    a_conversation,
    a_message,
    a_settings_request,
    running,
    values,
)

PHONE = "+5511987654321"
WITHOUT_NINE = "+551187654321"


def asking(
    conversation_id: int, turn_id: int, message: pb.LeadMessage, *, contact_id: int = CONTACT, phone: str = ""
) -> pb.RespondRequest:
    return pb.RespondRequest(
        request_id=str(uuid.uuid4()),
        conversation=a_conversation(conversation_id, contact_id),
        turn_id=turn_id,
        contact=lead.Contact(phone=phone),
        messages=[message],
    )


async def test_an_earlier_conversation_s_summary_comes_into_the_next_one(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    await dialogue.respond(asking(1, 1, a_message(10, "nome=Ana;")))
    await dialogue.analyze(pb.AnalyzeRequest(request_id=str(uuid.uuid4()), conversation=a_conversation(1), turn_id=1))
    await dialogue.respond(asking(2, 1, a_message(20, "voltei")))
    assert [one.summary for one in model.calls[-1].earlier] == ["Resumo."]
    assert model.calls[0].earlier == ()


async def test_a_returning_lead_is_greeted_as_one(database: str) -> None:
    async with running(database, ScriptedEngine()) as service:
        await service.put_settings(a_settings_request())
        first = await service.respond(asking(1, 1, a_message(10, "oi, meu nome é Ana")))
        again = await service.respond(asking(2, 1, a_message(20, "oi, voltei")))
    assert "de novo" not in first.reply
    assert "Ana" in again.reply
    assert "de novo" in again.reply or "de volta" in again.reply


async def test_a_merged_contact_s_facts_are_the_other_contact_s(dialogue: Dialogue) -> None:
    await dialogue.respond(asking(1, 1, a_message(10, "nome=Ana; localizacao=Moema:perto;"), contact_id=501))
    await dialogue.respond(asking(2, 1, a_message(20, "nome=Ana Lima;"), contact_id=502))
    # Chatwoot merged 501 into 502: the first conversation is 502's now.
    answer = await dialogue.respond(asking(1, 2, a_message(30, "oi"), contact_id=502))
    assert values(answer.lead) == {"NAME": "Ana Lima", "LOCATION": "Moema"}
    again = await dialogue.respond(asking(1, 3, a_message(31, "oi"), contact_id=502))
    assert values(again.lead) == values(answer.lead)
    assert [row["contact_id"] for row in await dialogue.fetch("select contact_id from lead")] == [502]


async def test_two_contacts_of_one_phone_are_one_lead_with_and_without_the_ninth_digit(dialogue: Dialogue) -> None:
    await dialogue.respond(asking(1, 1, a_message(10, "nome=Ana;"), contact_id=501, phone=PHONE))
    answer = await dialogue.respond(asking(2, 1, a_message(20, "oi"), contact_id=502, phone=WITHOUT_NINE))
    assert values(answer.lead) == {"NAME": "Ana"}
    back = await dialogue.respond(asking(1, 2, a_message(30, "localizacao=Moema:perto;"), contact_id=501))
    assert values(back.lead) == {"NAME": "Ana", "LOCATION": "Moema"}
    assert "987654321" not in str(await dialogue.fetch("select * from lead_phone"))


async def test_leads_that_knew_each_other_not_are_united_when_their_phone_is_told(dialogue: Dialogue) -> None:
    await dialogue.respond(asking(1, 1, a_message(10, "nome=Ana;"), contact_id=501, phone=PHONE))
    await dialogue.respond(asking(2, 1, a_message(20, "localizacao=Moema:perto;"), contact_id=502))
    answer = await dialogue.respond(asking(2, 2, a_message(21, "oi"), contact_id=502, phone=PHONE))
    assert values(answer.lead) == {"NAME": "Ana", "LOCATION": "Moema"}
    assert [row["contact_id"] for row in await dialogue.fetch("select contact_id from lead")] == [501]


async def test_conversations_of_one_phone_that_begin_at_once_become_one_lead(dialogue: Dialogue) -> None:
    await asyncio.gather(
        *(
            dialogue.respond(asking(number, 1, a_message(number, "nome=Ana;"), contact_id=500 + number, phone=PHONE))
            for number in range(1, 4)
        )
    )
    assert len(await dialogue.fetch("select 1 from lead")) == 1
    assert len(await dialogue.fetch("select 1 from lead_link")) == 2


async def test_another_account_s_phone_is_another_lead(dialogue: Dialogue) -> None:
    await dialogue.put_settings(a_settings_request(account_id=8))
    await dialogue.respond(asking(1, 1, a_message(10, "nome=Ana;"), contact_id=501, phone=PHONE))
    other = asking(1, 1, a_message(10, "oi"), contact_id=502, phone=PHONE)
    other.conversation.account_id = 8
    assert values((await dialogue.respond(other)).lead) == {}
    assert ACCOUNT != 8
