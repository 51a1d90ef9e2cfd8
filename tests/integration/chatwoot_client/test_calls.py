"""The calls against the emulated Chatwoot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sdr_common.chatwoot import (
    ChatwootAccess,
    ChatwootClient,
    ChatwootDenied,
    ChatwootHttp,
    ChatwootRefused,
    ChatwootSetup,
)
from tests.integration.sandbox.servers import TOKEN, Running, running_chatwoot


@pytest.fixture
async def chatwoot() -> AsyncIterator[Running]:
    async with running_chatwoot() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[ChatwootHttp]:
    pool = ChatwootHttp()
    yield pool
    await pool.aclose()


@pytest.fixture
def setup(chatwoot: Running, http: ChatwootHttp) -> ChatwootSetup:
    return ChatwootSetup(http, ChatwootAccess(chatwoot.url, 1, TOKEN))


@pytest.fixture
async def client(chatwoot: Running, http: ChatwootHttp) -> ChatwootClient:
    bot = await chatwoot.new_bot()
    return ChatwootClient(http, ChatwootAccess(chatwoot.url, 1, TOKEN, bot["access_token"]))


async def test_what_is_written_is_listed_with_its_key(chatwoot: Running, client: ChatwootClient) -> None:
    lead = await chatwoot.new_lead()
    first = await chatwoot.lead_says(lead, "oi")
    written = await client.create_message(lead[1], "Olá!", content_attributes={"sdr_key": "k/1"})
    page = await client.list_messages(lead[1], after=first)
    assert [(message.id, message.attribute("sdr_key")) for message in page.payload] == [(written.id, "k/1")]
    assert page.payload[0].sender is not None
    assert page.payload[0].sender.type == "agent_bot"
    note = await client.create_message(lead[1], "para a equipe", private=True)
    newest = await client.list_messages(lead[1], after=written.id)
    assert [(message.id, message.private) for message in newest.payload] == [(note.id, True)]


async def test_labels_attributes_team_agent_and_status(
    chatwoot: Running, client: ChatwootClient, setup: ChatwootSetup
) -> None:
    _, conversation = await chatwoot.new_lead()
    team = await setup.create_team("Vendas")
    agents = {agent.email: agent.id for agent in await setup.agents()}
    await client.set_labels(conversation, ["vip"])
    assert await client.labels(conversation) == ["vip"]
    await client.assign_team(conversation, team.id)
    await client.assign_agent(conversation, agents["rafael@clinica.test"])
    assert await client.set_status(conversation, "open") == "open"
    shown = await client.show_conversation(conversation)
    assert (shown.status, shown.labels, shown.meta.channel) == ("open", ["vip"], "Channel::Api")
    assert shown.meta.team is not None
    assert shown.meta.team.name == "vendas"
    assert shown.meta.assignee is not None
    assert shown.meta.assignee.email == "rafael@clinica.test"
    assert shown.meta.sender is not None
    await client.set_contact_attributes(shown.meta.sender.id, {"sdr_ia_score": 105})
    await client.set_contact_attributes(shown.meta.sender.id, {"sdr_ia_nome": "Mariana"})
    contact = await client.contact(shown.meta.sender.id)
    assert contact.custom_attributes == {"sdr_ia_score": 105, "sdr_ia_nome": "Mariana"}


async def test_conversations_are_listed_for_a_sweep(chatwoot: Running, client: ChatwootClient) -> None:
    leads = [await chatwoot.new_lead(f"Lead {number}") for number in range(3)]
    found = await client.list_conversations(status="all", updated_within_s=3600)
    assert sorted(row.id for row in found) == sorted(lead[1] for lead in leads)
    assert await client.list_conversations(status="resolved") == []


async def test_set_up_calls_list_what_they_made(setup: ChatwootSetup) -> None:
    await setup.create_attribute_definition("sdr_ia_status", "SDR: status", "list", ["completo"])
    assert [row.attribute_key for row in await setup.attribute_definitions()] == ["sdr_ia_status"]
    with pytest.raises(ChatwootRefused):
        await setup.create_attribute_definition("sdr_ia_status", "SDR: status", "text")
    await setup.create_label("temperatura-quente", "#FF0000")
    assert [(row.title, row.color) for row in await setup.label_definitions()] == [("temperatura-quente", "#FF0000")]
    bot = await setup.create_agent_bot("Bia", "Assistente")
    assert [(row.id, row.access_token) for row in await setup.agent_bots()] == [(bot.id, bot.access_token)]
    assert await setup.inbox_bot_id(1) is None
    await setup.set_inbox_bot(1, bot.id)
    assert await setup.inbox_bot_id(1) == bot.id
    hook = await setup.create_webhook("http://127.0.0.1:9/hook", ["message_created"])
    changed = await setup.update_webhook(hook.id, "http://127.0.0.1:9/hook", ["message_created", "contact_updated"])
    assert sorted(changed.subscriptions) == ["contact_updated", "message_created"]
    assert [row.secret for row in await setup.webhooks()] == [hook.secret]
    assert [(row.id, row.role) for row in (await setup.profile()).accounts] == [(1, "administrator")]
    assert [row.channel_type for row in await setup.inboxes()] == ["Channel::Api"]


async def test_a_bots_token_may_not_list(chatwoot: Running, client: ChatwootClient, http: ChatwootHttp) -> None:
    lead = await chatwoot.new_lead()
    as_bot = ChatwootClient(http, ChatwootAccess(chatwoot.url, 1, client.access.bot_token, client.access.bot_token))
    with pytest.raises(ChatwootDenied, match="not authorized for bots"):
        await as_bot.list_messages(lead[1])
