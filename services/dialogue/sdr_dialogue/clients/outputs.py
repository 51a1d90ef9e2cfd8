"""What a provider's model must return, and how it becomes a draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sdr_common.lead import (
    Behaviour,
    Disqualification,
    DisqualificationKind,
    EscalationReason,
    FactKind,
    Sentiment,
)
from sdr_dialogue.domain.conversation import AnalysisDraft, FactDraft, TurnDraft, Usage
from sdr_dialogue.domain.merge import EVIDENCE_LIMIT
from sdr_dialogue.domain.text import cut

Fact = Literal["nome", "interesse", "urgencia", "conhecimento", "localizacao", "motivacao"]
Level = Literal[
    "",
    "especifico",
    "generico",
    "vago",
    "nenhum",
    "esta_semana",
    "proximas_2_semanas",
    "ate_30_dias",
    "acima_30_dias",
    "pesquisando",
    "conhece_valores",
    "pesquisou_pouco",
    "primeira_pesquisa",
    "nao_conhece",
    "clara",
    "generica",
    "nenhuma",
]
NoLead = Literal["none", "refusal", "wrong_number", "supplier", "job_seeker", "spam"]
Intent = Literal[
    "conversation",
    "refusal",
    "wrong_number",
    "supplier",
    "job_seeker",
    "spam",
    "human_requested",
    "irritation",
    "emergency",
    "legal",
    "minor",
    "opt_out",
    "data_deletion",
]
_NO_LEAD = frozenset(DisqualificationKind)
_HUMAN = frozenset(EscalationReason)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FactOutput(_Strict):
    """One fact with its proof."""

    kind: Fact
    value: str
    level: Level
    evidence: str
    message_id: int
    confidence: float
    canonical: str


class TurnOutput(_Strict):
    """One answer to a burst. The question stands apart, so that code decides whether it is asked."""

    comment: str
    answer: str
    question: str
    asks: Literal["", "nome", "interesse", "urgencia", "conhecimento", "localizacao", "motivacao"]
    facts: list[FactOutput]
    sentiment: Literal["positive", "neutral", "negative", "irritated"]
    language: Literal["pt", "es", "en"]
    intent: Intent
    intent_quote: str
    unanswered_question: str


class AnalysisOutput(_Strict):
    """The judgement of a whole conversation."""

    facts: list[FactOutput]
    behaviour: Literal["cooperativo", "evasivo", "resistente"]
    summary: str
    disqualification: NoLead
    disqualification_quote: str


def turn_draft(output: TurnOutput, burst: Sequence[tuple[int, str]], usage: Usage, engine: str) -> TurnDraft:
    """A draft, before the checks; a sign counts only with words of the lead.

    Args:
        output: What the model returned.
        burst: Ids and texts of the messages.
        usage: What it cost.
        engine: Who answered.
    """
    source = source_of(output.intent_quote, burst)
    intent = output.intent if source else "conversation"
    return TurnDraft(
        reply="\n".join(part for part in (output.comment.strip(), output.answer.strip()) if part),
        facts=_facts(output.facts),
        answer=output.answer.strip(),
        asks=FactKind(output.asks) if output.asks else None,
        sentiment=Sentiment(output.sentiment),
        language=output.language,
        disqualification=(
            Disqualification(DisqualificationKind(intent), cut(output.intent_quote, EVIDENCE_LIMIT), source)
            if intent in _NO_LEAD
            else None
        ),
        escalation=EscalationReason(intent) if intent in _HUMAN else None,
        opted_out=intent in {"opt_out", "data_deletion"},
        unanswered_question=output.unanswered_question.strip()[:500],
        usage=usage,
        engine=engine,
    )


def analysis_draft(output: AnalysisOutput, said: Sequence[tuple[int, str]], usage: Usage, engine: str) -> AnalysisDraft:
    """A judgement, before precedence; a disqualification counts only with words of the lead."""
    source = source_of(output.disqualification_quote, said)
    counts = output.disqualification in _NO_LEAD and source > 0
    return AnalysisDraft(
        facts=_facts(output.facts),
        behaviour=Behaviour(output.behaviour),
        summary=output.summary.strip(),
        disqualification=(
            Disqualification(
                DisqualificationKind(output.disqualification),
                cut(output.disqualification_quote, EVIDENCE_LIMIT),
                source,
            )
            if counts
            else None
        ),
        usage=usage,
        engine=engine,
    )


def source_of(quote: str, said: Iterable[tuple[int, str]]) -> int:
    """The id of the latest message that has the quote, apart from case and spacing; 0: none has it."""
    wanted = _comparable(quote)
    if not wanted:
        return 0
    return max((message_id for message_id, text in said if wanted in _comparable(text)), default=0)


def _comparable(text: str) -> str:
    return " ".join(text.casefold().split())


def _facts(facts: Iterable[FactOutput]) -> tuple[FactDraft, ...]:
    return tuple(
        FactDraft(
            kind=FactKind(item.kind),
            value=item.value.strip(),
            level=item.level,
            evidence=item.evidence.strip(),
            source_message_id=item.message_id,
            confidence=min(max(item.confidence, 0.0), 1.0),
            canonical=item.canonical.strip(),
        )
        for item in facts
        if item.value.strip()
    )
