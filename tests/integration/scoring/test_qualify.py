from __future__ import annotations

import asyncio
import uuid

import psycopg
import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr_common.grpc_errors import RemoteError
from tests.integration.scoring.conftest import Scoring, a_qualify_request, running


async def test_a_lead_is_judged_with_a_line_per_fact(scoring: Scoring) -> None:
    judged = await scoring.qualify(a_qualify_request())
    assert (judged.score, judged.temperature, judged.version) == (85, lead.TEMPERATURE_WARM, 1)
    assert [(line.level, line.points, line.maximum, line.quote, line.note) for line in judged.lines] == [
        ("especifico", 50, 50, "quero remover uma tatuagem", ""),
        ("proximas_2_semanas", 25, 30, "daqui a duas semanas", ""),
        ("primeira_pesquisa", 10, 20, "não", ""),
        ("", 0, 10, "", "não informado"),
        ("", 0, 20, "", "não informado"),
    ]
    assert (judged.next_step, judged.funnel_stage) == ("agendar_followup", "Lead Qualificado")
    assert (judged.status, judged.ended) == (lead.LEAD_STATUS_QUALIFIED, lead.END_REASON_FACTS_COMPLETE)
    assert judged.rubric_version == 1
    assert not judged.HasField("disqualification")
    assert uuid.UUID(judged.qualification_id).version == 4


async def test_a_refusal_is_very_cold_and_told_with_its_rule(scoring: Scoring) -> None:
    refusal = lead.Disqualification(
        kind=lead.DISQUALIFICATION_KIND_REFUSAL, quote="não tenho interesse", source_message_id=11
    )
    judged = await scoring.qualify(a_qualify_request(disqualification=refusal, ended=lead.END_REASON_DISQUALIFIED))
    assert (judged.score, judged.temperature) == (85, lead.TEMPERATURE_VERY_COLD)
    assert [rule.rule for rule in judged.rules] == ["latest_statement_wins", "disqualified"]
    assert judged.disqualification == refusal


async def test_a_repeat_gets_the_stored_answer_and_has_no_second_effect(scoring: Scoring) -> None:
    request = a_qualify_request()
    first = await scoring.qualify(request)
    assert await scoring.qualify(request) == first
    assert await scoring.fetch("select version from qualification") == [{"version": 1}]


async def test_concurrent_repeats_get_one_answer(scoring: Scoring) -> None:
    request = a_qualify_request()
    answers = await asyncio.gather(*(scoring.qualify(request) for _ in range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert await scoring.fetch("select count(*) as n from qualification") == [{"n": 1}]


async def test_concurrent_judgements_of_one_lead_get_versions_in_the_order_of_their_times(scoring: Scoring) -> None:
    answers = await asyncio.gather(*(scoring.qualify(a_qualify_request()) for _ in range(8)))
    by_time = sorted(answers, key=lambda answer: answer.qualified_at.ToDatetime())
    assert [answer.version for answer in by_time] == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_each_lead_counts_its_own_versions(scoring: Scoring) -> None:
    assert (await scoring.qualify(a_qualify_request(contact_id=501))).version == 1
    assert (await scoring.qualify(a_qualify_request(contact_id=502))).version == 1
    assert (await scoring.qualify(a_qualify_request(contact_id=501))).version == 2


async def test_another_input_under_the_same_id_is_refused(scoring: Scoring) -> None:
    request = a_qualify_request()
    await scoring.qualify(request)
    request.facts[1].level = "esta_semana"
    with pytest.raises(RemoteError) as caught:
        await scoring.qualify(request)
    assert (caught.value.reason, caught.value.service) == ("REQUEST_ID_REUSED", "scoring")


async def test_an_account_without_settings_is_not_found(scoring: Scoring) -> None:
    with pytest.raises(RemoteError) as caught:
        await scoring.qualify(a_qualify_request(account_id=8))
    assert (caught.value.reason, caught.value.details) == ("ACCOUNT_NOT_FOUND", {"account_id": "8"})


async def test_an_unknown_level_is_refused_by_name_and_leaves_nothing(scoring: Scoring) -> None:
    request = a_qualify_request(urgency="ontem")
    with pytest.raises(RemoteError) as caught:
        await scoring.qualify(request)
    assert caught.value.reason == "INVALID_FIELD"
    assert [violation.field for violation in caught.value.violations] == ["facts[urgencia].level"]
    assert await scoring.fetch("select count(*) as n from idempotency where method like '%Qualify%'") == [{"n": 0}]
    request.facts[1].level = "esta_semana"
    assert (await scoring.qualify(request)).score == 90


async def test_a_broken_request_is_refused_with_all_its_fields(scoring: Scoring) -> None:
    request = a_qualify_request()
    request.turn_id = 0
    request.conversation.contact_id = 0
    with pytest.raises(RemoteError) as caught:
        await scoring.qualify(request)
    assert {violation.field for violation in caught.value.violations} == {"turn_id", "conversation.contact_id"}


async def test_a_judgement_is_explained_in_portuguese(scoring: Scoring) -> None:
    judged = await scoring.qualify(a_qualify_request())
    explained = await scoring.explain(7, judged.qualification_id.upper())
    assert explained.qualification == judged
    lines = explained.explanation.splitlines()
    assert lines[:2] == ["Pontuação: 85 de 130.", "Temperatura: morno."]
    assert "Urgência: 25 de 30 pontos – próximas 2 semanas – “daqui a duas semanas”" in lines


async def test_another_accounts_judgement_is_not_found(scoring: Scoring) -> None:
    judged = await scoring.qualify(a_qualify_request())
    with pytest.raises(RemoteError) as caught:
        await scoring.explain(8, judged.qualification_id)
    assert caught.value.reason == "QUALIFICATION_NOT_FOUND"


async def test_a_restart_keeps_judgements_and_answers(database: str, scoring: Scoring) -> None:
    request = a_qualify_request()
    judged = await scoring.qualify(request)
    async with running(database) as restarted:
        assert await restarted.qualify(request) == judged
        assert (await restarted.explain(7, judged.qualification_id)).qualification == judged
        assert (await restarted.qualify(a_qualify_request())).version == 2


async def test_a_stored_judgement_cannot_be_changed(scoring: Scoring) -> None:
    await scoring.qualify(a_qualify_request())
    async with await scoring.connect() as conn:
        with pytest.raises(psycopg.errors.RaiseException, match="a qualification never changes"):
            await conn.execute("update qualification set score = 130")
