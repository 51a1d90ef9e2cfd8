"""Facts and rubrics for scoring's tests."""

from __future__ import annotations

from datetime import UTC, datetime

from sdr_common.lead import Disqualification, DisqualificationKind, Fact, FactKind, FactSource
from sdr_scoring.domain.rubric import Rubric, Thresholds

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def a_fact(kind: FactKind, level: str = "", *, quote: str = "palavras do lead", message_id: int = 10) -> Fact:
    """A fact that the lead said."""
    return Fact(
        kind=kind,
        value="valor",
        level=level,
        evidence=quote,
        source_message_id=message_id,
        confidence=0.9,
        source=FactSource.LEAD,
        set_at=NOON,
    )


def facts_with(message_id: int = 10, /, **levels: str) -> dict[FactKind, Fact]:
    """Facts by their published words: `facts_with(interesse="especifico")`."""
    return {FactKind(word): a_fact(FactKind(word), level, message_id=message_id) for word, level in levels.items()}


def a_refusal(kind: DisqualificationKind = DisqualificationKind.REFUSAL, *, message_id: int = 20) -> Disqualification:
    """An explicit sign that this is no lead."""
    return Disqualification(kind, "não tenho interesse", message_id)


def a_table(**points: list[int]) -> list[tuple[FactKind, list[tuple[str, int]]]]:
    """The product's table with other points for some facts, in the order of their levels."""
    table = {
        "interesse": [50, 40, 30, 0],
        "urgencia": [30, 25, 20, 15, 10],
        "conhecimento": [20, 15, 10, 5],
        "localizacao": [10, 5, 0],
        "motivacao": [20, 10, 0],
        **points,
    }
    levels = {
        "interesse": ["especifico", "generico", "vago", "nenhum"],
        "urgencia": ["esta_semana", "proximas_2_semanas", "ate_30_dias", "acima_30_dias", "pesquisando"],
        "conhecimento": ["conhece_valores", "pesquisou_pouco", "primeira_pesquisa", "nao_conhece"],
        "localizacao": ["perto", "longe", "outra_cidade"],
        "motivacao": ["clara", "generica", "nenhuma"],
    }
    return [(FactKind(word), list(zip(levels[word], values, strict=True))) for word, values in table.items()]


def a_rubric(*, hot: int = 90, warm: int = 50, cold: int = 20, **points: list[int]) -> Rubric:
    """The product's rubric with other points or thresholds."""
    return Rubric.of(a_table(**points), Thresholds(hot, warm, cold))
