"""The shapes in which the account API answers; they differ from the webhooks' on purpose.

Source: the jbuilder views under `app/views/api/v1` (v4.15.1).
"""

from sdr_sandbox.chatwoot.index import Actor, Index
from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue
from sdr_sandbox.chatwoot.payloads import Payloads, assignee_type
from sdr_sandbox.chatwoot.records import Contact, ContactInbox, Conversation, Inbox, Message, Team, User
from sdr_sandbox.chatwoot.timestamps import epoch, iso_ms


class RestViews:
    """Builds answers of `/api/v1` from the rows of one index."""

    def __init__(self, index: Index, payloads: Payloads) -> None:
        self._index = index
        self._state = index.state
        self._payloads = payloads

    def message(self, message: Message, echo_id: JsonValue = None) -> JsonObject:
        """A message: integer `message_type` and `created_at`; `echo_id` only where the caller sent one."""
        body: JsonObject = {"id": message.id, "content": message.content, "inbox_id": message.inbox_id}
        if echo_id is not None:
            body["echo_id"] = echo_id
        body |= {
            "conversation_id": message.conversation_id,
            "message_type": message.message_type,
            "content_type": message.content_type,
            "status": message.status,
            "content_attributes": message.content_attributes,
            "created_at": int(message.created_at),
            "private": message.private,
            "source_id": message.source_id,
        }
        sender = self._index.sender(message)
        if sender:
            body["sender"] = self._payloads.push_actor(sender)
        if message.attachment_ids:
            body["attachments"] = self._payloads.attachments(message)
        return body

    def agent(self, user: User) -> JsonObject:
        """A user as agents, assignees and members are listed."""
        return {
            "id": user.id,
            "account_id": self._state.account.id,
            "availability_status": user.availability,
            "auto_offline": user.auto_offline,
            "confirmed": True,
            "email": user.email,
            "provider": "email",
            "available_name": user.available_name,
            "name": user.name,
            "role": user.role,
            "thumbnail": "",
        }

    def team(self, team: Team, viewer: Actor | None = None) -> JsonObject:
        """A team; `is_member` is about the caller."""
        return {
            "id": team.id,
            "name": team.name,
            "description": team.description,
            "allow_auto_assign": team.allow_auto_assign,
            "account_id": self._state.account.id,
            "is_member": isinstance(viewer, User) and viewer.id in team.member_ids,
        }

    def contact(self, contact: Contact, *, with_inboxes: bool = False) -> JsonObject:
        """A contact, with its addresses on request."""
        body: JsonObject = {
            "additional_attributes": contact.additional_attributes,
            "availability_status": "offline",
            "email": contact.email,
            "id": contact.id,
            "name": contact.name,
            "phone_number": contact.phone_number,
            "blocked": contact.blocked,
            "identifier": contact.identifier,
            "thumbnail": "",
            "custom_attributes": contact.custom_attributes,
        }
        if contact.last_activity_at is not None:
            body["last_activity_at"] = int(contact.last_activity_at)
        body["created_at"] = int(contact.created_at)
        if with_inboxes:
            body["contact_inboxes"] = [self.contact_inbox(row) for row in self._index.contact_inboxes(contact)]
        return body

    def contact_inbox(self, contact_inbox: ContactInbox) -> JsonObject:
        """A contact's address with its inbox in slim form."""
        inbox = self._state.inboxes[contact_inbox.inbox_id]
        return {"source_id": contact_inbox.source_id, "inbox": self.slim_inbox(inbox)}

    def slim_inbox(self, inbox: Inbox) -> JsonObject:
        """An inbox as contacts list it."""
        return {
            "id": inbox.id,
            "avatar_url": "",
            "channel_id": inbox.id,
            "name": inbox.name,
            "channel_type": inbox.channel_type,
            "provider": None,
        }

    def conversation(self, conversation: Conversation, viewer: Actor | None = None) -> JsonObject:
        """A conversation as show and list give it; `messages` has the last one of any kind."""
        last = self._index.last_message(conversation)
        last_spoken = self._index.last_message(conversation, skip_activity=True)
        return {
            "meta": self._meta(conversation, viewer),
            "id": conversation.id,
            "messages": [self._payloads.message_row(last)] if last else [],
            "account_id": self._state.account.id,
            "uuid": conversation.uuid,
            "additional_attributes": conversation.additional_attributes,
            "agent_last_seen_at": epoch(conversation.agent_last_seen_at),
            "assignee_last_seen_at": epoch(conversation.assignee_last_seen_at),
            "can_reply": True,
            "contact_last_seen_at": epoch(conversation.contact_last_seen_at),
            "custom_attributes": conversation.custom_attributes,
            "inbox_id": conversation.inbox_id,
            "labels": conversation.labels,
            "muted": self._state.contacts[conversation.contact_id].blocked,
            "snoozed_until": iso_ms(conversation.snoozed_until),
            "status": conversation.status,
            "created_at": epoch(conversation.created_at),
            "updated_at": conversation.updated_at,
            "timestamp": epoch(conversation.last_activity_at),
            "first_reply_created_at": epoch(conversation.first_reply_created_at),
            "unread_count": self._index.unread_count(conversation),
            "last_non_activity_message": self._payloads.message_row(last_spoken) if last_spoken else None,
            "last_activity_at": epoch(conversation.last_activity_at),
            "priority": conversation.priority,
            "waiting_since": epoch(conversation.waiting_since),
            "sla_policy_id": None,
        }

    def _meta(self, conversation: Conversation, viewer: Actor | None) -> JsonObject:
        contact_inbox = self._state.contact_inboxes[conversation.contact_inbox_id]
        meta: JsonObject = {
            "sender": self.contact(self._state.contacts[conversation.contact_id]),
            "channel": self._state.inboxes[conversation.inbox_id].channel_type,
        }
        assignee = self._payloads.assignee(conversation)
        if isinstance(assignee, User):
            meta["assignee"] = self.agent(assignee)
        elif assignee is not None:
            meta["assignee"] = self._payloads.push_actor(assignee)
        meta["assignee_type"] = assignee_type(conversation)
        team = self._state.teams.get(conversation.team_id) if conversation.team_id is not None else None
        if team:
            meta["team"] = self.team(team, viewer)
        meta["hmac_verified"] = contact_inbox.hmac_verified
        return meta

    def message_list(self, conversation: Conversation, messages: list[Message]) -> JsonObject:
        """`{meta, payload}` of a conversation's messages."""
        meta: JsonObject = {
            "labels": conversation.labels,
            "additional_attributes": conversation.additional_attributes,
            "contact": self._payloads.contact_sender(self._state.contacts[conversation.contact_id]),
        }
        assignee = self._payloads.assignee(conversation)
        if assignee:
            meta["assignee"] = self._payloads.push_actor(assignee)
        meta["agent_last_seen_at"] = iso_ms(conversation.agent_last_seen_at)
        meta["assignee_last_seen_at"] = iso_ms(conversation.assignee_last_seen_at)
        return {"meta": meta, "payload": [self.message(message) for message in messages]}


def public_contact(contact: Contact, contact_inbox: ContactInbox) -> JsonObject:
    """A contact as the public inbox API shows it to its owner."""
    return {
        "source_id": contact_inbox.source_id,
        "pubsub_token": contact_inbox.pubsub_token,
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
    }
