from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sdr_common.lead import Behaviour, FactKind, LeadStatus
from sdr_routing.domain import attributes
from sdr_routing.domain.attributes import Written
from sdr_routing.domain.provisioning import ATTRIBUTES
from tests.unit.routing.outcomes import CLINIC, INTEREST, NAME, URGENCY, a_fact, a_lead, a_qualification, an_outcome

ZONE = CLINIC.zone


def test_a_turn_in_qualification() -> None:
    lead = a_lead(
        NAME,
        INTEREST,
        known_count=2,
        attempts={FactKind.URGENCY: 2, FactKind.INTEREST: 1, FactKind.NAME: 0},
        started_at=datetime(2026, 6, 18, 15, 29, 55, 400000, tzinfo=UTC),
    )
    assert attributes.wanted(an_outcome(lead=lead), ZONE) == {
        "sdr_ia_status": "em_andamento",
        "sdr_ia_progresso": "2/5",
        "sdr_ia_nome": "mariana Souza",
        "sdr_ia_interesse": "Botox",
        "sdr_ia_tentativas": '{"interesse": 1, "urgencia": 2}',
        "sdr_ia_iniciado_em": "2026-06-18T12:29:55-03:00",
        "estagio_funil": "Novo Lead",
    }


def test_a_judgement() -> None:
    motivation = a_fact(FactKind.MOTIVATION, "casamento em julho", "clara")
    outcome = an_outcome(
        lead=a_lead(NAME, INTEREST, URGENCY, motivation, known_count=3, status=LeadStatus.QUALIFIED),
        qualification=a_qualification(),
        behaviour=Behaviour.EVASIVE,
        summary="Quer botox na semana que vem.",
    )
    assert attributes.wanted(outcome, ZONE) == {
        "sdr_ia_status": "qualificado",
        "sdr_ia_progresso": "3/5",
        "sdr_ia_nome": "mariana Souza",
        "sdr_ia_interesse": "Botox",
        "sdr_ia_urgencia": "semana que vem",
        "sdr_ia_motivacao": "casamento em julho",
        "estagio_funil": "Lead Qualificado",
        "sdr_ia_temperatura": "quente",
        "sdr_ia_score": 105,
        "sdr_ia_proximo_passo": "transferir_closer",
        "sdr_ia_qualificado_em": "2026-06-18T12:30:00-03:00",
        "sdr_ia_comportamento": "evasivo",
        "sdr_ia_resumo": "Quer botox na semana que vem.",
    }


def test_long_texts_are_cut_and_control_characters_left_out() -> None:
    fact = replace(INTEREST, value="a\x00" * 2000)
    assert attributes.wanted(an_outcome(lead=a_lead(fact)), ZONE)["sdr_ia_interesse"] == "a" * 1500


def test_every_key_that_is_written_is_defined() -> None:
    everything = [a_fact(kind, "valor") for kind in FactKind]
    outcome = an_outcome(
        lead=a_lead(
            *everything, known_count=5, attempts={FactKind.NAME: 1}, started_at=datetime(2026, 6, 1, tzinfo=UTC)
        ),
        qualification=a_qualification(),
        behaviour=Behaviour.COOPERATIVE,
        summary="Resumo.",
    )
    assert set(attributes.wanted(outcome, ZONE)) == {item.key for item in ATTRIBUTES}


def test_only_what_differs_is_written() -> None:
    shown = {"sdr_ia_score": "105.0", "sdr_ia_nome": "mariana  Souza", "waha_whatsapp_jid": "55@c.us"}
    values: dict[str, str | int] = {"sdr_ia_score": 105, "sdr_ia_nome": "mariana Souza", "sdr_ia_progresso": "1/5"}
    assert attributes.changes(values, shown, Written()) == {"sdr_ia_progresso": "1/5"}


def test_a_value_that_a_human_set_stays() -> None:
    written = Written().adding({"sdr_ia_interesse": "botox"})
    shown = {"sdr_ia_interesse": "botox na testa"}
    assert attributes.changes({"sdr_ia_interesse": "lipo"}, shown, written) == {}


def test_an_earlier_value_of_ours_is_a_stale_snapshot_and_no_humans() -> None:
    written = Written().adding({"sdr_ia_interesse": "botox"}).adding({"sdr_ia_interesse": "lipo"})
    shown = {"sdr_ia_interesse": "botox"}
    assert attributes.changes({"sdr_ia_interesse": "lipo"}, shown, written) == {}
    assert attributes.changes({"sdr_ia_interesse": "peeling"}, shown, written) == {"sdr_ia_interesse": "peeling"}


def test_status_and_score_are_ours_whoever_changed_them() -> None:
    shown = {"sdr_ia_score": "12", "sdr_ia_status": "completo"}
    values: dict[str, str | int] = {"sdr_ia_score": 105, "sdr_ia_status": "qualificado"}
    assert attributes.changes(values, shown, Written()) == values


def test_a_value_that_was_turned_back_is_written_again() -> None:
    written = Written().adding({"sdr_ia_progresso": "2/5"})
    assert attributes.changes({"sdr_ia_progresso": "1/5"}, {"sdr_ia_progresso": "1/5"}, written) == {
        "sdr_ia_progresso": "1/5"
    }


def test_a_judgement_moves_the_funnel_on_from_an_early_stage_only() -> None:
    values = {"estagio_funil": "Lead Qualificado"}
    assert attributes.changes(values, {"estagio_funil": "Novo Lead"}, Written()) == values
    assert attributes.changes(values, {"estagio_funil": "Contato Inicial"}, Written()) == values
    assert attributes.changes(values, {"estagio_funil": "Em Negociação"}, Written()) == {}
    ours = Written().adding({"estagio_funil": "Lead Desqualificado"})
    assert attributes.changes(values, {"estagio_funil": "Lead Desqualificado"}, ours) == values


def test_a_turn_in_qualification_never_turns_the_funnel_back() -> None:
    ours = Written().adding({"estagio_funil": "Lead Qualificado"})
    assert attributes.changes({"estagio_funil": "Novo Lead"}, {}, ours) == {}
    assert attributes.changes({"estagio_funil": "Novo Lead"}, {"estagio_funil": "Contato Inicial"}, Written()) == {}


def test_the_history_is_kept_for_what_humans_may_change_and_is_bounded() -> None:
    written = Written()
    for number in range(80):
        written = written.adding({"sdr_ia_resumo": f"resumo {number}", "sdr_ia_progresso": f"{number}/5"})
    assert len(written.history["sdr_ia_resumo"]) == 50
    assert "sdr_ia_progresso" not in written.history
