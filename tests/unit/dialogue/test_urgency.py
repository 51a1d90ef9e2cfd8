"""When the lead wants it; today is Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from sdr_common.lead import FactKind, UrgencyLevel
from sdr_dialogue.engine.calendar_pt import (
    days_to_day,
    days_to_feast,
    days_to_slashed,
    days_to_weekday,
    level_of_days,
    level_of_month,
)
from tests.unit.dialogue.builders import a_fact, levels

U = FactKind.URGENCY


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("hoje", "esta_semana"),
        ("amanhã", "esta_semana"),
        ("agora", "esta_semana"),
        ("hj msm se tiver vaga", "esta_semana"),
        ("o quanto antes", "esta_semana"),
        ("pra ontem rsrs", "esta_semana"),
        ("sexta", "esta_semana"),
        ("sábado agora se der", "esta_semana"),
        ("dia 28", "esta_semana"),
        ("quando vocês tiverem horário", "esta_semana"),
        ("tenho bastante urgência", "esta_semana"),
        ("antes das férias de dezembro", "ate_30_dias"),
        ("no começo do ano", "acima_30_dias"),
        ("esse fds", "esta_semana"),
        ("semana que vem", "proximas_2_semanas"),
        ("desculpa a demora! semana que vem", "proximas_2_semanas"),
        ("perdão pela demora, pode ser amanhã", "esta_semana"),
        ("ainda demora", "acima_30_dias"),
        ("semana q vem", "proximas_2_semanas"),
        ("sexta que vem", "proximas_2_semanas"),
        ("duas semanas", "proximas_2_semanas"),
        ("daqui 10 dias", "proximas_2_semanas"),
        ("05/12", "proximas_2_semanas"),
        ("mês que vem", "ate_30_dias"),
        ("mes q vem to mais tranquila", "ate_30_dias"),
        ("dezembro", "ate_30_dias"),
        ("dia 20", "ate_30_dias"),
        ("15 dias", "ate_30_dias"),
        ("um mês", "ate_30_dias"),
        ("20/12", "ate_30_dias"),
        ("3 semanas", "ate_30_dias"),
        ("logo", "ate_30_dias"),
        ("daqui 2 meses", "acima_30_dias"),
        ("uns 3 meses", "acima_30_dias"),
        ("ano que vem", "acima_30_dias"),
        ("em março", "acima_30_dias"),
        ("depois do carnaval", "acima_30_dias"),
        ("ah, mais pro meio do ano", "acima_30_dias"),
        ("20 de março", "acima_30_dias"),
        ("sem pressa", "pesquisando"),
        ("nenhuma pressa", "pesquisando"),
        ("tanto faz", "pesquisando"),
        ("quando der", "pesquisando"),
        ("só pesquisando por enquanto", "pesquisando"),
        ("não sei ainda", "pesquisando"),
        ("não", "pesquisando"),
        ("mais pra frente", "pesquisando"),
        ("ainda to vendo preço", "pesquisando"),
        ("quando eu juntar dinheiro kkk", "pesquisando"),
        ("semana que vem não dá, só mês que vem", "ate_30_dias"),
        ("next week", "proximas_2_semanas"),
        ("no rush", "pesquisando"),
        ("la semana que viene", "proximas_2_semanas"),
    ],
)
def test_an_answer_to_when_has_a_level(text: str, level: str) -> None:
    assert levels(text, U).get("urgencia") == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("queria fazer ainda essa semana", "esta_semana"),
        ("quero marcar pra amanhã", "esta_semana"),
        ("tem horario sabado?", "esta_semana"),
        ("quero remover em duas semanas", "proximas_2_semanas"),
        ("antes do casamento em março", "acima_30_dias"),
        ("quero antes do natal", "acima_30_dias"),
        ("to só pesquisando", "pesquisando"),
        ("não tenho pressa", "pesquisando"),
        ("não é urgente", "pesquisando"),
    ],
)
def test_urgency_is_understood_without_having_been_asked(text: str, level: str) -> None:
    assert levels(text).get("urgencia") == level


@pytest.mark.parametrize(
    "text",
    [
        "fiz semana passada",
        "que horas abrem sabado?",
        "moro em Natal",
        "tenho 30 anos",
        "faz 2 meses que fiz",
        "primeira vez pesquisando",
        "nunca fiz, primeira vez pesquisando",
        "me responde o mais rapido possivel",
        "segunda vez que faço",
        "hoje em dia todo mundo faz",
        "vi vcs hoje no insta",
        "queria só saber o preço",
        "sou do Rio de Janeiro",
        "tô gravida de 3 meses",
        "parcela em 3 meses?",
        "meu aniversario foi dia 20",
    ],
)
def test_other_times_are_no_urgency(text: str) -> None:
    assert "urgencia" not in levels(text)


def test_a_question_for_opening_hours_is_no_date() -> None:
    assert levels("vocês atendem sábado?", U) == {}


def test_a_yes_says_nothing_about_when() -> None:
    assert levels("sim", U) == {}


def test_a_correction_takes_the_last_date() -> None:
    known = {U: a_fact(U, "Amanhã", "esta_semana")}
    assert levels("na verdade só mês que vem", None, known) == {"urgencia": "ate_30_dias"}
    assert levels("na verdade vai ser mês que vem, não semana que vem", None, known) == {"urgencia": "ate_30_dias"}


def test_only_researching_said_later_does_not_undo_a_date() -> None:
    assert levels("to só pesquisando preço", None, {U: a_fact(U, "Amanhã", "esta_semana")}) == {}


def test_bands_of_days_have_their_published_borders() -> None:
    bands = [level_of_days(days).value for days in (0, 7, 8, 14, 15, 30, 31)]
    assert bands == [
        "esta_semana",
        "esta_semana",
        "proximas_2_semanas",
        "proximas_2_semanas",
        "ate_30_dias",
        "ate_30_dias",
        "acima_30_dias",
    ]


def test_days_are_counted_over_months_and_years() -> None:
    today = date(2026, 12, 30)
    assert days_to_day(30, today) == 0
    assert days_to_day(2, today) == 3
    assert days_to_day(29, today, 2) is None
    assert days_to_day(28, today, 2) == 60
    assert days_to_slashed("05/01", today) == 6
    assert days_to_slashed("05/01/27", today) == 6
    assert days_to_slashed("05/01/2020", today) is None
    assert days_to_slashed("31/02/2027", today) is None
    assert days_to_slashed("45/90", today) is None
    assert days_to_slashed("abc", today) is None
    assert days_to_weekday(2, today) == 0
    assert days_to_weekday(0, today, next_week=True) == 5


def test_feasts_are_found_by_the_calendar() -> None:
    assert days_to_feast("natal", date(2026, 12, 20)) == 5
    assert days_to_feast("natal", date(2026, 12, 26)) == 364
    assert days_to_feast("pascoa", date(2027, 3, 1)) == 27
    assert days_to_feast("carnaval", date(2027, 2, 1)) == 8


def test_a_month_counts_as_the_next_or_a_later_one() -> None:
    today = date(2026, 11, 5)
    assert level_of_month(11, today) is UrgencyLevel.WITHIN_30_DAYS
    assert level_of_month(12, today) is UrgencyLevel.WITHIN_30_DAYS
    assert level_of_month(2, today) is UrgencyLevel.OVER_30_DAYS
