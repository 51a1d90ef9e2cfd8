"""Messages: creation with all its consequences, status, retry and deletion."""

from sdr_sandbox.chatwoot.contacts import Contacts
from sdr_sandbox.chatwoot.context import Context
from sdr_sandbox.chatwoot.conversations import Conversations
from sdr_sandbox.chatwoot.errors import ForbiddenError, NotFoundError, UnprocessableError
from sdr_sandbox.chatwoot.events import Event
from sdr_sandbox.chatwoot.index import Actor
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.liquid import render
from sdr_sandbox.chatwoot.message_rows import store_message
from sdr_sandbox.chatwoot.records import (
    INCOMING,
    MESSAGE_TYPES,
    OUTGOING,
    TEMPLATE,
    AgentBot,
    Attachment,
    Contact,
    Conversation,
    Inbox,
    Message,
    User,
)

MAX_CONTENT = 150_000
MAX_ATTACHMENTS = 15
CONTENT_TYPES = (
    *("text", "input_text", "input_textarea", "input_email", "input_select", "cards", "form", "article"),
    *("incoming_email", "input_csat", "integrations", "sticker", "voice_call"),
)
_STATUSES = ("sent", "delivered", "read", "failed")
DELETED_TEXT = "Esta mensagem foi excluída"
CSAT_TEXT = "Como foi seu atendimento? Por favor, avalie esta conversa"


class Draft:
    """A message to be made: its text and everything that may come with it.

    Attributes:
        upload: files as `(file name, media type, bytes)`.
    """

    def __init__(
        self,
        content: str | None,
        message_type: int,
        sender: Actor | None,
        *,
        private: bool = False,
        content_type: str = "text",
        content_attributes: JsonObject | None = None,
        additional_attributes: JsonObject | None = None,
        source_id: str | None = None,
        upload: list[tuple[str, str, bytes]] | None = None,
    ) -> None:
        self.content = content
        self.message_type = message_type
        self.sender = sender
        self.private = private
        self.content_type = content_type
        self.content_attributes = content_attributes or {}
        self.additional_attributes = additional_attributes or {}
        self.source_id = source_id
        self.upload = upload or []


