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
