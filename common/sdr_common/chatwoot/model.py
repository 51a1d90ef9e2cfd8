"""What we read of Chatwoot's answers; fields that we do not use are left out and ignored.

Source: REST shapes of Chatwoot v4.15.1 (`app/views/api/v1`); integers where its webhooks have words.
"""

from __future__ import annotations

from typing import Any

import msgspec

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = 0, 1, 2, 3
"""`message_type` in REST answers."""

JsonObject = dict[str, Any]
"""A JSON object whose values we pass on or look into with care."""


class Chatwoot(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all answers; subclasses say which fields are read."""


class Person(Chatwoot, frozen=True, kw_only=True):
    """A sender or an assignee."""

    id: int | None = None
    name: str | None = None
    email: str | None = None
    type: str | None = None
    """user, agent_bot, contact or captain_assistant; None for a user as `conversations` lists it."""


class Message(Chatwoot, frozen=True, kw_only=True):
    """One message as the account API gives it."""

    id: int
    content: str | None = None
    message_type: int = INCOMING
    """INCOMING, OUTGOING, ACTIVITY or TEMPLATE."""
    private: bool | None = None
    content_type: str | None = "text"
    content_attributes: JsonObject | None = None
    sender: Person | None = None
    created_at: int = 0
    """Seconds since 1970."""
    status: str | None = None
    source_id: str | None = None
    conversation_id: int = 0
    """Display id."""
    inbox_id: int = 0
    attachments: list[JsonObject] = msgspec.field(default_factory=list)

    def attribute(self, name: str) -> object:
        """One of `content_attributes`; None when it is not there."""
        return (self.content_attributes or {}).get(name)


class Contact(Chatwoot, frozen=True, kw_only=True):
    """A contact."""

    id: int
    name: str | None = None
    phone_number: str | None = None
    email: str | None = None
    identifier: str | None = None
    blocked: bool | None = None
    custom_attributes: JsonObject | None = None
    additional_attributes: JsonObject | None = None


class MessageListMeta(Chatwoot, frozen=True, kw_only=True):
    """What a listing says about its conversation."""

    labels: list[str] | None = None
    assignee: Person | None = None
    contact: Contact | None = None


class MessageList(Chatwoot, frozen=True, kw_only=True):
    """A page of messages, oldest first."""

    meta: MessageListMeta = msgspec.field(default_factory=MessageListMeta)
    payload: list[Message]


class Team(Chatwoot, frozen=True, kw_only=True):
    """A team; Chatwoot keeps names in lower case."""

    id: int
    name: str


class ConversationMeta(Chatwoot, frozen=True, kw_only=True):
    """Who takes part in a conversation."""

    sender: Contact | None = None
    channel: str | None = None
    assignee: Person | None = None
    assignee_type: str | None = None
    team: Team | None = None


class Conversation(Chatwoot, frozen=True, kw_only=True):
    """A conversation as `show` and `list` give it."""

    id: int
    """Display id."""
    inbox_id: int
    status: str
    meta: ConversationMeta = msgspec.field(default_factory=ConversationMeta)
    labels: list[str] = msgspec.field(default_factory=list)
    can_reply: bool | None = None
    custom_attributes: JsonObject | None = None
    additional_attributes: JsonObject | None = None
    created_at: int | None = None
    """Seconds since 1970."""
    updated_at: float | None = None
    last_activity_at: int | None = None
    last_non_activity_message: JsonObject | None = None
    """The last message that somebody wrote, as a raw row: its shape differs between versions."""


class ConversationListData(Chatwoot, frozen=True, kw_only=True):
    """The inner part of a list of conversations."""

    payload: list[Conversation]


class ConversationList(Chatwoot, frozen=True, kw_only=True):
    """A page of conversations."""

    data: ConversationListData


class StatusChange(Chatwoot, frozen=True, kw_only=True):
    """What became of a status; Chatwoot's `success` is null on a bot's hand-off and says nothing."""

    current_status: str | None = None


class StatusAnswer(Chatwoot, frozen=True, kw_only=True):
    """Answer to `toggle_status`."""

    payload: StatusChange


class LabelTitles(Chatwoot, frozen=True, kw_only=True):
    """The labels of a conversation."""

    payload: list[str]


class ContactAnswer(Chatwoot, frozen=True, kw_only=True):
    """A contact in its envelope."""

    payload: Contact


class ContactList(Chatwoot, frozen=True, kw_only=True):
    """A page of the account's contacts."""

    payload: list[Contact]


class Agent(Chatwoot, frozen=True, kw_only=True):
    """Somebody who works in the account."""

    id: int
    name: str | None = None
    email: str | None = None
    role: str | None = None


class Label(Chatwoot, frozen=True, kw_only=True):
    """The definition of a label."""

    id: int = 0
    title: str
    color: str | None = None


class DashboardApp(Chatwoot, frozen=True, kw_only=True):
    """A tab that shows a page beside conversations."""

    id: int
    title: str = ""
    content: list[dict[str, str]] = []
    """Frames: `{"type": "frame", "url": …}`."""

    @property
    def urls(self) -> list[str]:
        """The pages it shows."""
        return [frame.get("url", "") for frame in self.content]


class LabelList(Chatwoot, frozen=True, kw_only=True):
    """The account's labels."""

    payload: list[Label]


class AttributeDefinition(Chatwoot, frozen=True, kw_only=True):
    """The definition of a custom attribute."""

    id: int = 0
    attribute_key: str
    attribute_model: str | int | None = None


class Inbox(Chatwoot, frozen=True, kw_only=True):
    """An inbox."""

    id: int
    name: str | None = None
    channel_type: str | None = None


class InboxList(Chatwoot, frozen=True, kw_only=True):
    """The inboxes that the token's owner may see."""

    payload: list[Inbox]


class AgentBot(Chatwoot, frozen=True, kw_only=True):
    """A bot; the token is there for administrators only."""

    id: int
    name: str | None = None
    access_token: str | None = None


class InboxBot(Chatwoot, frozen=True, kw_only=True):
    """The bot of an inbox; an empty object where there is none."""

    agent_bot: JsonObject | None = None


class Webhook(Chatwoot, frozen=True, kw_only=True):
    """An account webhook; the secret exists since v4.11.2."""

    id: int
    url: str | None = None
    subscriptions: list[str] = msgspec.field(default_factory=list)
    secret: str | None = None


class WebhookHolder(Chatwoot, frozen=True, kw_only=True):
    """One webhook, inner envelope."""

    webhook: Webhook


class WebhookAnswer(Chatwoot, frozen=True, kw_only=True):
    """One webhook, outer envelope."""

    payload: WebhookHolder


class WebhooksHolder(Chatwoot, frozen=True, kw_only=True):
    """All webhooks, inner envelope."""

    webhooks: list[Webhook]


class WebhookList(Chatwoot, frozen=True, kw_only=True):
    """All webhooks, outer envelope."""

    payload: WebhooksHolder


class ProfileAccount(Chatwoot, frozen=True, kw_only=True):
    """An account that a user belongs to."""

    id: int
    role: str | None = None


class Profile(Chatwoot, frozen=True, kw_only=True):
    """The user behind a token."""

    id: int
    accounts: list[ProfileAccount] = msgspec.field(default_factory=list)


class Version(Chatwoot, frozen=True, kw_only=True):
    """What `GET /api` tells without a token."""

    version: str
