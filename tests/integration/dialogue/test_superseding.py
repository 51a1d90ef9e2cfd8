from __future__ import annotations

import asyncio

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_common.lead import Behaviour, FactKind
from sdr_dialogue.domain.conversation import AnalysisDraft, FactDraft
from tests.integration.dialogue.conftest import (
    Dialogue,
    ObedientModel,
    a_bot_line,
    a_message,
    a_request,
    an_observation,
    attempts,
    values,
)
from tests.integration.dialogue.test_analyze import an_analysis
from tests.integration.dialogue.test_respond import COMPLETE


def undated(answer: pb.RespondResponse) -> pb.RespondResponse:
    """Without the times, which no two answers share."""
    answer.lead.ClearField("started_at")
    for fact in answer.lead.facts:
        fact.ClearField("set_at")
    return answer


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("nome=Maria;", "localizacao=Moema;"),
        ("nome=Maria;", "nome=Ana;"),
        ("sem interesse", "brincadeira, nome=Maria;"),
        ("parar", "de mandar tarde, nome=Maria;"),
        (COMPLETE, "quanto custa"),
        ("quero um atendente", "nao, nome=Maria;"),
    ],
)
async def test_what_follows_a_turn_that_was_never_sent_is_as_if_all_had_been_asked_at_once(
    dialogue: Dialogue, first: str, second: str
) -> None:
    known = await dialogue.respond(a_request(1, a_message(10, "urgencia=hoje:esta_semana;")))
    await dialogue.observe(a_bot_line(11, known.reply))
    await dialogue.respond(a_request(2, a_message(20, first)))
    redone = await dialogue.respond(a_request(3, a_message(20, first), a_message(21, second)))
    lines = [line.message_id for line in (await dialogue.conversation()).lines if not line.unconfirmed]
    assert lines == [10, 11, 20, 21]
    assert redone.already_qualified is False
    direct = await _directly(dialogue, first, second)
    assert undated(redone) == undated(direct)


async def _directly(dialogue: Dialogue, first: str, second: str) -> pb.RespondResponse:
    """The same conversation with another lead, without the turn that was never sent."""

    def of_another_lead(request: pb.RespondRequest) -> pb.RespondRequest:
        request.conversation.contact_id = 777
        request.conversation.conversation_id = 78
        return request

    known = await dialogue.respond(of_another_lead(a_request(1, a_message(10, "urgencia=hoje:esta_semana;"))))
    return await dialogue.respond(
        of_another_lead(
            a_request(3, a_message(20, first), a_message(21, second), observations=(a_bot_line(11, known.reply),))
        )
    )


async def test_a_turn_superseded_twice_leaves_one_attempt(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.respond(a_request(2, a_message(10, "oi"), a_message(11, "tudo")))
    last = await dialogue.respond(a_request(3, a_message(10, "oi"), a_message(11, "tudo"), a_message(12, "bem")))
    assert attempts(last.lead) == {"INTEREST": 1}
    rows = await dialogue.fetch("select turn_id, superseded_by from turn order by turn_id")
    assert [(row["turn_id"], row["superseded_by"]) for row in rows] == [(1, 2), (2, 3), (3, None)]


async def test_a_reply_that_was_seen_is_never_superseded(dialogue: Dialogue) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "nome=Maria;")))
    await dialogue.observe(a_bot_line(11, first.reply))
    answer = await dialogue.respond(a_request(2, a_message(10, "nome=Maria;"), a_message(12, "hum")))
    assert attempts(answer.lead) == {"INTEREST": 1, "URGENCY": 1}
    assert [line.message_id for line in (await dialogue.conversation()).lines] == [10, 11, 12, 0]


