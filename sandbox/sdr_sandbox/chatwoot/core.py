"""The emulated Chatwoot as one object: its state, the parts that change it, and what it starts with."""

import msgspec

from sdr_sandbox.chatwoot.catalog import Catalog
from sdr_sandbox.chatwoot.channels import Channels
from sdr_sandbox.chatwoot.clock import Clock, system_clock
from sdr_sandbox.chatwoot.contacts import Contacts
from sdr_sandbox.chatwoot.context import Context
from sdr_sandbox.chatwoot.conversations import Conversations
from sdr_sandbox.chatwoot.events import Event, EventBus
from sdr_sandbox.chatwoot.index import Index
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.messages import Messages
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.payloads import Payloads
from sdr_sandbox.chatwoot.people import People
from sdr_sandbox.chatwoot.public_views import PublicViews
from sdr_sandbox.chatwoot.records import Account, State
from sdr_sandbox.chatwoot.rest_views import RestViews
from sdr_sandbox.chatwoot.settings import ChatwootSettings

ADMINISTRATOR = ("Administração", "admin@clinica.test")
CLOSERS = (
    ("Camila Ribeiro", "camila@clinica.test"),
    ("Rafael Nunes", "rafael@clinica.test"),
    ("Juliana Prado", "juliana@clinica.test"),
)
INBOX_NAME = "WhatsApp"


class SandboxChatwoot:
    """Account 1 with everything in it.

    Attributes:
        bus: announces every event; survives a reset.
        state: the rows; replaced by a reset or a restored snapshot.
        people, channels, catalog, contacts, conversations, messages: the parts that change the state.
        payloads, rest, public: its shapes in webhooks, the account API and the public API.
    """

    def __init__(self, settings: ChatwootSettings, clock: Clock = system_clock, state: State | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.bus = EventBus(clock)
        self.base_url = f"http://{settings.host}:{settings.port}"
        self._build(state)
        self.bus.subscribe(self._ask_for_rating)

    def _ask_for_rating(self, event: Event) -> None:
        if event.name == "conversation_resolved" and event.conversation_id in self.state.conversations:
            self.messages.send_csat_survey(self.state.conversations[event.conversation_id])

    def _build(self, state: State | None) -> None:
        fresh = state is None
        now = self.clock()
        self.state = state or State(account=Account(name=self.settings.account_name, created_at=now))
        self.index = Index(self.state)
        context = Context(self.state, self.index, self.bus, self.clock, self.settings.messages_per_minute)
        self.context = context
        self.people = People(context)
        self.channels = Channels(context)
        self.catalog = Catalog(context)
        self.contacts = Contacts(context)
        self.conversations = Conversations(context)
        self.messages = Messages(context, self.contacts, self.conversations)
        self.payloads = Payloads(self.index, self.base_url)
        self.rest = RestViews(self.index, self.payloads)
        self.public = PublicViews(self.index, self.payloads)
        if fresh:
            self._furnish()
        else:
            self._adopt_settings()

    def _furnish(self) -> None:
        """What a new account has: an administrator, three closers, one API inbox."""
        name, email = ADMINISTRATOR
        self.people.add_user(name, email, "administrator", access_token=self.settings.admin_token)
        closers = [self.people.add_user(*closer) for closer in CLOSERS]
        inbox = self.channels.create_inbox(
            Params({"name": INBOX_NAME, "channel": {"type": "api"}}), identifier=self.settings.inbox_identifier
        )
        inbox.member_ids = [closer.id for closer in closers]

    def _adopt_settings(self) -> None:
        """A restored account takes the settings' token and identifier if they were set on purpose."""
        if "admin_token" in self.settings.model_fields_set:
            administrator = self.state.users[1]
            self.index.actor_by_token.pop(administrator.access_token, None)
            administrator.access_token = self.settings.admin_token
            self.index.actor_by_token[administrator.access_token] = administrator
        if "inbox_identifier" in self.settings.model_fields_set and 1 in self.state.inboxes:
            self.state.inboxes[1].identifier = self.settings.inbox_identifier
            self.channels = Channels(self.context)

    @property
    def admin_token(self) -> str:
        """The first administrator's API token."""
        return self.state.users[1].access_token

    @property
    def inbox_identifier(self) -> str:
        """The public identifier of the first inbox."""
        return self.state.inboxes[1].identifier

    def set_base_url(self, base_url: str) -> None:
        """Tell under which address files are served, once the port is known."""
        self.base_url = self.payloads.base_url = base_url

    def reset(self) -> None:
        """Throw everything away and begin with a new account; token and identifier stay."""
        token, identifier = self.admin_token, self.inbox_identifier
        self.bus.log.clear()
        self._build(None)
        administrator = self.state.users[1]
        self.index.actor_by_token.pop(administrator.access_token, None)
        administrator.access_token = token
        self.index.actor_by_token[token] = administrator
        self.state.inboxes[1].identifier = identifier
        self.channels = Channels(self.context)

    def dump(self) -> bytes:
        """The whole state as JSON, for a snapshot."""
        return msgspec.json.encode(self.state)

    @staticmethod
    def load(snapshot: bytes) -> State:
        """The state of a snapshot.

        Raises:
            msgspec.ValidationError: it is not one.
        """
        return msgspec.json.decode(snapshot, type=State)

    def export(self, only: frozenset[str] = frozenset()) -> JsonObject:
        """Everything it holds, for an independent checker: rows by kind, and each conversation with its messages.

        Args:
            only: names of the kinds wanted (`conversations`, `contacts`, `events`, …); empty means all.

        Returns:
            An object that msgspec encodes; rows are still structs in it.
        """
        kinds = [name for name in State.__struct_fields__ if name not in ("messages", "attachments", "conversations")]
        rows: JsonObject = {name: getattr(self.state, name) for name in kinds if not only or name in only}
        if not only or "conversations" in only:
            rows["conversations"] = [
                {**msgspec.structs.asdict(conversation), "messages": self.index.messages(conversation)}
                for conversation in self.state.conversations.values()
            ]
        if not only or "events" in only:
            rows["events"] = list(self.bus.log)
        return rows
