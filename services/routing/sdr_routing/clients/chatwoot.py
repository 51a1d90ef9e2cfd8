"""`Helpdesk` and `Helpdesks` over the Chatwoot client."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sdr_common.chatwoot import (
    MESSAGES_PER_PAGE,
    ChatwootAccess,
    ChatwootClient,
    ChatwootHttp,
    ChatwootRefused,
    ChatwootSetup,
    Message,
    Person,
)
from sdr_common.postgres import Pool, connection
from sdr_routing.domain import labels as label_rules
from sdr_routing.domain.errors import NotConnected, UnknownCloser, UnknownTeam
from sdr_routing.domain.takeover import SeenMessage
from sdr_routing.helpdesk_ports import ChatwootConnection, Connections, Look

_NAMES_TTL_S = 60.0
"""Teams and agents are read again after this long, and at once where a name is missing."""
_CONNECTION_TTL_S = 5.0
_MOST_PAGES = 20
_EXISTS = 422


@dataclass
class _Names:
    """Ids by name, as they were at one moment."""

    ids: dict[str, int] = field(default_factory=dict)
    read_at: float = float("-inf")

    def age_s(self) -> float:
        return time.monotonic() - self.read_at


class ChatwootHelpdesk:
    """One account's Chatwoot.

    Args:
        client: Its conversations.
        setup: Its teams, agents and labels.
    """

    def __init__(self, client: ChatwootClient, setup: ChatwootSetup) -> None:
        self._client = client
        self._setup = setup
        self._teams = _Names()
        self._agents = _Names()
        self._titles: set[str] = set()

    async def look(self, conversation_id: int, after: int) -> Look:
        """See `Helpdesk.look`."""
        page = await self._client.list_messages(conversation_id, after=after or None)
        messages = list(page.payload)
        for _ in range(_MOST_PAGES):
            if not after or len(page.payload) < MESSAGES_PER_PAGE:
                break
            page = await self._client.list_messages(conversation_id, after=messages[-1].id)
            messages += page.payload
        contact, assignee = page.meta.contact, page.meta.assignee
        is_human = _is_human(assignee)
        return Look(
            tuple(map(_seen, messages)),
            is_human,
            assignee_id=(assignee.id or 0) if assignee is not None and is_human else 0,
            contact_id=contact.id if contact is not None else 0,
            attributes=None if contact is None else frozenset(contact.custom_attributes or ()),
            labels=None if page.meta.labels is None else tuple(page.meta.labels),
        )

    async def set_attributes(self, contact_id: int, values: Mapping[str, str | int]) -> None:
        """See `Helpdesk.set_attributes`."""
        await self._client.set_contact_attributes(contact_id, values)

    async def add_labels(self, conversation_id: int, labels: Sequence[str]) -> None:
        """See `Helpdesk.add_labels`."""
        await self._define(labels)
        current = await self._client.labels(conversation_id)
        if label_rules.is_needed(current, labels):
            await self._client.set_labels(conversation_id, label_rules.merged(current, labels))

    async def assign_team(self, conversation_id: int, team: str) -> None:
        """See `Helpdesk.assign_team`."""
        name = team.strip().lower()
        if _is_stale(self._teams, name):
            self._teams = _Names({row.name.lower(): row.id for row in await self._setup.teams()}, time.monotonic())
        team_id = self._teams.ids.get(name)
        if team_id is None:
            raise UnknownTeam(team)
        await self._client.assign_team(conversation_id, team_id)

    async def assign_closer(self, conversation_id: int, email: str, name: str) -> None:
        """See `Helpdesk.assign_closer`."""
        agent_id = await self.agent_id(email)
        if not agent_id:
            raise UnknownCloser(name)
        await self._client.assign_agent(conversation_id, agent_id)

    async def agent_id(self, email: str) -> int:
        """See `Helpdesk.agent_id`."""
        address = email.strip().casefold()
        if _is_stale(self._agents, address):
            found = {(row.email or "").casefold(): row.id for row in await self._setup.agents()}
            self._agents = _Names(found, time.monotonic())
        return self._agents.ids.get(address, 0)

    async def pace(self) -> float:
        """See `Helpdesk.pace`."""
        return await self._client.pace()

    async def send(self, conversation_id: int, text: str, attributes: Mapping[str, object], *, private: bool) -> int:
        """See `Helpdesk.send`."""
        message = await self._client.create_message(
            conversation_id, text, private=private, content_attributes=attributes, paced=True
        )
        return message.id

    async def send_anew(self, conversation_id: int, message_id: int) -> None:
        """See `Helpdesk.send_anew`."""
        await self._client.set_message_status(conversation_id, message_id, "sent")

    async def give_back(self, conversation_id: int, *, unassign: bool) -> None:
        """See `Helpdesk.give_back`."""
        if unassign:
            await self._client.unassign(conversation_id)
        await self._client.set_status(conversation_id, "pending")

    async def set_status(self, conversation_id: int, status: str) -> None:
        """See `Helpdesk.set_status`."""
        await self._client.set_status(conversation_id, status)

    async def _define(self, labels: Sequence[str]) -> None:
        """Defines labels that Chatwoot does not know, so that they have a colour."""
        if set(labels) <= self._titles:
            return
        self._titles = {row.title for row in await self._setup.label_definitions()}
        for label in labels:
            if label not in self._titles:
                try:
                    await self._setup.create_label(label, label_rules.color_of(label))
                except ChatwootRefused as error:
                    # Somebody was faster, or Chatwoot refuses the title: without a colour it works all the same.
                    if error.status != _EXISTS:
                        raise
                self._titles.add(label)


class ChatwootHelpdesks:
    """The Chatwoots of all accounts; connections are read again after a few seconds.

    Args:
        pool: The service's pool.
        connections: Where tokens are.
        http: The process's connections to Chatwoot.
    """

    def __init__(self, pool: Pool, connections: Connections, http: ChatwootHttp) -> None:
        self._pool = pool
        self._connections = connections
        self._http = http
        self._desks: dict[int, tuple[float, ChatwootConnection, ChatwootHelpdesk]] = {}

    async def of(self, account_id: int) -> ChatwootHelpdesk:
        """See `Helpdesks.of`."""
        cached = self._desks.get(account_id)
        if cached is not None and time.monotonic() - cached[0] < _CONNECTION_TTL_S:
            return cached[2]
        return (await self._read(account_id))[1]

    async def renewed(self, account_id: int) -> bool:
        """See `Helpdesks.renewed`."""
        before = self._desks.get(account_id)
        known, _ = await self._read(account_id)
        return before is not None and before[1] != known

    async def _read(self, account_id: int) -> tuple[ChatwootConnection, ChatwootHelpdesk]:
        async with connection(self._pool) as conn:
            known = await self._connections.find(conn, account_id)
        if known is None:
            raise NotConnected(account_id)
        before = self._desks.get(account_id)
        if before is not None and before[1] == known:
            desk = before[2]  # keeps the names that it has read
        else:
            access = ChatwootAccess(known.chatwoot_url, known.chatwoot_account_id, known.admin_token, known.bot_token)
            desk = ChatwootHelpdesk(ChatwootClient(self._http, access), ChatwootSetup(self._http, access))
        self._desks[account_id] = (time.monotonic(), known, desk)
        return known, desk


def _is_stale(names: _Names, name: str) -> bool:
    return name not in names.ids or names.age_s() > _NAMES_TTL_S


def _is_human(assignee: Person | None) -> bool:
    """A user owns it; newer Chatwoots show a bot as assignee, which is no human."""
    return assignee is not None and assignee.id is not None and assignee.type in {None, "user"}


def _seen(message: Message) -> SeenMessage:
    key = message.attribute("sdr_key")
    return SeenMessage(
        message_id=message.id,
        message_type=message.message_type,
        private=bool(message.private),
        sender_type=(message.sender.type or "") if message.sender is not None else "",
        content=message.content or "",
        created_at=message.created_at,
        sdr_key=key if isinstance(key, str) else "",
        external_echo=bool(message.attribute("external_echo")),
        automated=message.attribute("automation_rule_id") is not None,
        status=message.status or "",
    )
