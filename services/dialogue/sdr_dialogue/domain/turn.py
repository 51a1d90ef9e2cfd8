"""What is kept of a lead and a conversation, and what a burst and an observation are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sdr_common.lead import (
    Behaviour,
    Channel,
    Disqualification,
    EndReason,
    EscalationReason,
    Fact,
    FactKind,
    LeadStatus,
    Sentiment,
)
from sdr_dialogue.domain.conversation import LeadMessage, Speaker, Usage
from sdr_dialogue.domain.earlier import Earlier
from sdr_dialogue.domain.knowledge import Citation
from sdr_dialogue.domain.mood_trend import MoodTrend
from sdr_dialogue.domain.verdicts import Verdict

HISTORY_LINES = 30
"""Lines of a conversation that an engine sees."""


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """Names one conversation of one account, and its lead."""

    account_id: int
    conversation_id: int
    contact_id: int
    inbox_id: int = 0
    channel: Channel = Channel.WHATSAPP


class ObservationKind(StrEnum):
    """What can be seen outside a turn."""

    BOT_LINE = "bot_line"
    HUMAN_LINE = "human_line"
    LEAD_LINE = "lead_line"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that happened outside a turn."""

    message_id: int
    kind: ObservationKind
    text: str
    happened_at: datetime | None
    """None: not told; counts as now."""
    sdr_key: str = ""


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One confirmed line of a conversation."""

    message_id: int
    speaker: Speaker
    text: str
    """Empty when deleted."""
    said_at: datetime
    changed_at: datetime
    """The latest change that is taken in; an older edit that comes late changes nothing."""
    deleted: bool = False
    asks: FactKind | None = None
    """What a line of ours asked for."""
    attachments: tuple[str, ...] = ()
    """Chatwoot's file types of what came with it and is not in the text."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """An edit or deletion of a line that was stored before, or never."""

    message_id: int
    text: str
    changed_at: datetime
    deleted: bool


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A turn that was answered: what it said, what it learned, and how to undo it."""

    turn_id: int
    message_ids: tuple[int, ...]
    answered_at: datetime
    reply: str = ""
    asks: FactKind | None = None
    confirmed: bool = False
    """True: Chatwoot has shown us the reply."""
    superseded: bool = False
    """True: a later turn answered the same messages; this reply was never sent."""
    nudge: bool = False
    """True: a reminder; it asks again and counts as no attempt."""
    learned: dict[FactKind, Fact] = field(default_factory=dict)
    """Facts that it set."""
    before: dict[FactKind, Fact] = field(default_factory=dict)
    """What those facts were before it; a kind that is missing here was unknown."""
    ended: EndReason | None = None
    opted_out: bool = False
    disqualification: Disqualification | None = None
    sentiment: Sentiment | None = None
    """How the lead felt; None: not judged."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What is kept of a contact across its conversations."""

    facts: dict[FactKind, Fact] = field(default_factory=dict)
    written: dict[FactKind, tuple[str, ...]] = field(default_factory=dict)
    """Values of each fact that the product wrote into Chatwoot or may be writing, newest last."""
    ended: EndReason | None = None
    """Why the qualification ended; None: it has not."""
    opted_out: bool = False
    status: LeadStatus | None = LeadStatus.IN_PROGRESS
    """None: the qualification ended, and what it came to is not known here."""
    started_at: datetime | None = None
    revision: int = 0
    """Counts the writes of this row; 0: there is none."""
    contact_id: int = 0
    """Under which contact it is kept: of contacts that are one lead, one; 0: its own."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as it lies in the store."""

    now: datetime
    """The database's clock, aware UTC."""
    lead: Lead = field(default_factory=Lead)
    lines: tuple[StoredLine, ...] = ()
    """The newest, oldest first, without those of the burst that is asked about."""
    turns: tuple[PastTurn, ...] = ()
    """Oldest first."""
    exists: bool = False
    """True: the conversation is known."""
    contact_id: int = 0
    """Whose it is; 0: not known."""
    summary: str = ""
    behaviour: Behaviour | None = None
    spent_micro_usd: int = 0
    """What the account's models cost in this month of UTC."""
    earlier: tuple[Earlier, ...] = ()
    """The lead's latest other conversations, oldest first."""
    phone_known: bool = False
    """True: the lead's phone is noted."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Everything that one call asks to be answered."""

    conversation: ConversationRef
    turn_id: int
    messages: tuple[LeadMessage, ...]
    """Oldest first; at least one."""
    observations: tuple[Observation, ...] = ()
    contact_name: str = ""
    phone: str = ""
    """In E.164, Brazilian mobiles with their ninth digit; empty: not known."""
    attributes: dict[str, str] = field(default_factory=dict)
    """The contact's custom attributes as Chatwoot shows them."""


