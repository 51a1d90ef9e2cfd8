"""What every service process does alike: readiness, background work, an orderly end.

A service's `server.py` puts its parts together and gives background work to a `ServiceProcess`.
"""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from functools import cache
from importlib import resources
from typing import Any

import psycopg
import structlog

from sdr_common.errors import DomainError, StoreUnavailable
from sdr_common.grpc_server import GrpcServer, stop_on_signals
from sdr_common.idempotency import Idempotency
from sdr_common.postgres import Pool, connection
from sdr_common.telemetry import held_traces
from sdr_common.trace_relay import TraceRelay

_PURGE_INTERVAL_S = 600.0
_READY_POLL_S = 0.5
_GARBAGE_THRESHOLD = 10_000
"""New objects before the youngest are looked through; a call makes some thousand, nearly all freed without it."""
_LOG = structlog.get_logger()

Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Background work: runs until its event is set."""


class ServiceProcess:
    """A running process: its gRPC server, its background work, and how both end.

    Args:
        server: Not ready yet; None where the process serves no calls.
        drain_s: Seconds that running calls get on `stop`.
        on_crash: Told when background work ends by an error; the process must then end, so that
            whoever watches it starts it anew.
    """

    def __init__(self, server: GrpcServer | None, drain_s: float, on_crash: Callable[[], None] = lambda: None) -> None:
        self.server = server
        self._drain_s = drain_s
        self._on_crash = on_crash
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def port(self) -> int:
        """The port of the gRPC server; 0: none."""
        return self.server.port if self.server is not None else 0

    def in_background(self, *works: Work) -> None:
        """Starts work that ends by itself when its event is set."""
        for work in works:
            task = asyncio.ensure_future(work(self._stop))
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    async def stop(self) -> None:
        """Takes no new calls, gives running ones their time, then ends the background work."""
        if self.server is not None:
            await self.server.stop(self._drain_s)
        self._stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("background_work_failed", exc_info=error)
            self._on_crash()


async def schema_problem(pool: Pool, package: str) -> str:
    """Why a service's tables cannot be used now; empty when they can.

    Args:
        pool: The service's pool.
        package: Import name of the service, for the advice.
    """
    advice = f"run python -m {package} migrate"
    try:
        async with connection(pool) as conn:
            rows = await (await conn.execute("select migration_id from _yoyo_migration")).fetchall()
    except psycopg.errors.UndefinedTable:
        return f"the schema is not migrated; {advice}"
    except (DomainError, psycopg.Error) as error:
        return str(error)
    # More may have been applied: a newer release's, which only add.
    missing = _migrations_of(package) - {row["migration_id"] for row in rows}
    return f"the schema lacks {min(missing)}; {advice}" if missing else ""


@cache
def _migrations_of(package: str) -> frozenset[str]:
    """Ids of the migrations that this release was written for."""
    names = (file.name for file in resources.files(package).joinpath("migrations").iterdir())
    return frozenset(
        name.removesuffix(".sql").removesuffix(".py")
        for name in names
        if name.endswith((".sql", ".py")) and not name.endswith(".rollback.sql")
    )


def becoming_ready(check: Callable[[], Awaitable[str]], on_ready: Callable[[], Awaitable[None]]) -> Work:
    """Work that says ready once `check` finds no problem, and says once why it waits."""

    async def work(stop: asyncio.Event) -> None:
        waiting = False
        while not stop.is_set():
            problem = await check()
            if not problem:
                await on_ready()
                return
            if not waiting:
                _LOG.warning("service_waited_for_database", problem=problem)
            waiting = True
            await pause(stop, _READY_POLL_S)

    return work


def purging(idempotency: Idempotency) -> Work:
    """Work that forgets answers which nobody repeats any more; replicas spread it by jitter."""

    async def work(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await pause(stop, _PURGE_INTERVAL_S * random.uniform(0.5, 1.5))  # noqa: S311  (jitter, not a secret)
            with suppress(StoreUnavailable):  # the next round does it
                await idempotency.purge()

    return work


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Waits so long, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def standard_work(
    process: ServiceProcess, pool: Pool, package: str, idempotency: Idempotency, redis_url: str = ""
) -> list[Work]:
    """What every service does beside its calls: get ready, forget old answers, agree on which traces are kept.

    Args:
        process: The service's.
        pool: Its pool.
        package: Its import name.
        idempotency: Whose old answers go.
        redis_url: Where processes tell each other of traces; empty: each keeps what it finds itself.
    """

    async def ready() -> None:
        if process.server is not None:
            await process.server.set_ready(True)
        _LOG.info("service_became_ready", port=process.port)

    works: list[Work] = [becoming_ready(lambda: schema_problem(pool, package), ready), purging(idempotency)]
    if redis_url and (held := held_traces()) is not None:
        works.append(TraceRelay(redis_url, held).run)
    return works


async def run_until_stopped(build: Callable[[AsyncExitStack, Callable[[], None]], Awaitable[object]]) -> None:
    """Builds a process and keeps it until SIGTERM, SIGINT or a crash of its background work; then drains."""
    stop = stop_on_signals()
    async with AsyncExitStack() as stack:
        await build(stack, stop.set)
        _leave_alone_what_stays()
        await stop.wait()
    _LOG.info("service_stopped")


def _leave_alone_what_stays() -> None:
    """Spares the garbage collector what was made so far, which lives as long as the process.

    Without it a tenth of a service's CPU under load goes into walking modules and contracts again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE_THRESHOLD, 20, 20)
