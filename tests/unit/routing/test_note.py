from __future__ import annotations

from dataclasses import replace

import pytest

from sdr_common.lead import Behaviour, EscalationReason, FactKind
from sdr_routing.domain.note import note_for
from sdr_routing.domain.outcome import AppliedRule
from sdr_routing.domain.settings import RoutingSettings
from tests.unit.routing.outcomes import (
    CLINIC,
    INTEREST,
    NAME,
    NOW,
    SETTINGS,
    URGENCY,
    a_fact,
    a_lead,
    a_qualification,
    an_outcome,
)


def test_the_note_of_a_hot_lead() -> None:
    outcome = an_outcome(
        lead=a_lead(NAME, INTEREST, URGENCY, a_fact(FactKind.MOTIVATION, "casamento", "clara")),
        qualification=a_qualification(rules=(AppliedRule("named_procedure_floor", "Procedimento citado."),)),
        behaviour=Behaviour.COOPERATIVE,
        summary="Quer botox para o casamento.",
    )
    settings = RoutingSettings(panel_url="https://painel.aurora.test/")
    assert note_for(outcome, settings, CLINIC, NOW) == (
        "**🔥 Lead quente: 105 de 130 pontos**\n\n"
        "**Qualificado em:** 18/06/2026 12:30\n"
        "**Estágio:** Lead Qualificado\n"
        "**Próximo passo:** transferir para o closer\n\n"
        "**O que sabemos**\n"
        "- Nome: mariana Souza\n"
        "- Interesse: Botox (específico)\n"
        "- Urgência: semana que vem (próximas 2 semanas)\n"
        "- Motivação: casamento (clara)\n"
        "- Comportamento: cooperativo\n\n"
        "**Como a pontuação foi somada**\n"
        "- Interesse: 50/50 (específico) — “quero botox”\n"
        "- Conhecimento: 0/20 — não informado\n\n"
        "**Regras que valeram**\n"
        "- Procedimento citado.\n\n"
        "**Resumo:** Quer botox para o casamento.\n\n"
        "[Abrir o lead no painel](https://painel.aurora.test/leads/501)"
    )


def test_there_is_no_link_without_a_panel() -> None:
    note = note_for(an_outcome(qualification=a_qualification()), SETTINGS, CLINIC, NOW)
    assert "painel" not in note


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (EscalationReason.HUMAN_REQUESTED, "o lead pediu para falar com uma pessoa."),
        (EscalationReason.EMERGENCY, "possível emergência de saúde. Responda agora."),
        (EscalationReason.DATA_DELETION, "**Tarefa:** apagar os dados e confirmar a exclusão."),
        (EscalationReason.PRODUCT_FAILURE, "o assistente não conseguiu responder."),
    ],
)
def test_the_note_of_an_escalation_says_why_and_when(reason: EscalationReason, said: str) -> None:
    note = note_for(an_outcome(escalation=reason), SETTINGS, CLINIC, NOW)
    assert note.startswith("**⚠️ Atendimento humano:** ")
    assert said in note
    assert "**Pedido em:** 18/06/2026 12:30" in note
    assert "**Progresso:** 1 de 5 informações" in note


def test_the_leads_words_are_no_markdown() -> None:
    evil = replace(NAME, value="[clique](http://mal.test)\n**urgente** `x`")
    note = note_for(an_outcome(lead=a_lead(evil), qualification=a_qualification()), SETTINGS, CLINIC, NOW)
    assert r"- Nome: \[clique\](http://mal.test) \*\*urgente\*\* \`x\`" in note
