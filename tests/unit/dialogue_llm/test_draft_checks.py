from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.lead import (
    Disqualification,
    DisqualificationKind,
    EscalationReason,
    Fact,
    FactKind,
    FactSource,
)
from sdr_dialogue.domain.conversation import FactDraft, LeadMessage, Line, Speaker, TurnContext, TurnDraft
from sdr_dialogue.domain.draft_checks import checked, limit_emojis, proven, shortened
from sdr_dialogue.domain.knowledge import Found, Passage
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion
from sdr_dialogue.domain.speech_checks import shingles
from sdr_dialogue.domain.verdicts import Action, Check, Verdict

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SETTINGS = AccountSettings(
    clinic_name="Clínica Aurora",
    assistant_name="Bia",
    time_zone="America/Sao_Paulo",
    frequent_questions=(
        FrequentQuestion("Quanto custa o botox?", "A partir de R$ 1.200,50, veja https://aurora.example/botox"),
    ),
)


def a_context(text: str = "quero botox, sou a Ana", **changes: object) -> TurnContext:
    context = TurnContext(settings=SETTINGS, now=NOW, messages=(LeadMessage(11, text, NOW),))
    return replace(context, **changes)  # type: ignore[arg-type]  # fields of the context, checked by the tests' use


def a_fact(kind: FactKind, value: str = "x") -> Fact:
    return Fact(kind, value, "", "x", 1, 0.9, FactSource.LEAD, NOW)


def product_question(kind: FactKind, context: TurnContext, language: str) -> str:
    return f"Pergunta sobre {kind.value}?"


def check(draft: TurnDraft, question: str = "", context: TurnContext | None = None) -> TurnDraft:
    return checked(draft, question, context or a_context(), product_question)


def test_the_model_s_own_question_is_kept_when_its_fact_is_open() -> None:
    draft = check(TurnDraft(reply="Oi!", asks=FactKind.URGENCY), "Para quando seria?")
    assert (draft.reply, draft.asks) == ("Oi!\nPara quando seria?", FactKind.URGENCY)


def test_a_known_fact_is_not_asked_again_but_the_next_one_is() -> None:
    context = a_context(facts={FactKind.NAME: a_fact(FactKind.NAME)})
    draft = check(TurnDraft(reply="Oi!", asks=FactKind.NAME), "Qual o seu nome?", context)
    assert (draft.reply, draft.asks) == ("Oi!\nPergunta sobre interesse?", FactKind.INTEREST)


def test_a_fact_that_this_burst_tells_is_not_asked() -> None:
    said = FactDraft(FactKind.INTEREST, "botox", "especifico", "quero botox", 11, 0.95)
    draft = check(TurnDraft(reply="Oi!", facts=(said,), asks=FactKind.INTEREST), "O que deseja?")
    assert draft.asks is FactKind.NAME


def test_an_exhausted_fact_is_not_asked_again() -> None:
    context = a_context(attempts={FactKind.INTEREST: 3})
    draft = check(TurnDraft(reply="Oi!", asks=FactKind.INTEREST), "O que deseja?", context)
    assert (draft.reply, draft.asks) == ("Oi!\nPergunta sobre nome?", FactKind.NAME)


def test_a_question_that_the_model_forgot_is_asked_in_the_product_s_words() -> None:
    draft = check(TurnDraft(reply="Oi!"), "")
    assert (draft.reply, draft.asks) == ("Oi!\nPergunta sobre interesse?", FactKind.INTEREST)


@pytest.mark.parametrize("question", ["Me diga o nome", "Aceita por R$ 10?"])
def test_what_is_no_question_or_names_a_price_is_replaced(question: str) -> None:
    assert check(TurnDraft(reply="Oi!", asks=FactKind.NAME), question).reply == "Oi!\nPergunta sobre nome?"


@pytest.mark.parametrize(
    "draft",
    [
        TurnDraft(reply="Já chamo alguém.", asks=FactKind.NAME, escalation=EscalationReason.HUMAN_REQUESTED),
        TurnDraft(reply="Tudo bem.", asks=FactKind.NAME, opted_out=True),
        TurnDraft(
            reply="", asks=FactKind.NAME, disqualification=Disqualification(DisqualificationKind.SPAM, "quero", 11)
        ),
    ],
)
def test_after_a_sign_nothing_is_asked(draft: TurnDraft) -> None:
    kept = check(draft, "Qual o seu nome?")
    assert (kept.asks, kept.reply) == (None, draft.reply)


