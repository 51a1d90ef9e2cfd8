"""Closes turns in groups: one commit for all that end within a few milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import psycopg
import structlog

from sdr_common.errors import DomainError
from sdr_common.mailbox.mailbox import Mailbox
from sdr_common.mailbox.model import Claim, Close, LeaseLost

T = TypeVar("T")

_LOG = structlog.get_logger()
STORE_TROUBLE = (DomainError, psycopg.Error)
"""What a statement of the mailbox may raise when the database is away, read-only or being migrated."""


class Outage:
    """Whether the database answers; logs the change and nothing between."""

    def __init__(self) -> None:
        self._down = False

    def began(self, error: Exception) -> None:
        """A statement failed."""
        if not self._down:
            _LOG.warning("mailbox_store_lost", problem=type(error.__cause__ or error).__name__)
        self._down = True

    def ended(self) -> None:
        """A statement succeeded."""
        if self._down:
            _LOG.info("mailbox_store_returned")
        self._down = False

    async def outlast(self, act: Callable[[], Awaitable[T]]) -> T:
        """Repeats a fenced statement until the database takes it.

        Raises:
            LeaseLost: the turn is somebody else's.
        """
        pause_s = 0.1
        while True:
            try:
                return await act()
            except LeaseLost:
                raise
            except STORE_TROUBLE as error:
                self.began(error)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 2.0)


@dataclass(frozen=True, slots=True)
class _Ending:
    claim: Claim
    close: Close
    held: asyncio.Future[bool]


class Closer:
    """Gathers ends of turns and closes them together.

    Args:
        mailbox: Whose turns.
        outage: Shared with the worker.
        window_s: How long the first of a group waits for others.
        batch: Turns per statement.
    """

    def __init__(self, mailbox: Mailbox, outage: Outage, *, window_s: float, batch: int) -> None:
        self._mailbox = mailbox
        self._outage = outage
        self._window_s = window_s
        self._batch = batch
        self._queue: asyncio.Queue[_Ending] = asyncio.Queue()

    async def close(self, claim: Claim, close: Close) -> bool:
        """Closes one turn; waits as long as the database is away.

        Returns:
            False when the turn was somebody else's already.
        """
        ending = _Ending(claim, close, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(ending)
        return await ending.held

    async def run(self) -> None:
        """Closes until cancelled."""
        while True:
            group = [await self._queue.get()]
            await asyncio.sleep(self._window_s)
            while len(group) < self._batch and not self._queue.empty():
                group.append(self._queue.get_nowait())
            pairs = [(ending.claim, ending.close) for ending in group if not ending.held.done()]
            if not pairs:
                continue
            closed = await self._outage.outlast(partial(self._mailbox.close, pairs))
            for ending in group:
                if not ending.held.done():
                    ending.held.set_result((ending.claim.key, ending.claim.epoch) in closed)
