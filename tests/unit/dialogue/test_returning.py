"""A lead that comes back: known, greeted as such, asked only for what is missing."""

from __future__ import annotations

import pytest

from sdr_common.lead import EndReason, Fact, FactKind, FactSource
from sdr_dialogue.domain.answering import conclude, prepare
from sdr_dialogue.domain.conversation import LeadMessage, TurnContext, TurnDraft
from sdr_dialogue.domain.turn import Burst, ConversationRef, Lead, Loaded
from sdr_dialogue.engine.scripted import respond_to
from tests.unit.dialogue.builders import CLINIC, NOW, a_fact

KNOWN = {
    FactKind.NAME: a_fact(FactKind.NAME, "Mariana Souza"),
    FactKind.INTEREST: a_fact(FactKind.INTEREST, "Botox", "especifico", canonical="botox"),
    FactKind.LOCATION: a_fact(FactKind.LOCATION, "Moema", "perto", canonical="moema"),
}


def answered(text: str, facts: dict[FactKind, Fact], *, qualified: bool = False) -> TurnDraft:
    """The first answer of a new conversation."""
    message = LeadMessage(900, text, NOW)
    return respond_to(
        TurnContext(settings=CLINIC, now=NOW, messages=(message,), facts=facts, already_qualified=qualified)
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("boa tarde", ("de novo", "de volta")),
        ("hola, buenas tardes, quisiera saber algo", ("de nuevo", "de vuelta")),
        ("hi, how are you? I have a question", ("again", "welcome back")),
    ],
)
def test_it_is_greeted_by_name_as_somebody_who_is_known(text: str, words: tuple[str, str]) -> None:
    reply = answered(text, KNOWN).reply
    assert "Mariana" in reply
    assert any(word in reply for word in words)


def test_what_earlier_conversations_taught_is_not_asked_again() -> None:
    assert answered("oi", KNOWN).asks in {FactKind.URGENCY, FactKind.KNOWLEDGE}


def test_somebody_new_is_greeted_as_new() -> None:
    for facts in ({}, {FactKind.NAME: a_fact(FactKind.NAME, "Mariana", source=FactSource.AGENT, locked=True)}):
        reply = answered("oi", facts).reply
        assert "de novo" not in reply
        assert "de volta" not in reply


def test_a_qualified_lead_that_comes_back_is_greeted_answered_and_asked_nothing() -> None:
    draft = answered("oi, vocês parcelam?", KNOWN, qualified=True)
    assert "Mariana" in draft.reply
    assert "10x" in draft.reply
    assert draft.asks is None


@pytest.mark.parametrize(
    ("text", "is_new"),
    [
        ("quero fazer preenchimento labial também", True),
        ("na verdade queria remover uma tatuagem", True),
        ("quanto custa o preenchimento labial?", True),
        ("quero o botox mesmo", False),
        ("vocês parcelam?", False),
        ("obrigada!", False),
    ],
)
def test_only_another_procedure_is_a_new_interest(text: str, is_new: bool) -> None:
    lead = Lead(facts=KNOWN, ended=EndReason.FACTS_COMPLETE, revision=1)
    burst = Burst(ConversationRef(1, 31, 501), 9, (LeadMessage(900, text, NOW),))
    prepared = prepare(burst, Loaded(NOW, lead, exists=True), CLINIC)
    assert conclude(prepared, respond_to(prepared.context)).answer.new_interest is is_new
