"""Conversations, messages and contacts of one Chatwoot account: what a turn reads and a delivery writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sdr_common.chatwoot.model import (
    Contact,
    ContactAnswer,
    Conversation,
    ConversationList,
    LabelTitles,
    Message,
    MessageList,
    StatusAnswer,
)
from sdr_common.chatwoot.transport import ChatwootHttp, decode

T = TypeVar("T")

ACCOUNT = "/api/v1/accounts/{account}"
_CONVERSATION = ACCOUNT + "/conversations/{conversation}"
_MESSAGES = _CONVERSATION + "/messages"
_MESSAGE = _MESSAGES + "/{message}"
_LABELS = _CONVERSATION + "/labels"
_ASSIGNMENTS = _CONVERSATION + "/assignments"
_STATUS = _CONVERSATION + "/toggle_status"
_CONVERSATIONS = ACCOUNT + "/conversations"
_CONTACT = ACCOUNT + "/contacts/{contact}"

MESSAGES_PER_PAGE = 100
"""Most messages that one listing with `after` gives."""


@dataclass(frozen=True, slots=True)
class ChatwootAccess:
    """Where one account lives and with which tokens; tokens never show in a repr or a log."""

    base_url: str
    """Scheme and host, without a trailing slash."""
    account_id: int
    """Chatwoot's own account id."""
    admin_token: str = field(repr=False)
    """An administrator's: lists, contacts, set-up."""
    bot_token: str = field(default="", repr=False)
    """The agent bot's: messages, status, assignment."""


class ChatwootCaller:
    """Fills in path templates and sends; base of the clients.

    Args:
        http: The process's connections.
        access: Which account.
    """

    def __init__(self, http: ChatwootHttp, access: ChatwootAccess) -> None:
        self._http = http
        self.access = access

    async def pace(self) -> float:
        """Waits until the host may be asked again; for calls made with `paced=True`.

        Returns:
            How long it waited, in seconds.
        """
        return await self._http.pace(self.access.base_url)

    async def ask(
        self,
        method: str,
        template: str,
        *,
        token: str | None,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        paced: bool = False,
        parts: Mapping[str, int] | None = None,
    ) -> bytes:
        """One request; see `ChatwootHttp.send` for its errors."""
        path = template.format(account=self.access.account_id, **(parts or {}))
        return await self._http.send(
            method,
            self.access.base_url,
            template,
            path,
            token=token,
            query=dict(query) if query else None,
            body=body,
            paced=paced,
        )


