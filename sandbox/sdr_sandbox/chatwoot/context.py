"""What every part of the state machine works on."""

import random
import secrets
from dataclasses import dataclass

from sdr_sandbox.chatwoot.clock import Clock
from sdr_sandbox.chatwoot.errors import NotFoundError, RecordInvalidError
from sdr_sandbox.chatwoot.events import EventBus
from sdr_sandbox.chatwoot.index import Index
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.records import Conversation, Inbox, State


@dataclass(frozen=True)
class Context:
    """The state, its look-up tables, where events go, what time it is, and the limits in force."""

    state: State
    index: Index
    bus: EventBus
    clock: Clock
    messages_per_minute: int

    def conversation(self, display_id: int) -> Conversation:
        """A conversation by display id.

        Raises:
            NotFoundError: there is none.
        """
        found = self.state.conversations.get(display_id)
        if found is None:
            raise NotFoundError
        return found

    def inbox(self, inbox_id: int | None) -> Inbox:
        """An inbox by id.

        Raises:
            NotFoundError: there is none.
        """
        found = self.state.inboxes.get(inbox_id or 0)
        if found is None:
            raise NotFoundError
        return found


def new_token() -> str:
    """A secret or token of the length that Chatwoot makes."""
    return secrets.token_urlsafe(18)


def shuffled(numbers: list[int]) -> list[int]:
    """The numbers in arbitrary order."""
    copy = list(numbers)
    random.shuffle(copy)
    return copy


def check_attributes(field: str, attributes: JsonObject) -> None:
    """Refuse attribute values that are too long or too large, as `JsonbAttributesLengthValidator` does.

    Raises:
        RecordInvalidError: a text of more than 1500 characters or an integer above 9999999999.
    """
    label = field.replace("_", " ").capitalize()
    for key, value in attributes.items():
        if isinstance(value, str) and len(value) > 1500:
            raise RecordInvalidError(f"{label} {key} length should be < 1500", [field])
        if isinstance(value, int) and not isinstance(value, bool) and value > 9_999_999_999:
            raise RecordInvalidError(f"{label} {key} value maximun limit should be < 9999999999", [field])
