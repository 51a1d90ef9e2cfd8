"""Routing's composition root: the only place where its parts meet."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import grpc
import psycopg
import structlog

from sdr.routing.v1 import routing_pb2, routing_pb2_grpc
from sdr_common.chatwoot import ChatwootHttp, ChatwootOptions, ChatwootSetup
from sdr_common.errors import StoreUnavailable
from sdr_common.event_outbox import EventForwarder
from sdr_common.grpc_client import make_channel
from sdr_common.grpc_server import GrpcServer, start_server, stop_on_signals
from sdr_common.idempotency import Idempotency
from sdr_common.mailbox import Mailbox, MailboxOptions
from sdr_common.mailbox.worker import MailboxWorker, WorkerOptions
from sdr_common.postgres import Pool, connection, make_pool
from sdr_common.secret_box import SecretBox
from sdr_routing.clients.chatwoot import ChatwootHelpdesks
from sdr_routing.clients.reporting import GrpcRecorder
from sdr_routing.operations import AccountSettings, CarryOut, Connect, Deliver, Patience
from sdr_routing.servicer import RoutingServicer
from sdr_routing.settings import Settings
from sdr_routing.store.announcements import OutboxAnnouncements
from sdr_routing.store.postgres import QUERIES, PostgresAccounts, PostgresConnections, PostgresDeliveries

SCHEMA = "routing"
"""The Postgres schema that is this service's alone."""

_PURGE_INTERVAL_S = 600.0
_READY_POLL_S = 0.5
_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What both the server and the worker are made of."""

    pool: Pool
    idempotency: Idempotency
    accounts: PostgresAccounts
    deliveries: PostgresDeliveries
    connections: PostgresConnections
    helpdesks: ChatwootHelpdesks
    announcements: OutboxAnnouncements
    mailbox: Mailbox
    http: ChatwootHttp
    forwarder: EventForwarder | None
    """None: events wait in the database."""


class RoutingServer:
    """A running routing process.

    Args:
        server: Its gRPC server, not ready until the schema is there; a worker's serves health alone.
        pool: Open.
        drain_s: Seconds that running calls get on `stop`.
    """

    def __init__(self, server: GrpcServer, pool: Pool, drain_s: float) -> None:
        self.port = server.port
        """The port it listens on."""
        self._server = server
        self._pool = pool
        self._drain_s = drain_s
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, works: Sequence[Callable[[asyncio.Event], Coroutine[Any, Any, None]]]) -> None:
        """Gets ready, then runs work that ends by itself when its event is set."""
        self._tasks.append(asyncio.create_task(self._live(works)))

    async def stop(self) -> None:
        """Takes no new calls, gives running ones their time, then ends the background work."""
        await self._server.stop(self._drain_s)
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def _live(self, works: Sequence[Callable[[asyncio.Event], Coroutine[Any, Any, None]]]) -> None:
        await self._become_ready(self._stop)
        await asyncio.gather(*(work(self._stop) for work in works if not self._stop.is_set()))

    async def _become_ready(self, stop: asyncio.Event) -> None:
        """Gets traffic once the database answers and is migrated; says once why it waits."""
        waiting = False
        while not stop.is_set():
            try:
                async with connection(self._pool) as conn:
                    await conn.execute(QUERIES["check_schema"])
            except (StoreUnavailable, psycopg.errors.UndefinedTable) as error:
                if not waiting:
                    _LOG.warning("service_waited_for_database", problem=str(error))
                waiting = True
                await _pause(stop, _READY_POLL_S)
            else:
                await self._server.set_ready(True)
                _LOG.info("service_became_ready", port=self.port)
                return


async def make_parts(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Opens what the process needs; closing `stack` closes it."""
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-routing", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    http = ChatwootHttp(
        ChatwootOptions(
            connect_timeout_s=settings.chatwoot_connect_timeout_s,
            read_timeout_s=settings.chatwoot_read_timeout_s,
            requests_per_minute=settings.chatwoot_requests_per_minute,
        )
    )
    stack.push_async_callback(http.aclose)
    forwarder = None
    if settings.reporting_target:
        channel = await stack.enter_async_context(make_channel(settings.reporting_target))
        forwarder = EventForwarder(pool, GrpcRecorder(channel))
    connections = PostgresConnections(SecretBox(settings.secret_key.get_secret_value()))
    return Parts(
        pool=pool,
        idempotency=Idempotency(pool),
        accounts=PostgresAccounts(pool),
        deliveries=PostgresDeliveries(),
        connections=connections,
        helpdesks=ChatwootHelpdesks(pool, connections, http),
        announcements=OutboxAnnouncements(),
        mailbox=Mailbox(pool, MailboxOptions(lease_s=settings.lease_s, setback_ceiling_s=settings.setback_ceiling_s)),
        http=http,
        forwarder=forwarder,
    )


