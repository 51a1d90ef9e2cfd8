"""What routing needs of accounts' Chatwoots, in its own words. Nothing here commits: operations own transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sdr_common.postgres import Connection
from sdr_routing.domain.takeover import SeenMessage


@dataclass(frozen=True, slots=True)
class Look:
    """What a conversation shows right before something is sent."""

    messages: tuple[SeenMessage, ...]
    """What came after the messages that the answer knew, oldest first."""
    assignee_is_human: bool
    assignee_id: int = 0
    """Chatwoot's id of a human who owns it; 0: nobody does."""
    contact_id: int = 0
    """Whose conversation it is now: another contact's after a merge. 0: not told."""
    attributes: frozenset[str] | None = None
    """Keys of the contact's custom attributes; None: not told."""
    labels: tuple[str, ...] | None = None
    """The conversation's; None: not told."""

    @property
    def sent(self) -> dict[str, int]:
        """Message ids of what is there already, by `sdr_key`."""
        return {message.sdr_key: message.message_id for message in self.messages if message.sdr_key}


class Helpdesk(Protocol):
    """One account's Chatwoot.

    Every method raises `ChatwootUnavailable`, `ChatwootDenied` or `ChatwootRefused`; all but `send` are safe to
    repeat.
    """

    async def look(self, conversation_id: int, after: int) -> Look:
        """Everything after a message id (0: the latest messages)."""
        ...

    async def set_attributes(self, contact_id: int, values: Mapping[str, str | int]) -> None:
        """Merges attributes into a contact's."""
        ...

    async def add_labels(self, conversation_id: int, labels: Sequence[str]) -> None:
        """Merges labels into a conversation's, by family; defines those that Chatwoot does not know yet."""
        ...

    async def assign_team(self, conversation_id: int, team: str) -> None:
        """Gives a conversation to a team.

        Raises:
            UnknownTeam: Chatwoot has none of that name; nothing was changed.
        """
        ...

    async def assign_closer(self, conversation_id: int, email: str, name: str) -> None:
        """Gives a conversation to a closer.

        Raises:
            UnknownCloser: Chatwoot has no agent with that e-mail; nothing was changed.
        """
        ...

    async def agent_id(self, email: str) -> int:
        """Chatwoot's id of an agent, perhaps as it was up to some minutes ago; 0: there is none."""
        ...

    async def pace(self) -> float:
        """Waits until Chatwoot may be asked again; gives the seconds that it took."""
        ...

    async def send(self, conversation_id: int, text: str, attributes: Mapping[str, object], *, private: bool) -> int:
        """Writes a message right now, after `pace`; **not safe to repeat**.

        Returns:
            Chatwoot's id of it.
        """
        ...

    async def send_anew(self, conversation_id: int, message_id: int) -> None:
        """Sets a failed message's status back, at which a channel's bridge sends it anew unless it did already."""
        ...

    async def give_back(self, conversation_id: int, *, unassign: bool) -> None:
        """Lets the bot have a conversation: takes it from its assignee, and sets it pending."""
        ...

    async def set_status(self, conversation_id: int, status: str) -> None:
        """Sets a conversation's status as the bot."""
        ...


class Helpdesks(Protocol):
    """The Chatwoots of all accounts."""

    async def of(self, account_id: int) -> Helpdesk:
        """An account's.

        Raises:
            NotConnected: it has none.
        """
        ...

    async def renewed(self, account_id: int) -> bool:
        """Reads the account's tokens anew; whether they have changed."""
        ...


@dataclass(frozen=True, slots=True)
class ChatwootConnection:
    """How one account is connected."""

    account_id: int
    chatwoot_url: str
    chatwoot_account_id: int
    admin_token: str = field(repr=False)
    bot_token: str = field(repr=False)
    bot_id: int
    """0: unknown."""
    webhook_url: str
    chatwoot_version: str


class Connections(Protocol):
    """Connections; tokens are encrypted at rest."""

    async def find(self, conn: Connection, account_id: int) -> ChatwootConnection | None:
        """An account's connection; None when there is none."""
        ...

    async def put(self, conn: Connection, connection: ChatwootConnection) -> None:
        """Stores a connection in place of an older one."""
        ...

    def seal(self, secret: str) -> str:
        """A secret as it may lie in a stored answer."""
        ...

    def open(self, sealed: str) -> str:
        """The secret again."""
        ...
