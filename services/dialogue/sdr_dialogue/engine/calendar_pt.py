"""Days and months as leads name them, counted from today."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from sdr_common.lead import UrgencyLevel

WEEKDAYS = {"segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4, "sabado": 5, "domingo": 6}
MONTHS = {
    name: number
    for number, name in enumerate(
        (
            "janeiro",
            "fevereiro",
            "marco",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ),
        start=1,
    )
}
NUMBERS = {
    "um": 1,
    "uma": 1,
    "dois": 2,
    "duas": 2,
    "tres": 3,
    "quatro": 4,
    "cinco": 5,
    "seis": 6,
    "sete": 7,
    "oito": 8,
    "nove": 9,
    "dez": 10,
    "onze": 11,
    "doze": 12,
    "treze": 13,
    "quatorze": 14,
    "catorze": 14,
    "quinze": 15,
    "dezesseis": 16,
    "dezessete": 17,
    "dezoito": 18,
    "vinte": 20,
    "trinta": 30,
    "quarenta": 40,
    "sessenta": 60,
    "noventa": 90,
    "alguns": 3,
    "algumas": 3,
    "uns": 3,
    "umas": 3,
    "poucos": 3,
    "poucas": 2,
}
"""Words for numbers; "alguns meses" counts as three."""
NUMBER = r"(?:\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
DAY_NUMBER = rf"(?:(?:vinte|trinta) e (?:{'|'.join(NUMBERS)})|{NUMBER})"
MONTH = "(?:" + "|".join(MONTHS) + ")"

_DAYS_OF_UNIT = {
    **dict.fromkeys(("dia", "dias", "diazinhos"), 1),
    **dict.fromkeys(("semana", "semanas", "semaninha", "semaninhas"), 7),
    **dict.fromkeys(("mes", "meses", "mesinho", "mesinhos"), 30),
    **dict.fromkeys(("ano", "anos"), 365),
}
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?")


def number(word: str) -> int:
    """A number in digits or words, "vinte e cinco" included; 0: none."""
    tens, joint, ones = word.partition(" e ")
    if joint:
        return NUMBERS.get(tens, 0) + NUMBERS.get(ones, 0)
    return int(word) if word.isdigit() else NUMBERS.get(word, 0)


def days_of(amount: int, unit: str) -> int:
    """Days of "2 semanas", "3 meses"."""
    return amount * _DAYS_OF_UNIT[unit]


def level_of_days(days: int) -> UrgencyLevel:
    """The published bands: up to 7 days, 8-14, 15-30, more."""
    if days <= 7:
        return UrgencyLevel.THIS_WEEK
    if days <= 14:
        return UrgencyLevel.NEXT_TWO_WEEKS
    return UrgencyLevel.WITHIN_30_DAYS if days <= 30 else UrgencyLevel.OVER_30_DAYS


def level_of_month(month: int, today: date) -> UrgencyLevel:
    """A month without a day: the current one by its remaining days, the next one as "mês que vem"."""
    ahead = (month - today.month) % 12
    if ahead == 0:
        return level_of_days(monthrange(today.year, today.month)[1] - today.day)
    return UrgencyLevel.WITHIN_30_DAYS if ahead == 1 else UrgencyLevel.OVER_30_DAYS


def days_to_weekday(weekday: int, today: date, *, next_week: bool = False) -> int:
    """Days to the coming weekday (0: today); with `next_week` to that of the next calendar week."""
    ahead = (weekday - today.weekday()) % 7
    if next_week:
        return 7 - today.weekday() + weekday
    return ahead


def days_to_day(day: int, today: date, month: int = 0) -> int | None:
    """Days to the next such day, of `month` if given; None: there is no such day soon."""
    for ahead in range(13):
        year, index = today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1
        if month and index != month:
            continue
        if 1 <= day <= monthrange(year, index)[1] and (found := date(year, index, day)) >= today:
            return (found - today).days
    return None


def days_to_slashed(text: str, today: date) -> int | None:
    """Days to "20/03"; None: no date, or past."""
    match = _SLASHED.fullmatch(text)
    if match is None:
        return None
    day, month = int(match[1]), int(match[2])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    if match[3]:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        if not 2000 <= year <= 2200 or day > monthrange(year, month)[1]:
            return None
        days = (date(year, month, day) - today).days
        return days if days >= 0 else None
    return days_to_day(day, today, month)


def _easter(year: int) -> date:
    """Easter Sunday. Source: the anonymous Gregorian computus (Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


_FIXED_FEASTS = {
    "natal": (12, 25),
    "ano novo": (12, 31),
    "reveillon": (12, 31),
    "virada do ano": (12, 31),
    "verao": (12, 21),
    "outono": (3, 20),
    "inverno": (6, 21),
    "primavera": (9, 22),
    "meio do ano": (6, 20),
    "meio de ano": (6, 20),
    "comeco do ano": (1, 15),
    "inicio do ano": (1, 15),
    "fim do ano": (12, 20),
    "fim de ano": (12, 20),
    "final do ano": (12, 20),
    "final de ano": (12, 20),
    "dia dos namorados": (6, 12),
    "festa junina": (6, 24),
    "festas juninas": (6, 24),
    "sao joao": (6, 24),
    "sao pedro": (6, 29),
    "dia das criancas": (10, 12),
    "finados": (11, 2),
    "tiradentes": (4, 21),
    "dia do trabalho": (5, 1),
    "dia do trabalhador": (5, 1),
    "dia da mulher": (3, 8),
    "ferias de julho": (7, 5),
    "volta as aulas": (2, 1),
    "decimo terceiro": (12, 20),
}
_BY_EASTER = {
    "carnaval": -47,
    "quarta de cinzas": -46,
    "semana santa": -4,
    "sexta santa": -2,
    "sexta feira santa": -2,
    "pascoa": 0,
    "corpus christi": 60,
}
_NTH_WEEKDAYS = {"dia das maes": (5, 6, 2), "dia dos pais": (8, 6, 2), "black friday": (11, 4, 4)}
"""Month, weekday (0: Monday) and which of them in the month."""
FEAST = "(?:" + "|".join(sorted((*_FIXED_FEASTS, *_BY_EASTER, *_NTH_WEEKDAYS), key=len, reverse=True)) + ")"


def days_to_feast(feast: str, today: date) -> int:
    """Days to a feast or season that leads count by: natal, fim de ano, carnaval, pascoa, verao; 0: today."""
    found = next(day for year in (today.year, today.year + 1, today.year + 2) if (day := _feast(feast, year)) >= today)
    return (found - today).days


def _feast(feast: str, year: int) -> date:
    if feast in _FIXED_FEASTS:
        return date(year, *_FIXED_FEASTS[feast])
    if feast in _BY_EASTER:
        return _easter(year) + timedelta(days=_BY_EASTER[feast])
    month, weekday, which = _NTH_WEEKDAYS[feast]
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))


_PART_DAYS = {
    "primeira quinzena": 10,
    "segunda quinzena": 20,
    "primeira semana": 5,
    "segunda semana": 12,
    "terceira semana": 19,
    "quarta semana": 25,
    "ultima semana": 27,
    "comeco": 5,
    "inicio": 5,
    "comecinho": 5,
    "meados": 15,
    "meio": 15,
    "metade": 15,
    "final": 26,
    "fim": 26,
    "finalzinho": 27,
}
MONTH_PART = "(?:" + "|".join(sorted(_PART_DAYS, key=len, reverse=True)) + ")"


def level_of_month_part(part: str, month: int, today: date) -> UrgencyLevel:
    """A part of a month ("segunda quinzena de abril"): of the current one by its day, else as the whole."""
    if month == today.month:
        days = days_to_day(min(_PART_DAYS[part], monthrange(today.year, month)[1]), today)
        return level_of_days(days if days is not None and days < 31 else 0)
    return level_of_month(month, today)
