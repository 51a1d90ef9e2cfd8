"""Chatwoot's webhook bodies as far as we read them; everything else in them is ignored.

Source: Chatwoot v4.15.1, `app/models/message.rb#webhook_data`, `app/presenters/conversations/
event_data_presenter.rb`, `app/models/contact.rb`; older and newer ones differ in fields we do not read.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Shape(msgspec.Struct, frozen=True):
    """Base: unknown fields are ignored."""


class AccountShape(Shape, frozen=True):
    """`account`."""

    id: Id | None = None


class ContactShape(Shape, frozen=True):
    """A contact, a user or a bot: the union of what we read of each."""

    id: Id | None = None
    name: str | None = None
    type: str | None = None
    identifier: str | None = None
    email: str | None = None
    phone_number: str | None = None
    blocked: bool | None = None
    custom_attributes: dict[str, Any] | None = None  # values are whatever the clinic keeps there


class TeamShape(Shape, frozen=True):
    """`meta.team`."""

    name: str | None = None


class MetaShape(Shape, frozen=True):
    """`conversation.meta`."""

    sender: ContactShape | None = None
    assignee: ContactShape | None = None
    assignee_type: str | None = None
    team: TeamShape | None = None


class ContactInboxShape(Shape, frozen=True):
    """`conversation.contact_inbox`."""

    contact_id: Id | None = None
    source_id: str | None = None


class ConversationShape(Shape, frozen=True):
    """A conversation, inside a message event."""

    id: Id
    inbox_id: Id | None = None
    channel: str | None = None
    can_reply: bool | None = None
    status: str | None = None
    labels: list[str] | None = None
    meta: MetaShape | None = None
    contact_inbox: ContactInboxShape | None = None
    updated_at: float | None = None
    additional_attributes: Any = None  # an object with whatever the channel leaves there
    account: AccountShape | None = None


class AttachmentShape(Shape, frozen=True):
    """An attachment."""

    file_type: str | None = None
    data_url: str | None = None
    transcribed_text: str | None = None


class EventName(Shape, frozen=True):
    """What every event has."""

    event: str
    account: AccountShape | None = None


class MessageEvent(Shape, frozen=True):
    """`message_created` and `message_updated`."""

    id: Id
    message_type: str
    created_at: str | float
    conversation: ConversationShape
    account: AccountShape | None = None
    content: str | None = None
    content_type: str | None = None
    content_attributes: Any = None  # an object; Chatwoot stores any key that was sent
    additional_attributes: Any = None  # an object; `campaign_id` matters
    private: bool | None = None
    sender: ContactShape | None = None
    attachments: list[AttachmentShape] | None = None


class ConversationEvent(ConversationShape, frozen=True, kw_only=True):
    """`conversation_updated` and `conversation_status_changed`: the conversation itself."""

    changed_attributes: list[dict[str, Any]] | None = None  # values may be anything


class TypingEvent(Shape, frozen=True):
    """`conversation_typing_on` and `…_off`."""

    conversation: ConversationShape
    user: ContactShape | None = None
