"""What happened: the events that the state machine announces and that webhooks and streams pass on."""

from collections import deque
from collections.abc import Callable

import msgspec

from sdr_sandbox.chatwoot.json_types import JsonValue

SUBSCRIBABLE = (
    "conversation_status_changed",
    "conversation_updated",
    "conversation_created",
    "contact_created",
    "contact_updated",
    "message_created",
    "message_updated",
    "webwidget_triggered",
    "inbox_created",
    "inbox_updated",
    "conversation_typing_on",
    "conversation_typing_off",
)
BOT_EVENTS = frozenset(
    {
        "message_created",
        "message_updated",
        "conversation_opened",
        "conversation_resolved",
        "conversation_status_changed",
        "conversation_updated",
        "webwidget_triggered",
    }
)
BOT_ONLY_EVENTS = frozenset({"conversation_opened", "conversation_resolved"})

ChangedAttributes = list[dict[str, dict[str, JsonValue]]]
"""`[{key: {previous_value, current_value}}, …]`, as the payloads have it."""


class Event(msgspec.Struct, kw_only=True):
    """One thing that happened.

    `typist` is `(kind, id)` of who types; `read` tells the pages that a conversation was looked at, which no webhook
    reports.
    """

    name: str
    conversation_id: int | None = None
    message_id: int | None = None
    contact_id: int | None = None
    changed_attributes: ChangedAttributes | None = None
    typist: tuple[str, int] | None = None
    is_private: bool = False


class LoggedEvent(msgspec.Struct, kw_only=True):
    """An entry of the event log that an independent checker exports."""

    sequence: int
    at: float
    event: Event


Listener = Callable[[Event], None]


class EventBus:
    """Announces events to its listeners in the order in which they happened and keeps the last ones.

    Announcing while a change is being made is held back until the change is complete (`hold`/`release`), as Rails
    dispatches after the commit.
    """

    def __init__(self, clock: Callable[[], float], log_size: int = 1_000_000) -> None:
        self._clock = clock
        self._listeners: list[Listener] = []
        self._pending: list[Event] = []
        self._depth = 0
        self._sequence = 0
        self.log: deque[LoggedEvent] = deque(maxlen=log_size)

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` for every event from now on."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        """Announce an event, at once or when the running change is complete."""
        if self._depth:
            self._pending.append(event)
            return
        self._announce(event)

    def __enter__(self) -> "EventBus":
        self._depth += 1
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        pending, self._pending = self._pending, []
        for event in pending:
            self._announce(event)

    def _announce(self, event: Event) -> None:
        self._sequence += 1
        self.log.append(LoggedEvent(sequence=self._sequence, at=self._clock(), event=event))
        for listener in tuple(self._listeners):
            listener(event)


def changes(pairs: dict[str, tuple[JsonValue, JsonValue]]) -> ChangedAttributes:
    """The `changed_attributes` of previous and current values by key."""
    return [{key: {"previous_value": previous, "current_value": current}} for key, (previous, current) in pairs.items()]
