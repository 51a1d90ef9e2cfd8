"""What the original plugin left on a contact, read as a lead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sdr_common.lead import EndReason, FactKind, FactSource, LeadStatus
from sdr_dialogue.domain.importing import ImportedLead, lead_from_attributes
from sdr_dialogue.engine.scripted import read_value
from tests.unit.dialogue.builders import CLINIC, NOW

QUALIFIED = {
    "sdr_ia_status": "qualificado",
    "sdr_ia_progresso": "6/6",
    "sdr_ia_score": "85",
    "sdr_ia_nome": "Mariana",
    "sdr_ia_interesse": "Botox na testa",
    "sdr_ia_urgencia": "proximas_2_semanas",
    "sdr_ia_conhecimento": "pesquisou_pouco",
    "sdr_ia_motivacao": "null",
    "sdr_ia_localizacao": "Moema",
    "sdr_ia_iniciado_em": "2025-11-20T12:00:00-03:00",
    "sdr_ia_qualificado_em": "2025-11-20T15:10:00Z",
}
"""As the plugin writes a lead that it judged."""


def _read(attributes: dict[str, str]) -> ImportedLead:
    return lead_from_attributes(attributes, CLINIC, now=NOW.astimezone(UTC), read=read_value)


def test_a_judged_lead_is_known_and_not_questioned_again() -> None:
    found = _read(QUALIFIED)
    assert found.lead is not None
    assert found.not_understood == ()
    assert {kind.value: (fact.value, fact.level) for kind, fact in found.lead.facts.items()} == {
        "nome": ("Mariana", ""),
        "interesse": ("Botox na testa", "especifico"),
        "urgencia": ("proximas_2_semanas", "proximas_2_semanas"),
        "conhecimento": ("pesquisou_pouco", "pesquisou_pouco"),
        "localizacao": ("Moema", "perto"),
    }
    assert (found.lead.ended, found.lead.status) == (EndReason.FACTS_COMPLETE, LeadStatus.QUALIFIED)
    assert found.lead.started_at == datetime(2025, 11, 20, 15, 0, tzinfo=UTC)


def test_its_facts_are_ours_to_correct_and_date_from_then() -> None:
    lead = _read(QUALIFIED).lead
    assert lead is not None
    for kind, fact in lead.facts.items():
        assert (fact.source, fact.locked) == (FactSource.SYSTEM, False)
        assert fact.set_at == datetime(2025, 11, 20, 15, 10, tzinfo=UTC)
        assert fact.value in lead.written[kind], "or the next turn takes it for a human's"


@pytest.mark.parametrize("status", ["em_andamento", "pausado"])
def test_a_lead_in_the_middle_goes_on_where_it_stopped(status: str) -> None:
    lead = _read({"sdr_ia_status": status, "sdr_ia_nome": "Ana"}).lead
    assert lead is not None
    assert (lead.ended, lead.status, lead.opted_out) == (None, LeadStatus.IN_PROGRESS, False)


def test_an_opt_out_stays_one() -> None:
    lead = _read({"sdr_ia_status": "opt_out"}).lead
    assert lead is not None
    assert (lead.opted_out, lead.status) == (True, LeadStatus.OPT_OUT)


def test_a_level_of_an_old_release_is_known_by_its_new_name() -> None:
    lead = _read({"sdr_ia_conhecimento": "tem_duvidas"}).lead
    assert lead is not None
    assert lead.facts[FactKind.KNOWLEDGE].level == "pesquisou_pouco"


def test_what_says_nothing_that_we_know_is_told_by_its_key() -> None:
    found = _read({"sdr_ia_status": "talvez", "sdr_ia_urgencia": "xyz", "sdr_ia_iniciado_em": "ontem"})
    assert found.not_understood == ("sdr_ia_iniciado_em", "sdr_ia_urgencia", "sdr_ia_status")
    assert found.lead is not None
    assert found.lead.facts[FactKind.URGENCY].level == ""
    assert found.lead.status is LeadStatus.IN_PROGRESS


@pytest.mark.parametrize("attributes", [{}, {"sdr_ia_nome": "null", "cidade": "Osasco"}, {"sdr_ia_interesse": " "}])
def test_a_contact_without_the_plugin_s_words_is_no_lead(attributes: dict[str, str]) -> None:
    assert _read(attributes).lead is None
