from __future__ import annotations

from sdr_dialogue.domain.knowledge import Citation, Found, Passage, citations_of

FITTING = Passage(11, 1, "Preços", "R$ 350", fit=0.9, answers=True)
NEAR = Passage(12, 2, "Horários", "9h às 19h", fit=0.3)
FOUND = (Found("quanto custa?", (FITTING, NEAR)),)


def test_an_engine_s_own_citations_are_kept_in_its_order_and_once() -> None:
    assert citations_of(FOUND, (12, 11, 12), answered=True) == (
        Citation(12, 2, "Horários"),
        Citation(11, 1, "Preços"),
    )


def test_a_citation_of_a_passage_that_was_not_found_is_dropped() -> None:
    assert citations_of(FOUND, (99,), answered=False) == ()


def test_an_answer_without_citations_rests_on_what_fits() -> None:
    assert citations_of(FOUND, (), answered=True) == (Citation(11, 1, "Preços"),)


def test_a_turn_that_answers_nothing_cites_nothing() -> None:
    assert citations_of(FOUND, (), answered=False) == ()
