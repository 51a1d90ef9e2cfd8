"""Brings one service's schema up to date with yoyo-migrations.

Migration ids are global in yoyo, so files are prefixed by service (`gateway_0001_…`); each service
keeps yoyo's own tables in its own schema, made here first.
"""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql
from yoyo import get_backend, read_migrations
from yoyo.backends import DatabaseBackend
from yoyo.exceptions import BadMigration

from sdr_common.errors import StoreUnavailable


def yoyo_url(url: str, schema: str) -> str:
    """The yoyo form of a libpq URL: psycopg 3's scheme, and the schema as a parameter."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, f"schema={quote(schema)}") if part)
    return f"postgresql+psycopg://{parts.netloc}{parts.path}?{query}"


def migrate(url: str, schema: str, package: str) -> list[str]:
    """Applies what is missing, in order; a second process that starts meanwhile waits and finds it done.

    Args:
        url: A `postgresql://` URL.
        schema: The service's schema; created when missing.
        package: Import name of the service; migrations are in its `migrations` folder.

    Returns:
        Ids of the migrations that were applied now, in order.

    Raises:
        StoreUnavailable: the database cannot be reached.
        RuntimeError: a migration's file cannot be read; nothing was applied.
    """
    with migration_lock(url, schema) as conn:
        conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        with migration_backend(url, schema) as backend:
            try:
                pending = backend.to_apply(read_migrations(str(migrations_folder(package))))
            except BadMigration as error:
                raise RuntimeError(f"a migration of {schema} cannot be read: {error.args[0]}") from error
            backend.apply_migrations(pending)
            return [migration.id for migration in pending]


def migrations_folder(package: str) -> Path:
    """Where a service keeps its migrations."""
    return Path(str(resources.files(package).joinpath("migrations")))


@contextmanager
def migration_lock(url: str, schema: str) -> Iterator[psycopg.Connection]:
    """Holds one schema's migrations for this process, on a connection of its own in autocommit.

    The lock falls with its session, so a process that is killed while migrating blocks nobody; yoyo's own
    lock is a row that would stay.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    try:
        conn = psycopg.connect(url, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise StoreUnavailable from error
    with conn:
        # Polled: a session that waits inside a statement holds a snapshot, which a concurrent index build
        # of the lock's holder would wait for in its turn.
        while not _locked(conn, schema):
            time.sleep(0.1)
        yield conn


def _locked(conn: psycopg.Connection, schema: str) -> bool:
    row = conn.execute("select pg_try_advisory_lock(hashtext('sdr_migrate'), hashtext(%s))", [schema]).fetchone()
    return bool(row and row[0])


@contextmanager
def migration_backend(url: str, schema: str) -> Iterator[DatabaseBackend]:
    """The connection of yoyo to one schema; only under `migration_lock`, which makes any lock row of yoyo stale."""
    if not _has_user_name():
        os.environ["LOGNAME"] = "sdr"  # yoyo notes who migrates; a container's user may have no name
    backend = get_backend(yoyo_url(url, schema))
    try:
        backend.break_lock()
        yield backend
    finally:
        backend.connection.close()


def _has_user_name() -> bool:
    try:
        getpass.getuser()
    except (KeyError, OSError):
        return False
    return True
