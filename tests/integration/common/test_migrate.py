"""Migrations: services side by side in one database, at the same time, and after accidents."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from sdr_common.errors import StoreUnavailable
from sdr_common.migrate import migrate, migration_lock, yoyo_url
from tests.support.postgres import with_database

MakePackage = Callable[..., str]


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePackage:
    """Makes an importable package with migrations, given as file name and text."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name: str, **files: str) -> str:
        folder = tmp_path / name / "migrations"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
        for file, text in files.items():
            (folder / file.replace("__", ".")).write_text(text)
        return name

    return make


def _tables(url: str) -> set[str]:
    query = """select schemaname || '.' || tablename from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema') and tablename not like '%yoyo%'"""
    with psycopg.connect(url) as conn:
        return {row[0] for row in conn.execute(query)}


def test_two_services_keep_to_their_schemas_even_with_equal_file_names(
    empty_database: str, make_package: MakePackage
) -> None:
    first = make_package("mig_side_a", s_0001_start__sql="create table lead (id int)")
    second = make_package("mig_side_b", s_0001_start__sql="create table lead (id int); create table turn (id int)")
    assert migrate(empty_database, "a", first) == ["s_0001_start"]
    assert migrate(empty_database, "b", second) == ["s_0001_start"]
    assert _tables(empty_database) == {"a.lead", "b.lead", "b.turn"}


def test_a_second_run_applies_nothing_and_a_later_file_alone(empty_database: str, make_package: MakePackage) -> None:
    package = make_package("mig_again", s_0001_start__sql="create table lead (id int)")
    assert migrate(empty_database, "a", package) == ["s_0001_start"]
    assert migrate(empty_database, "a", package) == []
    make_package("mig_again", s_0002_more__sql="-- depends: s_0001_start\nalter table lead add name text")
    assert migrate(empty_database, "a", package) == ["s_0002_more"]


async def test_processes_that_start_together_apply_each_migration_once(
    empty_database: str, make_package: MakePackage, tmp_path: Path
) -> None:
    slow = "create table lead (id int); insert into lead select 2 from pg_sleep(0.3); insert into lead values (1)"
    package = make_package("mig_parallel", s_0001_start__sql=slow)
    code = f"from sdr_common.migrate import migrate; print(migrate({empty_database!r}, 'a', {package!r}))"
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    ended = await asyncio.gather(*(process.communicate() for process in started))
    assert [error.decode() for _, error in ended] == ["", "", ""]
    assert Counter(output.decode().strip() for output, _ in ended) == {"['s_0001_start']": 1, "[]": 2}
    with psycopg.connect(empty_database) as conn:
        assert conn.execute("select count(*) from a.lead").fetchone() == (2,)


def test_a_migrator_that_was_killed_blocks_nobody(empty_database: str, make_package: MakePackage) -> None:
    package = make_package("mig_killed", s_0001_start__sql="create table lead (id int)")
    migrate(empty_database, "a", package)
    with psycopg.connect(empty_database, autocommit=True) as conn:
        # What yoyo leaves behind when its process dies.
        conn.execute("insert into a.yoyo_lock (locked, ctime, pid) values (1, now(), 99999)")
    make_package("mig_killed", s_0002_more__sql="alter table lead add name text")
    assert migrate(empty_database, "a", package) == ["s_0002_more"]


def test_the_lock_is_one_per_schema(empty_database: str, make_package: MakePackage) -> None:
    package = make_package("mig_lock", s_0001_start__sql="create table lead (id int)")
    with migration_lock(empty_database, "a"):
        assert migrate(empty_database, "b", package) == ["s_0001_start"]


def test_a_failing_migration_leaves_nothing_of_itself_and_can_be_mended(
    empty_database: str, make_package: MakePackage
) -> None:
    good = "create table lead (id int)"
    broken = "create table turn (id int); insert into nowhere values (1)"
    package = make_package("mig_fails", s_0001_start__sql=good, s_0002_more__sql=broken)
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(empty_database, "a", package)
    assert _tables(empty_database) == {"a.lead"}
    make_package("mig_fails", s_0002_more__sql="create table turn (id int)")
    assert migrate(empty_database, "a", package) == ["s_0002_more"]


def test_a_file_that_cannot_be_read_is_an_error_and_not_passed_over(
    empty_database: str, make_package: MakePackage
) -> None:
    package = make_package("mig_unreadable", s_0001_start__py="this is no Python")
    with pytest.raises(RuntimeError, match="s_0001_start"):
        migrate(empty_database, "a", package)


def test_an_unreachable_database_is_a_domain_error(make_package: MakePackage) -> None:
    package = make_package("mig_nowhere", s_0001_start__sql="select 1")
    with pytest.raises(StoreUnavailable):
        migrate("postgresql://127.0.0.1:1/nothing", "a", package)


def test_a_missing_database_is_the_same_error(empty_database: str, make_package: MakePackage) -> None:
    package = make_package("mig_missing", s_0001_start__sql="select 1")
    with pytest.raises(StoreUnavailable):
        migrate(with_database(empty_database, "no_such_database"), "a", package)


def test_a_process_whose_user_has_no_name_migrates_too(
    empty_database: str, make_package: MakePackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_package("mig_nameless", s_0001_start__sql="create table lead (id int)")
    code = f"""
import os, pwd
for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
    os.environ.pop(name, None)
def nobody(uid):
    raise KeyError(uid)
pwd.getpwuid = nobody
from sdr_common.migrate import migrate
print(migrate({empty_database!r}, "a", {package!r}))
"""
    folder = Path(str(sys.path[0]))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, cwd=folder)  # noqa: S603, PLW1510  (our own code; its error is shown below)
    assert (done.stdout.strip(), done.stderr) == ("['s_0001_start']", "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p%40@h:5/db", "postgresql+psycopg://u:p%40@h:5/db?schema=routing"),
        ("postgres://h/db?sslmode=require", "postgresql+psycopg://h/db?sslmode=require&schema=routing"),
        ("postgresql:///db?host=/tmp/s", "postgresql+psycopg:///db?host=/tmp/s&schema=routing"),
    ],
)
def test_a_database_url_becomes_yoyos_with_the_schema(url: str, expected: str) -> None:
    assert yoyo_url(url, "routing") == expected
