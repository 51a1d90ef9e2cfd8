"""The rows that the emulator holds; together they are its whole state and its snapshot."""

import msgspec

from sdr_sandbox.chatwoot.json_types import JsonObject

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = 0, 1, 2, 3
MESSAGE_TYPES = {INCOMING: "incoming", OUTGOING: "outgoing", ACTIVITY: "activity", TEMPLATE: "template"}
STATUSES = ("open", "resolved", "pending", "snoozed")
PRIORITIES = ("low", "medium", "high", "urgent")


class Account(msgspec.Struct, kw_only=True):
    """The one account; `settings` holds switches such as `keep_pending_on_bot_failure`."""

    id: int = 1
    name: str
    locale: str = "pt_BR"
    settings: JsonObject = {}
    created_at: float


class User(msgspec.Struct, kw_only=True):
    """A person who signs in; `role` is administrator or agent, `availability` online, busy or offline."""

    id: int
    name: str
    email: str
    role: str
    access_token: str
    password: str
    available_name: str
    availability: str = "online"
    auto_offline: bool = True
    pubsub_token: str
    uuid: str


class AgentBot(msgspec.Struct, kw_only=True):
    """A bot; `outgoing_url` receives its webhooks (empty: none)."""

    id: int
    name: str
    description: str | None = None
    outgoing_url: str | None = None
    bot_type: str = "webhook"
    bot_config: JsonObject = {}
    access_token: str
    secret: str


class Inbox(msgspec.Struct, kw_only=True):
    """A channel of messages; only `Channel::Api` has an `identifier`, a `webhook_url` and a `secret`."""

    id: int
    name: str
    channel_type: str = "Channel::Api"
    identifier: str
    webhook_url: str | None = None
    secret: str
    hmac_token: str
    hmac_mandatory: bool = False
    greeting_enabled: bool = False
    greeting_message: str | None = None
    csat_survey_enabled: bool = False
    enable_auto_assignment: bool = True
    lock_to_single_conversation: bool = False
    allow_messages_after_resolved: bool = True
    timezone: str = "America/Sao_Paulo"
    additional_attributes: JsonObject = {}
    agent_bot_id: int | None = None
    member_ids: list[int] = []
    assignment_queue: list[int] = []


class Team(msgspec.Struct, kw_only=True):
    """A group of users that a conversation is given to."""

    id: int
    name: str
    description: str | None = None
    allow_auto_assign: bool = True
    member_ids: list[int] = []
    created_at: float
    updated_at: float


class Label(msgspec.Struct, kw_only=True):
    """The definition (colour, description) of a label title."""

    id: int
    title: str
    description: str | None = None
    color: str = "#1f93ff"
    show_on_sidebar: bool | None = None


class AttributeDefinition(msgspec.Struct, kw_only=True):
    """How a custom attribute is shown; `attribute_model` is contact_attribute or conversation_attribute."""

    id: int
    attribute_display_name: str
    attribute_display_type: str
    attribute_description: str | None = None
    attribute_key: str
    regex_pattern: str | None = None
    regex_cue: str | None = None
    attribute_values: list[str] = []
    attribute_model: str
    default_value: int | None = None
    created_at: float
    updated_at: float


class Webhook(msgspec.Struct, kw_only=True):
    """An account webhook: the events it subscribed to and the secret that signs its deliveries."""

    id: int
    name: str | None = None
    url: str
    subscriptions: list[str]
    secret: str
    inbox_id: int | None = None


class CannedResponse(msgspec.Struct, kw_only=True):
    """A prepared answer, found by its short code."""

    id: int
    short_code: str
    content: str
    created_at: float
    updated_at: float


class DashboardApp(msgspec.Struct, kw_only=True):
    """A page shown as a tab above a conversation."""

    id: int
    title: str
    content: list[JsonObject]
    created_at: float


