"""The extension `vector` (pgvector), for the knowledge's embeddings; the database's own, kept on rollback."""

from typing import Any

from yoyo import step

__depends__ = {"dialogue_0005_spending"}

_MISSING = (
    "the extension vector (pgvector) is not in this database's schema public; "
    "let a superuser run once: create extension vector schema public"
)


def _find(cursor: Any) -> bool:  # the driver's cursor, which yoyo does not type
    cursor.execute(
        "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'vector'"
    )
    row = cursor.fetchone()
    if row is not None and row[0] != "public":
        raise RuntimeError(
            f"the extension vector is in schema {row[0]}; move it: alter extension vector set schema public"
        )
    return row is not None


def _ensure(conn: Any) -> None:  # yoyo's connection is the driver's own
    cursor = conn.cursor()
    if _find(cursor):
        return
    cursor.execute("select 1 from pg_available_extensions where name = 'vector'")
    if cursor.fetchone() is None:
        raise RuntimeError(
            "this Postgres has no pgvector; install it, then let a superuser run: create extension vector"
        )
    try:
        cursor.execute("create extension if not exists vector schema public")
    except Exception as error:  # whatever the driver makes of it, its cause stays with it
        raise RuntimeError(_MISSING) from error


steps = [step(_ensure)]
