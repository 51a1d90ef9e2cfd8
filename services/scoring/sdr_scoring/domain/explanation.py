"""A qualification told to people, in Portuguese: a line per fact and rule."""

from __future__ import annotations

from sdr_scoring.domain.qualification import AppliedRule, Qualification, ScoreLine
from sdr_scoring.domain.rubric import MAXIMUM_SCORE
from sdr_scoring.domain.wording import (
    END_WORDS,
    FACT_WORDS,
    LEVEL_WORDS,
    NEXT_STEP_WORDS,
    STATUS_WORDS,
    TEMPERATURE_WORDS,
)

_QUOTE_LIMIT = 300
"""Characters of a quote that a reader gets; the whole one is stored."""


def explain(qualification: Qualification) -> str:
    """The whole explanation: the result, the breakdown, the rules, what comes next."""
    judgement = qualification.judgement
    return "\n".join(
        [
            f"Pontuação: {judgement.score} de {MAXIMUM_SCORE}.",
            f"Temperatura: {TEMPERATURE_WORDS[judgement.temperature]}.",
            "",
            *map(_line, judgement.lines),
            *([""] if judgement.rules else []),
            *map(_rule, judgement.rules),
            "",
            f"Próximo passo: {NEXT_STEP_WORDS[judgement.next_step]}. Etapa do funil: {judgement.funnel_stage}.",
            f"Situação: {STATUS_WORDS[judgement.status]} ({END_WORDS[judgement.ended]}).",
            f"Avaliação nº {qualification.version} deste lead.",
            f"Tabela de pontos: versão {qualification.rubric_version}.",
        ]
    )


def _line(line: ScoreLine) -> str:
    level = f" – {LEVEL_WORDS[line.level]}" if line.level else ""
    quote = f" – “{_shorten(line.quote)}”" if line.quote else ""
    note = f" ({line.note})" if line.note else ""
    return f"{FACT_WORDS[line.kind]}: {line.points} de {line.maximum} pontos{level}{quote}{note}"


def _rule(rule: AppliedRule) -> str:
    return f"Regra aplicada: {rule.explanation}"


def _shorten(quote: str) -> str:
    text = " ".join(quote.split())
    return text if len(text) <= _QUOTE_LIMIT else f"{text[: _QUOTE_LIMIT - 1].rstrip()}…"
