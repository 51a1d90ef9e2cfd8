"""How a reply stays short, calm and in the clinic's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdr_dialogue.domain.language import language_of
from sdr_dialogue.domain.settings import FrequentQuestion
from sdr_dialogue.domain.text import plain
from sdr_dialogue.engine.knowledge_base import answer_to
from sdr_dialogue.engine.speech import in_sentence, joined, limit_emojis, of_clinic, shortened
from sdr_dialogue.engine.topics import Question, topics_of
from tests.unit.dialogue.builders import CLINIC, Talk


def test_a_long_answer_is_cut_at_a_sentence_and_the_question_stays() -> None:
    told = "Cada caso é avaliado com calma. " * 60
    clinic = replace(CLINIC, frequent_questions=(FrequentQuestion("Vocês parcelam?", told),))
    draft = Talk(settings=clinic).say("vocês parcelam?")
    assert len(draft.reply) <= 700
    assert "calma.\n" in draft.reply
    assert draft.reply.endswith("?")


def test_text_without_sentences_is_cut_at_a_word() -> None:
    assert shortened("um dois tres quatro", 12) == "um dois…"
    assert shortened("  curto ", 12) == "curto"


def test_only_the_first_emojis_stay() -> None:
    assert limit_emojis("Oi 😊 tudo 🎉 bem 👍🏽?", 2) == "Oi 😊 tudo 🎉 bem ?"
    clinic = replace(CLINIC, emojis_per_reply=0)
    assert "😊" not in Talk(settings=clinic).say("oi").reply


def test_a_long_reply_puts_its_question_on_a_line_of_its_own() -> None:
    assert joined(["a" * 100], "Sim?", 2) == "a" * 100 + "\nSim?"
    assert joined(["Certo!", ""], "Sim?", 2) == "Certo! Sim?"
    assert joined(["Certo!"], "", 2) == "Certo!"


def test_a_clinic_has_its_article_and_a_procedure_its_small_letter() -> None:
    assert of_clinic("Instituto Bella") == "do Instituto Bella"
    assert of_clinic("Clínica Bella") == "da Clínica Bella"
    assert in_sentence("Botox") == "botox"
    assert in_sentence("PRP") == "PRP"


@pytest.mark.parametrize(
    ("texts", "earlier", "language"),
    [
        (["oi quero botox"], [], "pt"),
        (["hola, cuánto cuesta?"], [], "es"),
        (["hi, how much is it?"], [], "en"),
        (["ok"], ["hola, quiero botox"], "es"),
        (["Moema"], ["hi, I want botox"], "en"),
        (["laser"], [], "pt"),
        (["no"], ["oi, quero botox"], "pt"),
        ([""], [], "pt"),
    ],
)
def test_a_burst_has_a_language(texts: list[str], earlier: list[str], language: str) -> None:
    assert language_of(texts, earlier) == language


def a_question(text: str) -> Question:
    return Question(topics_of(f" {plain(text)} ")[0], f" {plain(text)} ", text, 1)


def test_another_procedure_s_price_is_no_answer() -> None:
    assert answer_to(a_question("quanto custa o peeling"), CLINIC) is None
    price = answer_to(a_question("quanto custa"), CLINIC, "botox")
    assert price is not None
    assert price.text == "O botox sai a partir de R$ 900."
    assert answer_to(a_question("quanto custa"), CLINIC, "peeling") is None
    assert answer_to(a_question("quanto custa"), CLINIC) is None


def test_a_price_of_something_else_is_no_price_of_the_procedure() -> None:
    clinic = replace(CLINIC, frequent_questions=(FrequentQuestion("Qual o preço do estacionamento?", "R$ 20."),))
    assert answer_to(a_question("qual o preço do botox"), clinic) is None


def test_an_account_without_answers_answers_nothing() -> None:
    assert answer_to(a_question("quanto custa"), replace(CLINIC, frequent_questions=())) is None
