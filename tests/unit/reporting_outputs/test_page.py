"""What a report says, in every language, and how a page of it is printed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest

from sdr_common.lead import Temperature
from sdr_reporting.domain.report import (
    By,
    Came,
    Detail,
    Figures,
    Happened,
    Judged,
    Part,
    Satisfaction,
    Times,
    bounds_of,
    days_of,
)
from sdr_reporting.domain.report import Report as Counted
from sdr_reporting.outputs.clients.printer import TypstPrinter
from sdr_reporting.outputs.domain.page import csv_of, harmless, page_of, summary_of
from sdr_reporting.outputs.domain.report import Report, change_percent
from sdr_reporting.outputs.domain.words import WORDS, number_text, time_text

ZONE = "America/Sao_Paulo"
START = datetime(2026, 11, 16, 3, tzinfo=UTC)
NOTHING = Figures(Came(), Times(), Judged(), Times(), Happened(), 0, Satisfaction(), {})
BUSY = Figures(
    came=Came(new=1480, answered=1400, judged=96, completed=740),
    first_answer=Times(1400, timedelta(seconds=5), p90=timedelta(seconds=11)),
    judged=Judged(
        {Temperature.HOT: 31, Temperature.WARM: 40, Temperature.COLD: 18, Temperature.VERY_COLD: 7}, score_sum=6950
    ),
    qualification=Times(96, timedelta(minutes=7, seconds=12)),
    happened=Happened(sold=4, missed=2, cost_micro_usd=4_210_000),
    escalated=5,
    satisfaction=Satisfaction({5: 8, 4: 2}),
    agreement={},
)
ROWS = {
    By.PROCEDURE: [("preenchimento_labial", Came(41)), ("botox", Came(27)), ("", Came(3))],
    By.CHANNEL: [("whatsapp", Came(1200)), ("instagram", Came(280))],
    By.CLOSER: [("camila@clinica.example", Came(30)), ("", Came(12))],
    By.HOUR: [(str(hour), Came(hour * 3)) for hour in range(24)],
}


def a_report(language: str = "pt", now: Figures = BUSY, before: Figures = NOTHING, days: int = 7) -> Report:
    bounds = bounds_of("", START, START + timedelta(days=days), "", now=START, zone=ZONE)
    parts = {day: Part(number, Judged({Temperature.HOT: number // 2})) for number, day in enumerate(days_of(bounds))}
    detail = Detail(ROWS if now is BUSY else {}, (), parts)
    counted = Counted(bounds, now, before, detail)
    return Report('Clínica "Aurora" #1 $x$', language, datetime(2026, 11, 23, 11, tzinfo=UTC), counted)


def test_every_language_has_every_word() -> None:
    assert {language: set(words) for language, words in WORDS.items()} == {key: set(WORDS["pt"]) for key in WORDS}
    assert set(WORDS) == {"pt", "en", "es"}


def test_a_summary_has_the_figures_and_their_change() -> None:
    text = summary_of(a_report(before=replace(NOTHING, came=Came(new=1000))))
    assert text.splitlines()[:3] == ["Leads novos: 1.480 (+48 %)", "Qualificados: 96", "Quentes: 31"]
    assert "Custo de IA: US$ 4,21" in text
    assert "Tempo até a primeira resposta: 5 s (9 em cada 10 em até 11 s)" in text
    assert "Qualificação concluída: 50 %" in text
    assert "Satisfação (1 a 5): 4,8 (10 respostas)" in text
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


def test_charts_have_a_bar_for_each_day_and_name_what_is_not_known() -> None:
    page = page_of(a_report())
    days = page["days"]
    assert isinstance(days, list)
    assert [day["label"] for day in days] == ["16/11", "17/11", "18/11", "19/11", "20/11", "21/11", "22/11"]
    assert days[5] == {"label": "21/11", "new": 5, "qualified": 2}
    assert page["closers"] == [{"label": "camila@clinica.example", "count": 30}, {"label": "Sem closer", "count": 12}]
    assert page["channels"] == [{"label": "WhatsApp", "count": 1200}, {"label": "Instagram", "count": 280}]
    procedures = page["procedures"]
    assert isinstance(procedures, list)
    assert procedures[0] == {"label": "Preenchimento labial", "count": 41}


@pytest.mark.parametrize(
    ("language", "now", "days"), [("pt", BUSY, 7), ("en", BUSY, 31), ("es", NOTHING, 1), ("pt", BUSY, 1)]
)
async def test_a_page_is_printed_in_well_under_two_seconds(language: str, now: Figures, days: int) -> None:
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
