from __future__ import annotations

import asyncio
import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr.reporting.v1.reporting_pb2 import Event
from sdr_common.grpc_errors import RemoteError
from sdr_common.lead import FactKind
from sdr_dialogue.domain.conversation import Speaker, Usage
from tests.integration.dialogue.conftest import (
    Dialogue,
    ObedientModel,
    a_bot_line,
    a_message,
    a_request,
    a_settings_request,
    an_observation,
    attempts,
    values,
)

COMPLETE = (
    "nome=Maria; interesse=Botox:especifico; urgencia=hoje:esta_semana;"
    " conhecimento=sim:conhece_valores; localizacao=Moema;"
)


async def test_a_burst_gets_one_answer_and_its_facts_are_kept(dialogue: Dialogue) -> None:
    answer = await dialogue.respond(a_request(1, a_message(10, "oi"), a_message(11, "nome=Maria;")))
    assert answer.reply == "Resposta 11. Pergunta sobre interesse?"
    assert answer.asks == lead.FACT_KIND_INTEREST
    assert values(answer.lead) == {"NAME": "Maria"}
    assert answer.lead.known_count == 1
    assert attempts(answer.lead) == {"INTEREST": 1}
    assert answer.lead.status == lead.LEAD_STATUS_IN_PROGRESS
    assert (answer.engine, answer.prompt_version, answer.usage.cost_micro_usd) == ("obedient", "p1", 7)
    assert answer.lead.facts[0].source == lead.FACT_SOURCE_LEAD
    assert answer.lead.facts[0].source_message_id == 11
    shown = await dialogue.conversation()
    assert shown.lead == answer.lead
    assert [(line.message_id, line.text, line.unconfirmed) for line in shown.lines] == [
        (10, "oi", False),
        (11, "nome=Maria;", False),
        (0, "Resposta 11. Pergunta sobre interesse?", True),
    ]


async def test_the_moods_trend_compares_with_the_stored_turns(dialogue: Dialogue) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "oi")))
    assert first.sentiment_trend == pb.SENTIMENT_TREND_STEADY
    second = await dialogue.respond(a_request(2, a_message(12, "que saco")))
    assert second.sentiment_trend == pb.SENTIMENT_TREND_WORSE


async def test_a_repeat_gets_the_stored_answer_without_the_engine(dialogue: Dialogue, model: ObedientModel) -> None:
    request = a_request(1, a_message(10, "nome=Maria;"))
    first = await dialogue.respond(request)
    assert await dialogue.respond(request) == first
    assert len(model.calls) == 1


async def test_another_input_under_the_same_request_id_is_refused(dialogue: Dialogue) -> None:
    request = a_request(1, a_message(10, "oi"))
    await dialogue.respond(request)
    with pytest.raises(RemoteError) as refused:
        await dialogue.respond(a_request(1, a_message(10, "olá"), request_id=request.request_id))
    assert refused.value.reason == "REQUEST_ID_REUSED"


