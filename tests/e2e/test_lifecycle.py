"""What happens around a conversation, through the whole stack: silence, return, takeover, a lead that comes back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from sdr.gateway.v1.gateway_pb2 import ExportAccountRequest, ImportAccountRequest, ResumeConversationRequest
from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceStub, ConversationServiceStub
from sdr_common.grpc_client import call
from tests.support.chatwoot import Chatwoot, JsonObject, Phone
from tests.support.net import eventually
from tests.support.stack import RunningStack

pytestmark = pytest.mark.e2e

SHORT: dict[str, Any] = {
    "nudge": {"after": "4s", "earliest": "00:00", "latest": "23:59"},
    "abandonment": {"after": "7s"},
    "after_hand_off": {"notice_every": "1s"},
    # Open for a minute in the night of Monday: the clinic is closed.
    "hours": [{"weekday": "mon", "opens": "03:00", "closes": "03:01"}],
}
"""Seconds instead of minutes and hours."""
ANSWERS = {
    "nome": "Mariana",
    "urgencia": "semana que vem",
    "conhecimento": "já fiz uma vez, conheço os valores",
    "localizacao": "moro em Moema",
}


@pytest.fixture(scope="module")
def hurried(stack: RunningStack) -> Iterator[None]:
    """The shared stack's clinic in a hurry, and as it was afterwards."""
    document = asyncio.run(_hurry(stack))
    yield
    asyncio.run(_import(stack, document))


async def _hurry(stack: RunningStack) -> str:
    async with stack.channel("gateway") as channel:
        exported = await call(
            AccountServiceStub(channel).ExportAccount, ExportAccountRequest(account_id=1), timeout_s=60
        )
    document = yaml.safe_load(exported.yaml)
    document["gateway"] = {**document.get("gateway", {}), **SHORT}
    await _import(stack, yaml.safe_dump(document, allow_unicode=True))
    return exported.yaml


async def _import(stack: RunningStack, document: str) -> None:
    request = ImportAccountRequest(request_id=str(uuid.uuid4()), account_id=1, yaml=document)
    async with stack.channel("gateway") as channel:
        await call(AccountServiceStub(channel).ImportAccount, request, timeout_s=60)


@pytest.fixture
def clinic(hurried: None, chatwoot: Chatwoot) -> Chatwoot:
    return chatwoot


async def attributes_are(chatwoot: Chatwoot, phone: Phone, **expected: object) -> JsonObject:
    """Waits until a contact's attributes say this."""

    async def check() -> JsonObject:
        found = await chatwoot.contact_attributes(phone.contact_id)
        assert {key: found.get(key) for key in expected} == expected
        return found

    return await eventually(check, timeout_s=40, what=f"attributes {expected}")


def public(messages: list[JsonObject]) -> list[JsonObject]:
    return [row for row in messages if row["message_type"] == 1 and not row["private"]]


async def test_a_silent_lead_is_reminded_once_judged_and_goes_on_where_it_stopped(clinic: Chatwoot) -> None:
    phone = await clinic.new_phone("Mari")
    await phone.send("oi, aqui é a Mariana, queria saber do botox")
    question = await phone.next_message()
    reminder = await phone.next_message(timeout_s=40)
    asked = question["content_attributes"]["sdr_asks"]
    assert asked
    assert reminder["content_attributes"]["sdr_asks"] == asked
    assert reminder["content_attributes"]["sdr_key"]
    assert "Mariana" in reminder["content"]
    assert reminder["content"] != question["content"]

    found = await attributes_are(clinic, phone, sdr_ia_status="incompleto", sdr_ia_temperatura="morno")
    assert found["sdr_ia_score"] == 50

    async def handed_to_the_team() -> list[JsonObject]:
        conversation = await clinic.account("GET", f"/conversations/{phone.conversation_id}")
        assert conversation["status"] == "pending"
        assert {"temperatura-morno", "procedimento-botox"} <= set(conversation["labels"])
        found = await clinic.messages(phone.conversation_id)
        assert [row for row in found if row["private"]]
        return found

    messages = await eventually(handed_to_the_team, timeout_s=20)
    assert len(public(messages)) == 2
    assert len([row for row in messages if row["private"]]) == 1

    await phone.send("oi! " + ANSWERS[asked])
    answer = await phone.next_message()
    assert answer["content_attributes"]["sdr_asks"] not in {"nome", "interesse", asked}
    await attributes_are(clinic, phone, sdr_ia_status="em_andamento", sdr_ia_nome="Mariana")


async def qualified(chatwoot: Chatwoot, phone: Phone) -> JsonObject:
    """Leads a conversation to its closing message."""
    await phone.send("oi, queria saber do botox")
    for _ in range(8):
        message = await phone.next_message()
        asked = message["content_attributes"]["sdr_asks"]
        if not asked:
            return message
        await phone.send(ANSWERS[asked])
    raise AssertionError("the conversation did not end")