def test_a_qualified_lead_and_a_complete_one_are_asked_nothing() -> None:
    assert check(TurnDraft(reply="Oi!", asks=FactKind.NAME), "Nome?", a_context(already_qualified=True)).asks is None
    complete = a_context(facts={kind: a_fact(kind) for kind in FactKind})
    assert check(TurnDraft(reply="Oi!", asks=FactKind.NAME), "Nome?", complete).reply == "Oi!"


@pytest.mark.parametrize("evidence", ["quero  BOTOX", "sou a ana"])
def test_evidence_counts_apart_from_case_and_spacing(evidence: str) -> None:
    assert proven((FactDraft(FactKind.NAME, "x", "", evidence, 0, 0.9),), a_context())[0].source_message_id == 11


@pytest.mark.parametrize("evidence", ["", "  ", "sou a Maria", "Posso ajudar?"])
def test_a_fact_without_the_lead_s_words_is_dropped(evidence: str) -> None:
    context = a_context(history=(Line(Speaker.BOT, "Posso ajudar?", NOW, 10),))
    assert proven((FactDraft(FactKind.NAME, "Maria", "", evidence, 11, 0.99),), context) == ()


def test_evidence_in_an_earlier_message_names_that_message() -> None:
    context = a_context("oi", history=(Line(Speaker.LEAD, "sou a Ana", NOW, 9),))
    assert proven((FactDraft(FactKind.NAME, "Ana", "", "sou a Ana", 11, 0.9),), context)[0].source_message_id == 9


@pytest.mark.parametrize(
    "invented",
    [
        "Custa R$ 500.",
        "Sai por 500 reais.",
        "Hoje tem 20% de desconto.",
        "Veja em https://outra.example/x.",
        "Agendei você para amanhã!",
        "Seu horário ficou marcado.",
    ],
)
def test_a_price_link_or_booking_that_the_account_never_told_is_not_said(invented: str) -> None:
    draft = check(TurnDraft(reply=f"Claro! {invented}", answer=invented, asks=FactKind.NAME), "Nome?")
    assert draft.answer == "Essa informação a equipe confirma com você na avaliação."
    assert draft.reply == "Claro!\nEssa informação a equipe confirma com você na avaliação.\nNome?"
    assert draft.unanswered_question == "quero botox, sou a Ana"


def test_a_price_from_the_knowledge_base_is_said() -> None:
    told = "Sai a partir de R$ 1.200,50. Veja https://aurora.example/botox"
    assert check(TurnDraft(reply=told, answer=told)).answer == told


def test_a_long_reply_is_cut_at_a_sentence_and_keeps_its_question() -> None:
    draft = check(TurnDraft(reply="Uma frase bem longa. " * 60, asks=FactKind.NAME), "Qual o seu nome?")
    assert len(draft.reply) <= 700
    assert draft.reply.endswith("longa.\nQual o seu nome?")


def test_emojis_beyond_the_account_s_number_are_left_out() -> None:
    assert limit_emojis("Oi 😊 tudo 💖 bem 🌸?", 2) == "Oi 😊 tudo 💖 bem?"
    assert limit_emojis("Oi 👩🏽‍⚕️!", 0) == "Oi!"


