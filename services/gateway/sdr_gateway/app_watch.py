"""What the gateway shows to whoever watches: the operators' part of the composition root."""

from __future__ import annotations

from contextlib import AsyncExitStack

from sdr_common.event_outbox import outbox_of
from sdr_common.mailbox import Mailbox, MailboxWorker, depth_of, watch_worker
from sdr_common.ops_server import serve_operators
from sdr_common.postgres import Pool
from sdr_gateway.clients.metrics import sweep_age
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.sweeps import PostgresSweeps


async def watch(
    settings: GatewaySettings, stack: AsyncExitStack, pool: Pool, mailbox: Mailbox, worker: MailboxWorker | None
) -> None:
    """Opens the operators' port, if the process has one.

    Args:
        settings: The gateway's.
        stack: Ends it.
        pool: The gateway's pool.
        mailbox: Where turns wait.
        worker: Who works on them in this process, if it works.
    """
    samplers = [depth_of(mailbox, "turns"), outbox_of(pool, "gateway"), sweep_age(PostgresSweeps(pool))]
    await serve_operators(settings, stack, pool, samplers)
    if worker is not None:
        stack.callback(watch_worker(worker, "turns"))
