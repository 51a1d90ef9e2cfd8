"""Databases that tests use one after the other: emptying one costs a tenth of making and dropping it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from tests.support.postgres import PostgresServer, with_database

_SHAPE = """
select md5(string_agg(line, '|' order by line)) from (
  select format('%s %s %s %s %s', a.attrelid::regclass, a.attname, a.atttypid, a.attnotnull, a.attnum)
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select pg_get_constraintdef(oid) from pg_constraint where connamespace::regnamespace::text !~ '^pg_'
  union all select format('%s %s', tgrelid::regclass, tgname) from pg_trigger where not tgisinternal
  union all select format('%s %s', proname, md5(prosrc)) from pg_proc
    where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select format('%s', setconfig) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
    where d.datname = current_database()
) as shape(line)
"""
"""What a test may have changed besides rows: then its database is not used again."""

_TABLES = """
select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)'
"""
_BACK_TO_START = """
select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
from pg_sequences where last_value is not null
"""


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What a new database is like."""

    shape: str
    empty: str
    """Empties the tables that were empty; what migrations wrote stays."""


class UsedDatabases:
    """One process's databases that wait for their next test, by template."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._free: dict[str, list[str]] = defaultdict(list)
        self._fresh: dict[str, _Fresh] = {}

    @contextmanager
    def borrow(self, template: str) -> Iterator[str]:
        """An empty database with a template's schema; gives its URL. Who is still connected afterwards is cut off."""
        url = self._free[template].pop() if self._free[template] else self._make(template)
        try:
            yield url
        finally:
            if self._as_new(url, template):
                self._free[template].append(url)
            else:
                self._server.drop(urlsplit(url).path.removeprefix("/"))

    def _make(self, template: str) -> str:
        url = with_database(self._server.url, self._server.create(template))
        if template not in self._fresh:
            with psycopg.connect(url, autocommit=True) as conn:
                self._fresh[template] = _Fresh(_shape(conn), _emptying(conn))
        return url

    def _as_new(self, url: str, template: str) -> bool:
        try:
            with psycopg.connect(url, autocommit=True) as conn:
                conn.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
                fresh = self._fresh[template]
                conn.execute(fresh.empty.encode())
                conn.execute(_BACK_TO_START.encode())
                return _shape(conn) == fresh.shape
        except psycopg.OperationalError:
            return False


def _shape(conn: psycopg.Connection[tuple[object, ...]]) -> str:
    row = conn.execute(_SHAPE.encode()).fetchone()
    assert row is not None
    return str(row[0])


def _emptying(conn: psycopg.Connection[tuple[object, ...]]) -> str:
    names = [str(row[0]) for row in conn.execute(_TABLES.encode())]
    # Names of our own tables, quoted by Postgres itself.
    empty = [name for name in names if not conn.execute(f"select from {name} limit 1".encode()).rowcount]
    each = "".join(f"if exists (select from {name}) then delete from {name}; end if;\n" for name in empty)  # noqa: S608
    return f"do $$ begin set local session_replication_role = replica;\n{each}end $$"
