"""Restarts every process of a stack, one after the other; the counterpart of the monkey in a rolling run."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.monkey import HEALTHY_WITHIN_S, is_healthy
from tests.support.net import eventually
from tests.support.stack import RunningStack

COMPONENTS = ("reporting", "scoring", "dialogue", "routing", "gateway", "gateway-worker", "routing-worker")
_FAULTS = ("turn_put_back", "turn_failed", "turn_poisoned", "background_work_failed")


@dataclass(frozen=True)
class Rolling:
    """How everything is restarted."""

    hard: bool = False
    """Kills with -9 instead of asking to stop."""
    rounds: int = 1
    pause_s: float = 1.0
    """Between a process that is healthy again and the next one."""
    replicas: int = 2


class Roller:
    """Restarts every process of the product, one at a time; has a monkey's face.

    Args:
        stack: What to restart.
        how: Politely or not, and how often.
    """

    def __init__(self, stack: RunningStack, how: Rolling) -> None:
        self._stack = stack
        self._how = how
        self.done: Counter[str] = Counter()
        self.slowest: tuple[float, str] = (0.0, "")
        self.finished = False
        """Everything was restarted so often."""

    async def run(self, stop: asyncio.Event) -> None:
        """Restarts; then waits for the end of the load."""
        await asyncio.sleep(3.0)
        for _ in range(self._how.rounds):
            for name in list(self._processes()):
                await self._restart(name)
                await asyncio.sleep(self._how.pause_s)
        self.finished = True
        await stop.wait()

    def _processes(self) -> Iterator[str]:
        known = self._stack.description["probes"]
        for component in COMPONENTS:
            yield from sorted(name for name in known if re.fullmatch(rf"{component}(-\d+)?", name))

    async def _restart(self, name: str) -> None:
        pid, started = int(self._stack.description["pids"][name]), time.monotonic()
        os.kill(pid, signal.SIGKILL if self._how.hard else signal.SIGTERM)

        def is_back() -> bool:
            described = self._stack.description["pids"]
            return int(described[name]) != pid and is_healthy(self._stack, name)

        await eventually(
            lambda: asyncio.to_thread(is_back), timeout_s=HEALTHY_WITHIN_S, interval_s=0.1, what=f"{name} to be back"
        )
        self.slowest = max(self.slowest, (time.monotonic() - started, name))
        self.done[f"{'killed' if self._how.hard else 'restarted'} {name}"] += 1


def turn_faults(logs: Path) -> Counter[str]:
    """Turns that failed or were put back, by what the logs call it and why."""
    found: Counter[str] = Counter()
    for log in logs.glob("*.log"):
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("{") and any(event in line for event in _FAULTS):
                told = json.loads(line)
                if told.get("event") in _FAULTS:
                    found[f"{told['event']}: {told.get('reason', '')}"] += 1
    return found
