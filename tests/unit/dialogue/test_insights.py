from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdr_dialogue.domain.insights import Asked, Said, keywords_of, objections_of, suggestions_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def said(conversation_id: int, text: str, minutes: int = 0, name: str = "") -> Said:
    """A line so many minutes before noon: lists have the latest first."""
    return Said(conversation_id, text, NOON - timedelta(minutes=minutes), name)


def test_a_word_counts_once_per_conversation_in_whatever_form() -> None:
    lines = [
        said(1, "quero saber da depilação a laser"),
        said(1, "depilação mesmo", 1),
        said(2, "faz depilaçao?", 2),
        said(3, "Depilar axila", 3),
    ]
    (word,) = [theme for theme in keywords_of(lines) if theme.conversation_count == 3]
    assert (word.name, word.conversation_ids) == ("depilacao", (1, 2, 3))
    assert word.examples[0].text == "quero saber da depilação a laser"


def test_a_word_of_few_conversations_and_a_leads_own_name_are_no_keywords() -> None:
    lines = [said(number, "aqui é a Mariana, botox", name="Mariana Costa") for number in range(1, 5)]
    lines += [said(9, "criolipólise"), said(9, "criolipólise")]
    assert [theme.name for theme in keywords_of(lines)] == ["botox"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("nossa achei mt caro", "price"),
        ("tem desconto?", "price"),
        ("morro de medo de agulha", "fear"),
        ("dói muito?", "fear"),
        ("não é golpe né", "trust"),
        ("to na correria essa semana", "time"),
        ("é longe pra mim", "distance"),
        ("vou falar com meu marido", "thinking"),
        ("vi em outra clínica", "competitor"),
        ("vale a pena?", "result"),
    ],
)
def test_an_objection_is_heard(text: str, kind: str) -> None:
    assert [theme.name for theme in objections_of([said(1, text)])] == [kind]


@pytest.mark.parametrize("text", ["quero botox", "moro perto, no centro", "boa tarde", "pode ser amanhã às 10?"])
def test_what_is_no_objection_is_left_alone(text: str) -> None:
    assert objections_of([said(1, text)]) == []


def test_what_most_conversations_ask_for_is_suggested_first() -> None:
    objections = objections_of([said(number, "muito caro") for number in range(1, 6)])
    unanswered = [Asked("Aceita convênio?", 3, (7, 8, 9)), Asked("Tem estacionamento?", 1, (7,))]
    assert [(each.target, each.about, each.conversation_count) for each in suggestions_of(unanswered, objections)] == [
        ("prompt", "price", 5),
        ("knowledge", "Aceita convênio?", 3),
    ]
