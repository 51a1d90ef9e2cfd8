"""Reporting's composition root: the only place where its parts meet."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack, suppress

import psycopg
import structlog

from sdr.reporting.v1 import reporting_pb2, reporting_pb2_grpc
from sdr_common.clock import utc_now
from sdr_common.errors import StoreUnavailable
from sdr_common.grpc_server import GrpcServer, start_server, stop_on_signals
from sdr_common.idempotency import Idempotency
from sdr_common.postgres import Pool, connection, make_pool
from sdr_reporting.operations import Reporting
from sdr_reporting.servicer import ReportingServicer
from sdr_reporting.settings import Settings
from sdr_reporting.store.postgres import QUERIES, PostgresAccounts, PostgresEvents, PostgresLeads, PostgresReports

SCHEMA = "reporting"
"""The Postgres schema that is this service's alone."""

_PURGE_INTERVAL_S = 600.0
_READY_POLL_S = 0.5
_LOG = structlog.get_logger()


class ReportingServer:
    """A running reporting service.

    Args:
        grpc: The server, not ready until the schema is there.
        pool: Open.
        idempotency: Whose old answers are forgotten from time to time.
        drain_s: Seconds that running calls get on `stop`.
    """

    def __init__(self, grpc: GrpcServer, pool: Pool, idempotency: Idempotency, drain_s: float) -> None:
        self.port = grpc.port
        """The port it listens on."""
        self._grpc = grpc
        self._pool = pool
        self._idempotency = idempotency
        self._drain_s = drain_s
        self._stop = asyncio.Event()
        self._tasks = [asyncio.create_task(self._become_ready()), asyncio.create_task(self._purge())]

    async def stop(self) -> None:
        """Takes no new calls, gives running ones their time, then ends the background work."""
        await self._grpc.stop(self._drain_s)
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def _become_ready(self) -> None:
        """Gets traffic once the database answers and is migrated; says once why it waits."""
        waiting = False
        while not self._stop.is_set():
            try:
                async with connection(self._pool) as conn:
                    await conn.execute(QUERIES["check_schema"])
            except (StoreUnavailable, psycopg.errors.UndefinedTable) as error:
                if not waiting:
                    _LOG.warning("service_waited_for_database", problem=str(error))
                waiting = True
                await self._pause(_READY_POLL_S)
            else:
                await self._grpc.set_ready(True)
                _LOG.info("service_became_ready", port=self.port)
                return

    async def _purge(self) -> None:
        """Forgets answers that nobody repeats any more; replicas spread their work by jitter."""
        while not self._stop.is_set():
            await self._pause(_PURGE_INTERVAL_S * random.uniform(0.5, 1.5))  # noqa: S311  (jitter, not a secret)
            with suppress(StoreUnavailable):  # the next round does it
                await self._idempotency.purge()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


async def build(settings: Settings, stack: AsyncExitStack) -> ReportingServer:
    """Starts the service; closing `stack` ends it.

    Args:
        settings: The service's.
        stack: Owns the pool and the server.

    Raises:
        SystemExit: the port is taken.
    """
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-reporting", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    idempotency = Idempotency(pool)
    reporting = Reporting(
        pool,
        idempotency,
        events=PostgresEvents(),
        leads=PostgresLeads(),
        reports=PostgresReports(),
        accounts=PostgresAccounts(pool),
        now=utc_now,
    )
    grpc = await start_server(
        SCHEMA,
        lambda server: reporting_pb2_grpc.add_ReportingServiceServicer_to_server(ReportingServicer(reporting), server),
        [service.full_name for service in reporting_pb2.DESCRIPTOR.services_by_name.values()],
        host=settings.grpc_host,
        port=settings.grpc_port,
    )
    server = ReportingServer(grpc, pool, idempotency, settings.drain_s)
    stack.push_async_callback(server.stop)
    return server


async def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    stop = stop_on_signals()
    async with AsyncExitStack() as stack:
        await build(settings, stack)
        await stop.wait()
    _LOG.info("service_stopped")
