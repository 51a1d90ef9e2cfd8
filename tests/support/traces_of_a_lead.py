"""Whether a database still holds somebody's words: every column of every table of every schema is read."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

_COLUMNS = """
select table_schema, table_name, column_name from information_schema.columns
where table_schema not in ('pg_catalog', 'information_schema')
  and table_name not in (select table_name from information_schema.views)
order by 1, 2, ordinal_position
"""


def traces_of(url: str, words: Sequence[str]) -> list[str]:
    """Columns that hold one of the words, in any case, as "schema.table.column: word".

    Everything is compared as bytes too, so that a word inside a stored message of a contract is found.
    """
    found = []
    with psycopg.connect(url) as conn:
        for schema, table, column in conn.execute(_COLUMNS).fetchall():
            place = f"{schema}.{table}.{column}"
            statement = sql.SQL("select {0} from {1} where {0} is not null").format(
                sql.Identifier(column), sql.Identifier(schema, table)
            )
            stored = "\n".join(_text(row[0]) for row in conn.execute(statement)).casefold()
            found += [f"{place}: {word}" for word in words if word.casefold() in stored]
    return found


def _text(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    return str(value)
