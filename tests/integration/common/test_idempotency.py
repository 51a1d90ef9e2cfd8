"""One effect per request id, whatever repeats, meets, fails or dies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import uuid

import pytest

from sdr.common.v1.lead_pb2 import Contact
from sdr.dialogue.v1.dialogue_pb2 import AnalyzeRequest, RespondRequest
from sdr.scoring.v1.scoring_pb2 import PutSettingsRequest, PutSettingsResponse
from sdr_common.errors import RequestIdReused, RequestInProgress
from sdr_common.idempotency import Finish, Idempotency, input_hash
from sdr_common.postgres import Connection, Pool, connection, transaction
from tests.support.net import eventually

Answer = PutSettingsResponse


def _request(account_id: int = 1, request_id: str = "") -> PutSettingsRequest:
    return PutSettingsRequest(request_id=request_id or str(uuid.uuid4()), account_id=account_id)


async def _effects(pool: Pool) -> int:
    async with connection(pool) as conn:
        row = await (await conn.execute("select count(*) as n from effect")).fetchone()
    assert row is not None
    return int(row["n"])


class _Work:
    """Work in one transaction: writes one effect and answers with how often it ran."""

    def __init__(self, *, fails: bool = False) -> None:
        self.runs = 0
        self.fails = fails
        self.entered = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, conn: Connection) -> Answer:
        self.runs += 1
        await conn.execute("insert into effect values ('once')")
        self.entered.set()
        await self.may_end.wait()
        if self.fails:
            raise ValueError("the work failed")
        return Answer(version=self.runs, changed=True)


class _Outside:
    """Work that calls outside first, and then writes its effect with its answer."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.calls = 0
        self.entered = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.fails = False

    async def __call__(self, finish: Finish[Answer]) -> Answer:
        self.calls += 1
        answer = Answer(version=self.calls)
        self.entered.set()
        await self.may_end.wait()
        if self.fails:
            raise ValueError("outside failed")
        async with transaction(self.pool) as conn:
            await conn.execute("insert into effect values ('leased')")
            await finish(conn, answer)
        return answer


