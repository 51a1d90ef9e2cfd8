from __future__ import annotations

import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.routing.conftest import ACCOUNT, CLINIC, Routing


async def test_settings_are_versioned_and_equal_ones_keep_their_version(routing: Routing) -> None:
    settings = pb.RoutingSettings(team_rules=[pb.TeamRule(team="Vendas", temperatures=["morno", "quente"])])
    first = await routing.put_settings(settings)
    again = await routing.put_settings(settings)
    assert (first.version, first.changed) == (2, True)
    assert (again.version, again.changed) == (2, False)
    found = await call(routing.stub.GetSettings, pb.GetSettingsRequest(account_id=ACCOUNT), timeout_s=5)
    assert found.version == 2
    assert found.clinic == CLINIC
    assert list(found.settings.team_rules[0].temperatures) == ["quente", "morno"]


async def test_a_dry_run_stores_nothing(routing: Routing) -> None:
    request = pb.PutSettingsRequest(
        request_id=str(uuid.uuid4()),
        account_id=ACCOUNT,
        clinic=CLINIC,
        settings=pb.RoutingSettings(resolve_cold=True),
        dry_run=True,
    )
    answer = await call(routing.stub.PutSettings, request, timeout_s=5)
    assert (answer.version, answer.changed) == (1, True)
    found = await call(routing.stub.GetSettings, pb.GetSettingsRequest(account_id=ACCOUNT), timeout_s=5)
    assert found.version == 1


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (pb.RoutingSettings(closing=pb.ClosingTemplates(hot="Oi {apelido}")), "closing.quente"),
        (pb.RoutingSettings(closer_strategy="weighted"), "closers"),
        (
            pb.RoutingSettings(closers=[pb.Closer(name="A", email="a@b.test"), pb.Closer(name="B", email="A@B.test")]),
            "closers[1].email",
        ),
        (pb.RoutingSettings(panel_url="javascript:alert(1)"), "panel_url"),
    ],
)
async def test_settings_that_contradict_themselves_are_refused(
    routing: Routing, settings: pb.RoutingSettings, field: str
) -> None:
    with pytest.raises(RemoteError) as caught:
        await routing.put_settings(settings)
    assert caught.value.reason == "INVALID_SETTINGS"
    assert caught.value.details["field"] == field


async def test_decide_says_who_is_next_and_takes_nobodys_turn(routing: Routing) -> None:
    closers = [pb.Closer(name="Ana", email="ana@c.test"), pb.Closer(name="Bia", email="bia@c.test")]
    rules = [
        pb.TeamRule(team="Tatuagem", procedures=["remocao_de_tatuagem"]),
        pb.TeamRule(team="Geral", temperatures=["quente"]),
    ]
    await routing.put_settings(pb.RoutingSettings(closer_strategy="sequential", closers=closers, team_rules=rules))

    async def decide(temperature: lead.Temperature.ValueType, procedure: str = "") -> pb.Assignment:
        request = pb.DecideRequest(account_id=ACCOUNT, temperature=temperature, procedure=procedure)
        return (await call(routing.stub.Decide, request, timeout_s=5)).assignment

    first = await decide(lead.TEMPERATURE_HOT)
    again = await decide(lead.TEMPERATURE_HOT)
    assert (first.team, first.closer_email) == (again.team, again.closer_email) == ("Geral", "ana@c.test")
    assert (await decide(lead.TEMPERATURE_WARM, "remocao_de_tatuagem")).team == "Tatuagem"
    assert (await decide(lead.TEMPERATURE_WARM)).team == ""
    cold = await decide(lead.TEMPERATURE_COLD)
    assert (cold.team, cold.closer_email, cold.reason) == ("", "", "lead frio não é atribuído")
