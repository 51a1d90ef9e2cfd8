from __future__ import annotations

import pytest

from sdr_common.lead import FactKind, Temperature
from sdr_scoring.domain.errors import InvalidRubric
from sdr_scoring.domain.rubric import DEFAULT_RUBRIC, Rubric, Thresholds
from tests.unit.scoring.builders import a_rubric, a_table


def refused(table: list[tuple[FactKind, list[tuple[str, int]]]], thresholds: Thresholds | None = None) -> InvalidRubric:
    with pytest.raises(InvalidRubric) as caught:
        Rubric.of(table, thresholds or Thresholds())
    assert caught.value.reason == "INVALID_RUBRIC"
    return caught.value


def test_the_products_rubric_is_the_published_table() -> None:
    assert [(fact.kind.value, fact.levels) for fact in DEFAULT_RUBRIC.facts] == [
        ("interesse", (("especifico", 50), ("generico", 40), ("vago", 30), ("nenhum", 0))),
        (
            "urgencia",
            (
                ("esta_semana", 30),
                ("proximas_2_semanas", 25),
                ("ate_30_dias", 20),
                ("acima_30_dias", 15),
                ("pesquisando", 10),
            ),
        ),
        (
            "conhecimento",
            (("conhece_valores", 20), ("pesquisou_pouco", 15), ("primeira_pesquisa", 10), ("nao_conhece", 5)),
        ),
        ("localizacao", (("perto", 10), ("longe", 5), ("outra_cidade", 0))),
        ("motivacao", (("clara", 20), ("generica", 10), ("nenhuma", 0))),
    ]
    assert DEFAULT_RUBRIC.thresholds == Thresholds(hot=90, warm=50, cold=20)


@pytest.mark.parametrize(
    ("score", "temperature"),
    [
        (0, Temperature.VERY_COLD),
        (19, Temperature.VERY_COLD),
        (20, Temperature.COLD),
        (49, Temperature.COLD),
        (50, Temperature.WARM),
        (89, Temperature.WARM),
        (90, Temperature.HOT),
        (130, Temperature.HOT),
    ],
)
def test_a_temperature_begins_exactly_at_its_threshold(score: int, temperature: Temperature) -> None:
    assert DEFAULT_RUBRIC.thresholds.temperature(score) is temperature


def test_a_rubric_is_the_same_whatever_the_order_of_its_rows() -> None:
    table = [(kind, list(reversed(levels))) for kind, levels in reversed(a_table())]
    assert Rubric.of(table, Thresholds()) == DEFAULT_RUBRIC


def test_equal_points_for_neighbouring_levels_are_accepted() -> None:
    assert a_rubric(interesse=[50, 50, 50, 50]).of_fact(FactKind.INTEREST).points("nenhum") == 50


@pytest.mark.parametrize(("best", "total"), [(49, 129), (51, 131)])
def test_a_maximum_other_than_130_is_refused_with_the_sum(best: int, total: int) -> None:
    error = refused(a_table(interesse=[best, 40, 30, 0]))
    assert error.details["value"] == str(total)
    assert error.details["limit"] == "130"
    assert f"sum to {total}" in error.message


def test_a_missing_fact_is_named() -> None:
    error = refused([row for row in a_table() if row[0] is not FactKind.URGENCY])
    assert error.details["fact"] == "urgencia"
    assert error.details["field"] == "facts[urgencia]"


def test_a_fact_that_stands_twice_is_named() -> None:
    error = refused([*a_table(), a_table()[4]])
    assert error.details["fact"] == "motivacao"
    assert "twice" in error.message


def test_a_name_gives_no_points() -> None:
    assert refused([*a_table(), (FactKind.NAME, [])]).details["fact"] == "nome"


def test_a_missing_level_is_named() -> None:
    table = a_table()
    table[2] = (FactKind.KNOWLEDGE, [("conhece_valores", 20), ("pesquisou_pouco", 15), ("primeira_pesquisa", 10)])
    error = refused(table)
    assert (error.details["fact"], error.details["level"]) == ("conhecimento", "nao_conhece")


def test_an_unknown_level_is_named() -> None:
    table = a_table()
    table[3] = (FactKind.LOCATION, [("perto", 10), ("longe", 5), ("outra_cidade", 0), ("na_esquina", 10)])
    error = refused(table)
    assert (error.details["fact"], error.details["level"]) == ("localizacao", "na_esquina")
    assert "perto, longe, outra_cidade" in error.message


def test_a_level_that_stands_twice_is_named() -> None:
    table = a_table()
    table[3] = (FactKind.LOCATION, [("perto", 10), ("perto", 10), ("longe", 5), ("outra_cidade", 0)])
    error = refused(table)
    assert (error.details["fact"], error.details["level"]) == ("localizacao", "perto")


def test_a_weaker_level_may_not_give_more_than_a_stronger_one() -> None:
    error = refused(a_table(urgencia=[20, 30, 20, 15, 10]))
    assert error.details["level"] == "proximas_2_semanas"
    assert (error.details["value"], error.details["limit"]) == ("30", "20")


def test_negative_points_are_refused() -> None:
    error = refused(a_table(localizacao=[10, 5, -1]))
    assert (error.details["level"], error.details["value"], error.details["limit"]) == ("outra_cidade", "-1", "0")


def test_points_above_130_are_refused() -> None:
    error = refused(a_table(interesse=[131, 40, 30, 0]))
    assert (error.details["level"], error.details["limit"]) == ("especifico", "130")


@pytest.mark.parametrize(
    ("thresholds", "field", "value", "limit"),
    [
        (Thresholds(hot=50, warm=50, cold=20), "thresholds.hot", "50", "50"),
        (Thresholds(hot=90, warm=20, cold=20), "thresholds.warm", "20", "20"),
        (Thresholds(hot=90, warm=50, cold=0), "thresholds.cold", "0", "1"),
        (Thresholds(hot=131, warm=50, cold=20), "thresholds.hot", "131", "130"),
    ],
)
def test_thresholds_that_do_not_rise_are_refused(thresholds: Thresholds, field: str, value: str, limit: str) -> None:
    error = refused(a_table(), thresholds)
    assert (error.details["field"], error.details["value"], error.details["limit"]) == (field, value, limit)


def test_the_closest_thresholds_that_rise_are_accepted() -> None:
    assert a_rubric(cold=128, warm=129, hot=130).thresholds == Thresholds(hot=130, warm=129, cold=128)