async def test_concurrent_repeats_ask_the_engine_once_and_get_the_same_answer(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    model.gate = asyncio.Event()
    request = a_request(1, a_message(10, "nome=Maria;"))
    calls = [asyncio.create_task(dialogue.respond(request)) for _ in range(4)]
    await model.entered.wait()
    model.gate.set()
    answers = await asyncio.gather(*calls)
    assert len(model.calls) == 1
    assert all(answer == answers[0] for answer in answers)
    assert len((await dialogue.turns()).turns) == 1


async def test_an_account_that_was_never_set_up_is_named(dialogue: Dialogue) -> None:
    request = a_request(1, a_message(10, "oi"))
    request.conversation.account_id = 999
    with pytest.raises(RemoteError) as refused:
        await dialogue.respond(request)
    assert refused.value.reason == "ACCOUNT_NOT_FOUND"


async def test_the_engine_sees_the_history_with_the_reply_that_is_being_sent(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.respond(a_request(2, a_message(12, "botox")))
    context = model.calls[-1]
    assert [(line.speaker, line.text, line.message_id) for line in context.history] == [
        (Speaker.LEAD, "oi", 10),
        (Speaker.BOT, "Resposta 10. Pergunta sobre interesse?", 0),
    ]
    assert context.asked is FactKind.INTEREST
    assert context.greeted
    assert context.attempts == {FactKind.INTEREST: 1}
    assert context.contact_name == "Mari"
    assert str(context.now.tzinfo) == "America/Sao_Paulo"


async def test_a_reply_that_was_seen_in_chatwoot_is_a_line_with_its_question(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.respond(a_request(2, a_message(12, "oi?"), observations=(a_bot_line(11, first.reply),)))
    context = model.calls[-1]
    assert [line.message_id for line in context.history] == [10, 11]
    assert context.asked is FactKind.INTEREST
    assert context.attempts == {FactKind.INTEREST: 1}
    assert [line.unconfirmed for line in (await dialogue.conversation()).lines] == [False, False, False, True]


async def test_after_a_human_spoke_our_unconfirmed_reply_counts_as_never_sent(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.observe(an_observation(11, pb.OBSERVATION_KIND_HUMAN_LINE, "Oi, aqui é a Paula"))
    await dialogue.respond(a_request(2, a_message(12, "oi Paula")))
    context = model.calls[-1]
    assert [(line.speaker, line.text) for line in context.history] == [
        (Speaker.LEAD, "oi"),
        (Speaker.HUMAN, "Oi, aqui é a Paula"),
    ]
    assert context.asked is None
    assert context.attempts == {}


async def test_when_every_fact_is_known_the_turn_ends_and_asks_nothing(dialogue: Dialogue) -> None:
    answer = await dialogue.respond(a_request(1, a_message(10, COMPLETE + " quanto custa")))
    assert answer.ended == lead.END_REASON_FACTS_COMPLETE
    assert answer.asks == lead.FACT_KIND_UNSPECIFIED
    assert answer.answer == "Custa a partir de R$ 10."
    assert answer.lead.known_count == 5
    location = next(fact for fact in answer.lead.facts if fact.kind == lead.FACT_KIND_LOCATION)
    assert (location.level, location.canonical) == ("perto", "moema")


async def test_a_qualified_lead_is_answered_without_questions_in_this_and_the_next_conversation(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    await dialogue.respond(a_request(1, a_message(10, COMPLETE)))
    again = await dialogue.respond(
        a_request(2, a_message(12, "quanto custa"), attributes={"sdr_ia_status": "qualificado"})
    )
    assert (again.already_qualified, again.asks, again.ended) == (True, 0, 0)
    assert again.lead.status == lead.LEAD_STATUS_QUALIFIED
    other = await dialogue.respond(a_request(3, a_message(900, "quanto custa"), conversation_id=77))
    assert other.already_qualified
    assert model.calls[-1].already_qualified
    assert other.lead.status == lead.LEAD_STATUS_UNSPECIFIED


async def test_facts_survive_into_the_next_conversation_and_attempts_begin_anew(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "nome=Maria;")))
    answer = await dialogue.respond(a_request(1, a_message(90, "oi de novo"), conversation_id=32))
    assert values(answer.lead) == {"NAME": "Maria"}
    assert attempts(answer.lead) == {"INTEREST": 1}


async def test_a_refusal_ends_the_qualification(dialogue: Dialogue) -> None:
    answer = await dialogue.respond(a_request(1, a_message(10, "sem interesse")))
    assert answer.ended == lead.END_REASON_DISQUALIFIED
    assert answer.disqualification.kind == lead.DISQUALIFICATION_KIND_REFUSAL


async def test_a_request_for_a_human_escalates_and_ends_nothing(dialogue: Dialogue) -> None:
    answer = await dialogue.respond(a_request(1, a_message(10, "quero um atendente")))
    assert answer.escalation == lead.ESCALATION_REASON_HUMAN_REQUESTED
    assert (answer.ended, answer.asks) == (0, 0)
    assert answer.lead.status == lead.LEAD_STATUS_ESCALATED


async def test_an_opt_out_is_confirmed_once_and_then_kept_silent_for_ever(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "parar")))
    assert first.opted_out
    assert first.reply
    assert first.lead.status == lead.LEAD_STATUS_OPT_OUT
    await dialogue.observe(a_bot_line(11, first.reply))
    later = await dialogue.respond(a_request(2, a_message(12, "oi")))
    elsewhere = await dialogue.respond(a_request(1, a_message(99, "oi"), conversation_id=40))
    for answer in (later, elsewhere):
        assert (answer.silence, answer.reply, answer.lead.status) == ("opted_out", "", lead.LEAD_STATUS_OPT_OUT)
    assert len(model.calls) == 1


async def test_an_opt_out_that_chatwoot_shows_is_respected(dialogue: Dialogue, model: ObedientModel) -> None:
    answer = await dialogue.respond(a_request(1, a_message(10, "oi"), attributes={"sdr_ia_status": "opt_out"}))
    assert answer.silence == "opted_out"
    assert model.calls == []
    # What a human set, a human may take back.
    assert (await dialogue.respond(a_request(2, a_message(12, "oi")))).reply


async def test_a_burst_without_text_or_attachment_gets_no_answer(dialogue: Dialogue, model: ObedientModel) -> None:
    answer = await dialogue.respond(a_request(1, a_message(10, "  ")))
    assert (answer.silence, answer.reply) == ("nothing_new", "")
    assert model.calls == []


async def test_a_transcribed_audio_is_text_and_an_image_is_named(dialogue: Dialogue, model: ObedientModel) -> None:
    await dialogue.respond(
        a_request(
            1,
            a_message(10, "", file_type="audio", transcribed_text="nome=Ana;"),
            a_message(11, "", file_type="image", url="http://chatwoot.test/1.jpg"),
        )
    )
    audio, image = model.calls[0].messages
    assert (audio.text, audio.attachment_types) == ("nome=Ana;", ())
    assert (image.text, image.attachment_types) == ("", ("image",))
    shown = await dialogue.conversation()
    assert [line.text for line in shown.lines][:2] == ["nome=Ana;", "[imagem]"]


async def test_more_messages_than_the_limit_hand_over_with_what_is_known(dialogue: Dialogue) -> None:
    await dialogue.put_settings(a_settings_request(pb.DialogueSettings(message_limit=5, attempts_per_fact=5)))
    for turn in range(1, 6):
        answer = await dialogue.respond(a_request(turn, a_message(10 * turn, "hum")))
        assert answer.ended == 0
    last = await dialogue.respond(a_request(6, a_message(60, "hum")))
    assert last.ended == lead.END_REASON_MESSAGE_LIMIT


async def test_a_fact_is_exhausted_after_its_attempts_and_all_exhausted_end_the_qualification(
    dialogue: Dialogue,
) -> None:
    await dialogue.put_settings(a_settings_request(pb.DialogueSettings(attempts_per_fact=1)))
    asked = []
    for turn in range(1, 6):
        answer = await dialogue.respond(a_request(turn, a_message(10 * turn, "hum")))
        await dialogue.observe(a_bot_line(10 * turn + 1, answer.reply))
        asked.append(lead.FactKind.Name(answer.asks).removeprefix("FACT_KIND_"))
    assert asked == ["INTEREST", "NAME", "URGENCY", "KNOWLEDGE", "LOCATION"]
    last = await dialogue.respond(a_request(6, a_message(60, "hum")))
    assert last.ended == lead.END_REASON_FACTS_COMPLETE


async def test_evidence_that_the_lead_never_said_is_no_fact(dialogue: Dialogue) -> None:
    answer = await dialogue.respond(a_request(1, a_message(10, "nome=Maria;")))
    assert values(answer.lead) == {"NAME": "Maria"}
    assert answer.lead.facts[0].evidence == "nome=Maria"


async def test_learned_facts_are_told_to_reporting_once_and_nothing_else_is(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    model.usage = Usage()
    request = a_request(1, a_message(10, "nome=Maria;"))
    await dialogue.respond(request)
    await dialogue.respond(request)
    await dialogue.respond(a_request(2, a_message(11, "hum")))
    rows = await dialogue.fetch("select body from event_outbox")
    assert len(rows) == 1
    event = Event.FromString(bytes(rows[0]["body"]))
    learned = event.facts_learned
    assert (learned.turn_id, learned.known_count, learned.engine, learned.cost_micro_usd) == (1, 1, "obedient", 0)
    assert [fact.value for fact in learned.facts] == ["Maria"]
    assert learned.status == lead.LEAD_STATUS_IN_PROGRESS


async def test_text_with_a_null_character_is_taken_without_it(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "nome=Ma\x00ria;")))
    assert (await dialogue.conversation()).lines[0].text == "nome=Maria;"


