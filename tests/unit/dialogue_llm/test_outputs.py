"""What a model returned, as the contracts can carry it."""

from __future__ import annotations

from sdr_dialogue.clients.outputs import AnalysisOutput, TurnOutput, analysis_draft, turn_draft
from sdr_dialogue.domain.conversation import Usage

ADVERTISEMENT = "Compre seguidores agora. " * 400


def test_the_quote_of_a_long_advertisement_fits_the_contract_of_a_turn() -> None:
    output = TurnOutput(
        comment="",
        answer="",
        question="",
        asks="",
        facts=[],
        sentiment="neutral",
        language="pt",
        intent="spam",
        intent_quote=ADVERTISEMENT,
        unanswered_question="",
    )
    draft = turn_draft(output, [(11, ADVERTISEMENT)], Usage(), "m")
    assert draft.disqualification is not None
    assert draft.disqualification.quote == ADVERTISEMENT[:4096].rstrip()


def test_the_quote_of_a_long_advertisement_fits_the_contract_of_a_judgement() -> None:
    output = AnalysisOutput(
        facts=[],
        behaviour="evasivo",
        summary="Propaganda.",
        disqualification="spam",
        disqualification_quote=ADVERTISEMENT,
    )
    draft = analysis_draft(output, [(11, ADVERTISEMENT)], Usage(), "m")
    assert draft.disqualification is not None
    assert draft.disqualification.quote == ADVERTISEMENT[:4096].rstrip()