def make_worker(parts: Parts, settings: Settings) -> MailboxWorker:
    """The worker that carries deliveries out."""
    patience = Patience(settings.settle_after_s, settings.attempts)
    handler = CarryOut(parts.pool, parts.deliveries, parts.helpdesks, parts.announcements, patience)
    options = WorkerOptions(poll_s=settings.poll_s, in_flight=settings.in_flight, drain_s=settings.drain_s)
    return MailboxWorker(parts.mailbox, handler.handle, options)


def make_servicer(parts: Parts, worker: MailboxWorker | None) -> RoutingServicer:
    """The gRPC face; a worker in the same process is nudged by what is accepted."""
    deliver = Deliver(
        pool=parts.pool,
        idempotency=parts.idempotency,
        accounts=parts.accounts,
        deliveries=parts.deliveries,
        announcements=parts.announcements,
        mailbox=parts.mailbox,
        on_accepted=worker.nudge if worker is not None else None,
    )
    connect = Connect(
        pool=parts.pool,
        idempotency=parts.idempotency,
        accounts=parts.accounts,
        connections=parts.connections,
        helpdesks=parts.helpdesks,
        setup_of=lambda access: ChatwootSetup(parts.http, access),
    )
    return RoutingServicer(deliver, AccountSettings(parts.pool, parts.idempotency, parts.accounts), connect)


async def build(
    settings: Settings, stack: AsyncExitStack, *, serves: bool = True, carries_out: bool = True
) -> RoutingServer:
    """Starts the process; closing `stack` ends it.

    Args:
        settings: The service's.
        stack: Owns the pool, the channels and the server.
        serves: It answers calls.
        carries_out: It carries deliveries out.

    Raises:
        SystemExit: the port is taken.
    """
    parts = await make_parts(settings, stack)
    worker = make_worker(parts, settings) if carries_out else None

    def register(server: grpc.aio.Server) -> None:
        if serves:
            routing_pb2_grpc.add_RoutingServiceServicer_to_server(make_servicer(parts, worker), server)

    names = [service.full_name for service in routing_pb2.DESCRIPTOR.services_by_name.values()] if serves else []
    server = await start_server(SCHEMA, register, names, host=settings.grpc_host, port=settings.grpc_port)
    running = RoutingServer(server, parts.pool, settings.drain_s)
    works: list[Callable[[asyncio.Event], Coroutine[Any, Any, None]]] = [
        lambda stop: _purge(parts.idempotency, stop),
    ]
    if worker is not None:
        works.append(worker.run)
    if parts.forwarder is not None:
        works.append(parts.forwarder.run)
    running.begin(works)
    stack.push_async_callback(running.stop)
    return running


async def run(settings: Settings, *, serves: bool, carries_out: bool) -> None:
    """Runs until SIGTERM or SIGINT, then drains."""
    stop = stop_on_signals()
    async with AsyncExitStack() as stack:
        await build(settings, stack, serves=serves, carries_out=carries_out)
        await stop.wait()
    _LOG.info("service_stopped")


async def _purge(idempotency: Idempotency, stop: asyncio.Event) -> None:
    """Forgets answers that nobody repeats any more; replicas spread their work by jitter."""
    while not stop.is_set():
        await _pause(stop, _PURGE_INTERVAL_S * random.uniform(0.5, 1.5))  # noqa: S311  (jitter, not a secret)
        with suppress(StoreUnavailable):  # the next round does it
            await idempotency.purge()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
