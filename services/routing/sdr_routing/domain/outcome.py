"""What a turn leads to, as routing is told: the lead, the judgement, what to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sdr_common.lead import (
    Behaviour,
    Channel,
    Disqualification,
    DisqualificationKind,
    EndReason,
    EscalationReason,
    Fact,
    FactKind,
    LeadStatus,
    Temperature,
)

_NOT_A_LEAD = frozenset(
    {
        DisqualificationKind.WRONG_NUMBER,
        DisqualificationKind.SUPPLIER,
        DisqualificationKind.JOB_SEEKER,
        DisqualificationKind.SPAM,
    }
)


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """One conversation of one account."""

    account_id: int
    """Our tenant."""
    conversation_id: int
    """Chatwoot's display id."""
    contact_id: int
    """Chatwoot's contact id: the lead."""
    inbox_id: int = 0
    """0: unknown."""
    channel: Channel = Channel.WHATSAPP


@dataclass(frozen=True, slots=True)
class LeadProgress:
    """What is known of a lead."""

    facts: Mapping[FactKind, Fact]
    known_count: int
    """Of the five required facts, 0-5."""
    attempts: Mapping[FactKind, int]
    """How often each fact was asked."""
    status: LeadStatus | None
    started_at: datetime | None
    """Aware; None: not begun."""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of a score."""

    kind: FactKind
    level: str
    points: int
    maximum: int
    quote: str = ""
    note: str = ""
    """Why there are no points, in Portuguese."""


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A hard rule that had a say."""

    rule: str
    explanation: str
    """In Portuguese."""


@dataclass(frozen=True, slots=True)
class Qualification:
    """What a lead was judged to be."""

    qualification_id: str
    score: int
    """0-130."""
    temperature: Temperature
    lines: tuple[ScoreLine, ...]
    rules: tuple[AppliedRule, ...]
    next_step: str
    """The published word of `sdr_ia_proximo_passo`."""
    funnel_stage: str
    """The published word of `estagio_funil`."""
    status: LeadStatus
    ended: EndReason | None
    disqualification: Disqualification | None
    """Kept even where a later statement overruled it."""
    qualified_at: datetime
    """Aware."""

    @property
    def is_warm(self) -> bool:
        """Whether a human is to have it: quente or morno."""
        return self.temperature in {Temperature.HOT, Temperature.WARM}

    @property
    def is_abandoned(self) -> bool:
        """Whether the lead went silent: nothing public is said to it now."""
        return self.status is LeadStatus.INCOMPLETE

    @property
    def not_a_lead(self) -> DisqualificationKind | None:
        """Why this is no lead at all; None where it is one, where it only refused, or where it overruled itself."""
        if self.disqualification is None or self.disqualification.kind not in _NOT_A_LEAD:
            return None
        if self.temperature is not Temperature.VERY_COLD:
            return None
        overruled = any(rule.rule == "latest_statement_wins" for rule in self.rules)
        disqualified = any(rule.rule == "disqualified" for rule in self.rules)
        return None if overruled and not disqualified else self.disqualification.kind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn leads to."""

    conversation: ConversationRef
    turn_id: int
    attributes: Mapping[str, str]
    """The contact's custom attributes as Chatwoot showed them, as text."""
    reply: str
    asks: FactKind | None
    answer: str
    """The part that answers the lead's last question; begins a closing message."""
    lead: LeadProgress
    qualification: Qualification | None
    behaviour: Behaviour | None
    summary: str
    escalation: EscalationReason | None
    last_message_id: int
    """The greatest Chatwoot message id that the answer knew; 0: none."""
    labels: tuple[str, ...]
    """Labels that the conversation had."""
    silent: bool
    """A human owns the conversation: nothing public, nobody reassigned."""
    language: str = "pt"
    """The lead's: pt, es or en."""
    answers: tuple[int, ...] = ()
    """Ids of the lead's messages that this turn answers."""
    only_in_silence: bool = False
    """The message is a reminder: it is dropped if the lead has written meanwhile."""
    give_back: bool = False
    """The conversation goes back to the bot."""
    wrote_again: bool = False
    """The closer is told that a lead of theirs writes again."""
    closed_before: bool = False
    """The lead was closed or handed off before: it reads the reply, and nobody is assigned anew."""
    back_at: datetime | None = None
    """When the clinic opens again, aware; None: it is open."""
    waiting_since: datetime | None = None
    """When the first of the lead's messages that it answers was stored; None: no lead waited."""

    @property
    def procedure(self) -> str:
        """Slug of what the lead wants; empty: unknown."""
        fact = self.lead.facts.get(FactKind.INTEREST)
        return fact.canonical if fact is not None else ""

    @property
    def qualification_id(self) -> str:
        """Of the judgement that this turn ends with; empty: none."""
        return self.qualification.qualification_id if self.qualification is not None else ""

    @property
    def status(self) -> LeadStatus | None:
        """`sdr_ia_status` after this turn: silence for ever beats a call for help, which beats a judgement."""
        if self.lead.status is LeadStatus.OPT_OUT:
            return LeadStatus.OPT_OUT
        if self.escalation is not None:
            return LeadStatus.ESCALATED
        if self.qualification is not None:
            return self.qualification.status
        return self.lead.status


def nothing_said(conversation: ConversationRef, turn_id: int, last_message_id: int) -> Outcome:
    """No turn at all, where something is written into a conversation by another reason than the lead's messages.

    Args:
        conversation: Where.
        turn_id: The turn that it follows.
        last_message_id: What a human said since comes after it.
    """
    return Outcome(
        conversation=conversation,
        turn_id=turn_id,
        attributes={},
        reply="",
        asks=None,
        answer="",
        lead=LeadProgress({}, 0, {}, None, None),
        qualification=None,
        behaviour=None,
        summary="",
        escalation=None,
        last_message_id=last_message_id,
        labels=(),
        silent=False,
    )
