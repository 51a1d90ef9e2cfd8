"""The private note that a human reads first: who this is, why the score, what comes next."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sdr_common.clinic import Clinic
from sdr_common.lead import EscalationReason, FactKind, NextStep, Temperature
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.outcome import Outcome, Qualification, ScoreLine
from sdr_routing.domain.settings import RoutingSettings
from sdr_routing.domain.text import cut, one_line

_FACTS = {
    FactKind.NAME: "Nome",
    FactKind.INTEREST: "Interesse",
    FactKind.URGENCY: "Urgência",
    FactKind.KNOWLEDGE: "Conhecimento",
    FactKind.LOCATION: "Localização",
    FactKind.MOTIVATION: "Motivação",
}
_LEVELS = {
    "especifico": "específico",
    "generico": "genérico",
    "esta_semana": "esta semana",
    "proximas_2_semanas": "próximas 2 semanas",
    "ate_30_dias": "até 30 dias",
    "acima_30_dias": "acima de 30 dias",
    "conhece_valores": "conhece valores",
    "pesquisou_pouco": "pesquisou pouco",
    "primeira_pesquisa": "primeira pesquisa",
    "nao_conhece": "não conhece",
    "outra_cidade": "outra cidade",
    "generica": "genérica",
}
_TEMPERATURES = {
    Temperature.HOT: "🔥 Lead quente",
    Temperature.WARM: "🌤️ Lead morno",
    Temperature.COLD: "❄️ Lead frio",
    Temperature.VERY_COLD: "🧊 Lead muito frio",
}
_NEXT_STEPS = {
    NextStep.HAND_TO_CLOSER.value: "transferir para o closer",
    NextStep.SCHEDULE_FOLLOW_UP.value: "agendar um follow-up",
    NextStep.NURTURE.value: "nutrir",
    NextStep.RECORD.value: "só registrar",
}
_REASONS = {
    EscalationReason.HUMAN_REQUESTED: "o lead pediu para falar com uma pessoa.",
    EscalationReason.IRRITATION: "o lead está irritado. Atenda com cuidado e o quanto antes.",
    EscalationReason.EMERGENCY: "possível emergência de saúde. Responda agora.",
    EscalationReason.LEGAL: "ameaça jurídica ou reclamação a um órgão. Encaminhe à pessoa responsável.",
    EscalationReason.MINOR: "o lead é menor de idade. O atendimento precisa de um responsável.",
    EscalationReason.PRODUCT_FAILURE: "o assistente não conseguiu responder. Continue a conversa.",
    EscalationReason.DATA_DELETION: (
        "o lead pediu a exclusão dos dados (LGPD). **Tarefa:** apagar os dados e confirmar a exclusão. "
        "O assistente não escreve mais para este contato."
    ),
}
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")
_SCORE_MAXIMUM = 130
_QUOTE_LIMIT = 300
_TEXT_LIMIT = 4000


def note_for(outcome: Outcome, settings: RoutingSettings, clinic: Clinic, now: datetime) -> str:
    """The note as Markdown.

    Args:
        outcome: A judgement, an escalation, or both.
        settings: For the panel's address.
        clinic: For the zone.
        now: Aware; shown where there is no judgement.
    """
    blocks: list[str] = []
    qualification = outcome.qualification
    if outcome.escalation is not None:
        blocks.append(f"**⚠️ Atendimento humano:** {_REASONS[outcome.escalation]}")
    if qualification is not None:
        title = _TEMPERATURES[qualification.temperature]
        again = "Novo interesse, pontuação refeita. " if outcome.closed_before else ""
        blocks.append(f"**{again}{title}: {qualification.score} de {_SCORE_MAXIMUM} pontos**")
    blocks.append("\n".join(_header(outcome, qualification, clinic.zone, now)))
    facts = _facts(outcome)
    if facts:
        blocks.append("\n".join(["**O que sabemos**", *facts]))
    if qualification is not None:
        blocks.append("\n".join(["**Como a pontuação foi somada**", *map(_line, qualification.lines)]))
        if qualification.rules:
            rules = [f"- {_safe(rule.explanation)}" for rule in qualification.rules]
            blocks.append("\n".join(["**Regras que valeram**", *rules]))
    if outcome.summary.strip():
        blocks.append(f"**Resumo:** {_safe(outcome.summary)}")
    if settings.panel_url:
        blocks.append(_link(outcome, settings))
    return "\n\n".join(blocks)


def wrote_again(outcome: Outcome, settings: RoutingSettings, clinic: Clinic, now: datetime) -> str:
    """The note for the closer of a lead that writes again and that nobody has answered yet."""
    interest = outcome.lead.facts.get(FactKind.INTEREST)
    about = f" (interesse: {_safe(interest.value)})" if interest is not None else ""
    blocks = [
        f"**🔔 O lead qualificado escreveu de novo** e ainda não foi atendido por uma pessoa{about}.",
        f"**Em:** {_moment(now, clinic.zone)}",
    ]
    if settings.panel_url:
        blocks.append(_link(outcome, settings))
    return "\n\n".join(blocks)


def _link(outcome: Outcome, settings: RoutingSettings) -> str:
    return f"[Abrir o lead no painel]({settings.panel_url.rstrip('/')}/leads/{outcome.conversation.contact_id})"


def _header(outcome: Outcome, qualification: Qualification | None, zone: ZoneInfo, now: datetime) -> list[str]:
    if qualification is None:
        return [f"**Pedido em:** {_moment(now, zone)}", f"**Progresso:** {outcome.lead.known_count} de 5 informações"]
    step = _NEXT_STEPS.get(qualification.next_step, qualification.next_step)
    return [
        f"**Qualificado em:** {_moment(qualification.qualified_at, zone)}",
        f"**Estágio:** {qualification.funnel_stage}",
        f"**Próximo passo:** {step}",
    ]


def _facts(outcome: Outcome) -> list[str]:
    lines = []
    for kind, name in _FACTS.items():
        fact = outcome.lead.facts.get(kind)
        if fact is not None:
            level = f" ({_level(fact.level)})" if fact.level else ""
            lines.append(f"- {name}: {_safe(fact.value)}{level}")
    if outcome.behaviour is not None:
        lines.append(f"- Comportamento: {outcome.behaviour.value}")
    return lines


def _line(line: ScoreLine) -> str:
    text = f"- {_FACTS[line.kind]}: {line.points}/{line.maximum}"
    if line.level:
        text += f" ({_level(line.level)})"
    if line.quote.strip():
        text += f" — “{_safe(line.quote, _QUOTE_LIMIT)}”"
    if line.note.strip():
        text += f" — {_safe(line.note)}"
    return text


def _level(level: str) -> str:
    return _LEVELS.get(level, level.replace("_", " "))


def _safe(text: str, limit: int = _TEXT_LIMIT) -> str:
    """Somebody's words inside our Markdown: one line, and none of their marks count."""
    return _MARKS.sub(r"\\\1", cut(one_line(text), limit))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%d/%m/%Y %H:%M")


def reassigned(waited_minutes: int, before: str, assignment: Assignment) -> str:
    """Why a lead changed its closer, for both of them.

    Args:
        waited_minutes: How long the lead waited while the clinic was open.
        before: What the closer is called who had it.
        assignment: Who gets it, and why.
    """
    waited = f"{waited_minutes} min" if waited_minutes < 120 else f"{waited_minutes // 60} h"
    return (
        f"🔁 **Lead quente sem resposta há {waited} de expediente.** Passei a conversa de {_safe(before)} para "
        f"{_safe(assignment.closer_name)} ({_safe(assignment.reason)}). Se você já está atendendo este lead por "
        "outro canal, atribua a conversa a você de novo."
    )
