"""A real Redis from its wheel, on a port of its own, to be killed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from sdr_sandbox.stack.databases import start_redis
from tests.support.net import free_port


class RedisServer:
    """A server that can be killed, frozen and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        (folder / "logs").mkdir()
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        started = start_redis(self._folder, self._port, None)
        if started.process is None:
            pytest.skip("no Redis for this machine: neither a wheel nor a redis-server on the PATH")
        deadline = time.monotonic() + 10
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                    break
                except redis.ConnectionError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
        return started.process

    def kill(self) -> None:
        """As kill -9."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Starts it again where it was."""
        self.process = self._start()


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A fresh server, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sdr-redis-"))
    server: RedisServer | None = None
    try:
        server = RedisServer(folder)
        yield server
    finally:
        if server is not None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
