"""Child processes: start, watch, restart what dies, stop all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

RESTARTS_AT_MOST = 8
"""Deaths of one process within a minute before the stack gives up."""


@dataclass
class Child:
    """One process of the stack."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    is_healthy: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """Process id, 0 when it does not run."""
        return self.process.pid if self.process is not None else 0


class ChildFailed(Exception):
    """A process died before it was healthy, or keeps dying."""

    def __init__(self, child: Child, log: Path) -> None:
        tail = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
        reason = f": {tail[0][:300]}" if tail else ""
        super().__init__(f"{child.name} stopped{reason} (log: {log})")


class Supervisor:
    """Starts children, each with a log file, in a session of their own so that Ctrl-C reaches only us."""

    def __init__(self, data_dir: Path) -> None:
        self._logs = data_dir / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self.children: dict[str, Child] = {}

    def log_of(self, name: str) -> Path:
        """Where a child's output goes."""
        return self._logs / f"{name}.log"

    def start(self, child: Child) -> None:
        """Starts a child and watches it from now on."""
        self.children[child.name] = child
        with self.log_of(child.name).open("ab") as log:
            child.process = subprocess.Popen(
                [sys.executable, *child.arguments],
                env={**os.environ, **child.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_healthy(self, timeout_s: float = 30.0) -> None:
        """Waits until every child answers.

        Raises:
            ChildFailed: one died, or does not answer in time.
        """
        deadline = time.monotonic() + timeout_s
        waiting = set(self.children)
        while waiting:
            for name in sorted(waiting):
                child = self.children[name]
                if child.process is not None and child.process.poll() is not None:
                    raise ChildFailed(child, self.log_of(name))
                if child.is_healthy():
                    waiting.discard(name)
            if waiting and time.monotonic() > deadline:
                name = sorted(waiting)[0]
                raise ChildFailed(self.children[name], self.log_of(name))
            time.sleep(0.05)

    def restart_the_dead(self) -> list[str]:
        """Restarts children that died; tells their names.

        Raises:
            ChildFailed: one keeps dying.
        """
        restarted = []
        for name, child in self.children.items():
            if child.process is None or child.process.poll() is None:
                continue
            now = time.monotonic()
            child.deaths = [death for death in child.deaths if now - death < 60] + [now]
            if len(child.deaths) > RESTARTS_AT_MOST:
                raise ChildFailed(child, self.log_of(name))
            self.start(child)
            restarted.append(name)
        return restarted

    def stop(self, grace_s: float = 8.0) -> None:
        """Asks all to stop, waits, and kills what is left."""
        running = [child.process for child in self.children.values() if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
