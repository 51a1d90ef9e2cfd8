"""Traces of the shared bootstrap as a collector receives them, and its metrics as Prometheus does."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from redis.asyncio import Redis

from sdr.scoring.v1.scoring_pb2 import ExplainResponse
from sdr_common.trace_relay import CHANNEL
from tests.integration.common.scripted import request, stub
from tests.support.metrics import scraped
from tests.support.net import eventually
from tests.support.otlp_collector import Collector, Span, collector
from tests.support.redis import RedisServer, running_redis
from tests.support.telemetry_registry import registry

EXPLAIN = "sdr.scoring.v1.ScoringService/Explain"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
CALLER = f"00-{TRACE_ID}-b7ad6b7169203331-01"
NOT_DRAWN = f"00-{TRACE_ID}-b7ad6b7169203331-00"
OTHER = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
LAST = "00-2af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def _process(environment: dict[str, str]) -> AsyncIterator[grpc.aio.Channel]:
    async with _measured_process(environment) as (channel, _):
        yield channel


@asynccontextmanager
async def _measured_process(environment: dict[str, str]) -> AsyncIterator[tuple[grpc.aio.Channel, str]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.common.traced_process"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean | environment,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port, ops_port = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().split()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel, f"http://127.0.0.1:{ops_port}/metrics"
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 15)


async def _explain(channel: grpc.aio.Channel, account_id: int, caller: str = CALLER) -> ExplainResponse:
    timeout_s = 1 if account_id == 408 else 10  # the one that is never answered
    return await stub(channel).Explain(request(account_id), timeout=timeout_s, metadata=(("traceparent", caller),))


def _server_span(seen: Collector, code: str) -> Span | None:
    spans = [span for span in seen.select(kind="server") if span.attributes.get("rpc.response.status_code") == code]
    return spans[0] if spans else None


async def test_a_call_is_one_trace_from_its_caller_to_later_work() -> None:
    async with collector() as seen, _process(seen.environment()) as channel:
        stored = (await _explain(channel, 1)).explanation
        served = await seen.wait_for(lambda seen: _server_span(seen, "OK"))
        continued = await seen.wait_for(lambda seen: seen.span(name="example.continued"))
        coalesced = await seen.wait_for(lambda seen: seen.span(name="example.coalesced"))
    assert (served.service, served.trace_id, served.parent_id) == ("example", TRACE_ID, "b7ad6b7169203331")
    assert stored == f"00-{TRACE_ID}-{served.span_id}-01"
    assert (continued.trace_id, continued.parent_id, continued.kind) == (TRACE_ID, served.span_id, "internal")
    assert coalesced.links == ((TRACE_ID, served.span_id),)
    assert coalesced.trace_id != TRACE_ID
    assert coalesced.parent_id == ""
    assert not served.failed
    assert served.ended_at_ns > served.started_at_ns
    assert [child.name for child in seen.children(served)] == ["example.continued"]


async def test_calls_are_measured_by_method_and_outcome() -> None:
    async with collector() as seen, _measured_process(seen.environment()) as (channel, metrics):
        for account_id in (1, 1, 403, 404, 408, 500):
            with suppress(grpc.aio.AioRpcError):
                await _explain(channel, account_id)
        refused = await seen.wait_for(lambda seen: _server_span(seen, "NOT_FOUND"))
        failed = await seen.wait_for(lambda seen: _server_span(seen, "INTERNAL"))
        found = await scraped(metrics)
    assert not refused.failed
    assert failed.failed
    count, total = "rpc_server_call_duration_seconds_count", "rpc_server_call_duration_seconds_sum"
    codes = ("OK", "PERMISSION_DENIED", "NOT_FOUND", "CANCELLED", "INTERNAL", "UNAVAILABLE")
    counted = {code: found.value(count, rpc_method=EXPLAIN, rpc_response_status_code=code) for code in codes}
    assert counted == {
        "OK": 2,
        "PERMISSION_DENIED": 1,
        "NOT_FOUND": 1,
        "CANCELLED": 1,
        "INTERNAL": 1,
        "UNAVAILABLE": 0,
    }
    assert found.value(total, rpc_response_status_code="OK") > 0


async def test_what_a_collector_receives_is_what_the_registry_promises() -> None:
    promised = registry()
    async with collector() as seen, _process(seen.environment()) as channel:
        for account_id in (1, 404):
            with suppress(grpc.aio.AioRpcError):
                await _explain(channel, account_id)
        await seen.wait_for(lambda seen: _server_span(seen, "OK"))
        await seen.wait_for(lambda seen: _server_span(seen, "NOT_FOUND"))
    received = {name for span in seen.select(kind="server") for name in span.attributes}
    assert received == set(promised.spans["/{method}"].attributes)


async def test_health_checks_are_not_traced() -> None:
    async with collector() as seen, _process(seen.environment()) as channel:
        await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="ready"))
        await _explain(channel, 1)
        await seen.wait_for(lambda seen: _server_span(seen, "OK"))
    assert [span.name for span in seen.select(kind="server")] == [f"/{EXPLAIN}"]


def _kept(seen: Collector, count: int) -> list[Span] | None:
    spans = seen.select(name=f"/{EXPLAIN}", trace_id=TRACE_ID)
    return spans if len(spans) == count else None


@pytest.mark.thorough
async def test_what_one_process_finds_failed_is_kept_by_the_others_and_nothing_else_is() -> None:
    with running_redis() as redis:
        settings = {"OTEL_TRACES_SAMPLER_ARG": "0", "REDIS_URL": redis.url}
        async with collector() as seen:
            environment = seen.environment() | settings
            async with _process(environment) as first, _process(environment) as second, _listening(redis, 2):
                await _explain(first, 1, NOT_DRAWN)
                await _explain(first, 1, OTHER)
                with suppress(grpc.aio.AioRpcError):
                    await _explain(second, 500, NOT_DRAWN)
                await seen.wait_for(lambda seen: _kept(seen, 2))
                redis.kill()
                # Without Redis each keeps what it finds itself.
                with suppress(grpc.aio.AioRpcError):
                    await _explain(first, 500, LAST)
                await seen.wait_for(lambda seen: seen.span(trace_id=LAST.split("-")[1]))
    assert seen.select(trace_id=OTHER.split("-")[1]) == []


@asynccontextmanager
async def _listening(redis: RedisServer, count: int) -> AsyncIterator[None]:
    """Waits until so many processes listen."""
    client = Redis.from_url(redis.url)
    try:

        async def heard() -> bool:
            return dict(await client.pubsub_numsub(CHANNEL)).get(CHANNEL.encode()) == count

        await eventually(heard, 10, what="processes that listen")
        yield
    finally:
        await client.aclose()


@pytest.mark.thorough
async def test_without_a_collector_trace_ids_still_travel() -> None:
    async with _process({}) as channel:
        stored = (await _explain(channel, 1)).explanation
    assert stored.split("-")[1] == TRACE_ID
    assert stored.endswith("-00")
