"""What the lead is called and where it is."""

from __future__ import annotations

import pytest

from sdr_common.lead import FactKind
from sdr_dialogue.engine.name import shown_first_name
from tests.unit.dialogue.builders import a_fact, levels, reading

N, L = FactKind.NAME, FactKind.LOCATION


def value(
    text: str, kind: FactKind, asked: FactKind | None = None, *, contact_name: str = "", bot_line: str = ""
) -> str:
    understood = reading(text, asked, contact_name=contact_name, bot_line=bot_line)
    return next((draft.value for draft in understood.drafts if draft.kind is kind), "")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("meu nome é ana paula e quero botox", "Ana Paula"),
        ("Me chamo Bruna Lima", "Bruna Lima"),
        ("sou a Vitória", "Vitória"),
        ("aqui é o João Pedro da Silva", "João Pedro da Silva"),
        ("pode me chamar de Xandinha", "Xandinha"),
        ("me chamo carla de moema", "Carla"),
        ("Oi, Marina aqui", "Marina"),
        ("nome: Paula", "Paula"),
        ("Me chamo Ana Júlia mas todo mundo me chama de Naju", "Naju"),
        ("beatriz mas pode me chamar de bia", "Bia"),
        ("Renata", "Renata"),
        ("sou Ana, moro em osasco", "Ana"),
        ("Sou o Thiago", "Thiago"),
        ("sou a dra Paula", "Paula"),
        ("my name is Peter Smith", "Peter Smith"),
        ("me llamo José Luis", "José Luis"),
        ("gostaria de fazer botox meu nome e silvana", "Silvana"),
    ],
)
def test_a_lead_introduces_itself(text: str, name: str) -> None:
    assert value(text, N) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("carla", "Carla"),
        ("é a Carla", "Carla"),
        ("Vitória", "Vitória"),
        ("Rosa", "Rosa"),
        ("Linda", "Linda"),
        ("Bruna Lima, e vc?", "Bruna Lima"),
        ("MARIA DAS DORES", "Maria das Dores"),
        ("Joyciane", "Joyciane"),
        ("Keity Lohanny", "Keity Lohanny"),
        ("Wesley kkkk", "Wesley"),
        ("Boa tarde! Priscila", "Priscila"),
        ("Fernanda 😊", "Fernanda"),
        ("não, é Carla", "Carla"),
    ],
)
def test_a_bare_name_answers_the_question_for_it(text: str, name: str) -> None:
    assert value(text, N, N) == name


@pytest.mark.parametrize(
    "text",
    [
        "oi",
        "sim",
        "Campinas",
        "moema",
        "quanto custa?",
        "prefiro não dizer",
        "semana que vem",
        "botox",
        "e a limpeza de pele?",
        "não quero",
        "tudo bem",
        "pra que vc quer saber?",
        "quero saber o preço",
        "👍",
    ],
)
def test_other_answers_are_no_name(text: str) -> None:
    assert value(text, N, N) == ""


@pytest.mark.parametrize(
    "text",
    [
        "sou nova aqui",
        "sou de Campinas",
        "sou interessada em botox",
        "sou a mãe da Ana",
        "sou alérgica",
        "aqui é da farmácia?",
    ],
)
def test_other_introductions_are_no_name(text: str) -> None:
    assert value(text, N) == ""


def test_a_yes_confirms_the_push_name_that_was_offered() -> None:
    offered = {"contact_name": "Ana Paula 🌸", "bot_line": "Posso te chamar de Ana?"}
    assert value("sim", N, N, **offered) == "Ana"
    assert value("sim", N, N, contact_name="Ana Paula", bot_line="Como posso te chamar?") == ""


def test_a_push_name_is_offered_only_if_it_is_a_name() -> None:
    assert shown_first_name("ANA PAULA 🌸") == "Ana"
    assert shown_first_name("Loja da Ana") == ""
    assert shown_first_name("~~") == ""


def test_a_known_name_is_kept_until_it_is_corrected() -> None:
    known = {N: a_fact(N, "Ana")}
    assert levels("é a Carla", N, known) == {}
    assert levels("na verdade meu nome é Joana", None, known) == {"nome": "Joana"}


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("moro em moema", "perto"),
        ("sou da Vila Mariana, me chamo Carla", "perto"),
        ("moro aqui em Osasco", "longe"),
        ("trabalho em moema mas moro em osasco", "longe"),
        ("Sou de Campinas e quero botox", "outra_cidade"),
        ("resido em Sorocaba/SP", "outra_cidade"),
        ("sou do Rio", "outra_cidade"),
        ("to em natal", "outra_cidade"),
        ("oi, moro na rua das flores 120, moema", "perto"),
        ("vivo en Moema", "perto"),
        ("i live in Moema", "perto"),
        ("moro fora do Brasil, em Portugal", "outra_cidade"),
    ],
)
def test_a_place_is_understood_without_having_been_asked(text: str, level: str) -> None:
    assert levels(text).get("localizacao") == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("moema", "perto"),
        ("é moema", "perto"),
        ("no Itaim", "perto"),
        ("bem pertinho da clinica", "perto"),
        ("sou daqui mesmo", "perto"),
        ("sou de sp mesmo", "perto"),
        ("sto andre", "longe"),
        ("não sou de SP, sou de Santos", "outra_cidade"),
        ("Guarulhos, é longe?", "longe"),
        ("guarulhos sp", "longe"),
        ("Fortaleza-CE", "outra_cidade"),
        ("Vitória", "outra_cidade"),
        ("São Bernardo", "outra_cidade"),
    ],
)
def test_a_bare_place_answers_the_question_for_it(text: str, level: str) -> None:
    assert levels(text, L) == {"localizacao": level}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Tatuapé", "Tatuapé"),
        ("zona leste", "Zona Leste"),
        ("ABC", "ABC"),
        ("04077-000", "04077-000"),
        ("em itaquera", "Itaquera"),
    ],
)
def test_a_place_that_nobody_knows_is_known_all_the_same_without_a_level(text: str, place: str) -> None:
    (draft,) = reading(text, L).drafts
    assert (draft.kind, draft.value, draft.level) == (L, place, "")


@pytest.mark.parametrize(
    "text",
    [
        "sim",
        "não",
        "quanto custa?",
        "prefiro não dizer",
        "fica longe?",
        "não moro em SP",
        "Interior",
        "semana que vem",
        "vou de carro",
    ],
)
def test_other_answers_are_no_place(text: str) -> None:
    assert "localizacao" not in levels(text, L)


@pytest.mark.parametrize(
    "text",
    [
        "sou de poucas palavras",
        "sou da area da saude",
        "moro com minha mae",
        "moro sozinha",
        "sou de peixes",
        "sou da igreja",
        "vocês atendem em moema?",
        "tenho 30 anos",
        "sou a Ana",
    ],
)
def test_other_talk_names_no_place(text: str) -> None:
    assert "localizacao" not in levels(text)


def test_a_place_is_corrected() -> None:
    known = {L: a_fact(L, "Moema", "perto", canonical="moema")}
    assert levels("na verdade moro em Osasco", None, known) == {"localizacao": "longe"}
