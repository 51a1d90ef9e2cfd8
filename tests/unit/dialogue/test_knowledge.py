"""What the lead already knows, and why it wants it."""

from __future__ import annotations

import pytest

from sdr_common.lead import FactKind
from tests.unit.dialogue.builders import a_fact, levels, reading

K, M = FactKind.KNOWLEDGE, FactKind.MOTIVATION


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("não", "primeira_pesquisa"),
        ("ainda não", "primeira_pesquisa"),
        ("nunca", "primeira_pesquisa"),
        ("não, ainda não pesquisei", "primeira_pesquisa"),
        ("primeira vez", "primeira_pesquisa"),
        ("tô começando a pesquisar agora", "primeira_pesquisa"),
        ("nunca fiz nada", "primeira_pesquisa"),
        ("tudo novo pra mim", "primeira_pesquisa"),
        ("first time", "primeira_pesquisa"),
        ("nunca lo hice", "primeira_pesquisa"),
        ("sim", "pesquisou_pouco"),
        ("já", "pesquisou_pouco"),
        ("conheço sim", "pesquisou_pouco"),
        ("um pouco", "pesquisou_pouco"),
        ("mais ou menos", "pesquisou_pouco"),
        ("ja fiz uma pesquisa", "pesquisou_pouco"),
        ("dei uma olhada na net", "pesquisou_pouco"),
        ("minha amiga fez", "pesquisou_pouco"),
        ("já ouvi falar", "pesquisou_pouco"),
        ("nunca fiz mas já pesquisei", "pesquisou_pouco"),
        ("já ouvi falar mas não sei como funciona", "pesquisou_pouco"),
        ("to pesquisando faz um tempinho", "pesquisou_pouco"),
        ("já me falaram sobre", "pesquisou_pouco"),
        ("sou novata nisso", "primeira_pesquisa"),
        ("sei que custa uns 1500", "conhece_valores"),
        ("sim, fiz em 2023", "conhece_valores"),
        ("já fiz", "conhece_valores"),
        ("já fiz 2 sessões em outro lugar", "conhece_valores"),
        ("sim, faço a cada 6 meses", "conhece_valores"),
        ("sei os preços mais ou menos", "conhece_valores"),
        ("tenho uma noção dos valores", "conhece_valores"),
        ("segunda vez que faço", "conhece_valores"),
        ("não sei nada", "nao_conhece"),
        ("não sei", "nao_conhece"),
        ("sou leiga total", "nao_conhece"),
        ("nunca ouvi falar", "nao_conhece"),
        ("como funciona?", "nao_conhece"),
    ],
)
def test_an_answer_about_knowledge_has_a_level(text: str, level: str) -> None:
    assert levels(text, K).get("conhecimento") == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("nunca fiz, primeira vez pesquisando", "primeira_pesquisa"),
        ("quero botox, é minha primeira vez", "primeira_pesquisa"),
        ("já fiz botox ano passado", "conhece_valores"),
        ("ja tenho orçamento de outra clinica", "conhece_valores"),
        ("vi uns videos no insta", "pesquisou_pouco"),
        ("pesquisei bastante sobre", "pesquisou_pouco"),
    ],
)
def test_knowledge_is_understood_without_having_been_asked(text: str, level: str) -> None:
    assert levels(text).get("conhecimento") == level


@pytest.mark.parametrize(
    "text",
    [
        "quero saber os precos",
        "vcs fazem orçamento?",
        "queria saber quanto custa o botox",
        "fiz uma tattoo ha 5 anos e quero tirar",
        "como funciona?",
        "já tive filhos",
        "to só pesquisando",
        "já fiz o pix",
        "vi vocês no google",
        "não sei",
        "sim",
    ],
)
def test_other_talk_tells_no_knowledge(text: str) -> None:
    assert "conhecimento" not in levels(text)


def test_known_knowledge_changes_only_by_a_correction() -> None:
    known = {K: a_fact(K, "não", "primeira_pesquisa")}
    assert levels("já fiz botox", None, known).get("conhecimento") is None
    assert levels("na verdade já fiz uma vez", None, known).get("conhecimento") == "conhece_valores"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("vou casar em março", "clara"),
        ("é pro meu casamento", "clara"),
        ("meu aniversário é dia 20", "clara"),
        ("é o nome do meu ex kkk", "clara"),
        ("depois da gravidez fiquei com flacidez", "clara"),
        ("vou prestar concurso da policia", "clara"),
        ("quero melhorar minha autoestima", "generica"),
        ("me incomoda muito", "generica"),
        ("pareço cansada", "generica"),
    ],
)
def test_a_reason_beyond_the_procedure_is_a_motivation(text: str, level: str) -> None:
    assert levels(text).get("motivacao") == level


@pytest.mark.parametrize(
    "text", ["quero botox", "tem promoção?", "vocês fazem para festa de casamento?", "feliz aniversário"]
)
def test_other_talk_is_no_motivation(text: str) -> None:
    assert "motivacao" not in levels(text)


def test_a_clear_reason_replaces_a_general_one_and_not_the_other_way_round() -> None:
    general, clear = {M: a_fact(M, "me incomoda", "generica")}, {M: a_fact(M, "vou casar", "clara")}
    assert levels("vou casar em março", None, general).get("motivacao") == "clara"
    assert "motivacao" not in levels("me incomoda muito", None, clear)
    assert "motivacao" not in levels("é pra festa de casamento", None, clear)


def test_a_vague_wish_is_not_its_own_reason() -> None:
    assert levels("quero ficar mais bonita") == {"interesse": "vago"}
    assert levels("quero melhorar minha aparência porque me acho velha").get("motivacao") == "generica"


@pytest.mark.parametrize("text", ["não tenho pressa nenhuma", "não é urgente", "não moro em SP"])
def test_a_late_answer_to_another_question_tells_nothing_about_knowledge(text: str) -> None:
    assert FactKind.KNOWLEDGE not in reading(text, asked=FactKind.KNOWLEDGE).facts
