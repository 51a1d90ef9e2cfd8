from __future__ import annotations

from dataclasses import replace

import pytest

from sdr_common.lead import Temperature
from sdr_routing.domain import labels
from tests.unit.routing.outcomes import INTEREST, URGENCY, a_lead, a_qualification, an_outcome


def test_a_new_temperature_removes_the_old_one_and_leaves_the_rest() -> None:
    current = ["vip", "temperatura-morno", "procedimento-botox", "urgencia"]
    assert labels.merged(current, ["temperatura-quente"]) == (
        "vip",
        "procedimento-botox",
        "urgencia",
        "temperatura-quente",
    )


def test_nothing_is_needed_when_nothing_would_change() -> None:
    assert not labels.is_needed(["vip", "temperatura-quente"], ["temperatura-quente"])
    assert labels.is_needed(["temperatura-morno", "temperatura-quente"], ["temperatura-quente"])


def test_there_are_no_labels_before_a_judgement() -> None:
    assert labels.wanted(an_outcome()) == ()


def test_an_unknown_fact_gives_no_label_and_slugs_are_plain() -> None:
    outcome = an_outcome(
        lead=a_lead(replace(INTEREST, canonical="Remoção de Tatuagem"), replace(URGENCY, level="")),
        qualification=a_qualification(Temperature.VERY_COLD),
    )
    assert labels.wanted(outcome) == ("temperatura-muito_frio", "procedimento-remocao_de_tatuagem")


def test_no_interest_is_no_procedure() -> None:
    outcome = an_outcome(lead=a_lead(replace(INTEREST, level="nenhum")), qualification=a_qualification())
    assert labels.wanted(outcome) == ("temperatura-quente",)


@pytest.mark.parametrize(
    ("label", "color"),
    [
        ("temperatura-quente", "#FF0000"),
        ("temperatura-morno", "#FFA500"),
        ("temperatura-frio", "#0000FF"),
        ("temperatura-muito_frio", "#808080"),
        ("procedimento-botox", "#9C27B0"),
        ("urgencia-esta_semana", "#FF9800"),
        ("comportamento-evasivo", "#4CAF50"),
    ],
)
def test_the_published_colours(label: str, color: str) -> None:
    assert labels.color_of(label) == color