@given(st.text(max_size=300), st.integers(min_value=0, max_value=100))
def test_cutting_never_exceeds_the_limit_by_more_than_the_ellipsis(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit + 1


@given(
    reply=st.text(max_size=2000),
    answer=st.text(max_size=500),
    question=st.text(max_size=900),
    asks=st.sampled_from([None, *FactKind]),
    known=st.frozensets(st.sampled_from(list(FactKind))),
    attempts=st.dictionaries(st.sampled_from(list(FactKind)), st.integers(0, 5)),
)
def test_whatever_a_model_returns_one_open_fact_is_asked_at_most(
    *,
    reply: str,
    answer: str,
    question: str,
    asks: FactKind | None,
    known: frozenset[FactKind],
    attempts: dict[FactKind, int],
) -> None:
    context = a_context(facts={kind: a_fact(kind) for kind in known}, attempts=attempts)
    draft = check(TurnDraft(reply=reply, answer=answer, asks=asks), question, context)
    assert draft.asks not in known
    assert draft.asks is None or attempts.get(draft.asks, 0) < 3
    assert len(draft.reply) <= 701


def test_a_price_may_be_said_when_a_passage_that_was_found_has_it() -> None:
    price = "O peeling custa R$ 350."
    draft = TurnDraft(reply=price, answer=price)
    found = Found("quanto custa o peeling?", (Passage(1, 1, "Tabela", "Peeling químico: R$ 350 a sessão."),))
    assert check(draft, context=a_context("quanto custa o peeling?", found=(found,))).answer == price
    assert "350" not in check(draft, context=a_context("quanto custa o peeling?")).answer


def test_a_topic_that_the_account_forbids_is_not_spoken_of() -> None:
    settings = replace(SETTINGS, forbidden_topics=("Clínica Rival", "política"))
    draft = TurnDraft(reply="Somos melhores que a clinica rival. Temos botox.", language="pt")
    answered = check(draft, context=a_context(settings=settings))
    assert answered.reply.startswith("Temos botox.")
    assert Verdict(Check.FORBIDDEN_TOPIC, Action.REMOVED, 1) in answered.verdicts


@pytest.mark.parametrize(
    ("said", "check_"),
    [
        ("Pela foto, você tem melasma.", Check.MEDICAL),
        ("Pode tomar isotretinoína 20 mg por dia.", Check.MEDICAL),
        ("O resultado é garantido.", Check.PROMISE),
        ("Para você é de graça.", Check.PRICE),
        ("Dou 20% de desconto.", Check.PRICE),
        ("Manda um pix para 11 98888-7777.", Check.LINK),
        ("Seu score é alto.", Check.LEAK),
        ("Minhas instruções dizem isso.", Check.LEAK),
    ],
)
def test_what_may_not_be_said_is_taken_out_and_named(said: str, check_: Check) -> None:
    answered = check(TurnDraft(reply=f"Oi, Ana. {said}", language="pt"))
    assert said not in answered.reply
    assert answered.reply.startswith("Oi, Ana.")
    assert check_ in {verdict.check for verdict in answered.verdicts}


def test_the_account_s_own_promise_may_be_repeated() -> None:
    settings = replace(SETTINGS, frequent_questions=(FrequentQuestion("Tem garantia?", "O retoque é garantido."),))
    answered = check(TurnDraft(reply="O retoque é garantido.", language="pt"), context=a_context(settings=settings))
    assert answered.reply.startswith("O retoque é garantido.")
    assert answered.verdicts == ()


def test_six_words_in_a_row_of_our_instructions_are_never_said() -> None:
    private = shingles("Nunca diga que marcou, reservou ou agendou algo.")
    draft = TurnDraft(reply="Oi. Aqui diz: nunca diga que marcou, reservou ou agendou algo!", language="pt")
    answered = checked(draft, "", a_context(), product_question, private)
    assert "marcou" not in answered.reply
    assert Verdict(Check.LEAK, Action.REMOVED, 1) in answered.verdicts


def test_a_reply_that_is_clearly_not_in_the_lead_s_language_is_taken_out_and_its_question_kept_for_people() -> None:
    draft = TurnDraft(
        reply="Hi Ana, thank you for your message! We would like to know more about what you want.",
        answer="Hi Ana, the price is something that you can know with the doctor next week.",
        language="en",
    )
    found = check(draft, "When would you like to come?", a_context("quanto custa o botox? moro em Moema"))
    assert (found.reply, found.answer, found.language) == ("Pergunta sobre interesse?", "", "pt")
    assert found.unanswered_question == "quanto custa o botox? moro em Moema"
    assert Verdict(Check.LANGUAGE, Action.REMOVED) in found.verdicts


@pytest.mark.parametrize(
    ("lead", "reply"),
    [
        ("Hi, how much is the botox? I live in Moema", "Hi! Thank you for your message, what is your name?"),
        ("Hola, quiero saber cuanto cuesta", "Hola, gracias por escribir. ¿Como te llamas?"),
        ("oi", "Oi! Que bom falar com você."),
        ("quero botox", "Perfeito, Ana! O Full Face é ótimo."),
        ("Hola quisiera una cita", "Ok!"),
    ],
)
def test_a_reply_in_the_lead_s_language_or_in_none_beyond_doubt_stays(lead: str, reply: str) -> None:
    found = check(TurnDraft(reply=reply), "", a_context(lead))
    assert found.reply.startswith(reply)
    assert Check.LANGUAGE not in {verdict.check for verdict in found.verdicts}
