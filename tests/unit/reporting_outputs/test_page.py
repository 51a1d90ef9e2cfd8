"""What a report says, in every language, and how a page of it is printed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import pytest

from sdr_common.lead import Temperature
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period
from sdr_reporting.outputs.clients.printer import TypstPrinter
from sdr_reporting.outputs.domain.page import csv_of, harmless, page_of, summary_of
from sdr_reporting.outputs.domain.report import Day, Report, change_percent
from sdr_reporting.outputs.domain.words import WORDS, number_text, time_text

NOTHING = Overview(0, 0, {}, None, None, (), None, 0, 0, 0)
BUSY = Overview(
    new_lead_count=1480,
    qualified_lead_count=96,
    by_temperature={Temperature.HOT: 31, Temperature.WARM: 40, Temperature.COLD: 18, Temperature.VERY_COLD: 7},
    average_qualification_time=timedelta(minutes=7, seconds=12),
    average_first_answer_time=timedelta(seconds=5),
    top_procedures=(("preenchimento_labial", 41), ("botox", 27)),
    average_score=72.4,
    in_progress_lead_count=12,
    escalated_lead_count=5,
    cost_micro_usd=4_210_000,
)


def a_report(language: str = "pt", now: Overview = BUSY, before: Overview = NOTHING, days: int = 7) -> Report:
    start = datetime(2026, 11, 16, 3, tzinfo=UTC)
    return Report(
        clinic_name='Clínica "Aurora" #1 $x$',
        zone_name="America/Sao_Paulo",
        language=language,
        period=Period(start, start + timedelta(days=days)),
        made_at=datetime(2026, 11, 23, 11, tzinfo=UTC),
        now=now,
        before=before,
        days=tuple(Day(date(2026, 11, 1) + timedelta(days=day), day, day // 2) for day in range(days)),
    )


def test_every_language_has_every_word() -> None:
    assert {language: set(words) for language, words in WORDS.items()} == {key: set(WORDS["pt"]) for key in WORDS}
    assert set(WORDS) == {"pt", "en", "es"}


def test_a_summary_has_the_figures_and_their_change() -> None:
    text = summary_of(a_report(before=replace(NOTHING, new_lead_count=1000)))
    assert text.splitlines()[:3] == ["Leads novos: 1.480 (+48 %)", "Qualificados: 96", "Quentes: 31"]
    assert "Custo de IA: US$ 4,21" in text
    assert "AI cost: US$ 4.21" in summary_of(a_report("en"))


def test_a_change_from_nothing_has_no_percentage() -> None:
    assert change_percent(5, 0) is None
    assert change_percent(0, 4) == -100


def test_an_empty_period_says_so_instead_of_drawing_charts() -> None:
    page = page_of(a_report(now=NOTHING))
    assert page["empty"] is True
    cards = page["cards"]
    assert isinstance(cards, list)
    assert [card["value"] for card in cards] == ["0", "0", "0", "–"]


@pytest.mark.parametrize(
    ("language", "now", "days"), [("pt", BUSY, 7), ("en", BUSY, 31), ("es", NOTHING, 1), ("pt", BUSY, 1)]
)
async def test_a_page_is_printed_in_well_under_two_seconds(language: str, now: Overview, days: int) -> None:
    page = page_of(a_report(language, now, days=days))
    json.dumps(page)
    started = perf_counter()
    pdf = await TypstPrinter().print(page)
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 5_000
    assert perf_counter() - started < 2.0


@pytest.mark.parametrize("cell", ["=1+1", "+55", "-2", "@x", "\tx", "\rx"])
def test_a_cell_that_would_be_a_formula_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_a_table_opens_in_a_spreadsheet_program() -> None:
    assert csv_of([["Nome", "Time"], ['Ana "A"', "a;b"]]) == (b'\xef\xbb\xbfNome;Time\r\n"Ana ""A""";"a;b"\r\n')


def test_numbers_and_times_read_as_the_language_has_them() -> None:
    assert (number_text(1234.5, "pt", 1), number_text(1234.5, "en", 1)) == ("1.234,5", "1,234.5")
    assert [time_text(timedelta(seconds=each), "pt") for each in (5, 432, 7_260, 100_000)] == [
        "5 s",
        "7 min 12 s",
        "2 h 1 min",
        "1 d 3 h",
    ]