async def test_a_handed_off_lead_is_answered_the_closer_told_and_another_procedure_judged_anew(
    clinic: Chatwoot,
) -> None:
    phone = await clinic.new_phone("Mari")
    closing = await qualified(clinic, phone)
    assert "fora do horário de atendimento: nossa equipe volta" in closing["content"]
    await attributes_are(clinic, phone, sdr_ia_status="qualificado")
    # Chatwoot gives an opened conversation to whoever is online; nobody has it any more.
    path = f"/conversations/{phone.conversation_id}"

    async def opened() -> bool:
        return bool((await clinic.account("GET", path))["status"] == "open")

    await eventually(opened, timeout_s=20)
    await clinic.account("POST", f"{path}/assignments", {"assignee_id": None})

    await phone.send("ah, a avaliação é paga?")
    answer = await phone.next_message()
    assert "gratuita" in answer["content"]
    assert answer["content_attributes"]["sdr_asks"] == ""
    await phone.send("e tem estacionamento?")
    assert "estacionamento" in (await phone.next_message())["content"]
    notes = [row["content"] for row in await clinic.messages(phone.conversation_id) if row["private"]]
    assert notes[-1].startswith("**🔔 O lead qualificado escreveu de novo**")

    await phone.send("na verdade agora queria criolipólise")
    await phone.next_message()

    async def judged_anew() -> bool:
        conversation = await clinic.account("GET", path)
        return "procedimento-criolipolise" in conversation["labels"]

    await eventually(judged_anew, timeout_s=20)
    messages = await clinic.messages(phone.conversation_id)
    assert [row["content"] for row in messages if row["private"]][-1].startswith("**Novo interesse, pontuação refeita.")
    assert [row["content"] for row in public(messages)].count(closing["content"]) == 1


async def test_a_conversation_that_a_human_had_is_given_back_and_the_bot_goes_on(
    clinic: Chatwoot, stack: RunningStack
) -> None:
    phone = await clinic.new_phone("Mari")
    await phone.send("oi, queria saber do botox")
    await phone.next_message()
    path = f"/conversations/{phone.conversation_id}"
    await clinic.account("POST", f"{path}/messages", {"content": "Oi, aqui é a Camila!"})
    await clinic.account("POST", f"{path}/assignments", {"assignee_id": 2})
    await phone.next_message()
    await attributes_are(clinic, phone, sdr_ia_status="pausado")

    request = ResumeConversationRequest(
        request_id=str(uuid.uuid4()), account_id=1, conversation_id=phone.conversation_id
    )
    async with stack.channel("gateway") as channel:
        answer = await call(ConversationServiceStub(channel).ResumeConversation, request, timeout_s=20)
    assert answer.phase_before == "paused"
    await attributes_are(clinic, phone, sdr_ia_status="em_andamento")

    async def given_back() -> bool:
        found = await clinic.account("GET", path)
        return found["status"] == "pending" and not found["meta"].get("assignee")

    await eventually(given_back, timeout_s=20)
    await phone.send("meu nome é Mariana")
    assert (await phone.next_message())["content_attributes"]["sdr_key"]


async def test_a_lead_that_opens_another_conversation_is_known(clinic: Chatwoot) -> None:
    phone = await clinic.new_phone("Mari")
    await phone.send("oi, aqui é a Mariana, moro em Moema e queria saber do botox")
    first = await phone.next_message()
    await clinic.account("POST", f"/conversations/{phone.conversation_id}/toggle_status", {"status": "resolved"})
    later = await clinic.another_conversation(phone)
    await later.send("boa tarde")
    reply = await later.next_message()
    assert "Mariana" in reply["content"]
    assert reply["content_attributes"]["sdr_asks"] not in {"nome", "interesse", "localizacao", ""}
    assert first["content"] != reply["content"]


async def test_a_lead_that_wants_its_data_erased_gets_one_confirmation_a_task_and_silence(clinic: Chatwoot) -> None:
    phone = await clinic.new_phone("Mari")
    await phone.send("oi")
    await phone.next_message()
    await phone.send("quero que vocês apaguem os meus dados, pela LGPD")
    confirmation = await phone.next_message()
    assert confirmation["content_attributes"]["sdr_asks"] == ""
    await attributes_are(clinic, phone, sdr_ia_status="opt_out")

    async def task() -> list[str]:
        return [row["content"] for row in await clinic.messages(phone.conversation_id) if row["private"]]

    (note,) = await eventually(task, timeout_s=20)
    assert "**Tarefa:** apagar os dados" in note

    # Silence, in this conversation and in the next one.
    await phone.send("alô?")
    later = await clinic.another_conversation(phone)
    await later.send("oi?")
    other = await clinic.new_phone("Lia")
    await other.send("oi")
    await other.next_message()
    assert later.incoming.empty()
    assert phone.incoming.empty()
