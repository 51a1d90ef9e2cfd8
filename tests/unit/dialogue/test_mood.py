"""Moods, their trend, and how the engine answers them."""

from __future__ import annotations

import re

import pytest

from sdr_common.lead import EscalationReason, FactKind, Sentiment
from sdr_dialogue.domain.mood_trend import MoodTrend, trend_of
from sdr_dialogue.engine.hearing import Hearing
from sdr_dialogue.engine.mood import Anger, anger_of
from sdr_dialogue.engine.normalise import normalise
from sdr_dialogue.engine.scripted import respond_to
from tests.unit.dialogue.builders import CLINIC, NOW, Talk, a_turn, reading

POSITIVE, NEUTRAL, NEGATIVE, IRRITATED = (
    Sentiment.POSITIVE,
    Sentiment.NEUTRAL,
    Sentiment.NEGATIVE,
    Sentiment.IRRITATED,
)


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("amei a explicação, muito obrigada!", POSITIVE),
        ("não vejo a hora", POSITIVE),
        ("😍😍", POSITIVE),
        ("quero botox", NEUTRAL),
        ("é muito caro?", NEUTRAL),
        ("não tenho medo de agulha", NEUTRAL),
        ("desisti, obrigada", NEUTRAL),
        ("morro de medo de agulha", NEGATIVE),
        ("não gostei do resultado", NEGATIVE),
        ("ninguém me responde aqui", NEGATIVE),
        ("que saco", IRRITATED),
        ("vocês são um lixo", IRRITATED),
        ("JÁ FALEI MEU NOME!!!", IRRITATED),
    ],
)
def test_a_message_has_one_mood(text: str, mood: Sentiment) -> None:
    assert reading(text).sentiment is mood


@pytest.mark.parametrize(
    ("text", "anger"),
    [
        ("que saco", Anger.MILD),
        ("que merda de atendimento", Anger.STRONG),
        ("PERGUNTEI O PREÇO, QUE SACO", Anger.STRONG),
        ("que raiva dessa mancha no meu rosto", Anger.NONE),
        ("ficou bom pra caralho, amei", Anger.NONE),
        ("que raiva kkk brincadeira", Anger.NONE),
    ],
)
def test_anger_at_us_is_told_from_anger_at_something_else(text: str, anger: Anger) -> None:
    assert anger_of(Hearing(1, normalise(text), CLINIC, NOW)) is anger


def test_a_first_impatient_word_is_answered_with_an_apology_and_the_second_calls_a_human() -> None:
    talk = Talk()
    talk.say("oi, quero botox")
    first = talk.say("que saco")
    assert first.sentiment is IRRITATED
    assert first.escalation is None
    assert re.search(r"desculpa", first.reply, re.IGNORECASE)
    second = talk.say("ai que saco, não enche")
    assert second.escalation is EscalationReason.IRRITATION


def test_an_insult_calls_a_human_at_once() -> None:
    assert respond_to(a_turn("vocês são um lixo")).escalation is EscalationReason.IRRITATION


def test_a_sad_lead_reads_no_pictures_and_a_kind_word_first() -> None:
    reply = respond_to(a_turn("to me sentindo muito feia 😔", greeted=False)).reply
    assert "😊" not in reply
    assert "incomoda" in reply or "sente" in reply


def test_fear_is_answered_before_the_question() -> None:
    reply = respond_to(a_turn("quero botox mas tenho muito medo de agulha")).reply
    assert reply.index("receio") < reply.index("?")


@pytest.mark.parametrize(
    ("earlier", "now", "trend"),
    [
        ([], IRRITATED, MoodTrend.STEADY),
        ([NEUTRAL, NEUTRAL], NEUTRAL, MoodTrend.STEADY),
        ([NEUTRAL, NEUTRAL], NEGATIVE, MoodTrend.WORSE),
        ([POSITIVE, NEUTRAL, NEUTRAL], IRRITATED, MoodTrend.WORSE),
        ([IRRITATED, NEGATIVE], NEUTRAL, MoodTrend.BETTER),
        ([IRRITATED, POSITIVE, POSITIVE, POSITIVE], POSITIVE, MoodTrend.STEADY),
    ],
)
def test_a_trend_compares_with_the_last_three_turns(earlier: list[Sentiment], now: Sentiment, trend: MoodTrend) -> None:
    assert trend_of(earlier, now) is trend


def test_a_part_of_the_body_does_not_make_another_treatment_the_clinics_own() -> None:
    reply = respond_to(a_turn("suor excessivo na boca, tratam?")).reply
    assert "preenchimento labial" not in reply


def test_after_the_reason_for_a_question_its_plainest_wording_follows() -> None:
    talk = Talk()
    talk.say("oi, quero botox")
    reply = talk.say("por que vocês querem saber?").reply
    assert "É só pra saber como te chamar" in reply
    assert reply.endswith(("Como posso te chamar?", "Qual é o seu nome?", "Com quem eu falo?"))


def test_an_answer_in_unknown_words_counts_only_when_its_question_was_asked_twice() -> None:
    context = {"asked": FactKind.KNOWLEDGE, "facts": {}, "history": ()}
    words = "minhas leituras foram bem variadas"
    once = respond_to(a_turn(words, attempts={FactKind.KNOWLEDGE: 1}, **context))
    twice = respond_to(a_turn(words, attempts={FactKind.KNOWLEDGE: 2}, **context))
    assert [fact.kind for fact in once.facts] == []
    assert [(fact.kind, fact.level) for fact in twice.facts] == [(FactKind.KNOWLEDGE, "pesquisou_pouco")]
