"""How far a place is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_dialogue.domain.municipalities import nearest_municipality, states_of
from sdr_dialogue.domain.served_area import locate
from sdr_dialogue.domain.text import cut, plain, slug
from tests.unit.dialogue.builders import CLINIC


@pytest.mark.parametrize(
    ("place", "level", "canonical"),
    [
        ("Moema", "perto", "moema"),
        ("moemaa", "perto", "moema"),
        ("moma", "", "moma"),
        ("moro na vl mariana", "perto", "vila mariana"),
        ("vila marianna", "perto", "vila mariana"),
        ("vila mariama", "perto", "vila mariana"),
        ("Itaim", "perto", "itaim bibi"),
        ("Moema, São Paulo", "perto", "moema"),
        ("sto andre", "longe", "santo andre"),
        ("guarulos", "longe", "guarulhos"),
        ("Guarulhos/SP", "longe", "guarulhos"),
        ("São Paulo", "perto", "sao paulo"),
        ("SP", "perto", "sao paulo"),
        ("são paulo capital", "perto", "sao paulo"),
        ("Vila Nova Conceição, São Paulo", "perto", "sao paulo"),
        ("Campinas", "outra_cidade", "campinas"),
        ("Campinas - SP", "outra_cidade", "campinas"),
        ("Recife/PE", "outra_cidade", "recife"),
        ("centro de Campinas", "outra_cidade", "campinas"),
        ("Centro, Campinas", "outra_cidade", "campinas"),
        ("sou de ribeirao preto", "outra_cidade", "ribeirao preto"),
        ("sorocba", "outra_cidade", "sorocaba"),
        ("bh", "outra_cidade", "belo horizonte"),
        ("Floripa", "outra_cidade", "florianopolis"),
        ("Bahia", "outra_cidade", "bahia"),
        ("Portugal", "outra_cidade", "portugal"),
        ("pertinho da clínica", "perto", "perto da clinica"),
    ],
)
def test_a_place_is_near_far_or_another_city(place: str, level: str, canonical: str) -> None:
    located = locate(place, CLINIC)
    assert (located.level, located.canonical, located.known_place) == (level, canonical, bool(level))


@pytest.mark.parametrize(
    "place",
    [
        "Jardim Xpto",
        "interior de SP",
        "zona leste",
        "tatuapé",
        "",
        "??",
        "vila",
        "PE",
        "Av. Paulista",
        "perto da paulista",
    ],
)
def test_a_place_that_nobody_knows_has_no_level(place: str) -> None:
    located = locate(place, CLINIC)
    assert (located.level, located.known_place) == ("", False)


def test_a_listed_municipality_beats_its_being_another_city() -> None:
    assert locate("Osasco", CLINIC).level == "longe"
    assert locate("Osasco", replace(CLINIC, far=())).level == "outra_cidade"


def test_a_short_name_stands_for_a_listed_city() -> None:
    assert locate("sbc", replace(CLINIC, far=("São Bernardo do Campo",))).level == "longe"


def test_a_clinic_without_a_city_still_knows_other_municipalities() -> None:
    bare = replace(CLINIC, clinic_city="", near=(), far=())
    assert locate("São Paulo", bare).level == "outra_cidade"
    assert locate("sei la onde", bare).level == ""


def test_the_clinic_s_city_may_be_written_with_its_state_in_any_way() -> None:
    for city in ("Santos", "Santos SP", "Santos/SP", "Santos - SP"):
        assert locate("santos", replace(CLINIC, clinic_city=city)).level == "perto"


def test_a_state_that_does_not_fit_speaks_against_a_municipality() -> None:
    assert locate("Recife - SP", CLINIC).known_place is False


def test_several_listed_names_with_the_same_beginning_are_not_guessed() -> None:
    both = replace(CLINIC, near=("Itaim Bibi",), far=("Itaim Paulista",))
    assert locate("itaim", both).level == ""


def test_municipalities_know_their_states() -> None:
    assert states_of("campinas") == {"SP"}
    assert states_of("bom jesus") >= {"PI", "RS"}
    assert states_of("narnia") == frozenset()


def test_only_a_letter_too_many_or_too_few_is_forgiven() -> None:
    assert nearest_municipality("campinas") == "campinas"
    assert nearest_municipality("campinass") == "campinas"
    assert nearest_municipality("itaquera") == ""
    assert nearest_municipality("natl") == ""


def test_text_is_reduced_to_plain_words() -> None:
    assert plain("  São José d'Oeste! ") == "sao jose d oeste"
    assert slug("Remoção de Tatuagem") == "remocao_de_tatuagem"
    assert cut("  abc  ", 2) == "ab"


@given(st.text(max_size=80))
def test_no_text_breaks_the_locator(text: str) -> None:
    located = locate(text, CLINIC)
    assert located.level in ("", "perto", "longe", "outra_cidade")
    assert located.known_place or located.level == ""
    assert len(located.canonical) <= 200
