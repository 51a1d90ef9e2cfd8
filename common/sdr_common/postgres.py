"""Postgres: one pool per process, plain named SQL, and connection faults as domain errors.

A service's tables live in its own schema; the pool sets `search_path`, so that SQL names tables
plainly and no statement can reach another service's data. Connections run in autocommit: a single
statement costs one round trip, and a transaction is always visible as `async with conn.transaction()`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any, LiteralString, Self, cast

import psycopg
from opentelemetry import trace
from psycopg import AsyncConnection, AsyncCursor
from psycopg.abc import Params, QueryNoTemplate
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sdr_common.errors import StoreUnavailable, WriteConflict
from sdr_common.telemetry import TRACER, is_detail_wanted, now_ns

Connection = AsyncConnection[DictRow]
"""A connection whose rows are dicts."""
Pool = AsyncConnectionPool[Connection]

_RECONNECT_TIMEOUT_S = 5.0
"""The pool doubles its pause between attempts until this is over, then a caller starts it afresh. With
psycopg's 300 s a pool was seen to sleep for 56 s after an outage of 66 s had ended."""

_FILE_TROUBLE = re.compile(r"could not (extend|write|open|fsync|truncate)\b.*\bfile\b")
"""A full disk is an OperationalError; a file that may not grow any more (EFBIG), and other file trouble, is
Postgres's catch-all code XX000 and can be told by its words alone."""

_NAMES: dict[str, str] = {}
"""Names of statements, by their text."""
_HEADER = re.compile(r"^-- (?P<name>[a-z][a-z0-9_]*) --[ \t]*$", re.MULTILINE)


class Queries(dict[str, LiteralString]):
    """Named statements of one `.sql` file: `-- name --`, a description, then the statement.

    A name that does not exist is a KeyError at the first use; a test explains every statement.
    """

    @classmethod
    def load(cls, package: str, file: str = "queries.sql") -> Queries:
        """Reads the statements of `file` inside `package`.

        Raises:
            ValueError: a name stands twice.
        """
        text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Queries:
        """Reads statements from a text; see `load`."""
        headers = list(_HEADER.finditer(text))
        queries = cls()
        for position, header in enumerate(headers):
            end = headers[position + 1].start() if position + 1 < len(headers) else len(text)
            name = header["name"]
            if name in queries:
                raise ValueError(f"query {name} stands twice")
            # The text comes from a file of ours, never from input: that is what LiteralString promises.
            statement: str = text[header.end() : end].strip()
            queries[name] = statement
            _NAMES.setdefault(statement, name)
        return queries


class TracedCursor(AsyncCursor[DictRow]):
    """A cursor whose statements are spans, in traces that want them; outside of one it costs a look.

    A span has the statement's name in our files, never its text or its values.
    """

    async def execute(  # type: ignore[override]  # no statement of ours is a template
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> Self:
        """See psycopg."""
        if not trace.get_current_span().is_recording():
            return await super().execute(query, params, prepare=prepare, binary=binary)
        started_ns, fault = now_ns(), ""
        try:
            return await super().execute(query, params, prepare=prepare, binary=binary)
        except psycopg.Error as error:
            fault = error.sqlstate or type(error).__name__
            raise
        finally:
            if is_detail_wanted(started_ns, failed=bool(fault)):
                _trace_statement(query, started_ns, fault)


def _trace_statement(query: QueryNoTemplate, started_ns: int, fault: str) -> None:
    name = (_NAMES.get(query) if isinstance(query, str) else None) or "statement"
    attributes = {"db.system.name": "postgresql", "db.query.summary": name}
    span = TRACER.start_span(f"SQL {name}", kind=trace.SpanKind.CLIENT, start_time=started_ns, attributes=attributes)
    if fault:
        span.set_attribute("error.type", fault)
        span.set_status(trace.StatusCode.ERROR)
    span.end()


def make_pool(
    url: str, schema: str, *, name: str, min_size: int = 1, max_size: int = 10, timeout_s: float = 5.0
) -> Pool:
    """Makes a closed pool for one schema; `await pool.open()` starts it.

    Args:
        url: A libpq URL or key-value string.
        schema: The service's schema, first on the search path.
        name: Shown in `pg_stat_activity`.
        min_size: Connections kept open.
        max_size: Connections at most.
        timeout_s: Longest wait for a connection, in seconds; then `StoreUnavailable`.
    """
    kwargs: dict[str, Any] = {  # psycopg's own keyword arguments are untyped
        "autocommit": True,
        "row_factory": dict_row,
        "cursor_factory": TracedCursor,
        "application_name": name,
        "options": f"-c search_path={schema},public -c timezone=UTC",
    }
    return cast(
        "Pool",
        AsyncConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            open=False,
            kwargs=kwargs,
            name=name,
            timeout=timeout_s,
            reconnect_timeout=_RECONNECT_TIMEOUT_S,
        ),
    )


@asynccontextmanager
async def store_errors() -> AsyncIterator[None]:
    """Turns lost connections, full disks and write conflicts into domain errors; everything else passes through."""
    try:
        yield
    except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected) as error:
        raise WriteConflict from error
    except (psycopg.OperationalError, PoolTimeout) as error:
        raise StoreUnavailable from error
    except psycopg.InternalError as error:
        if _FILE_TROUBLE.search(str(error)) is None:
            raise
        raise StoreUnavailable from error


@asynccontextmanager
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in autocommit.

    Raises:
        StoreUnavailable: none could be had, or it broke.
        WriteConflict: two writers met.
    """
    async with store_errors(), pool.connection() as conn:
        yield conn


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection inside one transaction, committed on leaving, rolled back on an exception.

    Raises:
        StoreUnavailable: none could be had, or it broke.
        WriteConflict: two writers met.
    """
    async with store_errors(), pool.connection() as conn, conn.transaction():
        yield conn
