from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_reporting.domain.name import fold, index_grams, search_grams, search_text, searched


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("José D'Ávila", "jose d'avila"),
        ("  MARIA   da  Conceição ", "maria da conceicao"),
        ("Ângela Müller", "angela muller"),
        ("Straße", "strasse"),
        ("", ""),
        ("Ａｎａ", "ana"),
        ("😀 Bia", "😀 bia"),
    ],
)
def test_a_name_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_name_is_found_by_its_runs_of_one_to_three_characters_each_once() -> None:
    assert index_grams("anan") == ["a", "an", "ana", "n", "na", "nan"]


@pytest.mark.parametrize(
    ("search", "pieces"),
    [("", []), ("a", ["a"]), ("jo", ["jo"]), ("ana", ["ana"]), ("banana", ["ana", "ban", "nan"])],
)
def test_a_search_asks_for_its_longest_pieces(search: str, pieces: list[str]) -> None:
    assert search_grams(search) == pieces


LINES = st.text(st.characters(exclude_characters="\n"), max_size=12)


@given(LINES, LINES, LINES)
def test_a_text_is_found_by_each_of_its_parts(before: str, part: str, after: str) -> None:
    assert set(search_grams(part)) <= set(index_grams(before + part + after))


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing_more_of_case_and_spaces(text: str) -> None:
    assert fold(fold(text)) == fold(fold(fold(text)))


def test_a_lead_is_found_by_name_procedure_and_phone_and_by_nothing_that_spans_two() -> None:
    text = search_text("José Ávila", "Remoção", "+55 (11) 98765-4321")
    assert text == "jose avila\nremocao\n5511987654321"
    assert not {gram for gram in index_grams(text) if "\n" in gram}


@pytest.mark.parametrize(
    ("typed", "looked_for"),
    [
        ("(11) 98765-4321", "11987654321"),
        ("+55 11", "5511"),
        ("  Conceição ", "conceicao"),
        ("12", "12"),
        ("1-2", "1-2"),
        ("botox 50", "botox 50"),
    ],
)
def test_a_phone_is_looked_for_by_its_digits_and_anything_else_as_it_reads(typed: str, looked_for: str) -> None:
    assert searched(typed) == looked_for
