"""Redis killed, frozen, never there: nothing needs it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from limits import RateLimitItemPerMinute

from sdr_common.lossy_redis import LossyRedis
from sdr_common.rate_limits import RateLimits
from tests.support.net import eventually, free_port
from tests.support.redis import RedisServer, running_redis

LIMIT = RateLimitItemPerMinute(5)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture
async def lossy(server: RedisServer) -> AsyncIterator[LossyRedis]:
    made = LossyRedis(server.url, rest_s=0.2)
    yield made
    await made.aclose()


async def hits(limits: RateLimits, count: int, key: str = "203.0.113.9") -> int:
    """How many of so many hits are within the limit."""
    return [await limits.allows(LIMIT, key) for _ in range(count)].count(True)


async def test_two_processes_share_one_limit(server: RedisServer, lossy: LossyRedis) -> None:
    other = LossyRedis(server.url)
    assert await hits(RateLimits(lossy, "door"), 3) == 3
    assert await hits(RateLimits(other, "door"), 4) == 2
    assert await hits(RateLimits(other, "another door"), 4) == 4
    await other.aclose()


async def test_a_killed_redis_leaves_each_process_its_own_limit_and_costs_no_call(
    server: RedisServer, lossy: LossyRedis
) -> None:
    limits = RateLimits(lossy, "door")
    assert await hits(limits, 2) == 2
    server.kill()
    started = time.monotonic()
    assert await hits(limits, 9) == 5
    assert time.monotonic() - started < 1.0
    assert not lossy.usable
    server.restart()
    await eventually(lambda: lossy.usable, what="the rest to end")
    assert await hits(limits, 9, "198.51.100.4") == 5
    assert lossy.usable


async def test_a_frozen_redis_is_waited_for_once_and_shortly(server: RedisServer) -> None:
    lossy = LossyRedis(server.url, rest_s=60)
    assert await lossy.ask(lambda client: client.set("key", b"value"), otherwise=None) is True
    server.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    answers = await asyncio.gather(*(lossy.ask(lambda client: client.get("key"), otherwise=b"none") for _ in range(5)))
    assert answers == [b"none"] * 5
    assert await lossy.ask(lambda client: client.get("key"), otherwise=b"none") == b"none"
    assert time.monotonic() - started < 1.5
    await lossy.aclose()


@pytest.mark.parametrize("url", [None, ""])
async def test_without_a_redis_limits_hold_in_each_process(url: str | None) -> None:
    lossy = LossyRedis(url)
    assert not lossy.usable
    assert await hits(RateLimits(lossy, "door"), 9) == 5


async def test_a_redis_that_never_was_there_is_as_good_as_none() -> None:
    lossy = LossyRedis(f"redis://127.0.0.1:{free_port()}/0")
    assert await hits(RateLimits(lossy, "door"), 9) == 5
    assert await lossy.ask(lambda client: client.get("key"), otherwise=b"none") == b"none"
    await lossy.aclose()
