"""The whole local stack as a process: the one that `make run` starts, with its own data and ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from sdr_common.grpc_client import make_channel
from sdr_common.transport import Transport
from tests.support.net import free_port

START_S = 180.0


@dataclass(frozen=True)
class RunningStack:
    """A started stack; `description` is what it says about itself."""

    data_dir: Path
    process: subprocess.Popen[bytes]

    @property
    def description(self) -> dict[str, Any]:
        """`stack.json` as it is now: process ids change when something is restarted."""
        found: dict[str, Any] = json.loads((self.data_dir / "stack.json").read_text())
        return found

    def channel(self, service: str, caller: str = "operator") -> grpc.aio.Channel:
        """A channel to a service, as `caller` opens it; an operator may not take the steps of a turn."""
        tokens = json.loads((self.data_dir / "secrets.json").read_text())["caller_tokens"]
        return make_channel(self.description["grpc"][service], Transport(caller_token=tokens[caller]))

    def log(self, name: str) -> str:
        """What one process has logged."""
        return (self.data_dir / "logs" / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str) -> int:
        """Kills a process with -9; the stack starts it again. Gives the dead one's id."""
        pid = int(self.description["pids"][name])
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_restarted(self, name: str, old_pid: int, timeout_s: float = 20.0) -> None:
        """Waits until the stack tells another process id."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if int(self.description["pids"][name]) != old_pid:
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} was not started again within {timeout_s} s")

    def wait_ready(self) -> None:
        """Waits until the stack describes itself.

        Raises:
            AssertionError: it ended, or was not ready in time; with the end of its log.
        """
        deadline = time.monotonic() + START_S
        while not (self.data_dir / "stack.json").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the stack did not start:\n{(self.data_dir / 'stack.log').read_text()[-3000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops it politely, or at all."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.kill()

    def kill_everything(self) -> None:
        """Kills every process with -9 at once, the one that would restart them first."""
        pids = self.description["pids"].values()
        self.process.kill()
        self.process.wait()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


@contextmanager
def running_stack(**settings: str) -> Iterator[RunningStack]:
    """Starts a stack and stops it at the end; settings are environment variables. It keeps no traces unless asked."""
    with tempfile.TemporaryDirectory(prefix="sdr-stack-") as folder:
        data_dir = Path(folder)
        ports = {"SDR_GATEWAY_HTTP_PORT": str(free_port()), "SDR_SANDBOX_CHATWOOT_PORT": str(free_port())}
        stack = launch(data_dir, **{"SDR_STACK_TRACES": "0", **ports, **settings})
        try:
            stack.wait_ready()
            yield stack
        finally:
            stack.stop()


def launch(data_dir: Path, **settings: str) -> RunningStack:
    """Starts a stack on a folder, its own or one that a killed stack left; ready when `wait_ready` says so."""
    data_dir.chmod(0o755)  # the bundled Postgres runs as another user when we are root
    (data_dir / "stack.json").unlink(missing_ok=True)
    with (data_dir / "stack.log").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sdr_sandbox.stack"],
            env={**os.environ, "SDR_DATA_DIR": str(data_dir), **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return RunningStack(data_dir, process)