class Messages:
    """The messages of the account."""

    def __init__(self, context: Context, contacts: Contacts, conversations: Conversations) -> None:
        self._context = context
        self._state = context.state
        self._index = context.index
        self._contacts = contacts
        self._conversations = conversations

    def get(self, conversation: Conversation, message_id: int) -> Message:
        """A message of a conversation.

        Raises:
            NotFoundError: it has none with that id.
        """
        found = self._state.messages.get(message_id)
        if found is None or found.conversation_id != conversation.id:
            raise NotFoundError
        return found

    def create(self, conversation: Conversation, draft: Draft) -> Message:
        """Store a message and do what Chatwoot does after it: reopen, waiting time, webhooks, greeting, contact.

        Raises:
            UnprocessableError: over a limit, of an unknown kind, or incoming outside an API inbox.
        """
        self._validate(conversation, draft)
        now = self._context.clock()
        message = Message(
            id=self._state.next_id("message"),
            conversation_id=conversation.id,
            inbox_id=conversation.inbox_id,
            message_type=draft.message_type,
            content=self._rendered(conversation, draft),
            content_type=draft.content_type,
            content_attributes=draft.content_attributes,
            additional_attributes=draft.additional_attributes,
            private=draft.private,
            source_id=draft.source_id,
            sender_type=type(draft.sender).__name__ if draft.sender else None,
            sender_id=draft.sender.id if draft.sender else None,
            created_at=now,
            updated_at=now,
        )
        for filename, media_type, content in draft.upload:
            message.attachment_ids.append(self._store_attachment(message, filename, media_type, content))
        with self._context.bus:
            store_message(self._context, message)
            if message.message_type == INCOMING:
                self._reopen(conversation)
            self._update_waiting(conversation, message, draft.sender)
            self._send_greeting(conversation, message)
            if isinstance(draft.sender, Contact) and message.message_type == INCOMING:
                self._contacts.touch_activity(draft.sender)
        return message

    def update_status(self, message: Message, status: str, external_error: str | None) -> None:
        """Set the delivery status; a read message does not go back to delivered.

        Raises:
            UnprocessableError: an unknown status.
        """
        if status not in _STATUSES:
            raise UnprocessableError("Invalid status")
        if message.status == "read" and status == "delivered":
            return
        attributes = dict(message.content_attributes)
        error = external_error if status == "failed" else None
        if attributes.get("external_error") != error:
            attributes["external_error"] = error
        self._change(message, status=status, content_attributes=attributes)

    def update_status_by_channel(self, message: Message, inbox: Inbox, status: str, error: str | None) -> None:
        """What a client of an API inbox may report about a message's delivery.

        Raises:
            ForbiddenError: the inbox is of another kind.
        """
        if inbox.channel_type != "Channel::Api":
            raise ForbiddenError("Message status update is only allowed for API inboxes")
        self.update_status(message, status, error)

    def retry(self, message: Message) -> None:
        """Send again: the status is reset and `content_attributes` are wiped, keys of clients included."""
        self.update_status(message, "sent", None)
        self._change(message, content_attributes={})

    def delete(self, message: Message) -> None:
        """Replace the text and drop the files; the row stays."""
        for number in message.attachment_ids:
            self._state.attachments.pop(number, None)
        message.attachment_ids = []
        self._change(message, content=DELETED_TEXT, content_attributes={"deleted": True})

    def submit_values(self, message: Message, values: JsonObject) -> None:
        """A lead filled in a form message."""
        self._change(message, content_attributes={**message.content_attributes, "submitted_values": values})

    def mark_read_by_contact(self, conversation: Conversation) -> None:
        """The lead looked: everything sent to it so far is read."""
        conversation.contact_last_seen_at = self._context.clock()
        with self._context.bus:
            for message in self._index.messages(conversation):
                if message.message_type != INCOMING and message.status in ("sent", "delivered"):
                    self.update_status(message, "read", None)

    def send_csat_survey(self, conversation: Conversation) -> None:
        """Ask for a rating once, when a conversation is resolved in an inbox that wants it."""
        inbox = self._state.inboxes[conversation.inbox_id]
        if not inbox.csat_survey_enabled or conversation.status != "resolved":
            return
        if any(message.content_type == "input_csat" for message in self._index.messages(conversation)):
            return
        draft = Draft(
            CSAT_TEXT, TEMPLATE, None, content_type="input_csat", content_attributes={"display_type": "emoji"}
        )
        self.create(conversation, draft)

    def listing(
        self, conversation: Conversation, before: int | None, after: int | None, *, filter_internal: bool = False
    ) -> list[Message]:
        """A page of messages, ascending.

        Without bounds the newest 20; `before` the 20 older ones; `after` up to 100 newer ones; with both, from `after`
        inclusive up to `before`, at most 1000.
        """
        rows = self._index.messages(conversation)
        if filter_internal:
            rows = [row for row in rows if not row.private and MESSAGE_TYPES[row.message_type] != "activity"]
        if after is not None and before is not None:
            return [row for row in rows if after <= row.id < before][:1000]
        if before is not None:
            return [row for row in rows if row.id < before][-20:]
        if after is not None:
            return [row for row in rows if row.id > after][:100]
        return rows[-20:]

    def _validate(self, conversation: Conversation, draft: Draft) -> None:
        inbox = self._state.inboxes[conversation.inbox_id]
        if draft.message_type == INCOMING and inbox.channel_type != "Channel::Api":
            raise UnprocessableError("Incoming messages are only allowed in Api inboxes")
        if draft.content_type not in CONTENT_TYPES:
            raise UnprocessableError(f"'{draft.content_type}' is not a valid content_type")
        if draft.content is not None and len(draft.content) > MAX_CONTENT:
            raise UnprocessableError(f"Validation failed: Content is too long (maximum is {MAX_CONTENT} characters)")
        if len(draft.upload) > MAX_ATTACHMENTS:
            raise UnprocessableError("Validation failed: Attachments exceeded maximum allowed")
        if draft.content_type == "input_select":
            _check_items(draft.content_attributes)
        recent = self._context.clock() - 60
        numbers = self._index.messages_of.get(conversation.id, [])
        limit = self._context.messages_per_minute
        if len(numbers) >= limit and self._state.messages[numbers[-limit]].created_at >= recent:
            raise UnprocessableError("Validation failed: Too many messages")

    def _rendered(self, conversation: Conversation, draft: Draft) -> str | None:
        if draft.content is None or draft.message_type not in (OUTGOING, TEMPLATE):
            return draft.content
        return render(draft.content, self._variables(conversation, draft.sender))

    def _variables(self, conversation: Conversation, sender: Actor | None) -> dict[str, str]:
        contact = self._state.contacts[conversation.contact_id]
        names = [part.capitalize() for part in contact.name.split()]
        variables = {
            "contact.id": str(contact.id),
            "contact.name": " ".join(names),
            "contact.first_name": names[0] if names else "",
            "contact.last_name": names[-1] if len(names) > 1 else "",
            "contact.email": contact.email or "",
            "contact.phone_number": contact.phone_number or "",
            "conversation.display_id": str(conversation.id),
            "conversation.contact_name": " ".join(names),
            "inbox.name": self._state.inboxes[conversation.inbox_id].name,
            "account.name": self._state.account.name,
        }
        for prefix, attributes in (
            ("contact", contact.custom_attributes),
            ("conversation", conversation.custom_attributes),
        ):
            for key, value in attributes.items():
                variables[f"{prefix}.custom_attribute.{key}"] = "" if value is None else str(value)
        if isinstance(sender, User | AgentBot):
            first, _, rest = sender.name.partition(" ")
            available = sender.available_name if isinstance(sender, User) else sender.name
            variables |= {"agent.name": sender.name, "agent.available_name": available}
            variables |= {"agent.first_name": first, "agent.last_name": rest}
        return variables

    def _reopen(self, conversation: Conversation) -> None:
        if self._state.contacts[conversation.contact_id].blocked:
            return
        if conversation.status == "snoozed":
            self._conversations.save(conversation, None, status="open")
        elif conversation.status == "resolved":
            has_bot = self._state.inboxes[conversation.inbox_id].agent_bot_id is not None
            self._conversations.save(conversation, None, status="pending" if has_bot else "open")

    def _update_waiting(self, conversation: Conversation, message: Message, sender: Actor | None) -> None:
        if message.message_type == INCOMING:
            if conversation.waiting_since is None:
                self._conversations.save(conversation, sender, waiting_since=message.created_at)
            return
        if message.private or message.message_type != OUTGOING:
            return
        by_human = isinstance(sender, User) or bool(message.content_attributes.get("external_echo"))
        if by_human and conversation.first_reply_created_at is None:
            self._conversations.save(
                conversation, sender, first_reply_created_at=message.created_at, waiting_since=None
            )
        elif conversation.waiting_since is not None and (by_human or isinstance(sender, AgentBot)):
            self._conversations.save(conversation, sender, waiting_since=None)

    def _send_greeting(self, conversation: Conversation, message: Message) -> None:
        inbox = self._state.inboxes[conversation.inbox_id]
        if message.message_type != INCOMING or not inbox.greeting_enabled or not inbox.greeting_message:
            return
        if any(row.message_type in (OUTGOING, TEMPLATE) for row in self._index.messages(conversation)):
            return
        self.create(conversation, Draft(inbox.greeting_message, TEMPLATE, None))

    def _store_attachment(self, message: Message, filename: str, media_type: str, content: bytes) -> int:
        kind = media_type.partition("/")[0]
        row = Attachment(
            id=self._state.next_id("attachment"),
            message_id=message.id,
            file_type=kind if kind in ("image", "audio", "video") else "file",
            filename=filename,
            content_type=media_type,
            content=content,
        )
        self._state.attachments[row.id] = row
        return row.id

    def _change(self, message: Message, **fields: object) -> None:
        if all(getattr(message, name) == value for name, value in fields.items()):
            return
        for name, value in fields.items():
            setattr(message, name, value)
        message.updated_at = self._context.clock()
        self._state.conversations[message.conversation_id].updated_at = message.updated_at
        event = Event(name="message_updated", message_id=message.id, conversation_id=message.conversation_id)
        self._context.bus.publish(event)


def _check_items(attributes: JsonObject) -> None:
    items = attributes.get("items")
    if not isinstance(items, list) or not items:
        raise UnprocessableError("Validation failed: Content attributes At least one item is required.")
    for item in items:
        if not isinstance(item, dict) or not set(item) <= {"title", "value", "description"}:
            raise UnprocessableError("Validation failed: Content attributes contains invalid keys for items")
