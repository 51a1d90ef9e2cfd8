"""What a message wants of us beyond the facts."""

from __future__ import annotations

import pytest

from sdr_common.lead import FactKind, Sentiment
from tests.unit.dialogue.builders import reading


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("não tenho interesse", "refusal"),
        ("n tenho mais interesse obg", "refusal"),
        ("nao quero nada", "refusal"),
        ("Não, obrigada", "refusal"),
        ("obrigada, não quero", "refusal"),
        ("no momento não tenho interesse", "refusal"),
        ("não quero, obrigada", "refusal"),
        ("deixa pra lá", "refusal"),
        ("já fechei com outra clínica", "refusal"),
        ("not interested", "refusal"),
        ("no me interesa", "refusal"),
        ("número errado", "wrong_number"),
        ("desculpa foi engano", "wrong_number"),
        ("sou representante da empresa X e gostaria de apresentar nossos produtos", "supplier"),
        ("quero fazer uma parceria", "supplier"),
        ("oferecemos serviços de marketing digital", "supplier"),
        ("vocês tem vaga de emprego?", "job_seeker"),
        ("queria deixar meu currículo", "job_seeker"),
        ("vcs estão contratando?", "job_seeker"),
        ("Ganhe R$500 por dia trabalhando de casa", "spam"),
        ("ganhe dinheiro fácil clique aqui", "spam"),
    ],
)
def test_an_explicit_sign_shows_that_this_is_no_lead(text: str, kind: str) -> None:
    found = reading(text).disqualification
    assert found is not None
    assert (found.kind.value, found.source_message_id) == (kind, 1)
    assert found.quote in text


@pytest.mark.parametrize(
    "text",
    [
        "nao tenho interesse em botox",
        "não tenho interesse em botox, quero preenchimento",
        "não sei",
        "nao quero gastar muito",
        "não quero dizer",
        "se não tiver desconto não tenho interesse",
        "tem vaga amanhã?",
        "vocês vendem produtos?",
        "to vendo preenchedores e toxina",
        "tem vaga de limpeza de pele amanhã?",
        "amanhã não vai dar",
        "mudei de ideia",
        "não preciso",
        "se não me engano",
        "sou a Bet",
        "fiz um empréstimo pra fazer lipo",
        "trabalho com vendas",
        "achei que era outra clínica mas quero botox",
        "sou vendedora e quero fazer limpeza de pele",
        "quero ir pessoalmente",
        "já fiz em outro lugar",
        "nao",
    ],
)
def test_other_talk_is_no_such_sign(text: str) -> None:
    assert reading(text).disqualification is None


def test_a_no_to_already_researched_is_no_refusal() -> None:
    assert reading("não, obrigada", FactKind.KNOWLEDGE).disqualification is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("quero falar com uma pessoa", "human_requested"),
        ("posso falar com alguém?", "human_requested"),
        ("atendente", "human_requested"),
        ("Não quero falar com robô", "human_requested"),
        ("me liga por favor", "human_requested"),
        ("I want to talk to a human", "human_requested"),
        ("que saco, para de perguntar", "irritation"),
        ("porra", "irritation"),
        ("já falei!!", "irritation"),
        ("atendimento péssimo", "irritation"),
        ("meu rosto inchou muito depois do preenchimento", "emergency"),
        ("não consigo respirar", "emergency"),
        ("quero me matar", "emergency"),
        ("vou processar vocês", "legal"),
        ("vou no procon", "legal"),
        ("tenho 16 anos", "minor"),
        ("sou menor de idade", "minor"),
    ],
)
def test_some_messages_need_a_person(text: str, reason: str) -> None:
    found = reading(text).escalation
    assert found is not None
    assert found.value == reason


@pytest.mark.parametrize(
    "text",
    [
        "quero ir pessoalmente",
        "quero agendar uma avaliação pessoalmente",
        "é robô?",
        "você é humano?",
        "porra que legal amei",
        "ta caro pra caralho",
        "kkkkk que burra eu, quis dizer botox",
        "tem risco de necrose?",
        "dá muita dor?",
        "sou advogada",
        "moro perto da delegacia",
        "tenho raiva do meu nariz",
        "me ajude a escolher",
        "tenho uma cicatriz de queimadura e quero tratar",
        "uma mancha preta no rosto",
        "minha olheira é roxa",
        "tenho 16 anos de casada",
        "minha filha tem 15 anos",
        "moro em Socorro",
        "cicatriz de queimadura",
        "quem é o médico responsável?",
        "tenho 18 anos",
    ],
)
def test_other_messages_need_nobody(text: str) -> None:
    assert reading(text).escalation is None


@pytest.mark.parametrize(
    "text", ["parar", "SAIR", "pare", "stop", "não me mande mais mensagens", "me tira dessa lista"]
)
def test_a_lead_can_opt_out(text: str) -> None:
    assert reading(text).opted_out


@pytest.mark.parametrize(
    "text",
    [
        ("quero parar de usar base"),
        ("pra sair do trabalho"),
        ("não para de doer"),
        ("remover tatuagem"),
        ("remover manchas de base"),
        ("cancelar"),
        ("ok"),
    ],
)
def test_other_words_are_no_opt_out(text: str) -> None:
    assert not reading(text).opted_out


def test_a_deletion_of_data_is_a_request_and_a_question_about_it_is_none() -> None:
    assert reading("apaguem meus dados").wants_deletion
    assert reading("LGPD: exijo exclusão dos meus dados").wants_deletion
    assert not reading("vocês seguem a LGPD?").wants_deletion
    assert not reading("quero apagar minha tatuagem").wants_deletion


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("que absurdo", Sentiment.IRRITATED),
        ("achei caro", Sentiment.NEGATIVE),
        ("já te falei isso", Sentiment.NEGATIVE),
        ("adorei!", Sentiment.POSITIVE),
        ("moema", Sentiment.NEUTRAL),
    ],
)
def test_a_message_has_a_mood(text: str, mood: Sentiment) -> None:
    assert reading(text).sentiment is mood


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("isso aqui é robô? quero gente", "human_requested"),
        ("tem alguém aí de verdade?", "human_requested"),
        ("tem como transferir pra um consultor?", "human_requested"),
        ("fiz botox ontem e meu olho caiu, não consigo abrir", "emergency"),
        ("meus advogados vão entrar em contato", "legal"),
        ("to no 9 ano da escola kkk", "minor"),
        ("i'm 16, can i get lip filler?", "minor"),
        ("tengo 15 años", "minor"),
        ("trabalho na justiça federal", ""),
        ("sou 100% decidida", ""),
        ("meu olho caiu no anúncio de vocês", ""),
    ],
)
def test_strangers_words_call_a_human_as_well(text: str, reason: str) -> None:
    found = reading(text).escalation
    assert (found.value if found is not None else "") == reason
