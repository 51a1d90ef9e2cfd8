from __future__ import annotations

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1.reporting_pb2 import Event
from tests.integration.dialogue.conftest import Dialogue, ObedientModel, a_bot_line, a_message, a_request, values


async def test_a_value_that_a_human_set_is_locked_and_no_longer_overwritten(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "localizacao=Osasco;")))
    await dialogue.observe(a_bot_line(11, first.reply))
    second = await dialogue.respond(
        a_request(2, a_message(12, "localizacao=Osasco;"), attributes={"sdr_ia_localizacao": "Moema"})
    )
    fact = second.lead.facts[0]
    assert (fact.value, fact.level, fact.source, fact.locked) == ("Moema", "perto", lead.FACT_SOURCE_AGENT, True)
    third = await dialogue.respond(a_request(3, a_message(14, "localizacao=Osasco;")))
    assert values(third.lead) == {"LOCATION": "Moema"}
    assert model.calls[1].facts[next(iter(model.calls[1].facts))].locked


async def test_our_own_value_older_or_newer_is_never_taken_for_a_human_s(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "interesse=Botox:especifico;")))
    await dialogue.respond(a_request(2, a_message(12, "interesse=preenchimento labial:especifico;")))
    for shown in ("Botox", "especifico", "preenchimento labial", "Preenchimento  labial"):
        answer = await dialogue.respond(
            a_request(3, a_message(14, "hum"), attributes={"sdr_ia_interesse": shown, "waha_whatsapp_jid": "x"})
        )
        assert not answer.lead.facts[0].locked


async def test_what_a_human_set_is_told_to_reporting_and_outlives_a_superseded_turn(dialogue: Dialogue) -> None:
    edited = {"sdr_ia_nome": "Maria Souza"}
    await dialogue.respond(a_request(1, a_message(10, "nome=Mari;"), attributes=edited))
    answer = await dialogue.respond(a_request(2, a_message(10, "nome=Mari;"), a_message(11, "hum")))
    assert values(answer.lead) == {"NAME": "Maria Souza"}
    rows = await dialogue.fetch("select body from event_outbox")
    events = [Event.FromString(bytes(row["body"])) for row in rows]
    facts = [event.facts_learned.facts[0] for event in events if event.HasField("facts_learned")]
    assert [(fact.value, fact.source) for fact in facts] == [("Maria Souza", lead.FACT_SOURCE_AGENT)]


async def test_a_changed_mind_of_the_human_counts_again(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "oi"), attributes={"sdr_ia_nome": "Maria"}))
    answer = await dialogue.respond(a_request(2, a_message(12, "oi"), attributes={"sdr_ia_nome": "Mariana"}))
    assert values(answer.lead) == {"NAME": "Mariana"}
