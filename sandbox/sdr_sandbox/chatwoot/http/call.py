"""One request as a handler sees it, the answer it may give, and the table rows that bind both to a path."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from sdr_sandbox.chatwoot.errors import NotFoundError
from sdr_sandbox.chatwoot.index import Actor
from sdr_sandbox.chatwoot.json_types import JsonValue
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import AgentBot, Conversation, User

if TYPE_CHECKING:
    from sdr_sandbox.chatwoot.core import SandboxChatwoot
    from sdr_sandbox.chatwoot.http.server_state import ServerState


class Access(Enum):
    """Who may call an endpoint."""

    OPEN = "open"
    """Anybody: the public inbox API, sign-in, version."""
    USER = "user"
    """Any person; bots are refused."""
    ADMINISTRATOR = "administrator"
    """Administrators only."""
    USER_OR_BOT = "user_or_bot"
    """People and agent bots."""


@dataclass(frozen=True)
class Reply:
    """An answer other than a plain 200 with JSON; `text` wins over `body`, neither gives an empty answer."""

    body: JsonValue = None
    status: int = 200
    text: str | None = None
    empty: bool = False
    headers: dict[str, str] = field(default_factory=dict)


EMPTY = Reply(empty=True)
"""200 with no body (`head :ok`)."""


@dataclass
class Call:
    """A request, already allowed: who calls, path and parameters, uploaded files `(name, media type, bytes)`."""

    server: "ServerState"
    actor: Actor | None
    path: dict[str, str]
    params: Params
    uploads: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    requested_at: float = 0.0
    """When the request came, Unix seconds."""

    @property
    def core(self) -> "SandboxChatwoot":
        """The state machine."""
        return self.server.core

    @property
    def client(self) -> str:
        """Which program calls, in its own words."""
        return self.headers.get("user-agent", "")

    @property
    def user(self) -> User:
        """The calling person; only where the access rule demands one."""
        assert isinstance(self.actor, User)  # noqa: S101 - the access rule has made sure of it
        return self.actor

    @property
    def bot(self) -> AgentBot | None:
        """The calling bot, if a bot calls."""
        return self.actor if isinstance(self.actor, AgentBot) else None

    def number(self, name: str) -> int:
        """A whole number in the path.

        Raises:
            NotFoundError: it is none, so no record can have it.
        """
        text = self.path[name]
        if not text.isdigit():
            raise NotFoundError
        return int(text)

    def conversation(self) -> Conversation:
        """The conversation in the path, if the caller may see it.

        Raises:
            NotFoundError: there is none.
            UnauthorizedError: an agent who is no member of its inbox.
        """
        found = self.core.context.conversation(self.number("conversation_id"))
        self.server.check_inbox_access(self.actor, found.inbox_id)
        return found


Handler = Callable[[Call], JsonValue]
"""Returns JSON for a 200, or a `Reply`."""


@dataclass(frozen=True)
class ApiRoute:
    """Binds a handler to method and path; `creates_message` exposes it to the faults of message creation."""

    method: str
    path: str
    handler: Handler
    access: Access = Access.USER
    creates_message: bool = False
