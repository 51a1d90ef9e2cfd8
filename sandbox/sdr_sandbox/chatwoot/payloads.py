"""The shapes in which webhooks carry accounts, contacts, messages and conversations.

Source: `webhook_data` and `push_event_data` of the models, `Conversations::EventDataPresenter` (v4.15.1).
"""

import re

from sdr_sandbox.chatwoot.events import Event
from sdr_sandbox.chatwoot.index import Actor, Index
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.records import MESSAGE_TYPES, Attachment, Contact, Conversation, Inbox, Message, User
from sdr_sandbox.chatwoot.timestamps import epoch, iso_ms

_HARD_BREAK = re.compile(r"\\(?=\n)")


class Payloads:
    """Builds payloads from the rows of one index; `base_url` gives attachments their address."""

    def __init__(self, index: Index, base_url: str) -> None:
        self._index = index
        self._state = index.state
        self.base_url = base_url

    def account(self) -> JsonObject:
        """`{id, name}`."""
        return {"id": self._state.account.id, "name": self._state.account.name}

    def contact(self, contact: Contact) -> JsonObject:
        """Contact in webhook shape: with its account, without a `type` key."""
        return {
            "account": self.account(),
            "additional_attributes": contact.additional_attributes,
            "avatar": "",
            "custom_attributes": contact.custom_attributes,
            "email": contact.email,
            "id": contact.id,
            "identifier": contact.identifier,
            "name": contact.name,
            "phone_number": contact.phone_number,
            "thumbnail": "",
            "blocked": contact.blocked,
        }

    def contact_sender(self, contact: Contact) -> JsonObject:
        """Contact in push shape, with `type`."""
        return {
            "additional_attributes": contact.additional_attributes,
            "custom_attributes": contact.custom_attributes,
            "email": contact.email,
            "id": contact.id,
            "identifier": contact.identifier,
            "name": contact.name,
            "phone_number": contact.phone_number,
            "thumbnail": "",
            "blocked": contact.blocked,
            "type": "contact",
        }

    def actor(self, actor: Actor) -> JsonObject:
        """A message's sender or a typist in webhook shape."""
        if isinstance(actor, Contact):
            return self.contact(actor)
        if isinstance(actor, User):
            return {"id": actor.id, "name": actor.name, "email": actor.email, "type": "user"}
        return {"id": actor.id, "name": actor.name, "type": "agent_bot"}

    def push_actor(self, actor: Actor) -> JsonObject:
        """A message's sender or an assignee in push shape."""
        if isinstance(actor, Contact):
            return self.contact_sender(actor)
        if isinstance(actor, User):
            return {
                "id": actor.id,
                "name": actor.name,
                "available_name": actor.available_name,
                "avatar_url": "",
                "type": "user",
                "availability_status": actor.availability,
                "thumbnail": "",
            }
        return {"id": actor.id, "name": actor.name, "avatar_url": "", "type": "agent_bot"}

    def attachment(self, attachment: Attachment) -> JsonObject:
        """A file with the address that serves it."""
        extension = attachment.filename.rpartition(".")[2] if "." in attachment.filename else None
        url = f"{self.base_url}/rails/active_storage/blobs/redirect/{attachment.id}/{attachment.filename}"
        built: JsonObject = {
            "id": attachment.id,
            "message_id": attachment.message_id,
            "file_type": attachment.file_type,
            "account_id": self._state.account.id,
            "extension": extension,
            "content_type": attachment.content_type,
            "data_url": url,
            "thumb_url": url if attachment.file_type == "image" else "",
            "file_size": len(attachment.content),
            "width": None,
            "height": None,
        }
        if attachment.file_type == "audio":
            built["transcribed_text"] = ""
        return built

    def attachments(self, message: Message) -> list[JsonObject]:
        """A message's files."""
        return [self.attachment(self._state.attachments[number]) for number in message.attachment_ids]

    def message(self, message: Message) -> JsonObject:
        """Body of message events without `event`: string `message_type`, ISO `created_at`."""
        sender = self._index.sender(message)
        conversation = self._state.conversations[message.conversation_id]
        body: JsonObject = {
            "account": self.account(),
            "additional_attributes": message.additional_attributes,
            "content_attributes": message.content_attributes,
            "content_type": message.content_type,
            "content": self._outbound_text(message, conversation),
            "conversation": self.conversation(conversation),
            "created_at": iso_ms(message.created_at),
            "id": message.id,
            "inbox": self.inbox(self._state.inboxes[message.inbox_id]),
            "message_type": MESSAGE_TYPES[message.message_type],
            "private": message.private,
            "sender": self.actor(sender) if sender else None,
            "source_id": message.source_id,
        }
        if message.attachment_ids:
            body["attachments"] = self.attachments(message)
        return body

    def inbox(self, inbox: Inbox) -> JsonObject:
        """`{id, name}`."""
        return {"id": inbox.id, "name": inbox.name}

    def message_row(self, message: Message) -> JsonObject:
        """The raw row that conversations carry in `messages`: integer type and `created_at`, nested conversation."""
        conversation = self._state.conversations[message.conversation_id]
        contact_inbox = self._state.contact_inboxes[conversation.contact_inbox_id]
        row: JsonObject = {
            "id": message.id,
            "content": message.content,
            "account_id": self._state.account.id,
            "inbox_id": message.inbox_id,
            "conversation_id": message.conversation_id,
            "message_type": message.message_type,
            "created_at": int(message.created_at),
            "updated_at": iso_ms(message.updated_at),
            "private": message.private,
            "status": message.status,
            "source_id": message.source_id,
            "content_type": message.content_type,
            "content_attributes": message.content_attributes,
            "sender_type": message.sender_type,
            "sender_id": message.sender_id,
            "external_source_ids": {},
            "additional_attributes": message.additional_attributes,
            "processed_message_content": message.content,
            "sentiment": {},
            "conversation": {
                "assignee_id": conversation.assignee_id,
                "unread_count": self._index.unread_count(conversation),
                "last_activity_at": int(conversation.last_activity_at),
                "contact_inbox": {"source_id": contact_inbox.source_id},
            },
        }
        if message.attachment_ids:
            row["attachments"] = self.attachments(message)
        sender = self._index.sender(message)
        if sender:
            row["sender"] = self.push_actor(sender)
        return row

    def assignee(self, conversation: Conversation) -> Actor | None:
        """The bot or person who owns a conversation."""
        if conversation.assignee_agent_bot_id is not None:
            return self._state.agent_bots.get(conversation.assignee_agent_bot_id)
        return self._state.users.get(conversation.assignee_id) if conversation.assignee_id is not None else None

    def conversation(self, conversation: Conversation) -> JsonObject:
        """The conversation object: nested in message events, itself the body of conversation events."""
        contact = self._state.contacts[conversation.contact_id]
        contact_inbox = self._state.contact_inboxes[conversation.contact_inbox_id]
        last = self._index.last_message(conversation, skip_activity=True, skip_private=True)
        assignee = self.assignee(conversation)
        team = self._state.teams.get(conversation.team_id) if conversation.team_id is not None else None
        return {
            "additional_attributes": conversation.additional_attributes,
            "can_reply": True,
            "channel": self._state.inboxes[conversation.inbox_id].channel_type,
            "contact_inbox": {
                "id": contact_inbox.id,
                "contact_id": contact_inbox.contact_id,
                "inbox_id": contact_inbox.inbox_id,
                "source_id": contact_inbox.source_id,
                "created_at": iso_ms(contact_inbox.created_at),
                "updated_at": iso_ms(contact_inbox.updated_at),
                "hmac_verified": contact_inbox.hmac_verified,
                "pubsub_token": contact_inbox.pubsub_token,
            },
            "id": conversation.id,
            "inbox_id": conversation.inbox_id,
            "messages": [self.message_row(last)] if last else [],
            "labels": conversation.labels,
            "meta": {
                "sender": self.contact_sender(contact),
                "assignee": self.push_actor(assignee) if assignee else None,
                "assignee_type": assignee_type(conversation),
                "team": {"id": team.id, "name": team.name} if team else None,
                "hmac_verified": contact_inbox.hmac_verified,
            },
            "status": conversation.status,
            "custom_attributes": conversation.custom_attributes,
            "snoozed_until": iso_ms(conversation.snoozed_until),
            "unread_count": self._index.unread_count(conversation),
            "first_reply_created_at": iso_ms(conversation.first_reply_created_at),
            "priority": conversation.priority,
            "waiting_since": epoch(conversation.waiting_since),
            "agent_last_seen_at": epoch(conversation.agent_last_seen_at),
            "contact_last_seen_at": epoch(conversation.contact_last_seen_at),
            "last_activity_at": epoch(conversation.last_activity_at),
            "timestamp": epoch(conversation.last_activity_at),
            "created_at": epoch(conversation.created_at),
            "updated_at": conversation.updated_at,
            "account": self.account(),
        }

    def event(self, event: Event) -> JsonObject | None:
        """The webhook body of an event; None if its record is gone, which discards the job."""
        if event.typist is not None:
            return self._typing(event)
        if event.message_id is not None:
            message = self._state.messages.get(event.message_id)
            return {**self.message(message), "event": event.name} if message else None
        if event.conversation_id is not None:
            conversation = self._state.conversations.get(event.conversation_id)
            if conversation is None:
                return None
            body = {**self.conversation(conversation), "event": event.name}
            if event.name in ("conversation_status_changed", "conversation_updated"):
                body["changed_attributes"] = event.changed_attributes
            return body
        contact = self._state.contacts.get(event.contact_id or 0)
        if contact is None:
            return None
        body = {**self.contact(contact), "event": event.name}
        if event.name == "contact_updated":
            body["changed_attributes"] = event.changed_attributes
        return body

    def _typing(self, event: Event) -> JsonObject | None:
        conversation = self._state.conversations.get(event.conversation_id or 0)
        typist = self.find_actor(event.typist) if event.typist else None
        if conversation is None or typist is None:
            return None
        return {
            "event": event.name,
            "user": self.actor(typist),
            "conversation": self.conversation(conversation),
            "is_private": event.is_private,
        }

    def find_actor(self, reference: tuple[str, int]) -> Actor | None:
        """The row behind a `(kind, id)` reference."""
        kind, number = reference
        if kind == "Contact":
            return self._state.contacts.get(number)
        if kind == "User":
            return self._state.users.get(number)
        return self._state.agent_bots.get(number)

    def _outbound_text(self, message: Message, conversation: Conversation) -> str | None:
        if message.content_type == "input_csat":
            return f"{message.content or ''} {self.base_url}/survey/responses/{conversation.uuid}".strip()
        if message.content is None:
            return None
        return _HARD_BREAK.sub("", message.content).rstrip("\n")


def assignee_type(conversation: Conversation) -> str | None:
    """AgentBot, User or None: what kind of owner a conversation has."""
    if conversation.assignee_agent_bot_id is not None:
        return "AgentBot"
    return "User" if conversation.assignee_id is not None else None


def actor_reference(actor: Actor) -> tuple[str, int]:
    """`(kind, id)` of an actor, kinds named as `sender_type` has them."""
    return type(actor).__name__, actor.id
