from __future__ import annotations

import asyncio
import time

import pytest

from sdr_common.chatwoot import TokenBucket


async def test_a_burst_goes_through_at_once_and_the_rest_waits_its_turn() -> None:
    bucket = TokenBucket(per_minute=4800)  # 80 a second, 600 at once
    started = time.monotonic()
    for _ in range(600):
        assert await bucket.take() == 0.0
    assert time.monotonic() - started < 1.0
    waits = await asyncio.gather(*(bucket.take() for _ in range(8)))
    assert waits == sorted(waits)
    assert waits[-1] > 0


async def test_waiters_leave_at_the_rate() -> None:
    bucket = TokenBucket(per_minute=600)  # 10 a second, 75 at once
    for _ in range(75):
        await bucket.take()
    started = time.monotonic()
    await asyncio.gather(*(bucket.take() for _ in range(5)))
    assert 0.35 < time.monotonic() - started < 3.0


def test_a_rate_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        TokenBucket(per_minute=0)


def test_a_host_that_is_away_is_asked_slowly_and_gets_its_usual_rate_back_step_by_step() -> None:
    now = [0.0]
    bucket = TokenBucket(2400, clock=lambda: now[0])
    for _ in range(4):
        bucket.failed()
    assert bucket.per_s == 40.0  # four may be chance
    bucket.failed()
    assert bucket.per_s == 10.0
    now[0] = 3600.0
    assert bucket.per_s == 10.0
    bucket.succeeded()
    rates = []
    for now[0] in (3600.0, 3615.0, 3630.0):
        rates.append(round(bucket.per_s, 3))
    assert rates == [10.0, 25.0, 40.0]


async def test_an_outage_saves_up_no_burst() -> None:
    now = [0.0]
    bucket = TokenBucket(2400, clock=lambda: now[0])
    for _ in range(5):
        bucket.failed()
    now[0] = 3600.0
    bucket.succeeded()
    waits = [await bucket.take() for _ in range(3)]
    assert waits[0] == 0.0
    assert waits[1] > 0.05


def test_one_answer_among_faults_is_no_outage() -> None:
    bucket = TokenBucket(2400)
    for _ in range(20):
        bucket.failed()
        bucket.failed()
        bucket.succeeded()
    assert bucket.per_s == 40.0
