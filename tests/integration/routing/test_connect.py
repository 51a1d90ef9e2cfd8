"""Connecting provisions a Chatwoot once, mends it when repeated, and says what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from sdr_common.secret_box import SecretUnreadable
from sdr_routing.store.secrets import reseal
from tests.integration.routing.conftest import ACCOUNT, SECRET_KEY, Routing, running_routing, settings_of
from tests.integration.sandbox.servers import TOKEN, Running


@pytest.fixture
async def fresh(database: str, chatwoot: Running) -> Any:
    """Settings are there, nothing is connected."""
    async with running_routing(database, chatwoot) as service:
        await service.put_settings()
        yield service


def outcomes(steps: Any) -> dict[str, str]:
    return {step.name: step.outcome for step in steps}


async def check(routing: Routing) -> pb.CheckConnectionResponse:
    return await call(routing.stub.CheckConnection, pb.CheckConnectionRequest(account_id=ACCOUNT), timeout_s=20)


async def test_a_fresh_chatwoot_gets_everything(fresh: Routing) -> None:
    answer = await fresh.connect()
    state = fresh.chatwoot.core.state
    assert answer.chatwoot_version == "4.15.1"
    assert list(answer.inbox_ids) == [1]
    (bot,) = state.agent_bots.values()
    assert (bot.name, answer.bot_id) == ("Bia", bot.id)
    (webhook,) = state.webhooks.values()
    assert answer.webhook_secret == webhook.secret
    assert sorted(webhook.subscriptions) == [
        "contact_updated",
        "conversation_created",
        "conversation_status_changed",
        "conversation_typing_off",
        "conversation_typing_on",
        "conversation_updated",
        "message_created",
        "message_updated",
    ]
    found = outcomes(answer.steps)
    assert found["attribute:sdr_ia_score"] == "created"
    assert found["attribute:estagio_funil"] == "created"
    assert found["label:temperatura-muito_frio"] == "created"
    assert found["bot"] == "created"
    assert found["inbox:1"] == "created"
    assert state.inboxes[1].agent_bot_id == bot.id
    colors = {label.title: label.color for label in state.labels.values()}
    assert colors["temperatura-quente"] == "#FF0000"
    assert colors["urgencia-esta_semana"] == "#FF9800"
    assert colors["comportamento-evasivo"] == "#4CAF50"


async def test_the_panel_is_a_tab_beside_conversations_once_and_follows_its_address(fresh: Routing) -> None:
    page = "https://sdr.example.com/panel/conversa?embed=1"
    first = await fresh.connect(dashboard_app_url=page)
    second = await fresh.connect(dashboard_app_url=page)
    moved = await fresh.connect(dashboard_app_url="https://outro.example.com/panel/conversa?embed=1")
    (app,) = fresh.chatwoot.core.state.dashboard_apps.values()
    assert [outcomes(answer.steps)["dashboard_app"] for answer in (first, second, moved)] == [
        "created",
        "found",
        "updated",
    ]
    assert (app.title, [frame["url"] for frame in app.content]) == (
        "Lead (SDR)",
        ["https://outro.example.com/panel/conversa?embed=1"],
    )


async def test_connecting_again_makes_nothing_twice(fresh: Routing) -> None:
    first = await fresh.connect()
    second = await fresh.connect()
    state = fresh.chatwoot.core.state
    assert set(outcomes(second.steps).values()) == {"found"}
    assert (len(state.agent_bots), len(state.webhooks)) == (1, 1)
    assert first.webhook_secret == second.webhook_secret != ""


async def test_connecting_again_mends_what_was_deleted(fresh: Routing) -> None:
    await fresh.connect()
    state = fresh.chatwoot.core.state
    await fresh.chatwoot.ask("DELETE", f"/labels/{next(iter(state.labels))}")
    webhook = next(iter(state.webhooks.values()))
    webhook.subscriptions = ["message_created"]
    found = outcomes((await fresh.connect()).steps)
    assert found["webhook"] == "updated"
    assert [name for name, outcome in found.items() if outcome == "created"] == ["label:temperatura-quente"]
    assert "conversation_typing_on" in webhook.subscriptions


async def test_a_repeated_request_gets_the_same_answer_and_the_secret_is_stored_encrypted(fresh: Routing) -> None:
    request = fresh.connect_request()
    first = await call(fresh.stub.ConnectChatwoot, request, timeout_s=30)
    requests = fresh.requests()
    again = await call(fresh.stub.ConnectChatwoot, request, timeout_s=30)
    assert again == first
    assert fresh.requests() == requests
    rows = await fresh.fetch("select answer from idempotency where answer is not null")
    stored = b"".join(bytes(row["answer"]) for row in rows)
    assert first.webhook_secret.encode() not in stored
    (connection,) = await fresh.fetch("select admin_token, bot_token from chatwoot_connection")
    assert TOKEN.encode() not in bytes(connection["admin_token"])


async def test_teams_are_made_where_wanted_and_named_where_not(fresh: Routing) -> None:
    rule = pb.TeamRule(team="Comercial", temperatures=["quente"])
    closer = pb.Closer(name="Ninguém", email="ninguem@clinica.test")
    await fresh.put_settings(
        pb.RoutingSettings(team_rules=[rule], escalation_team="Plantão", closers=[closer], closer_strategy="random")
    )
    first = await fresh.connect()
    found = outcomes(first.steps)
    assert (found["team:Comercial"], found["team:Plantão"], found["closer:0"]) == ("missing", "missing", "missing")
    advice = next(step.advice for step in first.steps if step.name == "team:Comercial")
    assert advice == "Crie o time “Comercial” no Chatwoot ou mude as regras de distribuição."
    second = await fresh.connect(create_missing_teams=True)
    assert outcomes(second.steps)["team:Comercial"] == "created"
    assert sorted(team.name for team in fresh.chatwoot.core.state.teams.values()) == ["comercial", "plantão"]


async def test_a_wrong_token_is_denied_and_nothing_is_stored(fresh: Routing) -> None:
    with pytest.raises(RemoteError) as caught:
        await fresh.connect(admin_token="errado-errado")
    assert caught.value.reason == "CHATWOOT_DENIED"
    assert "errado-errado" not in str(caught.value)
    assert await fresh.fetch("select 1 from chatwoot_connection") == []


async def test_an_agent_is_no_administrator(fresh: Routing) -> None:
    agent = fresh.chatwoot.core.state.users[2]
    with pytest.raises(RemoteError) as caught:
        await fresh.connect(admin_token=agent.access_token)
    assert caught.value.reason == "CHATWOOT_DENIED"


@pytest.mark.parametrize(
    "url",
    ["ftp://chat.test", "http://user:pass@chat.test", "http://chat.test/app", "http://chat.test?x=1", "file:///etc"],
)
async def test_an_address_that_is_no_plain_origin_is_refused(fresh: Routing, url: str) -> None:
    with pytest.raises(RemoteError) as caught:
        await fresh.connect(chatwoot_url=url)
    assert caught.value.reason == "INVALID_FIELD"


async def test_a_chatwoot_that_is_away_is_unavailable_and_the_request_can_be_repeated(fresh: Routing) -> None:
    request = fresh.connect_request()
    await fresh.chatwoot.misbehave(down="503")
    with pytest.raises(RemoteError) as caught:
        await call(fresh.stub.ConnectChatwoot, request, timeout_s=10)
    assert caught.value.reason == "CHATWOOT_UNAVAILABLE"
    await fresh.chatwoot.client.delete("/sandbox/misbehaviour")
    answer = await call(fresh.stub.ConnectChatwoot, request, timeout_s=30)
    assert answer.bot_id > 0


async def test_an_account_without_settings_is_refused(database: str, chatwoot: Running) -> None:
    async with running_routing(database, chatwoot) as service:
        with pytest.raises(RemoteError) as caught:
            await service.connect()
        assert caught.value.reason == "ACCOUNT_NOT_FOUND"
        with pytest.raises(RemoteError) as caught:
            await check(service)
        assert caught.value.reason == "NOT_CONNECTED"


async def test_another_bot_is_not_pushed_aside_unless_its_inbox_is_named(fresh: Routing) -> None:
    other = await fresh.chatwoot.new_bot()
    answer = await fresh.connect()
    assert outcomes(answer.steps)["inbox:1"] == "missing"
    assert fresh.chatwoot.core.state.inboxes[1].agent_bot_id == other["id"]
    named = await fresh.connect(inbox_ids=[1])
    assert outcomes(named.steps)["inbox:1"] == "updated"
    assert list(named.inbox_ids) == [1]


async def test_a_healthy_connection_says_so_and_a_broken_one_says_what_to_mend(fresh: Routing) -> None:
    await fresh.connect()
    healthy = await check(fresh)
    assert healthy.healthy, [step for step in healthy.steps if step.outcome == "missing"]
    state = fresh.chatwoot.core.state
    state.webhooks.clear()
    broken = await check(fresh)
    assert not broken.healthy
    assert [(step.name, step.advice) for step in broken.steps if step.outcome == "missing"] == [
        ("webhook", "Conecte a conta de novo para recriar.")
    ]
    await fresh.chatwoot.misbehave(down="503")
    away = await check(fresh)
    assert (away.healthy, away.chatwoot_version) == (False, "")


async def test_a_changed_key_is_taken_over_for_tokens_and_for_answers_that_may_be_replayed(
    database: str, chatwoot: Running
) -> None:
    newest = Fernet.generate_key().decode()
    async with running_routing(database, chatwoot) as before:
        await before.put_settings()
        request = before.connect_request()
        first = await call(before.stub.ConnectChatwoot, request, timeout_s=30)
    both = settings_of(database, SDR_SECRET_KEY=f"{newest},{SECRET_KEY}")
    assert await reseal(both) == {"tokens of connections": 2, "secrets in answers": 1}
    async with running_routing(database, chatwoot, SDR_SECRET_KEY=newest) as after:
        assert await call(after.stub.ConnectChatwoot, request, timeout_s=30) == first
        assert (
            await call(after.stub.CheckConnection, pb.CheckConnectionRequest(account_id=ACCOUNT), timeout_s=30)
        ).healthy
    with pytest.raises(SecretUnreadable):
        await reseal(settings_of(database, SDR_SECRET_KEY=Fernet.generate_key().decode()))


async def test_a_chatwoot_in_a_network_of_ours_is_refused_unless_it_is_meant(database: str, chatwoot: Running) -> None:
    async with running_routing(database, chatwoot, allowed_networks="10.0.0.0/8") as routing:
        await routing.put_settings()
        with pytest.raises(RemoteError, match="add its network to SDR_ALLOWED_NETWORKS"):
            await routing.connect()


async def test_pickers_get_the_teams_agents_and_inboxes_of_the_account_s_chatwoot(
    database: str, chatwoot: Running
) -> None:
    async with running_routing(database, chatwoot) as routing:
        await routing.put_settings()
        request = pb.ListChatwootChoicesRequest(account_id=ACCOUNT)
        with pytest.raises(RemoteError) as unconnected:
            await call(routing.stub.ListChatwootChoices, request, timeout_s=20)
        await routing.connect()
        found = await call(routing.stub.ListChatwootChoices, request, timeout_s=20)
    assert unconnected.value.reason == "NOT_CONNECTED"
    state = chatwoot.core.state
    assert {team.name for team in found.teams} == {team.name for team in state.teams.values()}
    assert [agent.email for agent in found.agents]
    assert [inbox.inbox_id for inbox in found.inboxes]
