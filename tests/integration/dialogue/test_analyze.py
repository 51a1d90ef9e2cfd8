from __future__ import annotations

import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr.reporting.v1.reporting_pb2 import Event
from sdr_common.grpc_errors import RemoteError
from sdr_common.lead import Behaviour, Disqualification, DisqualificationKind, FactKind
from sdr_dialogue.domain.conversation import AnalysisDraft, FactDraft, Speaker
from tests.integration.dialogue.conftest import (
    CONVERSATION,
    Dialogue,
    ObedientModel,
    a_bot_line,
    a_conversation,
    a_message,
    a_request,
    an_observation,
    values,
)


def an_analysis(turn_id: int, conversation_id: int = CONVERSATION) -> pb.AnalyzeRequest:
    return pb.AnalyzeRequest(
        request_id=str(uuid.uuid4()), conversation=a_conversation(conversation_id), turn_id=turn_id
    )


async def test_an_analysis_sees_the_whole_transcript_with_what_was_asked(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.observe(
        a_bot_line(11, first.reply), an_observation(12, pb.OBSERVATION_KIND_HUMAN_LINE, "Já te respondo")
    )
    await dialogue.respond(a_request(2, a_message(13, "nome=Maria;")))
    await dialogue.analyze(an_analysis(2))
    context = model.analyses[0]
    assert [(line.speaker, line.text) for line in context.lines] == [
        (Speaker.LEAD, "oi"),
        (Speaker.BOT, "Resposta 10. Pergunta sobre interesse?"),
        (Speaker.HUMAN, "Já te respondo"),
        (Speaker.LEAD, "nome=Maria;"),
        (Speaker.BOT, "Resposta 13. Pergunta sobre urgencia?"),
    ]
    assert context.asks == {11: FactKind.INTEREST}
    assert context.attempts == {FactKind.INTEREST: 1, FactKind.URGENCY: 1}
    assert set(context.facts) == {FactKind.NAME}


async def test_an_analysis_counts_only_with_a_quote_and_never_over_a_human(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    await dialogue.respond(
        a_request(1, a_message(10, "urgencia=logo; e quero botox"), attributes={"sdr_ia_nome": "Maria Souza"})
    )
    model.judgement = AnalysisDraft(
        (
            FactDraft(FactKind.URGENCY, "logo", "esta_semana", "urgencia=logo", 10, 0.95),
            FactDraft(FactKind.INTEREST, "Botox", "especifico", "Quero  BOTOX", 10, 0.95),
            FactDraft(FactKind.KNOWLEDGE, "conhece", "conhece_valores", "já fiz antes", 10, 0.95),
            FactDraft(FactKind.NAME, "Mari", "", "botox", 10, 0.99),
        ),
        Behaviour.EVASIVE,
        "Quer botox logo.",
        engine="judge",
    )
    judged = await dialogue.analyze(an_analysis(1))
    assert values(judged.lead) == {"NAME": "Maria Souza", "INTEREST": "Botox", "URGENCY": "logo"}
    assert {fact.level for fact in judged.lead.facts} == {"", "especifico", "esta_semana"}
    assert {fact.source for fact in judged.lead.facts} == {lead.FACT_SOURCE_AGENT, lead.FACT_SOURCE_SYSTEM}
    assert (judged.behaviour, judged.summary, judged.engine) == (
        lead.BEHAVIOUR_EVASIVE,
        "Quer botox logo.",
        "judge",
    )
    shown = await dialogue.conversation()
    assert (shown.summary, shown.behaviour) == ("Quer botox logo.", lead.BEHAVIOUR_EVASIVE)
    assert shown.lead.facts == judged.lead.facts


async def test_a_repeated_analysis_gets_the_stored_judgement_and_tells_reporting_once(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    await dialogue.respond(a_request(1, a_message(10, "quero botox")))
    model.judgement = AnalysisDraft(
        (FactDraft(FactKind.INTEREST, "Botox", "especifico", "quero botox", 10, 0.95),), Behaviour.COOPERATIVE, "x"
    )
    request = an_analysis(1)
    assert await dialogue.analyze(request) == await dialogue.analyze(request)
    assert len(model.analyses) == 1
    rows = await dialogue.fetch("select body from event_outbox")
    events = [Event.FromString(bytes(row["body"])) for row in rows]
    assert [event.facts_learned.facts[0].value for event in events if event.HasField("facts_learned")] == ["Botox"]


async def test_the_refusal_that_ended_the_turn_is_told_where_the_analysis_saw_none(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "sem interesse")))
    judged = await dialogue.analyze(an_analysis(1))
    assert judged.disqualification.kind == lead.DISQUALIFICATION_KIND_REFUSAL
    assert judged.disqualification.quote == "sem interesse"


async def test_the_analysis_own_sign_comes_first(dialogue: Dialogue, model: ObedientModel) -> None:
    await dialogue.respond(a_request(1, a_message(10, "sem interesse, vendo seringas")))
    model.judgement = AnalysisDraft(
        (), Behaviour.RESISTANT, "x", Disqualification(DisqualificationKind.SUPPLIER, "vendo seringas", 10)
    )
    judged = await dialogue.analyze(an_analysis(1))
    assert judged.disqualification.kind == lead.DISQUALIFICATION_KIND_SUPPLIER


async def test_a_conversation_that_nobody_knows_cannot_be_judged(dialogue: Dialogue) -> None:
    with pytest.raises(RemoteError) as refused:
        await dialogue.analyze(an_analysis(1, conversation_id=555))
    assert refused.value.reason == "CONVERSATION_NOT_FOUND"


async def test_a_turn_that_comes_in_between_is_not_overwritten(dialogue: Dialogue, model: ObedientModel) -> None:
    await dialogue.respond(a_request(1, a_message(10, "nome=Maria;")))

    async def meanwhile() -> None:
        await dialogue.respond(a_request(2, a_message(12, "localizacao=Moema;")))

    model.before_answering = meanwhile
    judged = await dialogue.analyze(an_analysis(1))
    assert values(judged.lead) == {"NAME": "Maria", "LOCATION": "Moema"}
    assert len(model.analyses) == 2
