"""The shared client over real sockets: retries, balance, deadlines, typed errors."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from sdr.scoring.v1.scoring_pb2 import ExplainRequest, ExplainResponse
from sdr_common.errors import ErrorKind, StoreUnavailable
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from tests.integration.common.scripted import request, serving, start, stub
from tests.support.net import eventually, free_port


class _Failing:
    """Fails so many times before it answers."""

    def __init__(self, failures: int) -> None:
        self.calls = 0
        self._failures = failures

    async def __call__(self, _: ExplainRequest, __: Any) -> ExplainResponse:
        self.calls += 1
        if self.calls <= self._failures:
            raise StoreUnavailable
        return ExplainResponse(explanation="at last")


async def test_a_passing_outage_is_not_seen_by_the_caller() -> None:
    explain = _Failing(3)
    async with serving(explain) as server, make_channel(f"127.0.0.1:{server.port}") as channel:
        assert (await call(stub(channel).Explain, request(), timeout_s=10)).explanation == "at last"
    assert explain.calls == 4


async def test_a_lasting_outage_is_told_after_four_attempts_with_its_reason() -> None:
    explain = _Failing(100)
    async with serving(explain) as server, make_channel(f"127.0.0.1:{server.port}") as channel:
        with pytest.raises(RemoteError) as away:
            await call(stub(channel).Explain, request(), timeout_s=10)
    assert (away.value.kind, away.value.reason) == (ErrorKind.UNAVAILABLE, "STORE_UNAVAILABLE")
    assert explain.calls == 4


async def test_a_service_that_is_not_there_is_unavailable() -> None:
    async with make_channel(f"127.0.0.1:{free_port()}") as channel:
        with pytest.raises(RemoteError) as away:
            await call(stub(channel).Explain, request(), timeout_s=5)
    assert (away.value.kind, away.value.reason, away.value.transient) == (ErrorKind.UNAVAILABLE, "TRANSPORT", True)


async def test_no_answer_in_time_is_unavailable_too() -> None:
    async def hangs(_: ExplainRequest, __: Any) -> ExplainResponse:
        await asyncio.Event().wait()
        return ExplainResponse()

    async with serving(hangs) as server, make_channel(f"127.0.0.1:{server.port}") as channel:
        with pytest.raises(RemoteError) as late:
            await call(stub(channel).Explain, request(), timeout_s=0.1)
    assert (late.value.kind, late.value.transient) == (ErrorKind.UNAVAILABLE, True)


async def test_calls_are_spread_over_all_addresses_of_a_name() -> None:
    seen: Counter[str] = Counter()

    def replica(name: str) -> Any:
        async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
            seen[name] += 1
            return ExplainResponse()

        return explain

    async with (
        serving(replica("a")) as first,
        serving(replica("b")) as second,
        make_channel(f"ipv4:127.0.0.1:{first.port},127.0.0.1:{second.port}") as channel,
    ):
        await channel.channel_ready()
        for _ in range(40):
            await call(stub(channel).Explain, request(), timeout_s=5)
    assert sum(seen.values()) == 40
    assert min(seen["a"], seen["b"]) >= 5


async def test_a_service_that_comes_back_on_its_port_is_found_again() -> None:
    async def fine(_: ExplainRequest, __: Any) -> ExplainResponse:
        return ExplainResponse(explanation="fine")

    server = await start(fine)
    async with make_channel(f"127.0.0.1:{server.port}") as channel:
        await call(stub(channel).Explain, request(), timeout_s=5)
        await server.stop(0)
        again = await start(fine, port=server.port)

        async def answer() -> str:
            try:
                return (await call(stub(channel).Explain, request(), timeout_s=5)).explanation
            except RemoteError:
                return ""

        assert await eventually(answer) == "fine"
        await again.stop(0)
