"""A schema as sorted text from Postgres's catalogs: what migrations lead to, readable and comparable."""

from __future__ import annotations

from pathlib import Path

import psycopg

from sdr_common.postgres import Queries

_QUERIES = Queries.parse(Path(__file__).with_name("catalog.sql").read_text(encoding="utf-8"))


def dump(url: str, schema: str) -> list[str]:
    """One line per column, constraint, index, sequence, view, function and type, sorted; yoyo's own tables left out."""
    with psycopg.connect(url) as conn:
        # What is in the schema itself is told without its name.
        conn.execute("select set_config('search_path', %s, false)", [schema])
        lines = [row[0] for query in _QUERIES.values() for row in conn.execute(query, {"schema": schema})]
    return sorted(" ".join(line.split()) for line in lines)


def constraint_names(url: str, schema: str) -> list[str]:
    """Names of all constraints but not-null ones, sorted."""
    with psycopg.connect(url) as conn:
        lines = [row[0] for row in conn.execute(_QUERIES["constraints"], {"schema": schema})]
    # A line begins with "table", its name, "constraint", and the constraint's name.
    return sorted(line.split()[3] for line in lines)
