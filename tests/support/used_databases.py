"""Databases that tests use one after the other: emptying one costs a tenth of making and dropping it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

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

# What a migration writes stays: which are applied, and the key that phone numbers are told apart by.
_EMPTY = """
do $$
declare one record; filled boolean;
begin
  set local session_replication_role = replica;
  for one in select n.nspname, c.relname, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and c.relname !~ '^_?yoyo'
      and c.relname <> 'phone_key' loop
    execute format('select exists (select from %I.%I)', one.nspname, one.relname) into filled;
    if filled then
      execute format('delete from %I.%I', one.nspname, one.relname);
    end if;
  end loop;
  perform setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    from pg_sequences where last_value is not null;
end $$
"""


class UsedDatabases:
    """One process's databases that wait for their next test, by template."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._free: dict[str, list[str]] = defaultdict(list)
        self._shapes: dict[str, str] = {}

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
        if template not in self._shapes:
            with psycopg.connect(url, autocommit=True) as conn:
                self._shapes[template] = _shape(conn)
        return url

    def _as_new(self, url: str, template: str) -> bool:
        try:
            with psycopg.connect(url, autocommit=True) as conn:
                conn.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
                conn.execute(sql.SQL(_EMPTY))
                return _shape(conn) == self._shapes[template]
        except psycopg.OperationalError:
            return False


def _shape(conn: psycopg.Connection[tuple[object, ...]]) -> str:
    row = conn.execute(_SHAPE.encode()).fetchone()
    assert row is not None
    return str(row[0])
