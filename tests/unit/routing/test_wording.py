from __future__ import annotations

from dataclasses import replace

import pytest

from sdr_common.lead import DisqualificationKind, EscalationReason, Temperature
from sdr_routing.domain import wording
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.outgoing_text import parts_of
from sdr_routing.domain.settings import RoutingSettings
from tests.unit.routing.outcomes import CLINIC, INTEREST, NAME, SETTINGS, a_lead, an_outcome


def closed(temperature: Temperature, *facts: object, who: Assignment | None = None) -> str:
    outcome = an_outcome(lead=a_lead(*facts))  # type: ignore[arg-type]  # facts or nothing
    return wording.closing(outcome, temperature, SETTINGS, CLINIC, who or Assignment())


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (
            Temperature.HOT,
            (
                "Perfeito, Mariana! Já passei suas informações para Ana, que vai continuar seu atendimento por aqui "
                "e combinar com você os próximos passos sobre botox. 😊"
            ),
        ),
        (
            Temperature.WARM,
            (
                "Muito bom conversar com você, Mariana! Ana vai te chamar por aqui para tirar suas dúvidas sobre "
                "botox e ver o melhor momento para você. 😊"
            ),
        ),
        (
            Temperature.COLD,
            (
                "Foi ótimo conversar com você, Mariana! Quando quiser saber mais sobre botox, é só mandar uma "
                "mensagem por aqui. Um abraço da equipe da Clínica Aurora! 💛"
            ),
        ),
        (
            Temperature.VERY_COLD,
            (
                "Tudo bem, Mariana! Agradecemos o seu contato. Se um dia precisar, é só mandar uma mensagem por aqui. "
                "Um abraço da equipe da Clínica Aurora!"
            ),
        ),
    ],
)
def test_closings_with_everything_known(temperature: Temperature, expected: str) -> None:
    assert closed(temperature, NAME, INTEREST, who=Assignment("T", "ana@c.test", "Ana")) == expected


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (
            Temperature.HOT,
            (
                "Perfeito! Já passei suas informações para nossa equipe, que vai continuar seu atendimento por aqui "
                "e combinar com você os próximos passos. 😊"
            ),
        ),
        (
            Temperature.WARM,
            (
                "Muito bom conversar com você! Nossa equipe vai te chamar por aqui para tirar suas dúvidas "
                "e ver o melhor momento para você. 😊"
            ),
        ),
        (
            Temperature.COLD,
            (
                "Foi ótimo conversar com você! Quando quiser saber mais, é só mandar uma "
                "mensagem por aqui. Um abraço da equipe da Clínica Aurora! 💛"
            ),
        ),
        (
            Temperature.VERY_COLD,
            (
                "Tudo bem! Agradecemos o seu contato. Se um dia precisar, é só mandar uma mensagem por aqui. "
                "Um abraço da equipe da Clínica Aurora!"
            ),
        ),
    ],
)
def test_closings_with_nothing_known_still_read_well(temperature: Temperature, expected: str) -> None:
    assert closed(temperature) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{nome}, tudo certo!", "Tudo certo!"),
        ("Obrigado, {nome}.", "Obrigado."),
        ("Oi {nome}, até logo", "Oi, até logo"),
        ("Vamos falar sobre {procedimento}!", "Vamos falar!"),
        ("Já separei um horário pra {procedimento}.", "Já separei um horário pra sua avaliação."),
        ("{closer} te chama. {procedimento} é com a gente.", "Nossa equipe te chama. Sua avaliação é com a gente."),
    ],
)
def test_own_templates_without_a_name(template: str, expected: str) -> None:
    assert wording.filled(template, {}) == expected


def test_a_value_is_never_read_as_a_template() -> None:
    assert wording.filled("Oi, {nome}! {closer}", {"nome": "{closer}", "closer": "Ana"}) == "Oi, {closer}! Ana"


def test_an_account_writes_its_own_closing() -> None:
    settings = RoutingSettings(closing={Temperature.HOT: "Fechado, {nome}!"})
    text = wording.closing(an_outcome(lead=a_lead(NAME)), Temperature.HOT, settings, CLINIC, Assignment())
    assert text == "Fechado, Mariana!"


def test_a_procedure_that_was_said_in_a_sentence_is_named_by_its_slug() -> None:
    interest = replace(INTEREST, value="quero muito remover uma tatuagem do braço", canonical="remocao_a_laser")
    known = wording.variables(an_outcome(lead=a_lead(interest)), CLINIC, Assignment())
    assert known["procedimento"] == "remocao a laser"


def test_several_procedures_are_listed_as_people_say_them() -> None:
    interest = replace(INTEREST, value="Botox, limpeza de pele, PRP", canonical="botox")
    known = wording.variables(an_outcome(lead=a_lead(interest)), CLINIC, Assignment())
    assert known["procedimento"] == "botox, limpeza de pele e PRP"


@pytest.mark.parametrize(
    ("clinic", "expected"),
    [
        ("Clínica Aurora", "Um abraço da equipe da Clínica Aurora!"),
        ("Instituto Aurora", "Um abraço da equipe do Instituto Aurora!"),
        ("Bella Pele", "Um abraço da equipe Bella Pele!"),
    ],
)
def test_a_clinic_has_its_article(clinic: str, expected: str) -> None:
    assert wording.filled("Um abraço da equipe {clinica}!", {"clinica": clinic}) == expected


def test_every_text_of_ours_fits_every_channel_in_one_message() -> None:
    texts = [
        *wording.CLOSINGS.values(),
        *wording.POLITE_LINES.values(),
        *wording.ESCALATIONS.values(),
    ]
    assert set(wording.CLOSINGS) == set(Temperature)
    assert set(wording.POLITE_LINES) == set(DisqualificationKind) - {DisqualificationKind.REFUSAL}
    assert set(wording.ESCALATIONS) == set(EscalationReason)
    for text in texts:
        assert len(text) < 400
        assert len(parts_of(text, an_outcome().conversation.channel)) == 1


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "es",
            (
                "¡Fue un gusto hablar contigo, Mariana! Nuestro equipo te va a escribir por aquí para responder tus "
                "dudas y ver el mejor momento para ti. 😊"
            ),
        ),
        (
            "en",
            (
                "It was great talking to you, Mariana! Our team will write to you here to answer your questions and "
                "find the best time for you. 😊"
            ),
        ),
    ],
)
def test_a_closing_is_in_the_lead_s_language(language: str, expected: str) -> None:
    outcome = an_outcome(lead=a_lead(NAME, INTEREST), language=language)
    assert wording.closing(outcome, Temperature.WARM, SETTINGS, CLINIC, Assignment()) == expected


def test_an_account_s_own_closing_counts_in_every_language() -> None:
    settings = RoutingSettings(closing={Temperature.HOT: "Fechado, {nome}!"})
    outcome = an_outcome(lead=a_lead(NAME), language="en")
    assert wording.closing(outcome, Temperature.HOT, settings, CLINIC, Assignment()) == "Fechado, Mariana!"


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_line_exists_in_every_language_and_reads_well_without_a_name(language: str) -> None:
    outcome = an_outcome(lead=a_lead(), language=language)
    texts = [wording.closing(outcome, each, SETTINGS, CLINIC, Assignment()) for each in Temperature]
    texts += [
        wording.polite_line(kind, SETTINGS, CLINIC, language)
        for kind in DisqualificationKind
        if kind is not DisqualificationKind.REFUSAL
    ]
    texts += [wording.escalation(reason, language) for reason in EscalationReason]
    for text in texts:
        assert "{" not in text
        assert " ," not in text
        assert "equipe" not in text
        assert len(text) < 400
