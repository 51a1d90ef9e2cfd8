"""What each service's migrations lead to, there and back, against a committed dump.

A wanted change of a schema is taken over with `UPDATE_SCHEMA_DUMPS=1 pytest tests/migration`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import psycopg
import pytest
from yoyo import read_migrations

import sdr_common
from sdr_common.migrate import migrate, migration_backend, migration_lock, migrations_folder
from tests.conftest import SERVICES
from tests.migration.schema_dump import constraint_names, dump

HERE = Path(__file__).parent
SHARED = Path(sdr_common.__file__).parent
ADVICE = "if the change is wanted, run the tests with UPDATE_SCHEMA_DUMPS=1 and commit the dump"


def _roll_back(url: str, service: str) -> None:
    with migration_lock(url, service), migration_backend(url, service) as backend:
        migrations = read_migrations(str(migrations_folder(f"sdr_{service}")))
        backend.rollback_migrations(backend.to_rollback(migrations))


@pytest.mark.parametrize("service", SERVICES)
def test_an_empty_database_becomes_the_committed_schema(service: str, empty_database: str) -> None:
    migrate(empty_database, service, f"sdr_{service}")
    seen = dump(empty_database, service)
    file = HERE / f"{service}.schema.txt"
    if os.environ.get("UPDATE_SCHEMA_DUMPS"):
        file.write_text("\n".join(seen) + "\n")
    assert seen == file.read_text().splitlines(), ADVICE


@pytest.mark.parametrize("service", SERVICES)
def test_a_schema_can_be_rolled_back_to_nothing_and_made_again(service: str, empty_database: str) -> None:
    applied = migrate(empty_database, service, f"sdr_{service}")
    before = dump(empty_database, service)
    assert before
    _roll_back(empty_database, service)
    assert dump(empty_database, service) == []
    assert migrate(empty_database, service, f"sdr_{service}") == applied
    assert dump(empty_database, service) == before


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_named_after_their_service_numbered_and_chained(service: str) -> None:
    migrations = sorted(read_migrations(str(migrations_folder(f"sdr_{service}"))), key=lambda item: item.id)
    for number, migration in enumerate(migrations, start=1):
        assert re.fullmatch(rf"{service}_{number:04}_[a-z0-9_]+", migration.id), migration.id
        migration.load()
        assert {needed.id for needed in migration.depends} == {earlier.id for earlier in migrations[: number - 1][-1:]}


@pytest.mark.parametrize("service", SERVICES)
def test_every_sql_migration_has_its_way_back(service: str) -> None:
    folder = migrations_folder(f"sdr_{service}")
    forward = {path.name.removesuffix(".sql") for path in folder.glob("*.sql")}
    back = {name.removesuffix(".rollback") for name in forward if name.endswith(".rollback")}
    assert forward - {f"{name}.rollback" for name in back} == back


@pytest.mark.parametrize("service", SERVICES)
def test_every_constraint_has_a_name_of_our_own(service: str, empty_database: str) -> None:
    migrate(empty_database, service, f"sdr_{service}")
    names = constraint_names(empty_database, service)
    assert names
    written = set(re.findall(r"constraint\s+(?:if\s+exists\s+)?(\w+)", _sources(service), re.IGNORECASE))
    assert [name for name in names if name not in written] == []


def _sources(service: str) -> str:
    """All SQL of a service's migrations: its own files, and the shared tables that they make."""
    shared = [path for path in SHARED.rglob("*") if path.suffix in (".py", ".sql")]
    own = migrations_folder(f"sdr_{service}").iterdir()
    return "\n".join(path.read_text(encoding="utf-8") for path in (*own, *shared) if path.is_file())


@pytest.mark.parametrize("service", SERVICES)
def test_table_names_are_singular(service: str) -> None:
    lines = (HERE / f"{service}.schema.txt").read_text().splitlines()
    tables = {line.split()[1].rstrip(":") for line in lines if line.startswith("table ")}
    # One word that ends in s and is no plural here: a part of an account's document.
    assert [name for name in sorted(tables) if name.endswith("s") and name != "account_settings"] == []


def test_all_services_live_side_by_side_and_leave_the_public_schema_alone(empty_database: str) -> None:
    for service in SERVICES:
        migrate(empty_database, service, f"sdr_{service}")
    for service in SERVICES:
        assert dump(empty_database, service) == (HERE / f"{service}.schema.txt").read_text().splitlines(), service
    assert dump(empty_database, "public") == []
    with psycopg.connect(empty_database) as conn:
        crossing = conn.execute(
            "select conname from pg_constraint k join pg_class f on f.oid = k.confrelid"
            " join pg_class c on c.oid = k.conrelid where f.relnamespace <> c.relnamespace"
        ).fetchall()
    assert crossing == []
