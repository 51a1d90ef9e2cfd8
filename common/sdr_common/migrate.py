"""Brings one service's schema up to date with yoyo-migrations.

Migration ids are global in yoyo, so files are prefixed by service (`gateway_0001_…`); each service
keeps yoyo's own tables in its own schema, made here first.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from yoyo import get_backend, read_migrations

from sdr_common.errors import StoreUnavailable


def yoyo_url(url: str, schema: str) -> str:
    """The yoyo form of a libpq URL: psycopg 3's scheme, and the schema as a parameter."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, f"schema={quote(schema)}") if part)
    return urlunsplit(("postgresql+psycopg", parts.netloc, parts.path, query, ""))


def migrate(url: str, schema: str, package: str) -> list[str]:
    """Applies what is missing, in order, under yoyo's lock.

    Args:
        url: A `postgresql://` URL.
        schema: The service's schema; created when missing.
        package: Import name of the service; migrations are in its `migrations` folder.

    Returns:
        Ids of the migrations that were applied now, in order.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
            # Services may start side by side: "if not exists" alone races in Postgres, a lock does not.
            conn.execute("select pg_advisory_lock(hashtext('sdr_create_schema'))")
            conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    except psycopg.OperationalError as error:
        raise StoreUnavailable from error
    folder = resources.files(package).joinpath("migrations")
    backend = get_backend(yoyo_url(url, schema))
    try:
        migrations = read_migrations(str(Path(str(folder))))
        with backend.lock():
            pending = backend.to_apply(migrations)
            backend.apply_migrations(pending)
        return [migration.id for migration in pending]
    finally:
        backend.connection.close()
