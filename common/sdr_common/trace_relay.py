"""What one process found worth keeping, told to the others, so that each exports its spans of that trace.

Over Redis, which may be lost: then each process keeps what it finds itself. See `sdr_common.trace_keeping`.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from sdr_common.trace_keeping import HeldTraces

if TYPE_CHECKING:
    from redis.asyncio import Redis

CHANNEL: Final = "sdr:traces"
"""Where trace ids are told, 32 hexadecimal digits each, separated by commas."""
_LOG = structlog.get_logger()
_TOLD_AT_ONCE = 100
_UNTOLD = 1_000
"""Ids that wait for Redis; older ones go."""
_TIMEOUT_S = 2.0
_RETRY_S = 2.0
_HEAR_S = 5.0
_ID = re.compile(r"[0-9a-f]{32}")


def ids_of(message: object) -> list[int]:
    """The trace ids of a message; what is none is left out."""
    if not isinstance(message, str):
        return []
    return [int(part, 16) for part in message.split(",", _TOLD_AT_ONCE)[:_TOLD_AT_ONCE] if _ID.fullmatch(part)]


class TraceRelay:
    """Tells and hears which traces are kept.

    Args:
        url: `redis://…`.
        traces: This process's.
    """

    def __init__(self, url: str, traces: HeldTraces) -> None:
        self._url = url
        self._traces = traces
        self._found: deque[int] = deque(maxlen=_UNTOLD)
        self._news = asyncio.Event()
        self._lost = False

    async def run(self, stop: asyncio.Event) -> None:
        """Works until stopped; survives the loss of Redis."""
        from redis.asyncio import Redis  # noqa: PLC0415  (a process without Redis need not load it)
        from redis.exceptions import RedisError  # noqa: PLC0415  (as above)

        loop = asyncio.get_running_loop()

        def tell(trace_id: int) -> None:
            self._found.append(trace_id)
            with suppress(RuntimeError):  # the loop ended before the last span
                loop.call_soon_threadsafe(self._news.set)

        self._traces.tell = tell
        client = Redis.from_url(
            self._url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, decode_responses=True
        )
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                work = asyncio.create_task(self._work(client))
                await asyncio.wait({stopped, work}, return_when=asyncio.FIRST_COMPLETED)
                work.cancel()
                try:
                    await work
                except asyncio.CancelledError:
                    return
                except (RedisError, OSError) as error:  # OSError: a TimeoutError too
                    await self._rest(stop, error)
        finally:
            stopped.cancel()
            await client.aclose()

    async def _rest(self, stop: asyncio.Event, error: Exception) -> None:
        if not self._lost:
            _LOG.warning("trace_relay_lost", problem=type(error).__name__)
        self._lost = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _RETRY_S)

    async def _work(self, client: Redis) -> None:
        both = [asyncio.create_task(self._hear(client)), asyncio.create_task(self._tell(client))]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _hear(self, client: Redis) -> None:
        async with client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            if self._lost:
                _LOG.info("trace_relay_returned")
            self._lost = False
            while True:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=_HEAR_S)
                for trace_id in ids_of(message.get("data") if message else None):
                    self._traces.keep(trace_id, "told")

    async def _tell(self, client: Redis) -> None:
        while True:
            self._news.clear()
            while self._found:
                ids = [self._found.popleft() for _ in range(min(len(self._found), _TOLD_AT_ONCE))]
                try:
                    await client.publish(CHANNEL, ",".join(f"{trace_id:032x}" for trace_id in ids))
                except Exception:
                    self._found.extendleft(reversed(ids))
                    raise
            await self._news.wait()