async def test_turns_are_listed_newest_first_by_pages(dialogue: Dialogue) -> None:
    for turn in (1, 2, 3):
        await dialogue.respond(a_request(turn, a_message(10 * turn, f"nome=Maria {turn};")))
    first = await dialogue.turns(page_size=2)
    assert [turn.turn_id for turn in first.turns] == [3, 2]
    assert [fact.value for fact in first.turns[0].learned] == ["Maria 3"]
    assert list(first.turns[0].message_ids) == [30]
    assert first.turns[0].settings_version == 1
    second = await dialogue.turns(page_size=2, page_token=first.next_page_token)
    assert ([turn.turn_id for turn in second.turns], second.next_page_token) == ([1], "")
    with pytest.raises(RemoteError) as refused:
        await dialogue.turns(page_token="x1")
    assert refused.value.reason == "INVALID_PAGE_TOKEN"


async def test_a_conversation_that_nobody_knows_is_named(dialogue: Dialogue) -> None:
    with pytest.raises(RemoteError) as refused:
        await dialogue.conversation(12345)
    assert refused.value.reason == "CONVERSATION_NOT_FOUND"


async def test_a_failed_engine_leaves_nothing_behind_and_the_same_request_may_be_repeated(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    async def fail() -> None:
        raise RuntimeError("engine broke")

    model.before_answering = fail
    request = a_request(1, a_message(10, "nome=Maria;"), request_id=str(uuid.uuid4()))
    with pytest.raises(RemoteError) as failed:
        await dialogue.respond(request)
    assert failed.value.reason == "INTERNAL"
    assert await dialogue.fetch("select 1 from line") == []
    assert values((await dialogue.respond(request)).lead) == {"NAME": "Maria"}


async def test_a_qualified_lead_that_names_another_procedure_is_to_be_judged_anew(dialogue: Dialogue) -> None:
    told = "interesse=Botox:especifico; nome=Ana; urgencia=hoje:esta_semana; conhecimento=sim:conhece_valores;"
    await dialogue.respond(a_request(1, a_message(10, told + " localizacao=Moema;")))
    same = await dialogue.respond(a_request(2, a_message(12, "quanto custa? interesse=Botox:especifico;")))
    assert (same.already_qualified, same.new_interest) == (True, False)
    vague = await dialogue.respond(a_request(3, a_message(14, "interesse=melhorar a pele:vago;")))
    assert not vague.new_interest
    other = await dialogue.respond(a_request(4, a_message(16, "e interesse=Peeling:especifico;")))
    assert (other.already_qualified, other.new_interest, other.asks) == (True, True, lead.FACT_KIND_UNSPECIFIED)
    both = await dialogue.respond(a_request(6, a_message(17, "interesse=Peeling;")))
    assert not both.new_interest
    again = await dialogue.respond(a_request(7, a_message(18, "obrigada! interesse=Peeling:especifico;")))
    assert not again.new_interest


async def test_of_a_judged_lead_only_scoring_knows_the_status(dialogue: Dialogue) -> None:
    assert (await dialogue.respond(a_request(1, a_message(10, "sem interesse")))).ended
    known = await dialogue.conversation()
    assert (known.lead.status, known.ended) == (lead.LEAD_STATUS_UNSPECIFIED, lead.END_REASON_DISQUALIFIED)
