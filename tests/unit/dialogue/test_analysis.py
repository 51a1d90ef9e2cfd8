"""The judgement of a whole conversation."""

from __future__ import annotations

from dataclasses import replace

from sdr_common.lead import Behaviour, DisqualificationKind, FactKind
from sdr_dialogue.domain.conversation import AnalysisContext, Line, Speaker
from sdr_dialogue.engine.analysis import analyse
from sdr_dialogue.engine.scripted import ScriptedEngine, read_value
from tests.unit.dialogue.builders import CLINIC, NOW, Talk, a_fact, a_turn

WISH, N, U, K, L = FactKind.INTEREST, FactKind.NAME, FactKind.URGENCY, FactKind.KNOWLEDGE, FactKind.LOCATION


def a_transcript(*lines: tuple[str, str], **details: object) -> AnalysisContext:
    spoken = tuple(Line(Speaker(speaker), text, NOW, index + 1) for index, (speaker, text) in enumerate(lines))
    return AnalysisContext(settings=CLINIC, now=NOW, lines=spoken, **details)  # type: ignore[arg-type]  # test defaults


def a_told_story() -> Talk:
    talk = Talk()
    for message in ("quero remover uma tatuagem, qto custa?", "Marina", "em duas semanas, vou casar", "não", "Moema"):
        talk.say(message)
    return talk


def test_every_fact_is_proved_by_a_quote_of_the_lead() -> None:
    talk = a_told_story()
    said = [line.text for line in talk.history if line.speaker is Speaker.LEAD]
    facts = talk.judged().facts
    assert {fact.kind for fact in facts} == set(FactKind)
    assert all(any(fact.evidence in text for text in said) for fact in facts)


def test_the_summary_tells_a_closer_what_matters_in_two_to_four_sentences() -> None:
    assert a_told_story().judged().summary == (
        "Marina tem interesse em remoção de tatuagem e pretende fazer: em duas semanas. "
        "Está pesquisando pela primeira vez; local: Moema (perto da clínica). "
        "Motivação: “em duas semanas, vou casar”. "
        "Perguntou sobre valores; comportamento cooperativo na conversa."
    )


def test_a_bare_answer_is_read_after_the_question_even_if_nobody_recorded_what_it_asked() -> None:
    draft = analyse(
        a_transcript(
            ("bot", "Oi! Qual tratamento você está procurando?"),
            ("lead", "boca"),
            ("bot", "Anotei. Você já pesquisou sobre isso?"),
            ("lead", "não"),
            ("bot", "Em que bairro ou cidade você mora?"),
            ("lead", "osasco"),
            ("bot", "Pra quando você pensa em fazer?"),
            ("lead", "logo"),
            ("bot", "Posso te chamar de Ana?"),
            ("lead", "sim"),
            ("bot", "Combinado."),
            ("lead", "ok"),
        )
    )
    assert {fact.kind: fact.level or fact.value for fact in draft.facts} == {
        WISH: "especifico",
        K: "primeira_pesquisa",
        L: "longe",
        U: "ate_30_dias",
        N: "Ana",
    }


def test_a_human_s_line_ends_the_question_before_it() -> None:
    draft = analyse(
        a_transcript(("bot", "Você já pesquisou sobre isso?"), ("human", "Oi, aqui é a Paula"), ("lead", "não"))
    )
    assert draft.facts == ()


def test_the_latest_explicit_statement_decides_about_a_disqualification() -> None:
    refused = a_transcript(("lead", "quero botox"), ("bot", "Legal!"), ("lead", "não tenho interesse"))
    returned = replace(
        refused,
        lines=(*refused.lines, Line(Speaker.BOT, "Ok", NOW), Line(Speaker.LEAD, "pensei melhor, quero botox", NOW, 9)),
    )
    first = analyse(refused).disqualification
    assert first is not None
    assert (first.kind, first.source_message_id) == (DisqualificationKind.REFUSAL, 3)
    assert analyse(returned).disqualification is None


def test_behaviour_follows_how_the_lead_took_part() -> None:
    assert a_told_story().judged().behaviour is Behaviour.COOPERATIVE
    assert analyse(a_transcript(("lead", "não tenho interesse"))).behaviour is Behaviour.RESISTANT
    assert analyse(a_transcript(("lead", "que palhaçada"))).behaviour is Behaviour.RESISTANT
    evading = a_transcript(
        ("bot", "Qual é o seu nome?"),
        ("lead", "prefiro não dizer"),
        ("bot", "De qual cidade?"),
        ("lead", "não vou falar"),
    )
    assert analyse(evading).behaviour is Behaviour.EVASIVE


def test_the_summary_names_what_is_missing_and_what_a_human_set() -> None:
    locked = {N: a_fact(N, "Ana Paula", locked=True)}
    summary = analyse(a_transcript(("lead", "quero me cuidar"), facts=locked)).summary
    assert summary.startswith(
        "Ana Paula ainda tem um interesse vago (“Me cuidar”) e não informou quando pretende fazer."
    )
    assert "Não informou o que já conhece nem onde mora." in summary


def test_the_summary_tells_why_somebody_is_no_lead() -> None:
    summary = analyse(a_transcript(("lead", "sou representante de cosméticos, posso mandar o catálogo?"))).summary
    assert "É fornecedor ou oferece parceria: “sou representante de cosméticos" in summary


def test_an_empty_transcript_is_judged_too() -> None:
    draft = analyse(a_transcript())
    assert (draft.facts, draft.behaviour) == ((), Behaviour.COOPERATIVE)


async def test_the_engine_is_a_language_model_named_scripted() -> None:
    engine = ScriptedEngine()
    assert engine.name == "scripted"
    turn = await engine.respond(a_turn("quero botox", greeted=False))
    judged = await engine.analyze(a_transcript(("lead", "quero botox")))
    assert (turn.engine, judged.engine) == ("scripted", "scripted")
    assert judged.facts[0].canonical == "botox"


def test_a_value_that_a_human_wrote_is_read_like_an_answer() -> None:
    assert read_value(U, "semana que vem", CLINIC, NOW) == ("proximas_2_semanas", "")
    assert read_value(WISH, "toxina na testa", CLINIC, NOW) == ("especifico", "botox")
    assert read_value(K, "já fez duas vezes", CLINIC, NOW)[0] == "conhece_valores"
    assert read_value(U, "???", CLINIC, NOW) == ("", "")
