"""The worker: meets what is due, puts back, bounds what it holds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from sdr_common.clock import utc_now
from sdr_common.errors import DomainError, ErrorKind, InvalidField
from sdr_common.mailbox import (
    Claim,
    Close,
    Failure,
    Sample,
    TurnEnded,
    TurnPutBack,
)
from sdr_common.postgres import connection
from tests.integration.mailbox.box import OPTIONS, Box, exts, message
from tests.integration.mailbox.working import FAST, until, until_row, working


class Busy(DomainError):
    kind = ErrorKind.EXHAUSTED
    reason = "SERVICE_UNAVAILABLE"
    retry_after_s = 7.0


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
    assert 0 < depth.unanswered_s < 30

    worked_on: list[int] = []

    async def handle(claim: Claim) -> Close:
        worked_on.append(claim.key_id)
        return Close("answered")

    async with working(box.mailbox, handle) as worker:
        await until(lambda: worker.in_flight == 0 and len(worked_on) == 2)
    depth = await box.mailbox.depth()
    assert (depth.waiting, depth.oldest_s) == (0, 0)
    assert 0 < depth.unanswered_s < 30, "the third one waits for its burst's end"


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
