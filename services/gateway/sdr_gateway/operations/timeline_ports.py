"""What the operators' view needs of the gateway's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sdr_gateway.domain.timeline import Item, SeenEntry, SeenTurn, Setback


@dataclass(frozen=True, slots=True)
class TurnsPage:
    """Turns that ended, newest first."""

    turns: tuple[SeenTurn, ...]
    older: int
    """Number of the turn before the oldest of them; 0: there is none."""
    contact_id: int
    """Whose they are; 0: unknown."""


@dataclass(frozen=True, slots=True)
class SeenMailbox:
    """Where a conversation's mailbox stands."""

    open_turn: SeenTurn | None
    waiting: tuple[SeenEntry, ...]
    """What no turn has taken yet."""
    due_at: float | None
    """When it is taken, seconds since 1970; None: nothing waits."""
    contact_id: int
    wake_at: float = 0.0
    """When the conversation is looked at again by itself; 0: never."""
    wake_reason: str = ""


@dataclass(frozen=True, slots=True)
class FailedTurn:
    """A turn that failed so often that a human was called."""

    turn: int
    conversation_id: int
    given_up_at: float
    attempt: int
    setbacks: tuple[Setback, ...]


class TimelineStore(Protocol):
    """What the gateway's own tables know of conversations. Each raises `StoreUnavailable`."""

    async def turns(self, account_id: int, conversation_id: int, before: int, limit: int) -> TurnsPage:
        """Turns that ended, newest first, with numbers below `before` (0: from the newest)."""
        ...

    async def mailbox(self, account_id: int, conversation_id: int) -> SeenMailbox:
        """Where the conversation stands now."""
        ...

    async def ignored(self, account_id: int, conversation_id: int) -> list[Item]:
        """What was told and not kept."""
        ...

    async def failed(self, account_id: int, before: int, limit: int) -> list[FailedTurn]:
        """Turns that were given up, newest first, with numbers below `before` (0: from the newest)."""
        ...
