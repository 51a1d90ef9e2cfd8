from __future__ import annotations

from collections.abc import Callable

from tests.evaluation.knowledge.asking import measure, questions, the_clinic


async def test_unseen_questions_find_their_answer_or_are_told_that_there_is_none(
    service_database: Callable[[str], str],
) -> None:
    async with the_clinic(service_database("dialogue")) as (knowledge, _, names):
        figures = await measure(knowledge, names, questions("unseen"))
    assert figures.recall_at_3 >= 0.85
    assert figures.no_answer >= 0.8
    assert figures.answered_right >= 0.75
