"""Replicas come and go under a name: who calls notices within seconds, and no call fails."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

from sdr.scoring.v1.scoring_pb2 import ExplainRequest, ExplainResponse
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_server import GrpcServer, start_server
from sdr_common.transport import TransportSettings
from tests.integration.common.scripted import register_scripted, request, stub
from tests.support.name_server import name_server
from tests.support.net import eventually, free_port

FIRST, SECOND = "127.0.0.2", "127.0.0.3"
"""Two addresses of the loopback: in a cluster every pod has the same port, too."""


async def _replica(address: str, port: int, answered: Counter[str]) -> GrpcServer:
    async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
        answered[address] += 1
        return ExplainResponse()

    # As a service without any setting: the age of connections is the product's own.
    transport = TransportSettings().transport
    register = register_scripted(explain)
    return await start_server("scoring", register, [], host=address, port=port, transport=transport)


async def test_a_new_replica_gets_traffic_within_five_seconds_and_a_leaving_one_costs_no_call() -> None:
    answered: Counter[str] = Counter()
    port, stop = free_port(), asyncio.Event()
    async with name_server(FIRST) as names, make_channel(names.target(port)) as channel:
        first = await _replica(FIRST, port, answered)
        explain = stub(channel).Explain

        async def calls() -> None:
            while not stop.is_set():
                await call(explain, request(), timeout_s=5)
                await asyncio.sleep(0.01)

        async with asyncio.TaskGroup() as callers:
            for _ in range(4):
                callers.create_task(calls())
            await eventually(lambda: answered[FIRST] > 20)

            second = await _replica(SECOND, port, answered)
            names.addresses.append(SECOND)
            appeared_at = time.monotonic()
            await eventually(lambda: answered[SECOND] > 0, timeout_s=10)
            took_s = time.monotonic() - appeared_at
            assert took_s < 5, f"the new replica waited {took_s:.1f} s for its first call"

            names.addresses.remove(FIRST)
            await first.stop(5)
            before = answered[SECOND]
            await eventually(lambda: answered[SECOND] > before + 20)
            stop.set()
        await second.stop(0)