class ChatwootClient(ChatwootCaller):
    """The calls around one conversation.

    Every method raises `ChatwootUnavailable`, `ChatwootDenied` or `ChatwootRefused`.
    """

    async def list_messages(
        self, conversation: int, *, after: int | None = None, before: int | None = None
    ) -> MessageList:
        """Messages of a conversation, oldest first.

        Args:
            conversation: Display id.
            after: Only greater ids, at most `MESSAGES_PER_PAGE`; None: the newest 20.
            before: Only smaller ids; with `after` up to 1,000.
        """
        query = {name: value for name, value in (("after", after), ("before", before)) if value is not None}
        return await self._read(_MESSAGES, MessageList, query=query, parts={"conversation": conversation})

    async def create_message(
        self,
        conversation: int,
        content: str,
        *,
        private: bool = False,
        content_attributes: Mapping[str, object] | None = None,
        paced: bool = False,
    ) -> Message:
        """Writes a message as the bot; **not safe to repeat**.

        Args:
            conversation: Display id.
            content: Rendered by Chatwoot as a Liquid template before it is stored.
            private: A note, which never leaves Chatwoot.
            content_attributes: Stored with it and given back in listings and events.
            paced: The caller has waited for `pace` already, so that the time of the attempt is exact.

        Raises:
            ChatwootUnavailable: with `ambiguous`, it may be stored all the same, up to 20 s later.
        """
        body = {
            "content": content,
            "message_type": "outgoing",
            "private": private,
            "content_attributes": dict(content_attributes or {}),
        }
        answer = await self.ask(
            "POST", _MESSAGES, token=self.access.bot_token, body=body, paced=paced, parts={"conversation": conversation}
        )
        return decode(answer, Message)

    async def set_message_status(self, conversation: int, message: int, status: str) -> None:
        """Sets a message's delivery status; in API inboxes only, elsewhere it is denied.

        `sent` clears `external_error`, which the inbox's webhook is told: WAHA then sends the message anew unless it
        did already. Unlike `retry` it keeps the other content attributes.
        """
        await self.ask(
            "PATCH",
            _MESSAGE,
            token=self.access.admin_token,
            body={"status": status},
            parts={"conversation": conversation, "message": message},
        )

    async def show_conversation(self, conversation: int) -> Conversation:
        """One conversation."""
        return await self._read(_CONVERSATION, Conversation, parts={"conversation": conversation})

    async def list_conversations(
        self,
        *,
        status: str = "all",
        updated_within_s: int | None = None,
        page: int | None = None,
        inbox: int | None = None,
    ) -> list[Conversation]:
        """Conversations, the latest active first.

        Args:
            status: open, resolved, pending, snoozed or all.
            updated_within_s: Only those that changed in the last seconds; Chatwoot then gives them unpaged.
            page: From 1, 25 a page.
            inbox: Only this inbox.
        """
        given = {"status": status, "updated_within": updated_within_s, "page": page, "inbox_id": inbox}
        query = {name: value for name, value in given.items() if value is not None}
        return (await self._read(_CONVERSATIONS, ConversationList, query=query)).data.payload

    async def set_status(self, conversation: int, status: str) -> str:
        """Sets a status as the bot; `open` on a pending conversation is Chatwoot's bot hand-off.

        Returns:
            The status now; empty where Chatwoot does not say.
        """
        answer = await self.ask(
            "POST", _STATUS, token=self.access.bot_token, body={"status": status}, parts={"conversation": conversation}
        )
        return decode(answer, StatusAnswer).payload.current_status or ""

    async def assign_team(self, conversation: int, team: int) -> None:
        """Gives a conversation to a team; its id must exist, an unknown one would unassign."""
        await self._assign(conversation, {"team_id": team})

    async def assign_agent(self, conversation: int, agent: int) -> None:
        """Gives a conversation to an agent; its id must exist, an unknown one would unassign."""
        await self._assign(conversation, {"assignee_id": agent})

    async def unassign(self, conversation: int) -> None:
        """Takes a conversation from its assignee; its team stays."""
        await self._assign(conversation, {"assignee_id": None})

    async def labels(self, conversation: int) -> list[str]:
        """Titles of a conversation's labels."""
        return (await self._read(_LABELS, LabelTitles, parts={"conversation": conversation})).payload

    async def set_labels(self, conversation: int, labels: Sequence[str]) -> list[str]:
        """Replaces the whole set of labels; merge before."""
        answer = await self.ask(
            "POST",
            _LABELS,
            token=self.access.admin_token,
            body={"labels": list(labels)},
            parts={"conversation": conversation},
        )
        return decode(answer, LabelTitles).payload

    async def contact(self, contact: int) -> Contact:
        """One contact."""
        return (await self._read(_CONTACT, ContactAnswer, parts={"contact": contact})).payload

    async def set_contact_attributes(self, contact: int, attributes: Mapping[str, object]) -> None:
        """Merges custom attributes into a contact's; keys that are not named stay."""
        await self.ask(
            "PATCH",
            _CONTACT,
            token=self.access.admin_token,
            body={"custom_attributes": dict(attributes)},
            parts={"contact": contact},
        )

    async def _assign(self, conversation: int, body: dict[str, int | None]) -> None:
        await self.ask(
            "POST", _ASSIGNMENTS, token=self.access.bot_token, body=body, parts={"conversation": conversation}
        )

    async def _read(
        self,
        template: str,
        kind: type[T],
        *,
        query: Mapping[str, str | int] | None = None,
        parts: Mapping[str, int] | None = None,
    ) -> T:
        return decode(await self.ask("GET", template, token=self.access.admin_token, query=query, parts=parts), kind)
