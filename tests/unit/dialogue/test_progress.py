"""When to ask what, and when it is over."""

from __future__ import annotations

import pytest

from sdr_common.lead import Disqualification, DisqualificationKind, EndReason, FactKind
from sdr_dialogue.domain.progress import count_ask, end_of, known, next_question, open_questions
from tests.unit.dialogue.builders import CLINIC

ALL = (FactKind.NAME, FactKind.INTEREST, FactKind.URGENCY, FactKind.KNOWLEDGE, FactKind.LOCATION)


def test_motivation_is_not_among_the_known_required_facts() -> None:
    assert known([FactKind.MOTIVATION, FactKind.LOCATION, FactKind.NAME]) == (FactKind.NAME, FactKind.LOCATION)


def test_the_interest_is_asked_first_then_the_name() -> None:
    assert open_questions([], {}, CLINIC) == (
        FactKind.INTEREST,
        FactKind.NAME,
        FactKind.URGENCY,
        FactKind.KNOWLEDGE,
        FactKind.LOCATION,
    )


def test_a_fact_that_was_passed_over_waits_for_the_others() -> None:
    assert next_question([FactKind.INTEREST], {FactKind.NAME: 1}, CLINIC) is FactKind.URGENCY


def test_a_fact_asked_three_times_is_not_asked_again() -> None:
    assert next_question(ALL[1:], {FactKind.NAME: 2}, CLINIC) is FactKind.NAME
    assert next_question(ALL[1:], {FactKind.NAME: 3}, CLINIC) is None


def test_motivation_is_never_asked() -> None:
    assert next_question(ALL, {}, CLINIC) is None


@pytest.mark.parametrize(
    ("facts", "attempts", "count", "expected"),
    [
        ((), {}, 1, None),
        (ALL, {}, 5, EndReason.FACTS_COMPLETE),
        (ALL[1:], {FactKind.NAME: 3}, 5, EndReason.FACTS_COMPLETE),
        ((), {}, 20, None),
        ((), {}, 21, EndReason.MESSAGE_LIMIT),
        (ALL, {}, 21, EndReason.FACTS_COMPLETE),
    ],
)
def test_a_qualification_ends_when_nothing_is_left_or_the_limit_is_passed(
    facts: tuple[FactKind, ...], attempts: dict[FactKind, int], count: int, expected: EndReason | None
) -> None:
    assert end_of(facts, attempts, disqualification=None, lead_message_count=count, settings=CLINIC) is expected


def test_a_sign_that_this_is_no_lead_ends_it_whatever_is_known() -> None:
    sign = Disqualification(DisqualificationKind.REFUSAL, "não tenho interesse", 3)
    assert end_of(ALL, {}, disqualification=sign, lead_message_count=30, settings=CLINIC) is EndReason.DISQUALIFIED


def test_counting_an_ask_leaves_the_earlier_count_alone() -> None:
    before = {FactKind.NAME: 1}
    assert count_ask(before, FactKind.NAME) == {FactKind.NAME: 2}
    assert count_ask(before, FactKind.URGENCY) == {FactKind.NAME: 1, FactKind.URGENCY: 1}
    assert count_ask(before, None) == {FactKind.NAME: 1}
    assert before == {FactKind.NAME: 1}
