"""A database with the shared tables, as a service's migrations would make them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from sdr_common import account_settings, event_outbox, idempotency
from sdr_common.postgres import Pool, make_pool
from tests.support.postgres import PostgresServer

SCHEMA = "example"
EFFECT = "create table effect (label text not null)"
"""Stands for what a service's own work writes."""


def _prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("create schema example")
        conn.execute("set search_path to example")
        for statements in (idempotency.UP_V1, idempotency.UP_V2, account_settings.UP_V1, event_outbox.UP_V1, EFFECT):
            for statement in statements.split(";"):
                conn.execute(statement)


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a fresh database with the shared tables in the schema "example"."""
    with postgres.database(postgres.make_template("template_common", _prepare)) as url:
        yield url


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """An open pool on it."""
    pool = make_pool(database, SCHEMA, name="test", max_size=12)
    await pool.open()
    yield pool
    await pool.close()
