"""The worker: meets what is due, keeps leases, puts back, drains, outlives the database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from structlog.testing import capture_logs

from sdr_common.clock import utc_now
from sdr_common.errors import DomainError, ErrorKind, InvalidField
from sdr_common.mailbox import (
    Claim,
    Close,
    DepthMeasured,
    Failure,
    Handler,
    Mailbox,
    MailboxWorker,
    Sample,
    TurnEnded,
    TurnPutBack,
    WorkerOptions,
)
from sdr_common.postgres import connection
from tests.integration.mailbox.box import OPTIONS, Box, exts, message, open_box
from tests.support.postgres import with_database

FAST = WorkerOptions(drain_s=0.2)


class Busy(DomainError):
    kind = ErrorKind.EXHAUSTED
    reason = "SERVICE_UNAVAILABLE"
    retry_after_s = 7.0


@asynccontextmanager
async def working(
    mailbox: Mailbox,
    handler: Handler,
    options: WorkerOptions = FAST,
    metrics: Callable[[Sample], None] | None = None,
) -> AsyncIterator[MailboxWorker]:
    """A worker that runs meanwhile, and drains."""
    worker = MailboxWorker(mailbox, handler, options, metrics=metrics)
    stop = asyncio.Event()
    run = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await run


async def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.005)


async def until_row(box: Box, condition: Callable[[dict[str, object]], bool], key_id: int = 7) -> None:
    deadline = time.monotonic() + 10
    while not condition(await box.row(key_id)):
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.005)


async def test_each_key_is_worked_on_once_and_its_end_is_kept(box: Box) -> None:
    seen: list[tuple[int, list[int]]] = []

    async def handle(claim: Claim) -> Close:
        seen.append((claim.key_id, exts(claim.entries)))
        return Close("answered")

    await box.put(*(message(ext, key_id=ext % 3) for ext in range(1, 10)))
    async with working(box.mailbox, handle) as worker:
        await until(lambda: len(seen) == 3 and worker.in_flight == 0)
    assert sorted(seen) == [(0, [3, 6, 9]), (1, [1, 4, 7]), (2, [2, 5, 8])]
    async with connection(box.pool) as conn:
        rows = await (await conn.execute("select outcome, attempt from mailbox_turn")).fetchall()
    assert [(row["outcome"], row["attempt"]) for row in rows] == [("answered", 1)] * 3


async def test_what_falls_due_between_two_polls_is_met_when_it_is_due(box: Box) -> None:
    waited: list[float] = []

    async def handle(claim: Claim) -> Close:
        waited.append(claim.waited_s)
        return Close("answered")

    async with working(box.mailbox, handle, replace(FAST, poll_s=60.0)) as worker:
        await until(lambda: worker.in_flight == 0)
        await box.put(message(1, idle_s=0.4))
        worker.nudge()
        await until(lambda: len(waited) == 1)
    assert waited[0] < 5.0


async def test_a_stale_answer_is_redone_with_the_newer_message_and_sealed_once(box: Box) -> None:
    answers: list[tuple[int, list[int]]] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(claim: Claim) -> Close:
        while True:
            begun.set()
            await go_on.wait()
            if await worker.seal(claim, b"answer"):
                answers.append((claim.turn, exts(claim.entries)))
                return Close("answered")
            claim = await worker.supersede(claim)

    await box.put(message(1))
    async with working(box.mailbox, handle) as worker:
        await begun.wait()
        await box.put(message(2))
        go_on.set()
        await until(lambda: len(answers) == 1 and worker.in_flight == 0)
    assert answers[0][1] == [1, 2]
    await box.claim_none()


async def test_a_counted_failure_adds_an_attempt_and_a_dependency_s_does_not(box: Box) -> None:
    attempts: list[int] = []
    samples: list[Sample] = []
    errors: list[Exception] = [TimeoutError(), InvalidField("x", "bad"), ValueError("bad"), ConnectionError()]

    async def handle(claim: Claim) -> Close:
        attempts.append(claim.attempt)
        if errors:
            raise errors.pop(0)
        return Close("answered")

    quick = replace(OPTIONS, retry_base_s=0.01, setback_base_s=0.01)
    await box.put(message(1))
    async with working(box.with_options(quick), handle, metrics=samples.append):
        await until(lambda: any(isinstance(sample, TurnEnded) for sample in samples))
    assert attempts == [1, 1, 2, 3, 3]
    assert [sample.counted for sample in samples if isinstance(sample, TurnPutBack)] == [False, True, True, False]
    ended = next(sample for sample in samples if isinstance(sample, TurnEnded))
    assert (ended.outcome, ended.attempt) == ("answered", 3)


async def test_the_other_side_s_hint_is_the_pause(box: Box) -> None:
    samples: list[Sample] = []

    async def handle(claim: Claim) -> Close:
        raise Busy("busy")

    await box.put(message(1))
    async with working(box.mailbox, handle, metrics=samples.append):
        await until(lambda: bool(samples))
    assert isinstance(samples[0], TurnPutBack)
    assert 7.0 <= samples[0].pause_s <= 7.7
    assert not samples[0].counted


async def test_pauses_double_up_to_their_ceiling(box: Box) -> None:
    options = replace(OPTIONS, setback_base_s=1.0, setback_ceiling_s=4.0)
    mailbox = box.with_options(options)
    await box.put(message(1))
    pauses = []
    for _ in range(4):
        claim = await box.claim()
        pauses.append(await mailbox.fail(claim, Failure(counted=False)))
        await box.hurry("held_until")
    for pause_s, middle_s in zip(pauses, (1.0, 2.0, 4.0, 4.0), strict=True):
        assert 0.75 * middle_s <= pause_s <= 1.25 * middle_s


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


async def test_no_more_than_the_allowed_number_is_in_flight(box: Box) -> None:
    running, most, done = 0, 0, 0
    full = asyncio.Event()

    async def handle(claim: Claim) -> Close:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        if running == 7:
            # One that is too many would come within this time: the worker is free to poll.
            asyncio.get_running_loop().call_later(0.1, full.set)
        await full.wait()
        running -= 1
        done += 1
        return Close("answered")

    await box.put(*(message(ext, key_id=ext) for ext in range(1, 41)))
    async with working(box.mailbox, handle, replace(FAST, in_flight=7, batch=5, poll_s=0.02)):
        await until(lambda: done == 40)
    assert most == 7


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


async def test_a_turn_whose_entries_were_deleted_ends_without_the_handler(box: Box) -> None:
    async def handle(claim: Claim) -> Close:
        raise AssertionError("it has nothing to do")

    await box.put(message(1))
    async with connection(box.pool) as conn:
        await conn.execute("delete from mailbox_entry")
    async with working(box.mailbox, handle):
        await until_row(box, lambda row: row["due_at"] is None)
    async with connection(box.pool) as conn:
        rows = await (await conn.execute("select outcome from mailbox_turn")).fetchall()
    assert [row["outcome"] for row in rows] == ["empty"]


async def test_a_close_sets_the_next_wake_and_the_worker_meets_it(box: Box) -> None:
    reasons: list[str] = []

    async def handle(claim: Claim) -> Close:
        reasons.append(claim.wake_reason)
        if claim.wake_reason:
            return Close("nudged")
        return Close("answered", utc_now() + timedelta(seconds=0.1), "nudge")

    await box.put(message(1))
    async with working(box.mailbox, handle):
        await until(lambda: len(reasons) == 2)
    assert reasons == ["", "nudge"]


async def test_the_depth_tells_how_many_wait_and_for_how_long(box: Box) -> None:
    await box.put(message(1, key_id=1), message(2, key_id=2), message(3, key_id=3, idle_s=60, cap_s=60))
    await box.hurry("ready_at", key_id=1, by_s=100)
    depth = await box.mailbox.depth()
    assert depth.waiting == 2
    assert depth.oldest_s == pytest.approx(100, abs=5)

    samples: list[Sample] = []

    async def handle(claim: Claim) -> Close:
        return Close("answered")

    async with working(box.mailbox, handle, replace(FAST, depth_every_s=0.01), samples.append):
        await until(lambda: any(isinstance(s, DepthMeasured) and s.depth.waiting == 0 for s in samples))
    assert (await box.mailbox.depth()).oldest_s == 0


async def test_a_handler_that_cancels_itself_is_a_counted_failure(box: Box) -> None:
    samples: list[Sample] = []

    async def handle(claim: Claim) -> Close:
        raise asyncio.CancelledError

    await box.put(message(1))
    async with working(box.mailbox, handle, metrics=samples.append):
        await until(lambda: bool(samples))
    assert isinstance(samples[0], TurnPutBack)
    assert samples[0].counted


async def test_a_handler_that_hangs_is_cancelled_and_that_counts(box: Box) -> None:
    samples: list[Sample] = []

    async def handle(claim: Claim) -> Close:
        await asyncio.Event().wait()
        raise AssertionError

    await box.put(message(1))
    async with working(box.mailbox, handle, replace(FAST, limit_s=0.05), samples.append):
        await until(lambda: bool(samples))
    assert isinstance(samples[0], TurnPutBack)
    assert (samples[0].counted, samples[0].attempt) == (True, 1)


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
        options = replace(FAST, depth_every_s=0.02)
        with capture_logs() as logs:
            async with working(doomed.mailbox, handle, options, metrics=lambda _: None) as worker:
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
