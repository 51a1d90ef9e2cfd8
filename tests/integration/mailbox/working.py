"""A worker that runs while a test looks on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sdr_common.mailbox import (
    Handler,
    Mailbox,
    MailboxWorker,
    Sample,
    WorkerOptions,
)
from tests.integration.mailbox.box import Box

FAST = WorkerOptions(drain_s=0.2)


@asynccontextmanager
async def working(
    mailbox: Mailbox,
    handler: Handler,
    options: WorkerOptions = FAST,
    metrics: Callable[[Sample], None] | None = None,
) -> AsyncIterator[MailboxWorker]:
    """A worker that runs meanwhile, and drains."""
    worker = MailboxWorker(mailbox, handler, options, metrics=metrics)
    stop = asyncio.Event()
    run = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await run


async def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.005)


async def until_row(box: Box, condition: Callable[[dict[str, object]], bool], key_id: int = 7) -> None:
    deadline = time.monotonic() + 10
    while not condition(await box.row(key_id)):
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.005)
