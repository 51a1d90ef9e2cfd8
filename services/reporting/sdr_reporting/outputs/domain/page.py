"""A report as pages, texts and tables: what is said, not how it looks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sdr_common.lead import Temperature
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.outputs.domain.report import Report, change_percent
from sdr_reporting.outputs.domain.words import (
    WORDS,
    day_text,
    instant_text,
    money_text,
    number_text,
    period_text,
    time_text,
)

_TEMPERATURES: Final = (Temperature.HOT, Temperature.WARM, Temperature.COLD, Temperature.VERY_COLD)
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a cell a formula; Source: OWASP, CSV Injection."""
_COLUMNS: Final = (
    "name",
    "channel",
    "temperature",
    "score",
    "status",
    "procedure",
    "first_message",
    "qualified_at",
    "team",
    "closer",
)

Page = dict[str, object]
"""What the page's template reads; JSON."""


def title_of(report: Report) -> str:
    """The report's name with its period."""
    period = period_text(report.period, ZoneInfo(report.zone_name), report.language)
    return f"{WORDS[report.language]['report']} · {period}"


def page_of(report: Report) -> Page:
    """What the printed page shows, every text ready."""
    words, language, zone = WORDS[report.language], report.language, ZoneInfo(report.zone_name)
    now = report.now
    return {
        "words": words,
        "language": {"pt": "pt", "es": "es", "en": "en"}[language],
        "clinic": report.clinic_name,
        "period": period_text(report.period, zone, language),
        "made_at": instant_text(report.made_at, zone, language),
        "zone": report.zone_name,
        "cards": [{"label": label, "value": value, "change": change} for label, value, change in _cards(report)],
        "details": [{"label": label, "value": value} for label, value in _details(report)],
        "days": [
            {
                "label": day_text(day.first, language)[5:] if language == "en" else f"{day.first:%d/%m}",
                "new": day.new_lead_count,
                "qualified": day.qualified_lead_count,
            }
            for day in report.days
        ],
        "temperatures": [
            {
                "name": temperature.value,
                "label": words[temperature.value],
                "count": now.by_temperature.get(temperature, 0),
            }
            for temperature in _TEMPERATURES
        ],
        "procedures": [{"label": _title(slug), "count": count} for slug, count in now.top_procedures],
        "empty": not now.new_lead_count and not now.qualified_lead_count,
    }


def summary_of(report: Report) -> str:
    """The report in a few lines of plain text, for mails and chats."""
    lines = [f"{label}: {value}" + (f" ({change})" if change else "") for label, value, change in _cards(report)]
    lines += [f"{label}: {value}" for label, value in _details(report)]
    return "\n".join(lines)


def figures_of(report: Report) -> dict[str, object]:
    """The figures for programs: names as in `GetOverviewResponse`."""
    now = report.now
    return {
        "new_lead_count": now.new_lead_count,
        "qualified_lead_count": now.qualified_lead_count,
        "by_temperature": {each.value: now.by_temperature.get(each, 0) for each in _TEMPERATURES},
        "average_score": now.average_score,
        "escalated_lead_count": now.escalated_lead_count,
        "cost_micro_usd": now.cost_micro_usd,
    }


def table_of(lines: Sequence[LeadSummary], zone: ZoneInfo, language: str) -> list[list[str]]:
    """Leads as a table with its head; texts as they are."""
    words = WORDS[language]
    return [
        [words[column] for column in _COLUMNS],
        *(
            [
                line.name,
                line.channel.value if line.channel else "",
                words[line.temperature.value] if line.temperature else "",
                "" if line.score is None else str(line.score),
                line.status.value if line.status else "",
                _title(line.procedure),
                instant_text(line.first_message_at, zone, language) if line.first_message_at else "",
                instant_text(line.qualified_at, zone, language) if line.qualified_at else "",
                line.team,
                line.closer_email,
            ]
            for line in lines
        ),
    ]


def csv_of(table: Sequence[Sequence[str]]) -> bytes:
    """A table as a spreadsheet program opens it: UTF-8 with its mark, semicolons, no formulas."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([[harmless(cell) for cell in row] for row in table])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def _cards(report: Report) -> list[tuple[str, str, str]]:
    """The main figures: label, value, change against the period before."""
    words, language, now, before = WORDS[report.language], report.language, report.now, report.before
    hot, hot_before = (each.by_temperature.get(Temperature.HOT, 0) for each in (now, before))
    score = words["none"] if now.average_score is None else number_text(now.average_score, language)
    both = now.average_score is not None and before.average_score
    score_change = _change(now.average_score or 0.0, before.average_score or 0.0) if both else ""
    return [
        (
            words["new_leads"],
            number_text(now.new_lead_count, language),
            _change(now.new_lead_count, before.new_lead_count),
        ),
        (
            words["qualified"],
            number_text(now.qualified_lead_count, language),
            _change(now.qualified_lead_count, before.qualified_lead_count),
        ),
        (words["hot"], number_text(hot, language), _change(hot, hot_before)),
        (words["average_score"], score, score_change),
    ]


def _details(report: Report) -> list[tuple[str, str]]:
    words, language, now = WORDS[report.language], report.language, report.now
    per_qualified = now.cost_per_qualified_lead_micro_usd
    return [
        (words["first_answer"], time_text(now.average_first_answer_time, language)),
        (words["qualification_time"], time_text(now.average_qualification_time, language)),
        (words["escalated"], number_text(now.escalated_lead_count, language)),
        (words["cost"], money_text(now.cost_micro_usd, language)),
        (
            words["cost_per_qualified"],
            words["none"] if per_qualified is None else money_text(per_qualified, language),
        ),
    ]


def _change(now: float, before: float) -> str:
    percent = change_percent(now, before)
    return "" if percent is None else f"{percent:+d} %"


def _title(slug: str) -> str:
    """A slug as people write it."""
    return slug.replace("_", " ").replace("-", " ").capitalize()
