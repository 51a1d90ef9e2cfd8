"""The gateway's composition root: the only place where its parts meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from enum import Flag, auto

from fastapi import APIRouter

from sdr_common.mailbox import (
    GroupCommit,
)
from sdr_common.postgres import Pool, make_pool
from sdr_common.service import ServiceProcess, run_until_stopped, schema_problem, standard_work
from sdr_gateway.app_parts import make_parts
from sdr_gateway.app_serve import Served, serve
from sdr_gateway.app_watch import watch
from sdr_gateway.app_work import make_worker, start_work
from sdr_gateway.clients.metrics import MeterCounter
from sdr_gateway.http.live import live_routes
from sdr_gateway.http.server import WebServer, bind, make_app
from sdr_gateway.live.hub import LiveHub
from sdr_gateway.operations.ingest import Ingest
from sdr_gateway.settings import GatewaySettings

SCHEMA = "gateway"
"""The Postgres schema that is this service's alone."""
_NOTE_EVERY_S = 5.0
"""Pause between two writes of what was told and not kept."""


class Role(Flag):
    """What a process does."""

    SERVE = auto()
    """The webhook door and the account service."""
    WORK = auto()
    """Turns and sweeps."""
    ALL = SERVE | WORK


class Gateway:
    """A running gateway.

    Args:
        settings: As given.
        pool: Open.
        role: What it does.
        on_crash: Told when background work ends by an error; the process must then end.
    """

    def __init__(
        self, settings: GatewaySettings, pool: Pool, role: Role, on_crash: Callable[[], None] = lambda: None
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._role = role
        self._on_crash = on_crash
        self.http_port = 0
        """The port of the webhook door."""
        self.grpc_port = 0
        """The port of the account service; 0: not served."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Starts everything that the role needs.

        Raises:
            SystemExit: a port is taken.
        """
        settings, pool = self._settings, self._pool
        parts = await make_parts(settings, pool, stack)
        worker = make_worker(parts) if Role.WORK in self._role else None
        commit = GroupCommit(parts.mailbox, on_commit=worker.nudge if worker is not None else None)
        await stack.enter_async_context(commit)
        ingest = Ingest(
            commit, MeterCounter(), parts.ledger, quiet_s=settings.quiet_s, echo_quiet_s=settings.echo_quiet_s
        )
        served = await serve(SCHEMA, parts, stack, ingest) if Role.SERVE in self._role else None
        if served is not None:
            self.grpc_port = served.grpc.port
        status = await watch(settings, stack, pool, parts.mailbox, worker=worker, listing=parts.listing)
        process = ServiceProcess(served.grpc if served is not None else None, settings.drain_s, self._on_crash)
        stack.push_async_callback(process.stop)
        # Shut first: what came in before is still committed and, in this process, worked on.
        self._serve_http(served, process, stack, status)
        process.in_background(
            *standard_work(process, pool, "sdr_gateway", parts.idempotency, settings.redis_url),
            lambda stop: parts.ledger.run(stop, _NOTE_EVERY_S),
            parts.clock.run,
        )
        if worker is not None:
            start_work(process, parts, worker, ingest)

    def _serve_http(
        self, served: Served | None, process: ServiceProcess, stack: AsyncExitStack, status: APIRouter
    ) -> None:
        settings = self._settings
        listener = bind(settings.http_host, settings.http_port)
        self.http_port = listener.getsockname()[1]
        checks = {"postgres": lambda: schema_problem(self._pool, "sdr_gateway")}
        closing = asyncio.Event()
        routers = [status]
        webhook, api = None, None
        if served is not None:
            hub = LiveHub(settings.redis_url)
            process.in_background(hub.run)
            routers.append(live_routes(hub, served.sessions, closing.is_set))
            webhook, api = served.webhook, (served.sessions, served.api)
        web = WebServer(make_app(webhook, checks, api, routers, settings.frame_ancestors), drain_s=settings.drain_s)
        task = asyncio.create_task(web.serve(sockets=[listener]))

        async def shut() -> None:
            closing.set()
            web.should_exit = True
            await task

        stack.push_async_callback(shut)


async def build(
    settings: GatewaySettings,
    stack: AsyncExitStack,
    role: Role = Role.ALL,
    on_crash: Callable[[], None] = lambda: None,
) -> Gateway:
    """Starts a gateway; closing `stack` drains and ends it.

    Args:
        settings: The gateway's.
        stack: Owns everything that is open.
        role: What this process does.
        on_crash: Told when background work ends by an error.

    Raises:
        SystemExit: a port is taken.
    """
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-gateway", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    gateway = Gateway(settings, pool, role, on_crash)
    await gateway.start(stack)
    return gateway


async def run(settings: GatewaySettings, role: Role) -> None:
    """Works until SIGTERM or SIGINT, then drains."""
    await run_until_stopped(lambda stack, on_crash: build(settings, stack, role, on_crash))
