"""What models cost: kept per turn and month, told once, and stopped where the account says so."""

from __future__ import annotations

import pytest

from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr.reporting.v1.reporting_pb2 import Event
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from sdr_common.lead import Behaviour
from sdr_dialogue.domain.conversation import AnalysisDraft, Usage
from tests.integration.dialogue.conftest import (
    ACCOUNT,
    Dialogue,
    ObedientModel,
    a_conversation,
    a_message,
    a_request,
    a_settings_request,
)

EVERYTHING = (
    "nome=Ana;interesse=Botox:especifico;urgencia=logo:esta_semana;conhecimento=x:nao_conhece;localizacao=Moema"
)


async def costs(dialogue: Dialogue, **changes: object) -> pb.GetCostsResponse:
    request = pb.GetCostsRequest(account_id=ACCOUNT, **changes)  # type: ignore[arg-type]  # fields of the message
    return await call(dialogue.stub.GetCosts, request, timeout_s=30)


async def events(dialogue: Dialogue) -> list[Event]:
    rows = await dialogue.fetch("select body from event_outbox order by created_at, event_id")
    return [Event.FromString(row["body"]) for row in rows]


async def test_what_turns_and_judgements_cost_is_told_by_model_purpose_and_prompt(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    model.usage = Usage(1000, 100, 1_000_000, 400)
    await dialogue.respond(a_request(1, a_message(11, "oi")))
    await dialogue.respond(a_request(2, a_message(12, EVERYTHING)))
    model.judgement = AnalysisDraft(
        (), Behaviour.COOPERATIVE, "Resumo.", None, Usage(2000, 200, 500_000), "strong", "p1"
    )
    await dialogue.analyze(_analysis(2))
    found = await costs(dialogue)
    assert [(line.engine, line.purpose, line.prompt_version, line.call_count) for line in found.lines] == [
        ("obedient", "turn", "p1", 2),
        ("strong", "analysis", "p1", 1),
    ]
    usage = found.lines[0].usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (2000, 800, 200)
    assert (found.lead_count, found.cost_micro_usd, found.month_micro_usd) == (1, 2_500_000, 2_500_000)
    # 2.50 dollars at 5.50 reais.
    assert found.cost_milli_brl == 13_750
    assert not found.stopped


async def test_a_superseded_turn_has_cost_what_it_cost(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(11, "oi")))
    await dialogue.respond(a_request(2, a_message(11, "oi"), a_message(12, "tudo bem?")))
    assert (await costs(dialogue)).cost_micro_usd == 14


async def test_the_scripted_engine_costs_nothing_and_leaves_no_trace(dialogue: Dialogue, model: ObedientModel) -> None:
    model.usage = Usage()
    await dialogue.respond(a_request(1, a_message(11, "oi")))
    assert await dialogue.fetch("select * from spending") == []
    assert await dialogue.fetch("select * from account_month") == []


async def test_a_budget_is_told_once_and_then_stops_the_models(dialogue: Dialogue, model: ObedientModel) -> None:
    settings = pb.DialogueSettings(budget_alert_brl=1, budget_stop_brl=2)
    await dialogue.put_settings(a_settings_request(settings))
    # 1 real is 181,818 millionths of a dollar.
    model.usage = Usage(10, 5, 200_000)
    for number in range(1, 5):
        await dialogue.respond(a_request(number, a_message(10 + number, "oi")))
    assert [context.models_allowed for context in model.calls] == [True, True, False, False]
    reached = [event.budget_reached for event in await events(dialogue) if event.HasField("budget_reached")]
    assert [(told.stops_models, told.cost_micro_usd) for told in reached] == [(False, 200_000), (True, 400_000)]
    assert (await costs(dialogue)).stopped


async def test_reporting_is_told_what_each_lead_costs(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(11, "oi")))
    (used,) = [event.model_used for event in await events(dialogue) if event.HasField("model_used")]
    assert (used.turn_id, used.purpose, used.engine, used.cost_micro_usd) == (1, "turn", "obedient", 7)


async def test_a_budget_that_stops_before_it_tells_is_refused(dialogue: Dialogue) -> None:
    with pytest.raises(RemoteError) as refused:
        await dialogue.put_settings(a_settings_request(pb.DialogueSettings(budget_alert_brl=50, budget_stop_brl=10)))
    assert refused.value.reason == "INVALID_SETTINGS"
    assert "budget_stop_brl" in str(refused.value)


def _analysis(turn_id: int) -> pb.AnalyzeRequest:
    request = pb.AnalyzeRequest(conversation=a_conversation(), turn_id=turn_id)
    request.request_id = "6a6b7c9e-3f0a-4f5e-9d55-4f0c7b1f2a10"
    return request
