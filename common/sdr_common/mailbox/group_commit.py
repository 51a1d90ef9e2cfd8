"""One shared commit for everything that arrives while the previous one runs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import structlog

from sdr_common.errors import StoreUnavailable, WriteConflict
from sdr_common.mailbox.mailbox import Mailbox
from sdr_common.mailbox.model import EntryIdentity, EntryRefused, Extension, MailboxFull, NewEntry, Receipt
from sdr_common.postgres import connection

_LOG = structlog.get_logger()
_CONFLICT_REPEATS = 3


@dataclass(frozen=True, slots=True)
class _Waiting:
    item: NewEntry | Extension
    receipt: asyncio.Future[Receipt]


class GroupCommit:
    """Stores entries for many waiting callers with few commits; a context manager.

    An idle one commits at once; while a commit runs, later callers gather for the next. A body that
    the database refuses fails alone: the group is halved until it stands by itself.

    Args:
        mailbox: Where entries go.
        max_entries: Entries per commit.
        max_waiting: Callers that may wait; more are turned away.
        on_commit: Told after each commit that stored something, for example `worker.nudge`.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        max_entries: int = 200,
        max_waiting: int = 10_000,
        on_commit: Callable[[], None] | None = None,
    ) -> None:
        self._mailbox = mailbox
        self._max_entries = max_entries
        self._max_waiting = max_waiting
        self._on_commit = on_commit
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="mailbox-group-commit")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Commits what waits, then stops."""
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await self._task

    async def add(self, entry: NewEntry) -> Receipt:
        """Stores one entry; returns after the commit.

        Raises:
            MailboxFull: too many wait.
            StoreUnavailable: the database does not answer; the entry may be stored, repeating is safe.
        """
        return await self._wait_for(entry)

    async def extend(self, account_id: int, key_id: int, idle_s: float) -> None:
        """The lead is typing: a key with waiting entries and no open turn waits for `idle_s` more.

        Raises:
            MailboxFull: too many wait.
            StoreUnavailable: the database does not answer.
        """
        await self._wait_for(Extension(account_id, key_id, idle_s))

    async def _wait_for(self, item: NewEntry | Extension) -> Receipt:
        if self._closing:
            raise StoreUnavailable
        if len(self._queue) >= self._max_waiting:
            raise MailboxFull(self._max_waiting)
        waiting = _Waiting(item, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._arrived.set()
        return await waiting.receipt

    async def _run(self) -> None:
        while self._queue or not self._closing:
            if not self._queue:
                await self._arrived.wait()
                self._arrived.clear()
                continue
            group = [self._queue.popleft() for _ in range(min(len(self._queue), self._max_entries))]
            # Callers must not wait for ever whatever happens: each gets the error, and the edge logs it.
            try:
                await self._commit(group)
            except Exception as error:
                _fail(group, error)

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        entries = [waiting for waiting in group if isinstance(waiting.item, NewEntry)]
        if entries:
            await self._ingest(entries)
        # Not with the entries: locks of one statement are in key order, those of two are not.
        extensions = [waiting.item for waiting in group if isinstance(waiting.item, Extension)]
        if extensions:
            async with connection(self._mailbox.pool) as conn:  # one statement needs no transaction of its own
                await self._mailbox.extend(conn, extensions)
        for waiting in group:
            _answer(waiting, Receipt.ACCEPTED)

    async def _ingest(self, group: Sequence[_Waiting], repeats: int = _CONFLICT_REPEATS) -> None:
        entries = [waiting.item for waiting in group if isinstance(waiting.item, NewEntry)]
        try:
            async with connection(self._mailbox.pool) as conn:
                result = await self._mailbox.ingest(conn, entries)
        except EntryRefused as error:
            if len(group) == 1:
                _LOG.warning("entry_refused", problem=type(error.__cause__).__name__, mailbox_event=entries[0].event)
                _answer(group[0], Receipt.REFUSED)
                return
            middle = len(group) // 2
            await self._ingest(group[:middle])
            await self._ingest(group[middle:])
            return
        except WriteConflict:
            if repeats == 0:
                raise
            await self._ingest(group, repeats - 1)
            return
        new: set[EntryIdentity] = {entry.identity for entry in result.new}
        for waiting, entry in zip(group, entries, strict=True):
            _answer(waiting, Receipt.ACCEPTED if entry.identity in new else Receipt.REPEATED)
            new.discard(entry.identity)
        if result.new and self._on_commit is not None:
            self._on_commit()


def _answer(waiting: _Waiting, receipt: Receipt) -> None:
    if not waiting.receipt.done():
        waiting.receipt.set_result(receipt)


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.receipt.done():
            waiting.receipt.set_exception(error)
