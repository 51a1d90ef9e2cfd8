"""Pools and transactions on the real database, and its faults as domain errors."""

from __future__ import annotations

import psycopg
import pytest

from sdr_common.clock import utc_now
from sdr_common.errors import StoreUnavailable, WriteConflict
from sdr_common.postgres import Pool, connection, make_pool, store_errors, transaction


async def _count(pool: Pool) -> int:
    async with connection(pool) as conn:
        row = await (await conn.execute("select count(*) as n from effect")).fetchone()
    assert row is not None
    return int(row["n"])


async def test_a_connection_is_in_autocommit_in_the_services_schema_and_in_utc(pool: Pool) -> None:
    async with connection(pool) as conn:
        row = await (
            await conn.execute("""select current_schema() as schema, current_setting('timezone') as zone,
                current_setting('application_name') as name, now() as now""")
        ).fetchone()
        assert row is not None
        assert (row["schema"], row["zone"], row["name"]) == ("example", "UTC", "test")
        assert conn.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        assert abs((utc_now() - row["now"]).total_seconds()) < 60


async def test_a_transaction_is_committed_on_leaving_and_rolled_back_on_an_error(pool: Pool) -> None:
    async with transaction(pool) as conn:
        await conn.execute("insert into effect values ('kept')")

    async def fail() -> None:
        async with transaction(pool) as conn:
            await conn.execute("insert into effect values ('lost')")
            raise ValueError("later")

    with pytest.raises(ValueError, match="later"):
        await fail()
    assert await _count(pool) == 1


async def test_another_services_table_is_not_found(pool: Pool) -> None:
    async with connection(pool) as conn:
        await conn.execute("create schema other")
        await conn.execute("create table other.secret (id int)")
        with pytest.raises(psycopg.errors.UndefinedTable):
            await conn.execute("select * from secret")


async def test_a_pool_that_is_used_up_is_an_unavailable_store(database: str) -> None:
    async with make_pool(database, "example", name="small", max_size=1, timeout_s=0.1) as small, connection(small):
        with pytest.raises(StoreUnavailable):
            await _count(small)


async def test_a_database_that_cannot_be_reached_is_an_unavailable_store() -> None:
    nowhere = make_pool("postgresql://127.0.0.1:1/none", "example", name="nowhere", timeout_s=0.1)
    await nowhere.open()
    with pytest.raises(StoreUnavailable):
        await _count(nowhere)
    await nowhere.close()


async def test_a_connection_that_is_cut_is_an_unavailable_store_and_the_next_one_works(pool: Pool) -> None:
    async def cut() -> None:
        async with connection(pool) as conn:
            await conn.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreUnavailable):
        await cut()
    assert await _count(pool) == 0


@pytest.mark.parametrize("error", [psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected])
async def test_writers_that_meet_are_a_conflict(error: type[psycopg.Error]) -> None:
    with pytest.raises(WriteConflict):
        async with store_errors():
            raise error


async def test_a_fault_in_a_statement_stays_what_it_is(pool: Pool) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn):
        async with connection(pool) as conn:
            await conn.execute("select nothing from effect")
