"""Routing's composition root: the only place where its parts meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import grpc

from sdr.routing.v1 import routing_pb2, routing_pb2_grpc
from sdr_common.address_guard import AddressGuard, networks
from sdr_common.chatwoot import ChatwootHttp, ChatwootOptions, ChatwootSetup
from sdr_common.event_outbox import forwarding, outbox_of
from sdr_common.grpc_server import start_server
from sdr_common.idempotency import Idempotency
from sdr_common.lead_data import NAMES, parts_of, register_lead_data
from sdr_common.mailbox import Mailbox, MailboxOptions, depth_of, watch_worker
from sdr_common.mailbox.worker import MailboxWorker, WorkerOptions
from sdr_common.ops_server import serve_operators
from sdr_common.postgres import Pool, Queries, make_pool
from sdr_common.secret_box import SecretBox
from sdr_common.service import ServiceProcess, Work, pause, run_until_stopped, schema_problem, standard_work
from sdr_routing.clients.chatwoot import ChatwootHelpdesks
from sdr_routing.operations import (
    AccountSettings,
    CarryOut,
    ChooseFrom,
    Connect,
    DeadLetters,
    Deliver,
    Patience,
    Reassign,
    RefusalLimits,
    Refusals,
)
from sdr_routing.servicer import RoutingServicer
from sdr_routing.settings import Settings
from sdr_routing.store.announcements import OutboxAnnouncements
from sdr_routing.store.dead_letters import dead_letters
from sdr_routing.store.postgres import PostgresAccounts, PostgresConnections, PostgresDeliveries

SCHEMA = "routing"
"""The Postgres schema that is this service's alone."""
LEAD_DATA = Queries.load("sdr_routing.store", "lead_data.sql")
"""What is kept of one lead."""
OLD = Queries.load("sdr_routing.store", "retention.sql")
"""What goes by age."""

_READY_POLL_S = 0.5


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
    guard: AddressGuard


async def make_parts(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Opens what the process needs; closing `stack` closes it."""
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-routing", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    guard = AddressGuard(networks(settings.allowed_networks))
    http = ChatwootHttp(
        ChatwootOptions(
            guard=guard,
            connect_timeout_s=settings.chatwoot_connect_timeout_s,
            read_timeout_s=settings.chatwoot_read_timeout_s,
            requests_per_minute=settings.chatwoot_requests_per_minute,
            client="sdr-routing",
        )
    )
    stack.push_async_callback(http.aclose)
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
        guard=guard,
    )


def make_worker(parts: Parts, settings: Settings) -> MailboxWorker:
    """The worker that carries deliveries out."""
    patience = Patience(settings.settle_after_s, settings.attempts, settings.give_up_faults, settings.give_up_after_s)
    handler = CarryOut(parts.pool, parts.deliveries, parts.helpdesks, parts.announcements, patience)
    options = WorkerOptions(poll_s=settings.poll_s, in_flight=settings.in_flight, drain_s=settings.drain_s)
    return MailboxWorker(parts.mailbox, handler.handle, options)


def make_servicer(parts: Parts, worker: MailboxWorker | None, settings: Settings) -> RoutingServicer:
    """The gRPC face; a worker in the same process is nudged by what is accepted."""
    on_accepted = worker.nudge if worker is not None else None
    deliver = Deliver(
        pool=parts.pool,
        idempotency=parts.idempotency,
        accounts=parts.accounts,
        deliveries=parts.deliveries,
        announcements=parts.announcements,
        mailbox=parts.mailbox,
        on_accepted=on_accepted,
    )
    refusals = Refusals(
        pool=parts.pool,
        idempotency=parts.idempotency,
        deliveries=parts.deliveries,
        mailbox=parts.mailbox,
        limits=RefusalLimits(settings.resend_most, settings.resend_within_s, settings.resend_pace),
        on_accepted=on_accepted,
    )
    choices = ChooseFrom(parts.pool, parts.connections, lambda access: ChatwootSetup(parts.http, access))
    connect = Connect(
        pool=parts.pool,
        idempotency=parts.idempotency,
        accounts=parts.accounts,
        connections=parts.connections,
        helpdesks=parts.helpdesks,
        guard=parts.guard,
        setup_of=lambda access: ChatwootSetup(parts.http, access),
    )
    reassign = Reassign(
        pool=parts.pool,
        idempotency=parts.idempotency,
        accounts=parts.accounts,
        deliveries=parts.deliveries,
        mailbox=parts.mailbox,
        on_accepted=on_accepted,
    )
    account_settings = AccountSettings(parts.pool, parts.idempotency, parts.accounts)
    dead_letters = DeadLetters(parts.pool, parts.idempotency, parts.deliveries, parts.mailbox, on_accepted)
    return RoutingServicer(
        deliver, dead_letters, refusals, account_settings, connect, choices=choices, reassign=reassign
    )


async def build(
    settings: Settings,
    stack: AsyncExitStack,
    on_crash: Callable[[], None] = lambda: None,
    *,
    serves: bool = True,
    carries_out: bool = True,
) -> ServiceProcess:
    """Starts the process; closing `stack` ends it.

    Args:
        settings: The service's.
        stack: Owns the pool, the channels and the server.
        on_crash: Told when background work ends by an error.
        serves: It answers calls; otherwise its server tells its health alone.
        carries_out: It carries deliveries out.

    Raises:
        SystemExit: the port is taken.
    """
    parts = await make_parts(settings, stack)
    worker = make_worker(parts, settings) if carries_out else None

    def register(server: grpc.aio.Server) -> None:
        if serves:
            routing_pb2_grpc.add_RoutingServiceServicer_to_server(make_servicer(parts, worker, settings), server)
            register_lead_data(server, parts.pool, parts.idempotency, parts_of(LEAD_DATA), old=OLD)

    own = [service.full_name for service in routing_pb2.DESCRIPTOR.services_by_name.values()]
    names = [*own, *NAMES] if serves else []
    server = await start_server(
        SCHEMA, register, names, host=settings.grpc_host, port=settings.grpc_port, transport=settings.transport
    )
    samplers = [depth_of(parts.mailbox, "deliveries"), outbox_of(parts.pool, SCHEMA), dead_letters(parts.pool)]
    await serve_operators(settings, stack, parts.pool, samplers)
    process = ServiceProcess(server, settings.drain_s, on_crash)
    process.in_background(
        *standard_work(process, parts.pool, "sdr_routing", parts.idempotency, settings.redis_url),
        *await forwarding(parts.pool, settings.reporting_target, stack, settings.transport),
    )
    if worker is not None:
        stack.callback(watch_worker(worker, "deliveries"))
        process.in_background(_once_migrated(parts.pool, worker))
    stack.push_async_callback(process.stop)
    return process


async def run(settings: Settings, command: str) -> None:
    """Runs `serve`, `work` or `all` until SIGTERM or SIGINT, then drains."""
    serves, carries_out = command in {"serve", "all"}, command in {"work", "all"}
    await run_until_stopped(
        lambda stack, on_crash: build(settings, stack, on_crash, serves=serves, carries_out=carries_out)
    )


def _once_migrated(pool: Pool, worker: MailboxWorker) -> Work:
    """The worker's work, begun when its tables are there."""

    async def work(stop: asyncio.Event) -> None:
        while not stop.is_set() and await schema_problem(pool, "sdr_routing"):
            await pause(stop, _READY_POLL_S)
        if not stop.is_set():
            await worker.run(stop)

    return work
