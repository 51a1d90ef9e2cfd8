"""A conversation as an engine sees it, and what an engine makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sdr_common.lead import (
    Behaviour,
    Disqualification,
    EscalationReason,
    Fact,
    FactKind,
    Sentiment,
)
from sdr_dialogue.domain.earlier import Earlier
from sdr_dialogue.domain.knowledge import Found
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.verdicts import Verdict


class Speaker(StrEnum):
    """Who wrote a line."""

    LEAD = "lead"
    BOT = "bot"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history; never a private note or an activity."""

    speaker: Speaker
    text: str
    said_at: datetime
    message_id: int = 0
    """Chatwoot's id; 0: a reply that Chatwoot has not confirmed yet ("being sent")."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A voice message that nobody has written down yet."""

    position: int
    """Of the attachment in its message, from 0."""
    url: str


@dataclass(frozen=True, slots=True)
class LeadMessage:
    """A waiting message of the lead, with the text of its transcribed audio folded into `text`."""

    message_id: int
    text: str
    sent_at: datetime
    attachment_types: tuple[str, ...] = ()
    """Chatwoot's file types of attachments whose content is not in `text`: image, audio, location…"""
    recordings: tuple[Recording, ...] = ()
    """Of these attachments, audio that could be listened to."""


@dataclass(frozen=True, slots=True)
class TurnContext:
    """All that an engine may know when it answers a burst."""

    settings: AccountSettings
    now: datetime
    """Aware, in the account's zone."""
    messages: tuple[LeadMessage, ...]
    """The burst, oldest first; at least one."""
    history: tuple[Line, ...] = ()
    """The last 30 lines before the burst, oldest first."""
    facts: dict[FactKind, Fact] = field(default_factory=dict)
    """What is known before the burst."""
    attempts: dict[FactKind, int] = field(default_factory=dict)
    """How often each fact was asked before the burst."""
    asked: FactKind | None = None
    """What the bot's last line asked for: the context of a bare "sim", "não", "semana que vem"."""
    contact_name: str = ""
    """As Chatwoot shows it: a push name, not a fact."""
    already_qualified: bool = False
    """True: answer questions, ask nothing."""
    greeted: bool = False
    """True: the bot has greeted in this conversation; it does not greet again."""
    models_allowed: bool = True
    """False: the account's budget is used up; the scripted engine answers."""
    found: tuple[Found, ...] = ()
    """What the account's knowledge says to the burst's questions, each at most once."""
    earlier: tuple[Earlier, ...] = ()
    """The lead's latest other conversations, oldest first, at most three."""
    account_id: int = 0
    """Whose lead it is, because accounts may have keys of their own; 0: of no account."""


def sources_of(context: TurnContext) -> tuple[str, ...]:
    """Every text of the account that a reply may take prices, promises and statements from."""
    passages = [passage.text for found in context.found for passage in found.passages]
    return (context.settings.persona, *(item.answer for item in context.settings.frequent_questions), *passages)


@dataclass(frozen=True, slots=True)
class FactDraft:
    """A fact as an engine understood it, before precedence is applied."""

    kind: FactKind
    value: str
    level: str
    """One of the fact's published levels, or empty. For a location the domain decides it from `canonical`."""
    evidence: str
    """An exact part of a lead's message."""
    source_message_id: int
    confidence: float
    canonical: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call cost."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_micro_usd: int = 0
    cached_tokens: int = 0
    """Of `input_tokens`, those that the provider had kept and sells cheaper."""

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost_micro_usd + other.cost_micro_usd,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class TurnDraft:
    """What an engine makes of a burst: one structured answer."""

    reply: str
    """The whole public text, in the lead's language."""
    facts: tuple[FactDraft, ...] = ()
    """New or corrected facts only."""
    answer: str = ""
    """The part of the reply that answers what the lead just asked; may open a closing message."""
    asks: FactKind | None = None
    """What the reply asks for."""
    sentiment: Sentiment = Sentiment.NEUTRAL
    language: str = "pt"
    disqualification: Disqualification | None = None
    escalation: EscalationReason | None = None
    opted_out: bool = False
    unanswered_question: str = ""
    usage: Usage = Usage()
    engine: str = "scripted"
    prompt_version: str = ""
    """Version of the prompt parts that were used; empty: the engine has none."""
    verdicts: tuple[Verdict, ...] = ()
    """What the guards found."""
    cited: tuple[int, ...] = ()
    """Passages of `TurnContext.found` that the answer rests on; empty: none, or the engine does not say."""


@dataclass(frozen=True, slots=True)
class AnalysisContext:
    """All that an engine may know when it judges a whole conversation."""

    settings: AccountSettings
    now: datetime
    lines: tuple[Line, ...]
    """The whole transcript, oldest first."""
    facts: dict[FactKind, Fact] = field(default_factory=dict)
    attempts: dict[FactKind, int] = field(default_factory=dict)
    asks: dict[int, FactKind] = field(default_factory=dict)
    """What each confirmed bot line asked for, by message id."""
    models_allowed: bool = True
    """As in `TurnContext`."""
    waited_s: float = 0.0
    """Seconds that the lead waits already, since the turn that ended the qualification was taken up."""
    account_id: int = 0
    """As in `TurnContext`."""


@dataclass(frozen=True, slots=True)
class AnalysisDraft:
    """The judgement of a whole conversation, before precedence is applied."""

    facts: tuple[FactDraft, ...]
    """Every fact that the transcript proves, each with a quote."""
    behaviour: Behaviour
    summary: str
    """Two to four sentences in Portuguese for a closer."""
    disqualification: Disqualification | None = None
    usage: Usage = Usage()
    engine: str = "scripted"
    prompt_version: str = ""
    """Version of the prompt parts that were used; empty: the engine has none."""
