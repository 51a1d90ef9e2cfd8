"""A report as pages, texts and tables: what is said, not how it looks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sdr_common.lead import Temperature
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.domain.report import By, Row, Times, days_of
from sdr_reporting.outputs.domain.report import Report, change_percent
from sdr_reporting.outputs.domain.words import (
    WORDS,
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

_MOST_ROWS: Final = 6
"""Of a chart of rows."""

Page = dict[str, object]
"""What the page's template reads; JSON."""


def title_of(report: Report) -> str:
    """The report's name with its period."""
    period = period_text(report.period, ZoneInfo(report.zone_name), report.language)
    return f"{WORDS[report.language]['report']} · {period}"


def page_of(report: Report) -> Page:
    """What the printed page shows, every text ready."""
    words, language, zone = WORDS[report.language], report.language, ZoneInfo(report.zone_name)
    counted = report.counted
    judged, rows = counted.figures.judged, counted.detail.rows
    return {
        "words": words,
        "language": language,
        "clinic": report.clinic_name,
        "period": period_text(report.period, zone, language),
        "made_at": instant_text(report.made_at, zone, language),
        "zone": report.zone_name,
        "cards": [{"label": label, "value": value, "change": change} for label, value, change in _cards(report)],
        "details": [{"label": label, "value": value} for label, value in _details(report)],
        "days": _days(report),
        "temperatures": [
            {"name": each.value, "label": words[each.value], "count": judged.by_temperature.get(each, 0)}
            for each in _TEMPERATURES
        ],
        "procedures": _bars(rows.get(By.PROCEDURE, ()), words["unknown"], _title),
        "channels": _bars(rows.get(By.CHANNEL, ()), words["unknown"], _channel),
        "closers": _bars(rows.get(By.CLOSER, ()), words["nobody"], str),
        "hours": [{"label": hour, "count": came.new} for hour, came in rows.get(By.HOUR, ())],
        "empty": not counted.figures.came.new and not judged.count,
    }


def summary_of(report: Report) -> str:
    """The report in a few lines of plain text, for mails and chats."""
    lines = [f"{label}: {value}" + (f" ({change})" if change else "") for label, value, change in _cards(report)]
    lines += [f"{label}: {value}" for label, value in _details(report)]
    return "\n".join(lines)


def figures_of(report: Report) -> dict[str, object]:
    """The figures for programs: names as in `GetReportResponse`."""
    figures = report.counted.figures
    return {
        "new_lead_count": figures.came.new,
        "qualified_lead_count": figures.judged.count,
        "by_temperature": {each.value: figures.judged.by_temperature.get(each, 0) for each in _TEMPERATURES},
        "average_score": figures.judged.average_score,
        "escalated_lead_count": figures.escalated,
        "sold_lead_count": figures.happened.sold,
        "missed_lead_count": figures.happened.missed,
        "cost_micro_usd": figures.happened.cost_micro_usd,
    }


def table_of(lines: Sequence[LeadSummary], zone: ZoneInfo, language: str) -> list[list[str]]:
    """Leads as a table with its head; texts as they are."""
    words = WORDS[language]
    return [
        [words[column] for column in _COLUMNS],
        *(
            [
                line.name,
                _channel(line.channel.value) if line.channel else "",
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
    words, language = WORDS[report.language], report.language
    now, before = report.counted.figures, report.counted.previous
    hot, hot_before = (each.judged.by_temperature.get(Temperature.HOT, 0) for each in (now, before))
    score, score_before = now.judged.average_score, before.judged.average_score
    counts = (
        (words["new_leads"], now.came.new, before.came.new),
        (words["qualified"], now.judged.count, before.judged.count),
        (words["hot"], hot, hot_before),
    )
    return [
        *((label, number_text(count, language), _change(count, was)) for label, count, was in counts),
        (
            words["average_score"],
            words["none"] if score is None else number_text(score, language),
            "" if score is None or score_before is None else _change(score, score_before),
        ),
    ]


def _details(report: Report) -> list[tuple[str, str]]:
    words, language, now = WORDS[report.language], report.language, report.counted.figures
    per_qualified, success, rating = now.cost_per_qualified_micro_usd, now.came.success_ratio, now.satisfaction.average
    none = words["none"]
    return [
        (words["first_answer"], _times(now.first_answer, report)),
        (words["qualification_time"], _times(now.qualification, report)),
        (words["success"], none if success is None else f"{number_text(success * 100, language)} %"),
        (words["escalated"], number_text(now.escalated, language)),
        (words["sold"], number_text(now.happened.sold, language)),
        (words["missed"], number_text(now.happened.missed, language)),
        (
            words["satisfaction"],
            none
            if rating is None
            else f"{number_text(rating, language, 1)} ({now.satisfaction.answer_count} {words['answers']})",
        ),
        (words["cost"], money_text(now.happened.cost_micro_usd, language)),
        (words["cost_per_qualified"], none if per_qualified is None else money_text(per_qualified, language)),
    ]


def _times(times: Times, report: Report) -> str:
    """A mean, and within which time nine of ten were done."""
    mean = time_text(times.average, report.language)
    if times.p90 is None:
        return mean
    return f"{mean} ({WORDS[report.language]['slowest']} {time_text(times.p90, report.language)})"


def _days(report: Report) -> list[dict[str, object]]:
    """The chart's parts, those without any news too."""
    counted, english = report.counted, report.language == "en"
    parts = counted.detail.parts
    return [
        {
            "label": f"{day:%m-%d}" if english else f"{day:%d/%m}",
            "new": parts[day].came if day in parts else 0,
            "qualified": parts[day].judged.count if day in parts else 0,
        }
        for day in days_of(counted.bounds)
    ]


def _bars(rows: Sequence[Row], unknown: str, named: Callable[[str], str]) -> list[dict[str, object]]:
    """The greatest rows of a chart."""
    return [{"label": named(key) if key else unknown, "count": came.new} for key, came in rows[:_MOST_ROWS]]


def _change(now: float, before: float) -> str:
    percent = change_percent(now, before)
    return "" if percent is None else f"{percent:+d} %"


def _channel(name: str) -> str:
    """A channel by its own name."""
    return {"whatsapp": "WhatsApp", "web_widget": "Site"}.get(name, _title(name))


def _title(slug: str) -> str:
    """A slug as people write it."""
    return slug.replace("_", " ").replace("-", " ").capitalize()
