"""The Portuguese words for what scoring decides, as closers and managers read them."""

from __future__ import annotations

from typing import Final

from sdr_common.lead import (
    DisqualificationKind,
    EndReason,
    FactKind,
    InterestLevel,
    KnowledgeLevel,
    LeadStatus,
    LocationLevel,
    MotivationLevel,
    NextStep,
    Temperature,
    UrgencyLevel,
)

FACT_WORDS: Final = {
    FactKind.INTEREST: "Interesse",
    FactKind.URGENCY: "Urgência",
    FactKind.KNOWLEDGE: "Conhecimento",
    FactKind.LOCATION: "Localização",
    FactKind.MOTIVATION: "Motivação (bônus)",
}

LEVEL_WORDS: Final[dict[str, str]] = {
    InterestLevel.SPECIFIC: "específico",
    InterestLevel.GENERIC: "genérico",
    InterestLevel.VAGUE: "vago",
    InterestLevel.NONE: "nenhum",
    UrgencyLevel.THIS_WEEK: "esta semana",
    UrgencyLevel.NEXT_TWO_WEEKS: "próximas 2 semanas",
    UrgencyLevel.WITHIN_30_DAYS: "até 30 dias",
    UrgencyLevel.OVER_30_DAYS: "acima de 30 dias",
    UrgencyLevel.RESEARCHING: "só pesquisando",
    KnowledgeLevel.KNOWS_PRICES: "conhece valores",
    KnowledgeLevel.RESEARCHED_A_LITTLE: "pesquisou um pouco",
    KnowledgeLevel.FIRST_SEARCH: "primeira pesquisa",
    KnowledgeLevel.UNKNOWN: "não conhece",
    LocationLevel.NEAR: "perto",
    LocationLevel.FAR: "longe",
    LocationLevel.OTHER_CITY: "outra cidade",
    MotivationLevel.CLEAR: "clara",
    MotivationLevel.GENERIC: "genérica",
    MotivationLevel.NONE: "nenhuma",
}

TEMPERATURE_WORDS: Final = {
    Temperature.HOT: "quente",
    Temperature.WARM: "morno",
    Temperature.COLD: "frio",
    Temperature.VERY_COLD: "muito frio",
}

NEXT_STEP_WORDS: Final = {
    NextStep.HAND_TO_CLOSER: "transferir para o closer",
    NextStep.SCHEDULE_FOLLOW_UP: "agendar follow-up",
    NextStep.NURTURE: "nutrir",
    NextStep.RECORD: "apenas registrar",
}

STATUS_WORDS: Final = {
    LeadStatus.QUALIFIED: "qualificado",
    LeadStatus.COMPLETE: "completo",
    LeadStatus.INCOMPLETE: "incompleto",
}

END_WORDS: Final = {
    EndReason.FACTS_COMPLETE: "as perguntas foram concluídas",
    EndReason.DISQUALIFIED: "o contato recusou ou não é um lead",
    EndReason.MESSAGE_LIMIT: "o limite de mensagens foi atingido",
    EndReason.ABANDONED: "o lead parou de responder",
}

DISQUALIFICATION_WORDS: Final = {
    DisqualificationKind.REFUSAL: "o lead disse que não tem interesse",
    DisqualificationKind.WRONG_NUMBER: "o contato era engano",
    DisqualificationKind.SUPPLIER: "o contato é um fornecedor oferecendo produtos ou serviços",
    DisqualificationKind.JOB_SEEKER: "o contato procura uma vaga de trabalho",
    DisqualificationKind.SPAM: "a mensagem é spam",
}

NOT_TOLD: Final = "não informado"
UNKNOWN_PLACE: Final = "local não reconhecido: 0 pontos"
NO_LEVEL: Final = "resposta sem nível definido: 0 pontos"

ZERO_NOTES: Final[dict[str, str]] = {
    InterestLevel.NONE: "sem interesse declarado: 0 pontos",
    LocationLevel.OTHER_CITY: "fora da região atendida: 0 pontos",
    MotivationLevel.NONE: "nenhum motivo além do procedimento: 0 pontos",
}
"""Why a level that is worth nothing in the product's rubric gives no points."""


def zero_note(level: str) -> str:
    """Why a level gives no points under the account's rubric."""
    return ZERO_NOTES.get(level, f"“{LEVEL_WORDS[level]}” vale 0 pontos na tabela da clínica")
