"""Carries out the plan's faults: kills with -9, freezes past the lease, an account API that is down for a while."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

import psutil
import psycopg
import redis

from sdr_sandbox.stack.health import grpc_ready, http_ok
from tests.chaos.plan import Fault, Size, faults
from tests.support.chatwoot import Chatwoot
from tests.support.net import eventually
from tests.support.stack import RunningStack

HEALTHY_WITHIN_S = 60.0
_ACCOUNT_API = r"^/api/v1/accounts/\d+/(conversations|contacts)"


class Monkey:
    """Torments one stack; `done` tells how often what was done to whom."""

    def __init__(self, stack: RunningStack, chatwoot: Chatwoot, size: Size) -> None:
        self._stack = stack
        self._chatwoot = chatwoot
        self._size = size
        self.done: Counter[str] = Counter()
        self.slowest: tuple[float, str] = (0.0, "")
        """The longest time that a victim took to be healthy again, in seconds, and which one."""
        self._frozen: set[int] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """One fault after another until stopped; the last victim is healthy at the end."""
        await self.misbehave()
        try:
            if not self._size.victims:
                await stop.wait()
                return
            for fault in faults(self._size):
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), fault.after_s)
                if stop.is_set():
                    return
                await self._strike(fault)
        finally:
            _signal(self._frozen, signal.SIGCONT)

    async def misbehave(self, **more: object) -> None:
        """Puts the plan's faults of webhooks and creations in force."""
        await self._chatwoot.sandbox("PUT", "/misbehaviour", self._size.misbehaviour(**more))

    async def _strike(self, fault: Fault) -> None:
        if fault.mode == "down":
            await self.misbehave(down="503", path_filter=_ACCOUNT_API)
            await asyncio.sleep(fault.lasts_s)
            await self.misbehave()
        else:
            pid = int(self._stack.description["pids"].get(fault.victim, 0))
            if not pid:
                return
            if fault.mode == "kill":
                await self._kill(fault.victim, pid)
            else:
                await self._freeze(pid, fault.lasts_s)
            started = time.monotonic()
            await eventually(
                lambda: self._is_healthy(fault.victim),
                timeout_s=HEALTHY_WITHIN_S,
                interval_s=0.1,
                what=f"{fault.victim} to be healthy after {fault.mode}",
            )
            self.slowest = max(self.slowest, (time.monotonic() - started, f"{fault.mode} {fault.victim}"))
        self.done[f"{fault.mode} {fault.victim}"] += 1

    async def _kill(self, victim: str, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        await eventually(
            lambda: int(self._stack.description["pids"].get(victim, pid)) != pid,
            timeout_s=HEALTHY_WITHIN_S,
            interval_s=0.1,
            what=f"{victim} to be started again",
        )

    async def _freeze(self, pid: int, lasts_s: float) -> None:
        # With its children: Postgres is a process per connection.
        pids = {pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))}
        self._frozen |= pids
        try:
            _signal(pids, signal.SIGSTOP)
            await asyncio.sleep(lasts_s)
        finally:
            _signal(pids, signal.SIGCONT)
            self._frozen -= pids

    async def _is_healthy(self, name: str) -> bool:
        return await asyncio.to_thread(is_healthy, self._stack, name)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def is_healthy(stack: RunningStack, name: str) -> bool:
    """Whether a part of the stack answers."""
    described = stack.description
    if name == "postgres":
        with suppress(psycopg.OperationalError), psycopg.connect(described["database_url"], connect_timeout=2) as conn:
            return conn.execute("select 1").fetchone() is not None
        return False
    if name == "redis":
        with suppress(redis.ConnectionError):
            return bool(redis.Redis.from_url(described["redis_url"], socket_timeout=1).ping())
        return False
    port = int(described["probes"][name])
    return http_ok(port, "/readyz")() if name.startswith("gateway") else grpc_ready(port)()
