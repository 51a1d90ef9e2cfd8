"""The worker keeps its leases, gives up those it lost, drains, and outlives the database."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from structlog.testing import capture_logs

from sdr_common.mailbox import (
    Claim,
    Close,
    Sample,
)
from sdr_common.postgres import connection
from tests.integration.mailbox.box import OPTIONS, Box, message, open_box
from tests.integration.mailbox.working import FAST, until, until_row, working
from tests.support.postgres import with_database


async def test_a_handler_whose_lease_was_lost_is_cancelled(box: Box) -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def handle(claim: Claim) -> Close:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        raise AssertionError

    await box.put(message(1))
    async with working(box.with_options(replace(OPTIONS, lease_s=0.6)), handle) as worker:
        await begun.wait()
        async with connection(box.pool) as conn:  # Another process took it over.
            await conn.execute("update mailbox set owner = 'other', epoch = epoch + 1, held_until = now() + '1 hour'")
        await asyncio.wait_for(cancelled.wait(), 5)
        await until(lambda: worker.in_flight == 0)
    row = await box.row()
    assert (row["owner"], row["attempt"]) == ("other", 1)


async def test_a_long_handler_keeps_its_lease(box: Box) -> None:
    handled: list[int] = []

    async def handle(claim: Claim) -> Close:
        handled.append(claim.attempt)
        started = time.monotonic()
        await until(lambda: time.monotonic() - started > 1.5)
        return Close("answered")

    await box.put(message(1))
    mailbox = box.with_options(replace(OPTIONS, lease_s=0.45))
    async with working(mailbox, handle, replace(FAST, drain_s=5)), working(mailbox, handle):
        await until_row(box, lambda row: row["turn"] is None)
    assert handled == [1]


async def test_stopping_lets_handlers_end_and_gives_the_rest_back_with_their_attempt(box: Box) -> None:
    begun: list[int] = []
    go_on = asyncio.Event()

    async def handle(claim: Claim) -> Close:
        begun.append(claim.key_id)
        await (go_on if claim.key_id == 1 else asyncio.Event()).wait()
        return Close("answered")

    await box.put(message(1, key_id=1), message(2, key_id=2))
    async with working(box.mailbox, handle):
        await until(lambda: len(begun) == 2)
        asyncio.get_running_loop().call_later(0.05, go_on.set)
    assert (await box.row(1))["due_at"] is None
    claim = await box.claim()
    assert (claim.key_id, claim.attempt) == (2, 1)


async def test_the_worker_outlives_lost_connections(box: Box) -> None:
    handled: list[int] = []
    go_on = asyncio.Event()

    async def handle(claim: Claim) -> Close:
        handled.append(claim.key_id)
        await go_on.wait()
        return Close("answered")

    await box.put(message(1, key_id=1))
    async with working(box.mailbox, handle, replace(FAST, drain_s=5.0)) as worker:
        await until(lambda: handled == [1])
        with psycopg.connect(box.url, autocommit=True) as killer:
            killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        go_on.set()
        await until(lambda: worker.in_flight == 0)
        await until_row(box, lambda row: row["turn"] is None, key_id=1)
        await box.put(message(2, key_id=2))
        await until(lambda: handled == [1, 2])


async def test_a_process_that_slept_past_its_lease_drops_the_older_of_its_two_claims(box: Box) -> None:
    attempts: list[int] = []
    cancelled: list[int] = []

    async def handle(claim: Claim) -> Close:
        attempts.append(claim.attempt)
        if claim.attempt == 1:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.append(claim.attempt)
        return Close("answered")

    await box.put(message(1))
    async with working(box.mailbox, handle) as worker:
        await until(lambda: attempts == [1])
        await box.hurry("held_until")
        await until(lambda: attempts == [1, 2] and worker.in_flight == 0)
    assert cancelled == [1]
    assert (await box.row())["due_at"] is None


@pytest.mark.parametrize("fails", [False, True])
async def test_the_end_of_a_turn_that_somebody_else_has_is_dropped(box: Box, fails: bool) -> None:
    go_on = asyncio.Event()
    samples: list[Sample] = []

    async def handle(claim: Claim) -> Close:
        await go_on.wait()
        if fails:
            raise ValueError("late")
        return Close("answered")

    await box.put(message(1))
    async with working(box.mailbox, handle, metrics=samples.append) as worker:
        await until(lambda: worker.in_flight == 1)
        async with connection(box.pool) as conn:
            await conn.execute("update mailbox set owner = 'other', epoch = epoch + 1, held_until = now() + '1 hour'")
        go_on.set()
        await until(lambda: worker.in_flight == 0)
    row = await box.row()
    assert (row["owner"], row["attempt"], row["turn"] is None) == ("other", 1, False)
    assert samples == []


async def test_stopping_while_the_database_is_away_leaves_turns_to_their_leases(box: Box, box_url: str) -> None:
    cancelled = asyncio.Event()

    async def handle(claim: Claim) -> Close:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    await box.put(message(1))
    async with open_box(box_url, options=replace(OPTIONS, lease_s=0.3)) as doomed:
        await box.put(message(2, key_id=8))
        with capture_logs() as logs:
            async with working(doomed.mailbox, handle) as worker:
                await until(lambda: worker.in_flight == 2)
                await doomed.pool.close()
                await until(lambda: any(log["event"] == "mailbox_store_lost" for log in logs))
    assert cancelled.is_set()
    assert [log["event"] for log in logs] == ["mailbox_store_lost"]
    row = await box.row()
    assert (row["attempt"], row["turn"] is None) == (1, False)


async def test_an_outage_is_logged_once_and_work_goes_on_after_it(box: Box) -> None:
    handled: list[int] = []

    async def handle(claim: Claim) -> Close:
        handled.append(claim.key_id)
        return Close("answered")

    name = urlsplit(box.url).path.removeprefix("/")
    with capture_logs() as logs, psycopg.connect(with_database(box.url, "postgres"), autocommit=True) as admin:

        def happened(event: str) -> bool:
            return any(log["event"] == event for log in logs)

        async with working(box.mailbox, handle):
            admin.execute(SQL("alter database {} allow_connections false").format(Identifier(name)))
            admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
            await until(lambda: happened("mailbox_store_lost"))
            admin.execute(SQL("alter database {} allow_connections true").format(Identifier(name)))
            await until(lambda: happened("mailbox_store_returned"), 30)
            await box.put(message(1))
            await until(lambda: handled == [7])
    assert [log["event"] for log in logs] == ["mailbox_store_lost", "mailbox_store_returned"]
