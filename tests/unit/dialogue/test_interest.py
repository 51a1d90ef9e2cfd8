"""What the lead wants."""

from __future__ import annotations

import pytest

from sdr_common.lead import Fact, FactKind
from tests.unit.dialogue.builders import CLINIC, a_fact, levels, reading

WISH = FactKind.INTEREST


def interest(text: str, asked: FactKind | None = None, known: Fact | None = None) -> tuple[str, str]:
    facts = {WISH: known} if known else None
    for draft in reading(text, asked, facts).drafts:
        if draft.kind is WISH:
            return draft.level, draft.canonical
    return "", ""


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("queria saber do botox", "botox"),
        ("vi o anuncio de vcs e queria mais infos sobre toxina botulínica", "botox"),
        ("btx na testa", "botox"),
        ("botoks", "botox"),
        ("Quero remover uma tatuagem", "remocao_tatuagem"),
        ("tirar essa tattoo do braço", "remocao_tatuagem"),
        ("apagar a minha tatuagem", "remocao_tatuagem"),
        ("vcs fazem preenchimeto labial?", "preenchimento_labial"),
        ("quero aumentar os lábios", "preenchimento_labial"),
        ("queria dar um jeito nessas rugas", "rugas"),
        ("tenho umas manchas no rosto que me incomodam", "manchas"),
        ("depilaçao a lazer", "depilacao_laser"),
        ("microagulhameto", "microagulhamento"),
        ("limpesa de pele", "limpeza_de_pele"),
        ("tenho muita espinha", "acne"),
        ("queda de cabelo", "tratamento_capilar"),
        ("to ficando careca e quero resolver", "tratamento_capilar"),
        ("é pra papada", "lipo_papada"),
        ("Vocês fazem lipo?", "lipoaspiracao"),
        ("meu sorriso é gengival", "rugas"),
        ("quero tirar uns vasinhos da perna", "varizes"),
        ("quiero borrarme un tatuaje", "remocao_tatuagem"),
        ("I want lip filler", "preenchimento_labial"),
        ("não quero botox, quero bioestimulador", "bioestimulador"),
        ("tudo menos botox, quero ver bioestimulador", "bioestimulador"),
    ],
)
def test_a_named_procedure_or_treated_area_is_specific(text: str, slug: str) -> None:
    assert interest(text) == ("especifico", slug)


@pytest.mark.parametrize(
    "text",
    [
        "harmonização",
        "qro fzr harmo",
        "rejuvenecimento",
        "quero emagrecer",
        "quero cuidar da pele",
        "penso em plástica",
    ],
)
def test_an_aim_with_many_procedures_is_generic(text: str) -> None:
    assert interest(text)[0] == "generico"


@pytest.mark.parametrize(
    "text", ["quero melhorar a aparência", "quero dar um up", "quero me cuidar mais, cuidar de mim"]
)
def test_a_wish_without_an_aim_is_vague(text: str) -> None:
    assert interest(text)[0] == "vago"


@pytest.mark.parametrize("text", ["não sei ainda", "nada específico", "só curiosidade", "o que vcs indicam?"])
def test_not_knowing_is_a_vague_answer_to_the_question(text: str) -> None:
    assert interest(text, WISH)[0] == "vago"


@pytest.mark.parametrize(
    "text",
    [
        "bom dia",
        "qto custa",
        "minhas costas doem",
        "nao tenho interesse em botox",
        "não quero botox",
        "semana que vem",
        "gostaria de informações",
        "pessoalmente",
        "cirurgia",
    ],
)
def test_other_talk_names_no_interest(text: str) -> None:
    assert interest(text) == ("", "")


def test_a_body_part_is_an_answer_to_the_question() -> None:
    assert interest("boca", WISH) == ("especifico", "preenchimento_labial")
    assert interest("barriga e flancos", WISH) == ("especifico", "gordura_localizada")


def test_several_treatments_stand_in_one_value() -> None:
    (draft,) = reading("quero botox e peeling").drafts
    assert (draft.value, draft.canonical) == ("Botox, peeling", "botox")


def test_a_correction_replaces_the_procedure() -> None:
    known = a_fact(WISH, "Botox", "especifico", canonical="botox")
    assert interest("na verdade quero preenchimento labial", known=known) == ("especifico", "preenchimento_labial")
    assert interest("não quero mais botox, quero peeling", known=known) == ("especifico", "peeling")


def test_another_wish_is_added_to_the_known_one() -> None:
    known = a_fact(WISH, "Botox", "especifico", canonical="botox")
    (draft,) = reading("queria fazer peeling também", None, {WISH: known}).drafts
    assert (draft.value, draft.canonical) == ("Botox, peeling", "botox")


def test_a_specific_wish_sharpens_a_vague_one() -> None:
    assert interest("acho que botox", known=a_fact(WISH, "Melhorar a aparência", "vago")) == ("especifico", "botox")


def test_naming_the_known_procedure_again_teaches_nothing() -> None:
    assert levels("e o botox dói?", None, {WISH: a_fact(WISH, "Botox", "especifico", canonical="botox")}) == {}


def test_a_past_treatment_is_not_a_new_wish() -> None:
    known = a_fact(WISH, "Remoção de tatuagem", "especifico", canonical="remocao_tatuagem")
    assert "interesse" not in levels("já fiz botox uma vez", FactKind.KNOWLEDGE, {WISH: known})


def test_the_account_s_own_procedure_is_known_by_its_synonyms() -> None:
    assert CLINIC.procedures[0].synonyms == ("toxina",)
    assert interest("quero toxina") == ("especifico", "botox")
