"""Lists of leads as files: columns, and their words in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sdr_common.errors import InvalidField
from sdr_common.lead import Channel, LeadOutcome, LeadStatus, Temperature
from sdr_reporting.domain.listing import LeadFilter

XLSX_ROWS_AT_MOST: Final = 50_000
"""Beyond it a sheet is slow to open and its making needs more room than a container's /tmp has; a CSV needs none."""


class FileFormat(StrEnum):
    """Kinds of files."""

    CSV = "csv"
    XLSX = "xlsx"


class Language(StrEnum):
    """Languages of headings and words."""

    PT = "pt-BR"
    ES = "es"
    EN = "en"


@dataclass(frozen=True, slots=True)
class ExportWanted:
    """Which leads, and as what."""

    leads: LeadFilter
    file_format: FileFormat = FileFormat.CSV
    language: Language = Language.PT


@dataclass(frozen=True, slots=True)
class Wording:
    """How a file speaks."""

    file_name: str
    """Without date and ending."""
    sheet: str
    headings: tuple[str, ...]
    """One per column, in the order of the statements' columns."""
    words: Mapping[str, str]
    """Published words as people read them."""
    delimiter: str
    """Of a CSV, as the spreadsheets of the language's countries expect it."""
    instant: str
    """Pattern of Postgres's `to_char`."""
    sheet_instant: str
    """The same for a sheet."""


_PT: Final = Wording(
    file_name="leads",
    sheet="Leads",
    headings=(
        "Nome",
        "Telefone",
        "Situação",
        "Temperatura",
        "Pontos",
        "Procedimento",
        "Informações conhecidas",
        "Canal",
        "Caixa de entrada",
        "Time",
        "Closer",
        "Primeira mensagem",
        "Segundos até a primeira resposta",
        "Qualificado em",
        "Resultado",
        "Resultado em",
        "Última novidade",
        "Contato",
        "Conversa",
    ),
    words={
        LeadStatus.IN_PROGRESS: "em andamento",
        LeadStatus.OPT_OUT: "pediu silêncio",
        Temperature.VERY_COLD: "muito frio",
        LeadOutcome.WON: "venda ganha",
        LeadOutcome.LOST: "venda perdida",
        LeadOutcome.OPEN: "em aberto",
        Channel.WHATSAPP: "WhatsApp",
        Channel.INSTAGRAM: "Instagram",
        Channel.MESSENGER: "Messenger",
        Channel.TELEGRAM: "Telegram",
        Channel.WEB_WIDGET: "chat do site",
        Channel.OTHER: "outro",
    },
    delimiter=";",
    instant="DD/MM/YYYY HH24:MI:SS",
    sheet_instant="dd/mm/yyyy hh:mm",
)
_ES: Final = Wording(
    file_name="leads",
    sheet="Leads",
    headings=(
        "Nombre",
        "Teléfono",
        "Estado",
        "Temperatura",
        "Puntos",
        "Procedimiento",
        "Datos conocidos",
        "Canal",
        "Bandeja de entrada",
        "Equipo",
        "Closer",
        "Primer mensaje",
        "Segundos hasta la primera respuesta",
        "Calificado el",
        "Resultado",
        "Resultado el",
        "Última novedad",
        "Contacto",
        "Conversación",
    ),
    words={
        **_PT.words,
        LeadStatus.IN_PROGRESS: "en curso",
        LeadStatus.COMPLETE: "completo",
        LeadStatus.INCOMPLETE: "incompleto",
        LeadStatus.PAUSED: "en pausa",
        LeadStatus.QUALIFIED: "calificado",
        LeadStatus.ESCALATED: "escalado",
        LeadStatus.OPT_OUT: "pidió silencio",
        Temperature.HOT: "caliente",
        Temperature.WARM: "tibio",
        Temperature.COLD: "frío",
        Temperature.VERY_COLD: "muy frío",
        LeadOutcome.WON: "venta ganada",
        LeadOutcome.LOST: "venta perdida",
        LeadOutcome.OPEN: "abierto",
        Channel.WEB_WIDGET: "chat del sitio",
        Channel.OTHER: "otro",
    },
    delimiter=";",
    instant="DD/MM/YYYY HH24:MI:SS",
    sheet_instant="dd/mm/yyyy hh:mm",
)
_EN: Final = Wording(
    file_name="leads",
    sheet="Leads",
    headings=(
        "Name",
        "Phone",
        "Status",
        "Temperature",
        "Score",
        "Procedure",
        "Known facts",
        "Channel",
        "Inbox",
        "Team",
        "Closer",
        "First message",
        "Seconds to first answer",
        "Qualified at",
        "Outcome",
        "Outcome at",
        "Latest news",
        "Contact",
        "Conversation",
    ),
    words={
        **_PT.words,
        LeadStatus.IN_PROGRESS: "in progress",
        LeadStatus.COMPLETE: "complete",
        LeadStatus.INCOMPLETE: "incomplete",
        LeadStatus.PAUSED: "paused",
        LeadStatus.QUALIFIED: "qualified",
        LeadStatus.ESCALATED: "escalated",
        LeadStatus.OPT_OUT: "opted out",
        Temperature.HOT: "hot",
        Temperature.WARM: "warm",
        Temperature.COLD: "cold",
        Temperature.VERY_COLD: "very cold",
        LeadOutcome.WON: "won",
        LeadOutcome.LOST: "lost",
        LeadOutcome.OPEN: "open",
        Channel.WEB_WIDGET: "site chat",
        Channel.OTHER: "other",
    },
    delimiter=",",
    instant="YYYY-MM-DD HH24:MI:SS",
    sheet_instant="yyyy-mm-dd hh:mm",
)
WORDINGS: Final[Mapping[Language, Wording]] = {Language.PT: _PT, Language.ES: _ES, Language.EN: _EN}


def file_name(wanted: ExportWanted, today: date) -> str:
    """What a file is called, such as "leads-2026-11-28.csv"."""
    return f"{WORDINGS[wanted.language].file_name}-{today.isoformat()}.{wanted.file_format}"


def check_row_count(count: int) -> None:
    """Refuses more rows than a sheet should have.

    Raises:
        InvalidField: so many leads need a CSV.
    """
    if count > XLSX_ROWS_AT_MOST:
        raise InvalidField("format", f"xlsx takes at most {XLSX_ROWS_AT_MOST} leads; narrow the filters or take csv")
