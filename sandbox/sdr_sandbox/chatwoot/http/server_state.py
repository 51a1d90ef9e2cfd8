"""What the running server has besides the account: sessions, faults, counters, deliveries, open streams."""

from collections import deque

from sdr_sandbox.chatwoot.context import new_token
from sdr_sandbox.chatwoot.core import SandboxChatwoot
from sdr_sandbox.chatwoot.counters import Counters
from sdr_sandbox.chatwoot.delivery import Deliveries
from sdr_sandbox.chatwoot.errors import SignInRequiredError, TooManyRequestsError, UnauthorizedError
from sdr_sandbox.chatwoot.http.stream import StreamHub
from sdr_sandbox.chatwoot.index import Actor
from sdr_sandbox.chatwoot.misbehaviour import Faults
from sdr_sandbox.chatwoot.records import AgentBot, User
from sdr_sandbox.chatwoot.refusing_channel import RefusingChannel
from sdr_sandbox.chatwoot.witness import Witness

BOT_REFUSED = "Access to this endpoint is not authorized for bots"


class ServerState:
    """The parts of a running server; handlers reach everything through it."""

    def __init__(self, core: SandboxChatwoot) -> None:
        self.core = core
        self.faults = Faults()
        self.counters = Counters()
        self.witness = Witness()
        self.deliveries = Deliveries(core, self.faults, self.counters)
        self.channel = RefusingChannel(core, self.faults, self.counters)
        self.streams = StreamHub(core)
        self._sessions: dict[str, tuple[str, int]] = {}
        self._recent: dict[str, deque[float]] = {}

    def open_session(self, user: User) -> dict[str, str]:
        """Headers of a new session, as sign-in answers with."""
        token, client = new_token(), new_token()
        self._sessions[client] = (token, user.id)
        expiry = str(int(self.core.clock()) + 60 * 86_400)
        return {
            "access-token": token,
            "client": client,
            "uid": user.email,
            "expiry": expiry,
            "token-type": "Bearer",
        }

    def close_sessions(self) -> None:
        """Forget every session."""
        self._sessions.clear()

    def caller(self, headers: dict[str, str]) -> User | AgentBot:
        """Who calls, by API token or session.

        Raises:
            UnauthorizedError: a token that nobody has.
            SignInRequiredError: neither token nor session.
        """
        token = headers.get("api_access_token") or headers.get("api-access-token")
        if token:
            found = self.core.index.actor_by_token.get(token)
            if found is None:
                raise UnauthorizedError("Invalid Access Token")
            return found
        session = self._sessions.get(headers.get("client", ""))
        if session is not None and session[0] == headers.get("access-token"):
            user = self.core.state.users.get(session[1])
            if user is not None:
                return user
        raise SignInRequiredError

    def check_rate(self, address: str) -> None:
        """Count a request of an address.

        Raises:
            TooManyRequestsError: it made more than the configured number in the last minute.
        """
        limit = self.core.settings.rate_limit_per_minute
        if limit is None:
            return
        now = self.core.clock()
        recent = self._recent.setdefault(address, deque())
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= limit:
            raise TooManyRequestsError
        recent.append(now)

    def check_inbox_access(self, actor: Actor | None, inbox_id: int) -> None:
        """Refuse an agent who is no member of an inbox.

        Raises:
            UnauthorizedError: so it is.
        """
        if not isinstance(actor, User) or actor.role == "administrator":
            return
        if actor.id not in self.core.context.inbox(inbox_id).member_ids:
            raise UnauthorizedError

    async def reset(self) -> None:
        """A new account, no faults, counters at zero, nothing under way."""
        await self.deliveries.cancel_all()
        self.core.reset()
        self.faults.set(type(self.faults.misbehaviour)())
        self.counters.clear()
        self.witness.clear()
        self.deliveries.log.clear()
        self.close_sessions()
        self._recent.clear()
        self.streams.announce_reset()
