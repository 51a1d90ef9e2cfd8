"""The shapes of the public inbox API, the one that a lead's own client speaks.

Source: the jbuilder views under `app/views/public/api/v1` (v4.15.1).
"""

from sdr_sandbox.chatwoot.index import Index
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.payloads import Payloads
from sdr_sandbox.chatwoot.records import ACTIVITY, Contact, Conversation, Inbox, Message
from sdr_sandbox.chatwoot.timestamps import epoch, iso_ms


class PublicViews:
    """Builds answers of `/public/api/v1`."""

    def __init__(self, index: Index, payloads: Payloads) -> None:
        self._index = index
        self._state = index.state
        self._payloads = payloads

    def message(self, message: Message) -> JsonObject:
        """A message as its reader sees it: no status, no source id, no private ones."""
        body: JsonObject = {
            "id": message.id,
            "content": message.content,
            "message_type": message.message_type,
            "content_type": message.content_type,
            "content_attributes": message.content_attributes,
            "created_at": int(message.created_at),
            "conversation_id": message.conversation_id,
        }
        if message.attachment_ids:
            body["attachments"] = self._payloads.attachments(message)
        sender = self._index.sender(message)
        if sender:
            body["sender"] = self._payloads.push_actor(sender)
        return body

    def visible_messages(self, conversation: Conversation) -> list[Message]:
        """What the lead may read: neither private notes nor activities, oldest first."""
        return [
            message
            for message in self._index.messages(conversation)
            if not message.private and message.message_type != ACTIVITY
        ]

    def conversation(self, conversation: Conversation) -> JsonObject:
        """A conversation with its contact and visible messages."""
        return {
            "id": conversation.id,
            "uuid": conversation.uuid,
            "inbox_id": conversation.inbox_id,
            "contact_last_seen_at": epoch(conversation.contact_last_seen_at),
            "status": conversation.status,
            "agent_last_seen_at": epoch(conversation.agent_last_seen_at),
            "messages": [self.message(message) for message in self.visible_messages(conversation)],
            "contact": self.contact_record(self._state.contacts[conversation.contact_id]),
        }

    def contact_record(self, contact: Contact) -> JsonObject:
        """The contact's row as the public API shows it."""
        return {
            "id": contact.id,
            "name": contact.name,
            "email": contact.email,
            "phone_number": contact.phone_number,
            "account_id": self._state.account.id,
            "created_at": iso_ms(contact.created_at),
            "updated_at": iso_ms(contact.updated_at),
            "additional_attributes": contact.additional_attributes,
            "identifier": contact.identifier,
            "custom_attributes": contact.custom_attributes,
            "last_activity_at": iso_ms(contact.last_activity_at),
            "contact_type": "lead",
            "middle_name": "",
            "last_name": "",
            "location": "",
            "country_code": "",
            "blocked": contact.blocked,
            "company_id": None,
            "label_list": contact.labels,
        }

    def inbox(self, inbox: Inbox) -> JsonObject:
        """An inbox as a client sees it before it creates a contact."""
        return {
            "identifier": inbox.identifier,
            "name": inbox.name,
            "timezone": inbox.timezone,
            "working_hours": [],
            "working_hours_enabled": False,
            "csat_survey_enabled": inbox.csat_survey_enabled,
            "greeting_enabled": inbox.greeting_enabled,
            "identity_validation_enabled": inbox.hmac_mandatory,
        }