async def test_a_repeat_gets_the_stored_answer_without_a_second_effect(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(), _Work()
    first = await guard.once(request, Answer, work)
    second = await guard.once(request, Answer, work)
    assert first == second == Answer(version=1, changed=True)
    assert (work.runs, await _effects(pool)) == (1, 1)


async def test_concurrent_repeats_wait_for_the_first_and_share_its_answer(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(), _Work()
    work.may_end.clear()
    calls = [asyncio.create_task(guard.once(request, Answer, work)) for _ in range(8)]
    await asyncio.wait_for(work.entered.wait(), 5)
    work.may_end.set()
    answers = await asyncio.gather(*calls)
    assert answers == [Answer(version=1, changed=True)] * 8
    assert (work.runs, await _effects(pool)) == (1, 1)


async def test_a_repeat_that_waits_for_a_failing_first_does_the_work_itself(pool: Pool) -> None:
    guard, request = Idempotency(pool), _request()
    failing, working = _Work(fails=True), _Work()
    failing.may_end.clear()
    first = asyncio.create_task(guard.once(request, Answer, failing))
    await asyncio.wait_for(failing.entered.wait(), 5)
    second = asyncio.create_task(guard.once(request, Answer, working))
    failing.may_end.set()
    with pytest.raises(ValueError, match="the work failed"):
        await first
    assert await second == Answer(version=1, changed=True)
    assert await _effects(pool) == 1


async def test_another_input_under_the_same_id_is_refused(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(account_id=1), _Work()
    await guard.once(request, Answer, work)
    with pytest.raises(RequestIdReused) as refused:
        await guard.once(_request(account_id=2, request_id=request.request_id), Answer, work)
    assert refused.value.details == {
        "request_id": request.request_id,
        "method": "sdr.scoring.v1.PutSettingsRequest",
    }
    assert work.runs == 1


async def test_another_method_under_the_same_id_is_refused(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(), _Work()
    await guard.once(request, Answer, work)
    with pytest.raises(RequestIdReused):
        await guard.once(AnalyzeRequest(request_id=request.request_id), Answer, work)


async def test_failed_work_leaves_neither_effect_nor_record(pool: Pool) -> None:
    guard, request = Idempotency(pool), _request()
    with pytest.raises(ValueError, match="the work failed"):
        await guard.once(request, Answer, _Work(fails=True))
    assert await _effects(pool) == 0
    assert await guard.once(request, Answer, _Work()) == Answer(version=1, changed=True)
    assert await _effects(pool) == 1


async def test_a_cancelled_call_leaves_nothing_and_can_be_repeated_at_once(pool: Pool) -> None:
    guard, request, hanging = Idempotency(pool), _request(), _Work()
    hanging.may_end.clear()
    call = asyncio.create_task(guard.once(request, Answer, hanging))
    await asyncio.wait_for(hanging.entered.wait(), 5)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.wait_for(guard.once(request, Answer, _Work()), 5) == Answer(version=1, changed=True)
    assert await _effects(pool) == 1


async def test_leased_work_is_replayed_without_calling_outside_again(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(), _Outside(pool)
    assert await guard.leased(request, Answer, work) == await guard.leased(request, Answer, work) == Answer(version=1)
    assert (work.calls, await _effects(pool)) == (1, 1)


async def test_a_concurrent_leased_call_waits_for_the_answer(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(), _Outside(pool)
    work.may_end.clear()
    calls = [asyncio.create_task(guard.leased(request, Answer, work)) for _ in range(4)]
    await asyncio.wait_for(work.entered.wait(), 5)
    work.may_end.set()
    assert await asyncio.gather(*calls) == [Answer(version=1)] * 4
    assert (work.calls, await _effects(pool)) == (1, 1)


async def test_a_concurrent_leased_call_gives_up_when_the_first_takes_too_long(pool: Pool) -> None:
    guard, request, work = Idempotency(pool, wait_s=0.1), _request(), _Outside(pool)
    work.may_end.clear()
    first = asyncio.create_task(guard.leased(request, Answer, work))
    await asyncio.wait_for(work.entered.wait(), 5)
    with pytest.raises(RequestInProgress):
        await guard.leased(request, Answer, work)
    work.may_end.set()
    assert await first == Answer(version=1)


async def test_another_input_is_refused_even_while_the_first_still_works(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(account_id=1), _Outside(pool)
    work.may_end.clear()
    first = asyncio.create_task(guard.leased(request, Answer, work))
    await asyncio.wait_for(work.entered.wait(), 5)
    with pytest.raises(RequestIdReused):
        await guard.leased(_request(account_id=2, request_id=request.request_id), Answer, work)
    work.may_end.set()
    await first


async def test_a_lease_of_a_killed_owner_ends_and_the_next_caller_takes_over(pool: Pool, database: str) -> None:
    request = _request()
    dying = f"""
        import asyncio, os
        from sdr.scoring.v1.scoring_pb2 import PutSettingsRequest, PutSettingsResponse
        from sdr_common.idempotency import Idempotency
        from sdr_common.postgres import make_pool

        async def main():
            pool = make_pool({database!r}, "example", name="dying")
            await pool.open()
            request = PutSettingsRequest(request_id={request.request_id!r}, account_id=1)

            async def work(finish):
                os._exit(9)

            await Idempotency(pool, lease_s=0.3).leased(request, PutSettingsResponse, work)

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(dying)]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
    assert await process.wait() == 9
    work = _Outside(pool)
    assert await Idempotency(pool, wait_s=5).leased(request, Answer, work) == Answer(version=1)
    assert (work.calls, await _effects(pool)) == (1, 1)


async def test_work_that_goes_on_keeps_its_lease(pool: Pool) -> None:
    request, slow, other = _request(), _Outside(pool), _Outside(pool)
    slow.may_end.clear()
    first = asyncio.create_task(Idempotency(pool, lease_s=0.6).leased(request, Answer, slow))
    await asyncio.wait_for(slow.entered.wait(), 5)
    with pytest.raises(RequestInProgress):
        await Idempotency(pool, wait_s=1.2).leased(request, Answer, other)
    slow.may_end.set()
    assert await first == Answer(version=1)
    assert (other.calls, await _effects(pool)) == (0, 1)


async def test_an_owner_that_outlives_its_lease_has_no_effect(pool: Pool) -> None:
    request, slow, quick = _request(), _Outside(pool), _Outside(pool)
    slow.may_end.clear()
    first = asyncio.create_task(Idempotency(pool, lease_s=600).leased(request, Answer, slow))
    await asyncio.wait_for(slow.entered.wait(), 5)
    async with connection(pool) as conn:
        await conn.execute("update idempotency set lease_until = now() - interval '1 second'")  # it slept for long
    second = await Idempotency(pool, wait_s=5).leased(request, Answer, quick)
    slow.may_end.set()
    with pytest.raises(RequestInProgress):
        await first
    assert second == Answer(version=1)
    assert await _effects(pool) == 1
    assert await Idempotency(pool).leased(request, Answer, _Outside(pool)) == Answer(version=1)


async def test_failed_leased_work_gives_its_id_back_at_once(pool: Pool) -> None:
    guard, request, work = Idempotency(pool, lease_s=600, wait_s=0), _request(), _Outside(pool)
    work.fails = True
    with pytest.raises(ValueError, match="outside failed"):
        await guard.leased(request, Answer, work)
    work.fails = False
    assert await guard.leased(request, Answer, work) == Answer(version=2)
    assert await _effects(pool) == 1


async def test_a_cancelled_leased_call_gives_its_id_back_at_once(pool: Pool) -> None:
    guard, request, work = Idempotency(pool, lease_s=600, wait_s=0), _request(), _Outside(pool)
    work.may_end.clear()
    call = asyncio.create_task(guard.leased(request, Answer, work))
    await asyncio.wait_for(work.entered.wait(), 5)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    work.may_end.set()
    assert await guard.leased(request, Answer, work) == Answer(version=2)


async def test_work_that_fails_after_its_commit_is_replayed_and_not_repeated(pool: Pool) -> None:
    guard, request, work = Idempotency(pool), _request(), _Outside(pool)

    async def fails_at_the_end(finish: Finish[Answer]) -> Answer:
        await work(finish)
        raise ValueError("after the commit")

    with pytest.raises(ValueError, match="after the commit"):
        await guard.leased(request, Answer, fails_at_the_end)
    assert await guard.leased(request, Answer, work) == Answer(version=1)
    assert (work.calls, await _effects(pool)) == (1, 1)


async def test_the_first_error_is_told_when_the_database_goes_away_too(pool: Pool) -> None:
    async def fails_with_the_database(finish: Finish[Answer]) -> Answer:
        await pool.close()
        raise ValueError("the first error")

    with pytest.raises(ValueError, match="the first error"):
        await Idempotency(pool).leased(_request(), Answer, fails_with_the_database)


async def test_answers_are_forgotten_after_thirty_days_and_no_sooner(pool: Pool) -> None:
    guard, old, recent, work = Idempotency(pool), _request(), _request(), _Work()
    await guard.once(old, Answer, work)
    await guard.once(recent, Answer, work)
    async with connection(pool) as conn:
        for request, days in ((old, 31), (recent, 29)):
            await conn.execute(
                "update idempotency set created_at = now() - make_interval(days => %s) where request_id = %s",
                [days, request.request_id],
            )
    await guard.purge()
    assert await guard.once(recent, Answer, work) == Answer(version=2, changed=True)
    assert await guard.once(old, Answer, work) == Answer(version=3, changed=True)


async def test_however_many_old_answers_there_are_all_are_forgotten(pool: Pool) -> None:
    guard, work = Idempotency(pool), _Work()
    for _ in range(5):
        await guard.once(_request(), Answer, work)
    async with connection(pool) as conn:
        await conn.execute("update idempotency set created_at = now() - interval '31 days'")
    await guard.purge(batch=2)
    async with connection(pool) as conn:
        left = await (await conn.execute("select count(*) as answers from idempotency")).fetchone()
    assert left == {"answers": 0}


def test_the_order_of_a_maps_entries_is_no_other_input() -> None:
    attributes = {"a": "1", "b": "2", "c": "3"}
    forward = RespondRequest(request_id="1", contact=Contact(custom_attributes=attributes))
    backward = RespondRequest(request_id="2", contact=Contact())
    for name in reversed(attributes):
        backward.contact.custom_attributes[name] = attributes[name]
    assert input_hash(forward) == input_hash(backward)
    backward.contact.custom_attributes["a"] = "changed"
    assert input_hash(forward) != input_hash(backward)


async def test_many_ids_at_once_do_not_hinder_each_other(pool: Pool) -> None:
    guard, work = Idempotency(pool), _Work()
    await asyncio.gather(*(guard.once(_request(account_id=n), Answer, work) for n in range(1, 60)))
    await eventually(lambda: work.runs == 59)
    assert await _effects(pool) == 59
