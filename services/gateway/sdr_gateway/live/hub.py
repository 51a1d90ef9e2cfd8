"""One subscription per process, fanned out to its listeners through bounded queues.

Changes stand in a Redis stream per account (`sdr_common.live_events`); a message on one channel says which account has
news, and its stream is then read once from where this process stopped, however many listen. So a lost message costs
nothing: the next one, or the next connection, brings what was missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import structlog

from sdr_common.live_events import CHANNEL, KEPT, stream_key

if TYPE_CHECKING:
    from redis.asyncio import Redis

_LOG = structlog.get_logger()
QUEUED: Final = 200
"""Changes that wait for one slow listener; more, and it is told to ask for everything anew."""
_PAGE = 200
_START = "0-0"
_TIMEOUT_S = 2.0
_RETRY_S = 1.0
_HEAR_S = 1.0
_UNANSWERED = 3
"""Pings without an answer after which Redis is taken for lost, frozen as it may be."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a listener hears."""

    kind: str
    """A change's word; `resync`: ask for everything anew; `live`, `degraded`: whether changes are heard."""
    body: str = "{}"
    """JSON."""
    event_id: str = ""
    """Where to go on after a break; empty: it does not move."""


RESYNC: Final = Told("resync")
LIVE: Final = Told("live")
DEGRADED: Final = Told("degraded")


class Listener:
    """One open panel's queue."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Told] = asyncio.Queue(QUEUED)

    def put(self, told: Told) -> None:
        """Adds; a full queue becomes one `resync`."""
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(RESYNC)
            if not told.event_id:
                self._queue.put_nowait(told)
            return
        self._queue.put_nowait(told)

    async def next(self, timeout_s: float) -> Told | None:
        """The next thing; None: nothing came in time."""
        try:
            return await asyncio.wait_for(self._queue.get(), timeout_s)
        except TimeoutError:
            return None


@dataclass(slots=True)
class _Feed:
    last: str | None = None
    """What was read up to; None: unknown, Redis was not there yet."""
    members: int = 0
    """Listeners, and those about to be."""
    listeners: set[Listener] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class LiveHub:
    """Reads the accounts' streams for this process's listeners.

    Args:
        url: `redis://…`; empty: there is none, and listeners are told so.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Redis | None = None
        self._feeds: dict[int, _Feed] = {}
        self._live = False

    @property
    def live(self) -> bool:
        """Whether changes are heard now."""
        return self._live

    @property
    def listeners(self) -> int:
        """How many listen to this process."""
        return sum(feed.members for feed in self._feeds.values())

    async def run(self, stop: asyncio.Event) -> None:
        """Hears until stopped; survives the loss of Redis."""
        if not self._url:
            await stop.wait()
            return
        from redis.asyncio import Redis  # noqa: PLC0415  (a process without Redis need not load it)
        from redis.exceptions import RedisError  # noqa: PLC0415  (as above)

        self._client = Redis.from_url(
            self._url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, decode_responses=True
        )
        try:
            while not stop.is_set():
                try:
                    await self._hear(self._client, stop)
                except (RedisError, OSError, TimeoutError) as error:
                    self._set_live(False, type(error).__name__)
                    await _pause(stop, _RETRY_S)
        finally:
            await self._client.aclose()

    async def _hear(self, client: Redis, stop: asyncio.Event) -> None:
        async with client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            for account_id in list(self._feeds):
                await self._read(client, account_id)
            self._set_live(True)
            unanswered = 0
            while not stop.is_set():
                message = await channel.get_message(timeout=_HEAR_S)
                if message is None:
                    if unanswered == _UNANSWERED:
                        raise TimeoutError
                    unanswered += 1
                    await channel.ping()
                    continue
                unanswered = 0
                data = message.get("data")
                if message.get("type") == "message" and isinstance(data, str) and data.isdigit():
                    await self._read(client, int(data))

    async def _read(self, client: Redis, account_id: int) -> None:
        """Tells an account's listeners what its stream has beyond what they know."""
        feed = self._feeds.get(account_id)
        if feed is None:
            return
        async with feed.lock:
            if feed.last is None:
                feed.last = await _newest(client, account_id)
                for listener in feed.listeners:
                    listener.put(RESYNC)
                return
            while True:
                page = await _range(client, account_id, f"({feed.last}", "+", _PAGE)
                for told in page:
                    for listener in feed.listeners:
                        listener.put(told)
                    feed.last = told.event_id
                if len(page) < _PAGE:
                    return

    @asynccontextmanager
    async def listen(self, account_id: int, after: str = "") -> AsyncIterator[Listener]:
        """A queue of an account's changes from now on.

        Args:
            account_id: Whose.
            after: The id of the last change that the listener heard; what came since is told first.
        """
        listener = Listener()
        listener.put(LIVE if self._live else DEGRADED)
        feed = self._feeds.setdefault(account_id, _Feed())
        feed.members += 1
        try:
            await self._join(account_id, feed, listener, after)
            yield listener
        finally:
            feed.listeners.discard(listener)
            feed.members -= 1
            if not feed.members:
                del self._feeds[account_id]

    async def _join(self, account_id: int, feed: _Feed, listener: Listener, after: str) -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415  (as above)

        async with feed.lock:  # nothing is fanned out between the replay and the first new change
            missed: list[Told] = []
            if self._live and self._client is not None:
                try:
                    if feed.last is None:
                        feed.last = await _newest(self._client, account_id)
                    missed = await _replay(self._client, account_id, after, feed.last) if after else []
                except (RedisError, OSError, TimeoutError):
                    missed = [RESYNC]
            elif after:
                missed = [RESYNC]
            for told in missed:
                listener.put(told)
            feed.listeners.add(listener)

    def _set_live(self, live: bool, problem: str = "") -> None:
        if live == self._live:
            return
        self._live = live
        _LOG.info("live_stream_heard") if live else _LOG.warning("live_stream_lost", problem=problem)
        for feed in self._feeds.values():
            for listener in feed.listeners:
                listener.put(LIVE if live else DEGRADED)


async def _replay(client: Redis, account_id: int, after: str, until: str) -> list[Told]:
    """What came after an id; a `resync` where the stream does not reach back so far."""
    oldest = await _range(client, account_id, "-", "+", 1)
    if not oldest or _order(oldest[0].event_id) > _order(after):
        return [RESYNC]
    if _order(after) >= _order(until):
        return []
    page = await _range(client, account_id, f"({after}", until, KEPT)
    return page if len(page) < QUEUED else [RESYNC]


async def _newest(client: Redis, account_id: int) -> str:
    newest = await client.xrevrange(stream_key(account_id), count=1)
    return str(newest[0][0]) if newest else _START


async def _range(client: Redis, account_id: int, first: str, last: str, count: int) -> list[Told]:
    page = await client.xrange(stream_key(account_id), min=first, max=last, count=count)
    # Texts, as the connection decodes them; its stubs name all that it could give.
    entries = cast("list[tuple[str, dict[str, str]]]", page or [])
    return [Told(entry.get("kind", ""), entry.get("body", "{}"), event_id) for event_id, entry in entries]


def _order(event_id: str) -> tuple[int, int]:
    """An id as what it is ordered by; what is no id comes before all."""
    milliseconds, _, number = event_id.partition("-")
    if not (milliseconds.isdigit() and number.isdigit() and len(event_id) <= 40):
        return (0, 0)
    return int(milliseconds), int(number)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
