from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_reporting.domain.name import fold, grams


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


def test_grams_are_runs_of_three_each_once() -> None:
    assert grams("banana") == ["ana", "ban", "nan"]


@pytest.mark.parametrize("text", ["", "a", "jo"])
def test_a_text_below_three_characters_has_no_grams(text: str) -> None:
    assert grams(text) == []


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_a_text_has_every_gram_of_its_parts(before: str, part: str, after: str) -> None:
    assert set(grams(part)) <= set(grams(before + part + after))


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing_more_of_case_and_spaces(text: str) -> None:
    assert fold(fold(text)) == fold(fold(fold(text)))
