"""Reports' words in the three languages that people read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sdr_reporting.domain.period import Period

WORDS: Final[dict[str, dict[str, str]]] = {
    "pt": {
        "channels": "Por canal",
        "closers": "Por closer",
        "hours": "Hora da primeira mensagem",
        "success": "Qualificação concluída",
        "sold": "Vendas",
        "missed": "Perdas",
        "satisfaction": "Satisfação (1 a 5)",
        "answers": "respostas",
        "slowest": "9 em cada 10 em até",
        "nobody": "Sem closer",
        "unknown": "Não informado",
        "compared": "Variação em relação ao período anterior, de mesma duração.",
        "report": "Relatório de leads",
        "new_leads": "Leads novos",
        "qualified": "Qualificados",
        "hot": "Quentes",
        "average_score": "Pontuação média",
        "first_answer": "Tempo até a primeira resposta",
        "qualification_time": "Tempo até qualificar",
        "escalated": "Chamaram um humano",
        "cost": "Custo de IA",
        "cost_per_qualified": "Custo por lead qualificado",
        "by_day": "Leads por dia",
        "temperatures": "Temperaturas",
        "procedures": "Procedimentos mais procurados",
        "quente": "Quente",
        "morno": "Morno",
        "frio": "Frio",
        "muito_frio": "Muito frio",
        "nothing": "Nenhum lead neste período.",
        "made_at": "Gerado em",
        "page": "Página",
        "of": "de",
        "zone": "Dias contados no fuso",
        "none": "–",
        "open_panel": "Abrir no painel",
        "mail_text": "Segue em anexo o relatório do período.",
        "mail_leads": "Seguem em anexo os leads do período.",
        "name": "Nome",
        "channel": "Canal",
        "temperature": "Temperatura",
        "score": "Pontuação",
        "status": "Situação",
        "procedure": "Procedimento",
        "first_message": "Primeira mensagem",
        "qualified_at": "Qualificado em",
        "team": "Time",
        "closer": "Closer",
    },
    "en": {
        "channels": "By channel",
        "closers": "By closer",
        "hours": "Hour of the first message",
        "success": "Qualification completed",
        "sold": "Sales",
        "missed": "Losses",
        "satisfaction": "Satisfaction (1 to 5)",
        "answers": "answers",
        "slowest": "9 of 10 within",
        "nobody": "No closer",
        "unknown": "Not known",
        "compared": "Change against the period before, of the same length.",
        "report": "Lead report",
        "new_leads": "New leads",
        "qualified": "Qualified",
        "hot": "Hot",
        "average_score": "Average score",
        "first_answer": "Time to first answer",
        "qualification_time": "Time to qualify",
        "escalated": "Asked for a human",
        "cost": "AI cost",
        "cost_per_qualified": "Cost per qualified lead",
        "by_day": "Leads per day",
        "temperatures": "Temperatures",
        "procedures": "Most wanted procedures",
        "quente": "Hot",
        "morno": "Warm",
        "frio": "Cold",
        "muito_frio": "Very cold",
        "nothing": "No leads in this period.",
        "made_at": "Made on",
        "page": "Page",
        "of": "of",
        "zone": "Days counted in time zone",
        "none": "–",
        "open_panel": "Open in the panel",
        "mail_text": "The report of the period is attached.",
        "mail_leads": "The leads of the period are attached.",
        "name": "Name",
        "channel": "Channel",
        "temperature": "Temperature",
        "score": "Score",
        "status": "Status",
        "procedure": "Procedure",
        "first_message": "First message",
        "qualified_at": "Qualified at",
        "team": "Team",
        "closer": "Closer",
    },
    "es": {
        "channels": "Por canal",
        "closers": "Por closer",
        "hours": "Hora del primer mensaje",
        "success": "Calificación completada",
        "sold": "Ventas",
        "missed": "Pérdidas",
        "satisfaction": "Satisfacción (1 a 5)",
        "answers": "respuestas",
        "slowest": "9 de cada 10 en hasta",
        "nobody": "Sin closer",
        "unknown": "No informado",
        "compared": "Variación respecto al período anterior, de igual duración.",
        "report": "Informe de leads",
        "new_leads": "Leads nuevos",
        "qualified": "Calificados",
        "hot": "Calientes",
        "average_score": "Puntuación media",
        "first_answer": "Tiempo hasta la primera respuesta",
        "qualification_time": "Tiempo hasta calificar",
        "escalated": "Pidieron una persona",
        "cost": "Costo de IA",
        "cost_per_qualified": "Costo por lead calificado",
        "by_day": "Leads por día",
        "temperatures": "Temperaturas",
        "procedures": "Procedimientos más buscados",
        "quente": "Caliente",
        "morno": "Tibio",
        "frio": "Frío",
        "muito_frio": "Muy frío",
        "nothing": "Ningún lead en este período.",
        "made_at": "Generado el",
        "page": "Página",
        "of": "de",
        "zone": "Días contados en la zona horaria",
        "none": "–",
        "open_panel": "Abrir en el panel",
        "mail_text": "Se adjunta el informe del período.",
        "mail_leads": "Se adjuntan los leads del período.",
        "name": "Nombre",
        "channel": "Canal",
        "temperature": "Temperatura",
        "score": "Puntuación",
        "status": "Estado",
        "procedure": "Procedimiento",
        "first_message": "Primer mensaje",
        "qualified_at": "Calificado el",
        "team": "Equipo",
        "closer": "Closer",
    },
}
"""By language and word; every language has every word."""


def day_text(day: date, language: str) -> str:
    """A day as the language writes it in figures."""
    return f"{day:%Y-%m-%d}" if language == "en" else f"{day:%d/%m/%Y}"


def period_text(period: Period, zone: ZoneInfo, language: str) -> str:
    """A period by its first and last day."""
    last = day_text((period.until - timedelta(microseconds=1)).astimezone(zone).date(), language)
    if period.start is None:
        return f"… – {last}"
    first = day_text(period.start.astimezone(zone).date(), language)
    return first if first == last else f"{first} – {last}"


def instant_text(at: datetime, zone: ZoneInfo, language: str) -> str:
    """An instant in the clinic's zone."""
    local = at.astimezone(zone)
    return f"{day_text(local.date(), language)} {local:%H:%M}"


def number_text(value: float, language: str, decimals: int = 0) -> str:
    """A number with the language's signs."""
    text = f"{value:,.{decimals}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def money_text(micro_usd: int, language: str) -> str:
    """Millionths of a US dollar as dollars."""
    return f"US$ {number_text(micro_usd / 1_000_000, language, 2)}"


def time_text(value: timedelta | None, language: str) -> str:
    """A length of time in its two greatest units; a dash for none."""
    if value is None:
        return WORDS[language]["none"]
    seconds = round(value.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86_400} d {seconds % 86_400 // 3600} h"