async def test_a_message_edited_before_its_answer_is_kept_as_it_is_now(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    await dialogue.respond(a_request(1, a_message(10, "nome=Maria;")))
    edit = an_observation(10, pb.OBSERVATION_KIND_EDITED, "nome=Mariana;", minute=30)
    answer = await dialogue.respond(a_request(2, a_message(10, "nome=Mariana;"), observations=(edit,)))
    assert values(answer.lead) == {"NAME": "Mariana"}
    lines = (await dialogue.conversation()).lines
    assert lines[0].text == "nome=Mariana;"


async def test_a_superseded_turn_that_ends_late_changes_nothing(dialogue: Dialogue, model: ObedientModel) -> None:
    model.gate = asyncio.Event()
    late = asyncio.create_task(dialogue.respond(a_request(1, a_message(10, "nome=Maria;"))))
    await model.entered.wait()
    held, model.gate = model.gate, None
    answer = await dialogue.respond(a_request(2, a_message(10, "nome=Maria;"), a_message(11, "nome=Ana;")))
    held.set()
    assert (await late).silence == "nothing_new"
    shown = await dialogue.conversation()
    assert values(shown.lead) == values(answer.lead) == {"NAME": "Ana"}
    assert [turn.turn_id for turn in (await dialogue.turns()).turns] == [2]


async def test_a_turn_that_the_superseded_one_overtakes_is_decided_again_on_what_is_stored(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    async def the_earlier_turn_ends() -> None:
        await dialogue.respond(a_request(1, a_message(10, "nome=Maria;")))

    model.before_answering = the_earlier_turn_ends
    answer = await dialogue.respond(a_request(2, a_message(10, "nome=Maria;"), a_message(11, "hum")))
    assert attempts(answer.lead) == {"INTEREST": 1}
    assert len(model.calls) == 2
    rows = await dialogue.fetch("select turn_id, superseded_by from turn order by turn_id")
    assert [(row["turn_id"], row["superseded_by"]) for row in rows] == [(1, 2), (2, None)]


async def test_two_conversations_of_a_lead_answered_at_once_lose_no_fact(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    async def meanwhile() -> None:
        await dialogue.respond(a_request(1, a_message(90, "localizacao=Moema;"), conversation_id=44))

    model.before_answering = meanwhile
    answer = await dialogue.respond(a_request(1, a_message(10, "nome=Maria;")))
    assert values(answer.lead) == {"NAME": "Maria", "LOCATION": "Moema"}
    # What the engine had to know has changed: it was asked again.
    assert [len(call.facts) for call in model.calls] == [0, 0, 1]


async def test_superseding_takes_back_what_an_analysis_changed(dialogue: Dialogue, model: ObedientModel) -> None:
    await dialogue.respond(a_request(1, a_message(10, COMPLETE)))
    model.judgement = AnalysisDraft(
        (FactDraft(FactKind.KNOWLEDGE, "pesquisou", "pesquisou_pouco", "conhecimento=sim", 10, 0.95),),
        Behaviour.COOPERATIVE,
        "Resumo.",
    )
    judged = await dialogue.analyze(an_analysis(1))
    assert values(judged.lead)["KNOWLEDGE"] == "pesquisou"
    answer = await dialogue.respond(a_request(2, a_message(10, COMPLETE), a_message(11, "quanto custa")))
    assert values(answer.lead)["KNOWLEDGE"] == "sim"
    assert answer.ended == lead.END_REASON_FACTS_COMPLETE
    shown = await dialogue.conversation()
    assert (shown.summary, shown.behaviour) == ("", 0)


async def test_an_end_that_a_takeover_kept_from_being_delivered_is_made_again_later(dialogue: Dialogue) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, COMPLETE)))
    assert first.ended == lead.END_REASON_FACTS_COMPLETE
    # A human was faster: the caller tells both lines instead of sending the answer, perhaps twice.
    seen = (
        an_observation(10, pb.OBSERVATION_KIND_LEAD_LINE, COMPLETE),
        an_observation(11, pb.OBSERVATION_KIND_HUMAN_LINE, "Oi Ana, aqui é a Camila!"),
    )
    await dialogue.observe(*seen)
    await dialogue.observe(*seen)
    again = await dialogue.respond(a_request(2, a_message(12, "oi, voltei")))
    assert again.ended == lead.END_REASON_FACTS_COMPLETE
    assert values(again.lead) == values(first.lead)


async def test_an_end_that_was_delivered_stands(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "sem interesse")))
    await dialogue.observe(an_observation(11, pb.OBSERVATION_KIND_LEAD_LINE, "ok"))
    again = await dialogue.respond(a_request(2, a_message(12, "oi")))
    assert again.ended == lead.END_REASON_UNSPECIFIED
