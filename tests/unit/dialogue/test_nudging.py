"""A reminder: when there is one, what it asks, in whose language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sdr_common.lead import EndReason, FactKind
from sdr_dialogue.domain.conversation import Speaker
from sdr_dialogue.domain.nudging import nudge_of
from sdr_dialogue.domain.superseding import attempts_of
from sdr_dialogue.domain.turn import ConversationRef, Lead, Loaded, Nudge, PastTurn, StoredLine
from sdr_dialogue.engine.nudging import word_nudge
from tests.unit.dialogue.builders import CLINIC, NOW, a_fact

REF = ConversationRef(1, 31, 501)
QUESTION = "Pra quando você está pensando em fazer?"
ASKED = PastTurn(7, (10,), NOW, reply=QUESTION, asks=FactKind.URGENCY, confirmed=True)
MARIANA = Lead(facts={FactKind.NAME: a_fact(FactKind.NAME, "Mariana")})


def a_line(message_id: int, text: str, speaker: Speaker = Speaker.LEAD, asks: FactKind | None = None) -> StoredLine:
    at = NOW + timedelta(seconds=message_id)
    return StoredLine(message_id, speaker, text, at, at, asks=asks)


def a_silence(said: str = "queria saber do botox", lead: Lead = MARIANA, **changes: object) -> Loaded:
    """We asked, and the lead went silent."""
    lines = (a_line(10, said), a_line(11, QUESTION, Speaker.BOT, FactKind.URGENCY))
    return replace(Loaded(NOW, lead, lines, (ASKED,), exists=True), **changes)  # type: ignore[arg-type]  # any field


def nudged(loaded: Loaded) -> Nudge:
    return nudge_of(REF, 9, loaded, CLINIC, word_nudge)


def test_it_asks_the_open_question_again_in_other_words_and_by_name() -> None:
    nudge = nudged(a_silence())
    assert (nudge.asks, nudge.language, nudge.message_ids) == (FactKind.URGENCY, "pt", (10,))
    assert "Mariana" in nudge.reply
    assert nudge.reply.count("?") == 1
    assert QUESTION not in nudge.reply


@pytest.mark.parametrize(
    ("said", "language", "hello"),
    [("hola, quisiera saber el precio", "es", "ola, Mariana"), ("hi, how much is botox please", "en", "Hi, Mariana")],
)
def test_it_speaks_the_leads_language(said: str, language: str, hello: str) -> None:
    nudge = nudged(a_silence(said))
    assert nudge.language == language
    assert hello in nudge.reply


def test_its_words_differ_from_conversation_to_conversation() -> None:
    said = ("oi", "queria saber do botox", "quanto custa?", "bom dia", "vi o anúncio", "tudo bem?", "olá", "boa tarde")
    assert len({nudged(a_silence(text)).reply.split("\n")[0] for text in said}) > 2


@pytest.mark.parametrize(
    "lead",
    [
        replace(MARIANA, opted_out=True),
        replace(MARIANA, ended=EndReason.FACTS_COMPLETE),
        replace(MARIANA, facts={FactKind.URGENCY: a_fact(FactKind.URGENCY, "semana que vem", "proximas_2_semanas")}),
    ],
)
def test_where_nothing_is_open_nothing_is_said(lead: Lead) -> None:
    nudge = nudged(a_silence(lead=lead))
    assert (nudge.reply, nudge.asks) == ("", None)


def test_after_a_humans_line_nothing_is_said() -> None:
    lines = (*a_silence().lines, a_line(12, "Oi, é a Camila", Speaker.HUMAN))
    assert nudged(a_silence(lines=lines)).reply == ""


def test_a_reminder_is_no_attempt_and_still_tells_what_was_asked() -> None:
    reminder = PastTurn(9, (10,), NOW, reply="Oi, Mariana!", asks=FactKind.URGENCY, nudge=True)
    assert attempts_of([ASKED, reminder], None) == {FactKind.URGENCY: 1}
    assert attempts_of([ASKED, reminder], reminder) == {FactKind.URGENCY: 1}
