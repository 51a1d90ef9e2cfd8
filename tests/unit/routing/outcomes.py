"""Builders of outcomes: what is not named is an ordinary turn of a lead who wants botox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sdr_common.clinic import Clinic
from sdr_common.lead import (
    EndReason,
    Fact,
    FactKind,
    FactSource,
    LeadStatus,
    Temperature,
)
from sdr_routing.domain.outcome import ConversationRef, LeadProgress, Outcome, Qualification, ScoreLine
from sdr_routing.domain.settings import RoutingSettings

NOW = datetime(2026, 6, 18, 15, 30, tzinfo=UTC)
CLINIC = Clinic(name="Clínica Aurora", assistant_name="Bia", time_zone="America/Sao_Paulo")
SETTINGS = RoutingSettings()


def a_fact(kind: FactKind, value: str, level: str = "", canonical: str = "") -> Fact:
    return Fact(kind, value, level, value, 1, 0.9, FactSource.LEAD, NOW, canonical=canonical)


NAME = a_fact(FactKind.NAME, "mariana Souza")
INTEREST = a_fact(FactKind.INTEREST, "Botox", "especifico", "botox")
URGENCY = a_fact(FactKind.URGENCY, "semana que vem", "proximas_2_semanas")


def facts(*given: Fact) -> dict[FactKind, Fact]:
    return {fact.kind: fact for fact in given}


def a_lead(*given: Fact, **changes: Any) -> LeadProgress:
    values: dict[str, Any] = {
        "facts": facts(*given),
        "known_count": len(given),
        "attempts": {},
        "status": LeadStatus.IN_PROGRESS,
        "started_at": None,
    }
    return LeadProgress(**{**values, **changes})


def a_qualification(temperature: Temperature = Temperature.HOT, **changes: Any) -> Qualification:
    warm = temperature in {Temperature.HOT, Temperature.WARM}
    values: dict[str, Any] = {
        "qualification_id": "8c2f4f51-6a3b-4f0e-8a55-111111111111",
        "score": 105 if warm else 30,
        "temperature": temperature,
        "lines": (
            ScoreLine(FactKind.INTEREST, "especifico", 50, 50, quote="quero botox"),
            ScoreLine(FactKind.KNOWLEDGE, "", 0, 20, note="não informado"),
        ),
        "rules": (),
        "next_step": "transferir_closer" if warm else "nutrir",
        "funnel_stage": "Lead Qualificado" if warm else "Contato Inicial",
        "status": LeadStatus.QUALIFIED if warm else LeadStatus.COMPLETE,
        "ended": EndReason.FACTS_COMPLETE,
        "disqualification": None,
        "qualified_at": NOW,
    }
    return Qualification(**{**values, **changes})


ORDINARY = Outcome(
    conversation=ConversationRef(account_id=7, conversation_id=31, contact_id=501, inbox_id=1),
    turn_id=4,
    attributes={},
    reply="Para quando você pensa em fazer?",
    asks=FactKind.URGENCY,
    answer="",
    lead=a_lead(INTEREST),
    qualification=None,
    behaviour=None,
    summary="",
    escalation=None,
    last_message_id=10,
    labels=(),
    silent=False,
)


def an_outcome(**changes: Any) -> Outcome:
    return replace(ORDINARY, **changes)