class CsatResponse(msgspec.Struct, kw_only=True):
    """A lead's rating (1-5) of a resolved conversation."""

    id: int
    rating: int
    feedback_message: str | None = None
    conversation_id: int
    contact_id: int
    message_id: int
    assigned_agent_id: int | None = None
    created_at: float


class Note(msgspec.Struct, kw_only=True):
    """A note on a contact."""

    id: int
    contact_id: int
    user_id: int | None = None
    content: str
    created_at: float
    updated_at: float


class Contact(msgspec.Struct, kw_only=True):
    """A lead or customer."""

    id: int
    name: str = ""
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    blocked: bool = False
    custom_attributes: JsonObject = {}
    additional_attributes: JsonObject = {}
    labels: list[str] = []
    last_activity_at: float | None = None
    created_at: float
    updated_at: float


class ContactInbox(msgspec.Struct, kw_only=True):
    """A contact's address (`source_id`) in one inbox."""

    id: int
    contact_id: int
    inbox_id: int
    source_id: str
    pubsub_token: str
    hmac_verified: bool = False
    created_at: float
    updated_at: float


class Conversation(msgspec.Struct, kw_only=True):
    """A conversation; `id` is the display id, the only one that Chatwoot ever shows."""

    id: int
    uuid: str
    inbox_id: int
    contact_id: int
    contact_inbox_id: int
    status: str = "open"
    assignee_id: int | None = None
    assignee_agent_bot_id: int | None = None
    team_id: int | None = None
    priority: str | None = None
    snoozed_until: float | None = None
    labels: list[str] = []
    custom_attributes: JsonObject = {}
    additional_attributes: JsonObject = {}
    waiting_since: float | None = None
    first_reply_created_at: float | None = None
    agent_last_seen_at: float | None = None
    assignee_last_seen_at: float | None = None
    contact_last_seen_at: float | None = None
    last_activity_at: float
    created_at: float
    updated_at: float


class Attachment(msgspec.Struct, kw_only=True):
    """A file of a message, held in memory."""

    id: int
    message_id: int
    file_type: str
    filename: str
    content_type: str
    content: bytes


class Message(msgspec.Struct, kw_only=True):
    """A message; `conversation_id` is the display id, `sender_type` Contact, User, AgentBot or None."""

    id: int
    conversation_id: int
    inbox_id: int
    message_type: int
    content: str | None
    content_type: str = "text"
    content_attributes: JsonObject = {}
    additional_attributes: JsonObject = {}
    private: bool = False
    status: str = "sent"
    source_id: str | None = None
    sender_type: str | None = None
    sender_id: int | None = None
    attachment_ids: list[int] = []
    created_at: float
    updated_at: float


class State(msgspec.Struct, kw_only=True):
    """All rows by id. What can be derived from them is kept in `Index`, not here."""

    account: Account
    last_ids: dict[str, int] = {}
    users: dict[int, User] = {}
    agent_bots: dict[int, AgentBot] = {}
    inboxes: dict[int, Inbox] = {}
    teams: dict[int, Team] = {}
    labels: dict[int, Label] = {}
    attribute_definitions: dict[int, AttributeDefinition] = {}
    webhooks: dict[int, Webhook] = {}
    canned_responses: dict[int, CannedResponse] = {}
    dashboard_apps: dict[int, DashboardApp] = {}
    csat_responses: dict[int, CsatResponse] = {}
    notes: dict[int, Note] = {}
    contacts: dict[int, Contact] = {}
    contact_inboxes: dict[int, ContactInbox] = {}
    conversations: dict[int, Conversation] = {}
    messages: dict[int, Message] = {}
    attachments: dict[int, Attachment] = {}
    bot_handoffs_count: int = 0

    def next_id(self, kind: str) -> int:
        """The next number of a kind of row; numbers are never used twice, not even after a deletion."""
        number = self.last_ids.get(kind, 0) + 1
        self.last_ids[kind] = number
        return number
