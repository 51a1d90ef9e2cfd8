"""The main job through plain HTTP calls of the Chatwoot API: what a lead reads and what a closer finds."""

from __future__ import annotations

import pytest

from tests.support.chatwoot import Chatwoot, JsonObject, Phone
from tests.support.net import eventually

pytestmark = pytest.mark.e2e

ANSWERS = {
    "nome": "Mariana",
    "urgencia": "semana que vem",
    "conhecimento": "já fiz uma vez, conheço os valores",
    "localizacao": "moro em Moema",
}


async def _qualified(chatwoot: Chatwoot) -> Phone:
    """Leads the conversation of the README to its end."""
    phone = await chatwoot.new_phone("Mari")
    await phone.send("oi", "tudo bem?", "queria saber do botox")
    for _ in range(8):
        message = await phone.next_message()
        asked = message["content_attributes"]["sdr_asks"]
        if not asked:
            return phone
        await phone.send(ANSWERS[asked])
    raise AssertionError("the conversation did not end")


async def test_a_burst_gets_one_answer_that_asks_one_thing(chatwoot: Chatwoot) -> None:
    phone = await chatwoot.new_phone("Mari")
    await phone.send("oi", "tudo bem?", "queria saber do botox")
    message = await phone.next_message()
    assert message["content_attributes"]["sdr_asks"] in ANSWERS
    assert message["sender"]["type"] == "agent_bot"
    later = await eventually(lambda: _settled(chatwoot, phone), what="the answer to be settled")
    assert [row["message_type"] for row in later if row["message_type"] in (0, 1)] == [0, 0, 0, 1]


async def _settled(chatwoot: Chatwoot, phone: Phone) -> list[JsonObject]:
    attributes = await chatwoot.contact_attributes(phone.contact_id)
    assert attributes["sdr_ia_interesse"]
    return [row for row in await chatwoot.messages(phone.conversation_id) if not row["private"]]


async def test_the_closer_finds_temperature_score_facts_labels_team_note_and_one_closing(chatwoot: Chatwoot) -> None:
    phone = await _qualified(chatwoot)

    async def handed_off() -> JsonObject:
        found = await chatwoot.account("GET", f"/conversations/{phone.conversation_id}")
        assert found["status"] == "open"
        return found

    conversation = await eventually(handed_off, timeout_s=20)
    attributes = await chatwoot.contact_attributes(phone.contact_id)
    assert attributes["sdr_ia_status"] == "qualificado"
    assert attributes["sdr_ia_temperatura"] == "quente"
    assert attributes["sdr_ia_score"] == 105
    assert attributes["sdr_ia_progresso"] == "5/5"
    assert attributes["sdr_ia_nome"] == "Mariana"
    assert attributes["sdr_ia_proximo_passo"] == "transferir_closer"
    assert attributes["estagio_funil"] == "Lead Qualificado"
    labels = set(conversation["labels"])
    assert {"temperatura-quente", "procedimento-botox", "urgencia-proximas_2_semanas"} <= labels
    assert conversation["meta"]["team"]["name"] == "closers"
    messages = await chatwoot.messages(phone.conversation_id)
    notes = [row["content"] for row in messages if row["private"]]
    assert len(notes) == 1
    for words in ("105", "quente", "Mariana", "botox", "semana que vem", "Moema"):
        assert words.lower() in notes[0].lower()
    closings = [
        row
        for row in messages
        if row["message_type"] == 1 and not row["private"] and not row["content_attributes"]["sdr_asks"]
    ]
    assert len(closings) == 1


async def test_attributes_of_others_stay_untouched(chatwoot: Chatwoot) -> None:
    phone = await chatwoot.new_phone("Mari")
    others = {"waha_whatsapp_jid": "5511999990000@c.us", "origem": "meta_ads"}
    await chatwoot.account("PUT", f"/contacts/{phone.contact_id}", {"custom_attributes": others})
    await phone.send("queria saber do botox")
    await phone.next_message()

    async def written() -> JsonObject:
        attributes = await chatwoot.contact_attributes(phone.contact_id)
        assert attributes.get("sdr_ia_interesse")
        return attributes

    attributes = await eventually(written)
    assert {key: attributes[key] for key in others} == others


async def test_an_answer_that_the_channel_refuses_reaches_the_lead_by_another_message(chatwoot: Chatwoot) -> None:
    phone = await chatwoot.new_phone("Mari")
    path = f"/conversations/{phone.conversation_id}/messages$"
    problem = "(#131056) Pair rate limit hit"
    await chatwoot.sandbox(
        "PUT",
        "/misbehaviour",
        {"seed": 1, "path_filter": path, "channel": {"refuse_ratio": 1, "problem": problem, "after_ms": 200}},
    )
    try:
        await phone.send("oi, queria saber do botox")
        first = await phone.next_message()
    finally:
        await chatwoot.sandbox("DELETE", "/misbehaviour")
    second = await phone.next_message()
    assert second["content"] == first["content"]
    assert second["content_attributes"]["sdr_key"] == first["content_attributes"]["sdr_key"] + "~1"
    said = [row for row in await chatwoot.messages(phone.conversation_id) if row["message_type"] == 1]
    assert [row["status"] for row in said] == ["failed", "sent"]


async def test_a_human_who_answers_silences_the_bot(chatwoot: Chatwoot) -> None:
    phone = await chatwoot.new_phone("Mari")
    await phone.send("oi")
    await phone.next_message()
    await chatwoot.account(
        "POST", f"/conversations/{phone.conversation_id}/messages", {"content": "Oi, aqui é a Camila, da clínica."}
    )
    await phone.next_message()
    await phone.send("que bom! queria saber do botox")

    async def paused() -> bool:
        return (await chatwoot.contact_attributes(phone.contact_id)).get("sdr_ia_status") == "pausado"

    await eventually(paused, timeout_s=15)
    said = [row for row in await chatwoot.messages(phone.conversation_id) if row["message_type"] == 1]
    assert [row["sender"]["type"] for row in said if not row["private"]] == ["agent_bot", "user"]
