"""What an independent checker needs and rows do not tell: who looked when, who wrote which message when.

`client` is the caller's User-Agent, so that the calls of different processes can be told apart.
"""

from collections import deque

import msgspec

_KEPT = 1_000_000


class Look(msgspec.Struct, kw_only=True):
    """A listing of a conversation's messages, by the account API."""

    conversation_id: int
    at: float
    """When the request came, Unix seconds."""
    client: str


class Creation(msgspec.Struct, kw_only=True):
    """A message that the account API stored."""

    message_id: int
    conversation_id: int
    requested_at: float
    """When the request came: earlier than the row where the save was late."""
    client: str


class Witness:
    """Remembers looks and creations since the start or the last reset, the oldest first."""

    def __init__(self) -> None:
        self.looks: deque[Look] = deque(maxlen=_KEPT)
        self.creations: deque[Creation] = deque(maxlen=_KEPT)

    def clear(self) -> None:
        """Forget everything."""
        self.looks.clear()
        self.creations.clear()
