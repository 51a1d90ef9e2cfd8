"""Workers as processes of their own, to be killed and frozen."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.integration.routing.conftest import SECRET_KEY, SETTLE_AFTER_S


class WorkerProcess:
    """`python -m sdr_routing work`, started again after each kill."""

    def __init__(self, url: str) -> None:
        self._environment = {
            **os.environ,
            "DATABASE_URL": url,
            "SDR_SECRET_KEY": SECRET_KEY,
            "SDR_ROUTING_SETTLE_AFTER_S": str(SETTLE_AFTER_S),
            "SDR_ROUTING_CHATWOOT_READ_TIMEOUT_S": "5",
            "SDR_ROUTING_CHATWOOT_REQUESTS_PER_MINUTE": "100000",
            "SDR_ROUTING_LEASE_S": "1.5",
            "SDR_ROUTING_POLL_S": "0.05",
            "SDR_ROUTING_SETBACK_CEILING_S": "0.5",
            "SDR_ROUTING_ATTEMPTS": "50",
            "SDR_ROUTING_DRAIN_S": "1",
            "SDR_LOG_LEVEL": "error",
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sdr_routing", "work", env=self._environment
        )

    async def kill(self) -> None:
        """As a lost machine: nothing is released, nothing is said."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def freeze(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> int:
        """As an orchestrator: gives the exit status."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.terminate()
        return await asyncio.wait_for(self._process.wait(), 20)


@asynccontextmanager
async def worker_process(url: str) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(url)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.kill()
