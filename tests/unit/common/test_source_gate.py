"""A limit per source: counted in shares, kept alone without Redis, shut only for whom it is meant."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from limits import RateLimitItem

from sdr_common.lossy_redis import LossyRedis
from sdr_common.rate_limits import RateLimits
from sdr_common.source_gate import RateLimited, SourceGate


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class Counting(RateLimits):
    """Limits that are counted as if all processes shared them."""

    def __init__(self, room: int = 1000) -> None:
        self.asked: list[int] = []
        self.room = room

    async def allows(self, limit: RateLimitItem, *key: str, cost: int = 1) -> bool:
        self.asked.append(cost)
        self.room -= cost
        return self.room >= 0


async def test_a_thousand_requests_ask_the_shared_count_twenty_times() -> None:
    shared = Counting()
    gate = SourceGate(shared, 1000, clock=Clock())
    for _ in range(1000):
        await gate.pass_or_raise("203.0.113.7")
    assert shared.asked == [50] * 20
    with pytest.raises(RateLimited) as refused:
        await gate.pass_or_raise("203.0.113.7")
    assert refused.value.details == {"limit": "1000"}
    assert refused.value.retry_after_s == 15.0


async def test_a_flood_that_is_refused_does_not_flood_redis() -> None:
    clock, shared = Clock(), Counting(room=0)
    gate = SourceGate(shared, 1000, clock=clock)
    for _ in range(500):
        with pytest.raises(RateLimited):
            await gate.pass_or_raise("203.0.113.7")
    assert len(shared.asked) == 1
    clock.now, shared.room = 2.0, 1000
    await gate.pass_or_raise("203.0.113.7")


async def test_one_source_never_shuts_the_gate_for_another() -> None:
    gate = SourceGate(RateLimits(LossyRedis(None), "test"), 40)
    for _ in range(40):
        await gate.pass_or_raise("203.0.113.7")
    with pytest.raises(RateLimited):
        await gate.pass_or_raise("203.0.113.7")
    await gate.pass_or_raise("203.0.113.8")


async def test_a_redis_that_is_gone_leaves_the_limit_to_each_process() -> None:
    gate = SourceGate(RateLimits(LossyRedis("redis://127.0.0.1:1"), "test"), 40)
    for _ in range(40):
        await gate.pass_or_raise("203.0.113.7")
    with pytest.raises(RateLimited):
        await gate.pass_or_raise("203.0.113.7")


async def test_what_costs_more_is_refused_sooner() -> None:
    gate = SourceGate(RateLimits(LossyRedis(None), "test"), 400)
    for _ in range(20):
        await gate.pass_or_raise("203.0.113.7", cost=20)
    with pytest.raises(RateLimited):
        await gate.pass_or_raise("203.0.113.7", cost=20)


async def test_no_limit_asks_nobody() -> None:
    shared = Counting(room=0)
    await SourceGate(shared, 0).pass_or_raise("203.0.113.7")
    assert shared.asked == []
