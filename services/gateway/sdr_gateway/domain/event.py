"""What Chatwoot tells us and what we keep of it: pure shapes, in our words.

The first group (`…Seen`) is what a webhook or a listing says, whatever its wire shape. The second is
what a mailbox entry stores: only the fields that a turn uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Direction(StrEnum):
    """Chatwoot's `message_type`."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    TEMPLATE = "template"
    ACTIVITY = "activity"


class SenderKind(StrEnum):
    """Who a message is from."""

    CONTACT = "contact"
    HUMAN = "user"
    BOT = "agent_bot"
    OTHER_BOT = "other_bot"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file or place that came with a message."""

    file_type: str
    """image, audio, video, file, location, contact and others."""
    url: str = ""
    transcribed_text: str = ""


@dataclass(frozen=True, slots=True)
class ContactSeen:
    """A contact as Chatwoot shows it."""

    contact_id: int
    name: str = ""
    addresses: tuple[str, ...] = ()
    """Identifier, e-mail and WAHA's chat ids: they tell groups and service chats."""
    blocked: bool = False
    custom_attributes: dict[str, str] = field(default_factory=dict)
    """Those that are ours, as text."""
    on_waha: bool = False
    """True: WAHA's attributes are there, so the channel is WhatsApp."""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """A message as Chatwoot shows it."""

    message_id: int
    direction: Direction
    text: str
    sender: SenderKind
    created_at: float
    """Seconds since 1970."""
    private: bool = False
    content_type: str = "text"
    attachments: tuple[Attachment, ...] = ()
    sdr_key: str = ""
    deleted: bool = False
    external_echo: bool = False
    automated: bool = False
    """Made by an automation rule or a campaign."""
    failed: bool = False
    """The channel refused it."""
    problem: str = ""
    """The channel's own words about it."""
    in_reply_to: int = 0
    external_created_at: float = 0.0
    """When it was written outside, if the channel tells; 0: unknown."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A conversation as it was at `updated_at`."""

    conversation_id: int
    inbox_id: int = 0
    channel: str = "whatsapp"
    """A published word of `sdr_common.lead.Channel`, or empty: unknown."""
    status: str = ""
    """open, resolved, pending or snoozed."""
    assignee_id: int = 0
    assignee_type: str = ""
    """User, AgentBot or empty: nobody."""
    team: str = ""
    labels: tuple[str, ...] = ()
    updated_at: float = 0.0
    can_reply: bool = True

    @property
    def human_assigned(self) -> bool:
        """A human owns it; an agent bot never counts."""
        return self.assignee_type == "User"


class SignalKind(StrEnum):
    """What an entry of the mailbox says."""

    LEAD_MESSAGE = "lead_message"
    HUMAN_MESSAGE = "human_message"
    BOT_LINE = "bot_line"
    EDITED = "message_edited"
    DELETED = "message_deleted"
    REFUSED = "message_refused"
    """The channel refused what Chatwoot had taken: `message_id` never reached the lead."""
    SNAPSHOT = "snapshot"
    RESUME = "resume"
    """Somebody gave the conversation back to the bot."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What a turn passes on of a contact."""

    name: str = ""
    custom_attributes: dict[str, str] = field(default_factory=dict)
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """The body of a mailbox entry."""

    kind: SignalKind
    contact_id: int
    inbox_id: int = 0
    channel: str = ""
    message_id: int = 0
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    at: float = 0.0
    """When it was written, seconds since 1970."""
    sdr_key: str = ""
    replaces: int = 0
    """A lead message that is the corrected text of this earlier one."""
    context: bool = False
    """A lead message that somebody answered already: known, not to be answered."""
    status_changed: bool = False
    """A snapshot whose status has just changed."""
    bridged: bool = False
    """A refusal by a bridge (WAHA) that sends anew when the message's status is set back."""
    contact: Contact | None = None
    conversation: Snapshot | None = None

    def body(self) -> dict[str, object]:
        """What the entry stores: fields that say something."""
        stored: dict[str, object] = {"kind": self.kind.value, "contact_id": self.contact_id}
        for name in _OPTIONAL:
            value = getattr(self, name)
            if value:
                stored[name] = value
        return stored


_OPTIONAL = (
    "inbox_id",
    "channel",
    "message_id",
    "text",
    "attachments",
    "at",
    "sdr_key",
    "replaces",
    "context",
    "status_changed",
    "bridged",
    "contact",
    "conversation",
)


class IgnoredReason(StrEnum):
    """Why an event is answered 200 and not kept; each is counted."""

    GROUP = "group"
    BROADCAST = "broadcast"
    WHATSAPP_INTEGRATION = "whatsapp_integration"
    BLOCKED_CONTACT = "blocked_contact"
    ACTIVITY = "activity"
    OTHER_BOT = "other_bot"
    AUTOMATION = "automation"
    PRIVATE_NOTE = "private_note"
    TEMPLATE = "template"
    DELETED = "deleted"
    REACTION = "reaction"
    EMPTY = "empty"
    IMPORTED_HISTORY = "imported_history"
    DELIVERY_STATUS = "delivery_status"
    SEND_FAILED = "send_failed"
    CONTACT_EVENT = "contact_event"
    CONVERSATION_CREATED = "conversation_created"
    NOTHING_USED = "nothing_used"
    TYPING_OF_OTHERS = "typing_of_others"
    AUTOMATION_EVENT = "automation_event"
    UNKNOWN_EVENT = "unknown_event"
    OTHER_ACCOUNT = "other_account"
    FORGOTTEN = "forgotten"
    """The lead asked to be forgotten, and this is older than that."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that goes into the mailbox."""

    conversation_id: int
    event: str
    """With `ext` and `version` what makes it the same event when it comes again."""
    ext: int
    version: str
    stirring: bool
    """True: starts a turn and makes a running one stale."""
    immediate: bool
    """True: waits for nothing."""
    signal: Signal


@dataclass(frozen=True, slots=True)
class Typing:
    """The lead is typing: the burst waits a little longer."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is counted and forgotten."""

    reason: IgnoredReason
    conversation_id: int = field(default=0, compare=False)
    """Chatwoot's display id, for operators; 0: it names none."""
    message_id: int = field(default=0, compare=False)


Verdict = Kept | Typing | Ignored
