"""What Chatwoot says when asked, in the words of `ports.ChatwootListing`."""

from __future__ import annotations

from sdr_common.chatwoot import (
    ACTIVITY,
    INCOMING,
    OUTGOING,
    TEMPLATE,
    ChatwootAccess,
    ChatwootClient,
    ChatwootHttp,
    ChatwootRefused,
    ChatwootSetup,
    Contact,
    Conversation,
    JsonObject,
    Message,
    Person,
)
from sdr_gateway.convert import attribute_texts, channel_word, clean, message_marks
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.event import Attachment, ContactSeen, Direction, MessageSeen, SenderKind, Snapshot
from sdr_gateway.ports import ListedConversation

_DIRECTIONS = {
    INCOMING: Direction.INCOMING,
    OUTGOING: Direction.OUTGOING,
    ACTIVITY: Direction.ACTIVITY,
    TEMPLATE: Direction.TEMPLATE,
}
_GONE = 404
_SENDERS = {"user": SenderKind.HUMAN, "agent_bot": SenderKind.BOT, "contact": SenderKind.CONTACT}


class HttpChatwootListing:
    """`ports.ChatwootListing` over the account API, with the administrator's token.

    Args:
        http: The process's connections to Chatwoot.
    """

    def __init__(self, http: ChatwootHttp) -> None:
        self._http = http

    async def version(self, chatwoot_url: str) -> str:
        """See `ports.ChatwootListing`."""
        return await ChatwootSetup(self._http, ChatwootAccess(chatwoot_url, 0, "")).version()

    async def conversations(self, account: Account, updated_within_s: int) -> list[ListedConversation]:
        """See `ports.ChatwootListing`."""
        found = await self._client(account).list_conversations(status="all", updated_within_s=updated_within_s)
        return [_conversation(row, row.meta.sender) for row in found if row.meta.sender is not None]

    async def conversation(self, account: Account, conversation_id: int) -> ListedConversation | None:
        """See `ports.ChatwootListing`."""
        try:
            row = await self._client(account).show_conversation(conversation_id)
        except ChatwootRefused as error:
            if error.status == _GONE:
                return None
            raise
        return None if row.meta.sender is None else _conversation(row, row.meta.sender)

    async def messages_after(self, account: Account, conversation_id: int, after: int) -> list[MessageSeen]:
        """See `ports.ChatwootListing`."""
        page = await self._client(account).list_messages(conversation_id, after=after)
        return [_message(row) for row in page.payload]

    async def messages_before(self, account: Account, conversation_id: int, before: int | None) -> list[MessageSeen]:
        """See `ports.ChatwootListing`."""
        page = await self._client(account).list_messages(conversation_id, before=before)
        return [_message(row) for row in page.payload]

    def _client(self, account: Account) -> ChatwootClient:
        access = ChatwootAccess(account.chatwoot_url, account.chatwoot_account_id, account.admin_token)
        return ChatwootClient(self._http, access)


def _conversation(row: Conversation, sender: Contact) -> ListedConversation:
    texts, addresses, on_waha = attribute_texts(sender.custom_attributes)
    contact = ContactSeen(
        contact_id=sender.id,
        name=clean(sender.name, 1000),
        addresses=(*addresses, *(address for address in (sender.identifier, sender.email) if address)),
        blocked=bool(sender.blocked),
        custom_attributes=texts,
        on_waha=on_waha,
    )
    assignee = row.meta.assignee
    assignee_type = ""
    if assignee is not None:
        bot = row.meta.assignee_type == "AgentBot" or assignee.type == "agent_bot"
        assignee_type = "AgentBot" if bot else "User"
    snapshot = Snapshot(
        conversation_id=row.id,
        inbox_id=row.inbox_id,
        channel=channel_word(row.meta.channel, row.additional_attributes or {}, sender.custom_attributes),
        status=row.status,
        assignee_id=(assignee.id or 0) if assignee is not None else 0,
        assignee_type=assignee_type,
        team=row.meta.team.name if row.meta.team is not None else "",
        labels=tuple(clean(label, 200) for label in row.labels[:200]),
        updated_at=row.updated_at or 0.0,
        can_reply=row.can_reply is not False,
    )
    return ListedConversation(contact, snapshot, _refused(row.last_non_activity_message or {}))


def _refused(row: JsonObject) -> MessageSeen | None:
    """A conversation's last message, if the channel refused it: a webhook that told so may be lost."""
    attributes, message_id, at = row.get("content_attributes"), row.get("id"), row.get("created_at")
    if row.get("status") != "failed" or not isinstance(attributes, dict) or not isinstance(message_id, int):
        return None
    marks = message_marks(attributes, {})
    return MessageSeen(
        message_id=message_id,
        direction=Direction.OUTGOING,
        text="",
        sender=SenderKind.BOT,
        created_at=float(at) if isinstance(at, (int, float)) else 0.0,
        private=row.get("private") is True,
        **{**marks, "failed": True},
    )


def _message(row: Message) -> MessageSeen:
    return MessageSeen(
        message_id=row.id,
        direction=_DIRECTIONS.get(row.message_type, Direction.ACTIVITY),
        text=clean(row.content, 150_000),
        sender=_sender(row.sender),
        created_at=float(row.created_at),
        private=bool(row.private),
        content_type=row.content_type or "text",
        attachments=tuple(_attachment(found) for found in row.attachments[:30]),
        **message_marks(row.content_attributes or {}, {}),
    )


def _sender(person: Person | None) -> SenderKind:
    if person is None:
        return SenderKind.NOBODY
    return SenderKind.CONTACT if person.type is None else _SENDERS.get(person.type, SenderKind.OTHER_BOT)


def _attachment(found: dict[str, object]) -> Attachment:
    url = clean(_text(found.get("data_url")), 4097)
    return Attachment(
        file_type=clean(_text(found.get("file_type")), 40) or "file",
        url=url if len(url) <= 4096 else "",
        transcribed_text=clean(_text(found.get("transcribed_text")), 20_000),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