@dataclass(frozen=True, slots=True)
class LeadState:
    """What is known of a lead, and how far the qualification has come."""

    facts: dict[FactKind, Fact]
    attempts: dict[FactKind, int]
    status: LeadStatus | None
    """None: the qualification ended, and what it came to is scoring's to say."""
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a burst, and what was understood."""

    lead: LeadState
    reply: str = ""
    answer: str = ""
    asks: FactKind | None = None
    ended: EndReason | None = None
    disqualification: Disqualification | None = None
    escalation: EscalationReason | None = None
    opted_out: bool = False
    silence: str = ""
    """Why there is no reply: opted_out, nothing_new; empty when there is one or none is due."""
    sentiment: Sentiment | None = None
    sentiment_trend: MoodTrend | None = None
    """None: the mood was not judged."""
    language: str = ""
    unanswered_question: str = ""
    engine: str = ""
    prompt_version: str = ""
    usage: Usage = field(default_factory=Usage)
    already_qualified: bool = False
    verdicts: tuple[Verdict, ...] = ()
    """What the guards found in what came in and in what the engine made of it."""
    new_interest: bool = False
    """An already qualified lead named another procedure: it is to be judged anew."""
    citations: tuple[Citation, ...] = ()
    """What the answer rests on."""
    knowledge_version: int = 0
    """The knowledge version that was searched; 0: nothing was."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What observations change in one conversation."""

    conversation: ConversationRef
    lines: tuple[StoredLine, ...] = ()
    """New lines, or lines that are known already."""
    changes: tuple[LineChange, ...] = ()
    confirmed: tuple[int, ...] = ()
    """Turns whose reply was seen in Chatwoot."""
    abandoned: tuple[int, ...] = ()
    """Turns that ended a qualification and were never sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one answered burst writes."""

    burst: Burst
    seen: Seen
    lead: Lead
    """Its revision is the one that was loaded: the write fails if another came in between."""
    answer: Answer
    settings_version: int
    now: datetime
    """The database's clock when the burst was taken up."""
    superseded: tuple[int, ...] = ()
    """Turns that this one replaces."""
    learned: dict[FactKind, Fact] = field(default_factory=dict)
    """What the lead taught: taken back if the turn is superseded."""
    before: dict[FactKind, Fact] = field(default_factory=dict)
    """What those facts were before."""
    edited: dict[FactKind, Fact] = field(default_factory=dict)
    """What a human set in Chatwoot: it stays."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an analysis found, after precedence."""

    conversation: ConversationRef
    turn_id: int
    """The turn that ended the qualification."""
    lead: Lead
    """Its revision is the one that was loaded."""
    state: LeadState
    behaviour: Behaviour
    summary: str
    disqualification: Disqualification | None
    engine: str
    usage: Usage
    now: datetime
    learned: dict[FactKind, Fact] = field(default_factory=dict)
    """What the analysis changed."""
    before: dict[FactKind, Fact] = field(default_factory=dict)
    """What those facts were before the turn, so that superseding it takes back the analysis too."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """One reminder to a lead who left a question unanswered."""

    conversation: ConversationRef
    turn_id: int
    message_ids: tuple[int, ...]
    """Of the turn that it follows."""
    reply: str
    """Empty: there is nothing to remind the lead of."""
    asks: FactKind | None
    state: LeadState
    language: str
    settings_version: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Learning:
    """Facts that have new values, and what they were learned by."""

    conversation: ConversationRef
    turn_id: int
    cause: str
    """respond or analyze: one event each per turn."""
    learned: dict[FactKind, Fact]
    state: LeadState
    engine: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """What one turn understood and said, for people."""

    turn_id: int
    answered_at: datetime
    message_ids: tuple[int, ...]
    reply: str
    asks: FactKind | None
    learned: tuple[Fact, ...]
    engine: str
    prompt_version: str
    settings_version: int
    usage: Usage
    sentiment: Sentiment | None
    verdicts: tuple[Verdict, ...] = ()
    citations: tuple[Citation, ...] = ()
    knowledge_version: int = 0
    prompt_number: int = 0
    """Version of the account's own prompt; 0: from before these were kept."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line for people: confirmed, or a reply that Chatwoot has not shown yet."""

    message_id: int
    speaker: Speaker
    text: str
    said_at: datetime
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """A conversation for people."""

    lines: tuple[ShownLine, ...]
    lead: LeadState
    summary: str
    behaviour: Behaviour | None
    ended: EndReason | None = None
