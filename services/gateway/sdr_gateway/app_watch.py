"""What the gateway shows to whoever watches: the operators' part of the composition root."""

from __future__ import annotations

from contextlib import AsyncExitStack

from fastapi import APIRouter

from sdr_common.event_outbox import outbox_of
from sdr_common.lossy_redis import LossyRedis
from sdr_common.mailbox import Mailbox, MailboxWorker, depth_of, watch_worker
from sdr_common.ops_server import serve_operators
from sdr_common.postgres import Pool
from sdr_common.service import schema_problem
from sdr_gateway.clients import checks
from sdr_gateway.clients.chatwoot import HttpChatwootListing
from sdr_gateway.clients.metrics import sweep_age
from sdr_gateway.http.status import status_routes
from sdr_gateway.operations.status import Finding, StatusBoard
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.sweeps import PostgresSweeps


async def watch(
    settings: GatewaySettings,
    stack: AsyncExitStack,
    pool: Pool,
    mailbox: Mailbox,
    *,
    worker: MailboxWorker | None,
    listing: HttpChatwootListing,
) -> APIRouter:
    """Opens the operators' port, if the process has one.

    Args:
        settings: The gateway's.
        stack: Ends it.
        pool: The gateway's pool.
        mailbox: Where turns wait.
        worker: Who works on them in this process, if it works.
        listing: Asks Chatwoot.

    Returns:
        `/status`, for the web application.
    """
    sweeps = PostgresSweeps(pool)
    samplers = [depth_of(mailbox, "turns"), outbox_of(pool, "gateway"), sweep_age(sweeps)]
    await serve_operators(settings, stack, pool, samplers)
    if worker is not None:
        stack.callback(watch_worker(worker, "turns"))
    client = LossyRedis(settings.redis_url)
    stack.push_async_callback(client.aclose)

    async def database() -> Finding:
        problem = await schema_problem(pool, "sdr_gateway")
        # What Postgres says of itself may name hosts: it stands in the log and on /readyz.
        return Finding(not problem, "does not serve" if problem else "serves")

    found = {
        "database": database,
        "redis": checks.redis(client),
        "chatwoot": checks.chatwoot(sweeps, listing),
        "sweep": checks.sweep(sweeps),
        "waiting": checks.waiting(mailbox),
    }
    if settings.waha_session_url:
        found["waha"] = checks.waha(settings.waha_session_url, settings.waha_api_key.get_secret_value())
    return status_routes(StatusBoard(found, frozenset({"database"})))
