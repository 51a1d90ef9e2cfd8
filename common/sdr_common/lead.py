"""The lead's vocabulary as pure Python: English names in code, the published Portuguese words as values.

Installations filter and automate on the values, so they never change. `sdr_common.lead_proto` maps
them to the contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FactKind(StrEnum):
    """What is learned about a lead."""

    NAME = "nome"
    INTEREST = "interesse"
    URGENCY = "urgencia"
    KNOWLEDGE = "conhecimento"
    LOCATION = "localizacao"
    MOTIVATION = "motivacao"


REQUIRED_FACTS: tuple[FactKind, ...] = (
    FactKind.NAME,
    FactKind.INTEREST,
    FactKind.URGENCY,
    FactKind.KNOWLEDGE,
    FactKind.LOCATION,
)
"""The five facts that a qualification needs; motivation is a bonus."""


class InterestLevel(StrEnum):
    """How definite the interest is."""

    SPECIFIC = "especifico"
    GENERIC = "generico"
    VAGUE = "vago"
    NONE = "nenhum"


class UrgencyLevel(StrEnum):
    """When the lead wants it, in days counted in the account's zone: up to 7, 8-14, 15-30, more, or no date."""

    THIS_WEEK = "esta_semana"
    NEXT_TWO_WEEKS = "proximas_2_semanas"
    WITHIN_30_DAYS = "ate_30_dias"
    OVER_30_DAYS = "acima_30_dias"
    RESEARCHING = "pesquisando"


class KnowledgeLevel(StrEnum):
    """What the lead knows about the procedure."""

    KNOWS_PRICES = "conhece_valores"
    RESEARCHED_A_LITTLE = "pesquisou_pouco"
    FIRST_SEARCH = "primeira_pesquisa"
    UNKNOWN = "nao_conhece"


class LocationLevel(StrEnum):
    """How far the lead is from the clinic."""

    NEAR = "perto"
    FAR = "longe"
    OTHER_CITY = "outra_cidade"


class MotivationLevel(StrEnum):
    """Whether there is a reason beyond the procedure itself."""

    CLEAR = "clara"
    GENERIC = "generica"
    NONE = "nenhuma"


LEVELS: dict[FactKind, tuple[str, ...]] = {
    FactKind.NAME: (),
    FactKind.INTEREST: tuple(InterestLevel),
    FactKind.URGENCY: tuple(UrgencyLevel),
    FactKind.KNOWLEDGE: tuple(KnowledgeLevel),
    FactKind.LOCATION: tuple(LocationLevel),
    FactKind.MOTIVATION: tuple(MotivationLevel),
}
"""Every published level per fact, strongest first; a name has none."""


class FactSource(StrEnum):
    """Who set a fact."""

    LEAD = "lead"
    AGENT = "agent"
    SYSTEM = "system"


class Temperature(StrEnum):
    """How warm a lead is."""

    HOT = "quente"
    WARM = "morno"
    COLD = "frio"
    VERY_COLD = "muito_frio"


class Behaviour(StrEnum):
    """How the lead took part."""

    COOPERATIVE = "cooperativo"
    EVASIVE = "evasivo"
    RESISTANT = "resistente"


class LeadStatus(StrEnum):
    """`sdr_ia_status`."""

    IN_PROGRESS = "em_andamento"
    COMPLETE = "completo"
    INCOMPLETE = "incompleto"
    PAUSED = "pausado"
    QUALIFIED = "qualificado"
    ESCALATED = "escalado"
    OPT_OUT = "opt_out"


class LeadOutcome(StrEnum):
    """What became of a lead commercially."""

    WON = "ganho"
    LOST = "perdido"
    OPEN = "aberto"
    """Nothing is decided; takes an earlier word back."""


class JudgementVerdict(StrEnum):
    """What a person says of a judgement."""

    RIGHT = "certo"
    TOO_HIGH = "alto_demais"
    TOO_LOW = "baixo_demais"


class EndReason(StrEnum):
    """Why a qualification ended."""

    FACTS_COMPLETE = "facts_complete"
    DISQUALIFIED = "disqualified"
    MESSAGE_LIMIT = "message_limit"
    ABANDONED = "abandoned"


class DisqualificationKind(StrEnum):
    """Why somebody is no lead, or no longer one."""

    REFUSAL = "refusal"
    WRONG_NUMBER = "wrong_number"
    SUPPLIER = "supplier"
    JOB_SEEKER = "job_seeker"
    SPAM = "spam"


class EscalationReason(StrEnum):
    """Why a human is called before the end."""

    HUMAN_REQUESTED = "human_requested"
    IRRITATION = "irritation"
    EMERGENCY = "emergency"
    LEGAL = "legal"
    MINOR = "minor"
    PRODUCT_FAILURE = "product_failure"
    DATA_DELETION = "data_deletion"


class Channel(StrEnum):
    """Kind of channel; decides length limits and mark-up."""

    WHATSAPP = "whatsapp"
    INSTAGRAM = "instagram"
    MESSENGER = "messenger"
    TELEGRAM = "telegram"
    WEB_WIDGET = "web_widget"
    OTHER = "other"


class Sentiment(StrEnum):
    """How the lead feels."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    IRRITATED = "irritated"


class NextStep(StrEnum):
    """`sdr_ia_proximo_passo`."""

    HAND_TO_CLOSER = "transferir_closer"
    SCHEDULE_FOLLOW_UP = "agendar_followup"
    NURTURE = "nutrir"
    RECORD = "registrar"


class FunnelStage(StrEnum):
    """`estagio_funil`."""

    NEW_LEAD = "Novo Lead"
    FIRST_CONTACT = "Contato Inicial"
    QUALIFIED = "Lead Qualificado"
    NEGOTIATING = "Em Negociação"
    PAYMENT_PENDING = "Pagamento Pendente"
    CLOSED = "Fechado"
    COOLED_DOWN = "Lead Esfriou"
    DISQUALIFIED = "Lead Desqualificado"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known about a lead, with its evidence."""

    kind: FactKind
    value: str
    """As the lead said it, in Portuguese; 1-1,500 characters."""
    level: str
    """One of `LEVELS[kind]`, or empty: none."""
    evidence: str
    """The lead's own words; empty where a human or the product set it."""
    source_message_id: int
    """Chatwoot's id of the message with the evidence; 0: none."""
    confidence: float
    """0 (a guess) to 1 (said outright)."""
    source: FactSource
    set_at: datetime
    """Aware UTC."""
    locked: bool = False
    """A human's value, which the bot no longer overwrites."""
    canonical: str = ""
    """A procedure's slug for interest, a place's plain name for location; empty: none."""


@dataclass(frozen=True, slots=True)
class Disqualification:
    """An explicit sign that this is no lead."""

    kind: DisqualificationKind
    quote: str
    """The lead's words."""
    source_message_id: int
    """Chatwoot's id of the message that says it; 0: unknown."""
