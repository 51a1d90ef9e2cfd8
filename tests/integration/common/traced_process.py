"""A small service with the shared telemetry, for test_telemetry: prints its ports, serves until its input ends."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import grpc

from sdr.scoring.v1.scoring_pb2 import ExplainRequest, ExplainResponse
from sdr_common.errors import AccountNotFound
from sdr_common.ops_server import OpsServer
from sdr_common.telemetry import (
    TRACER,
    context_of,
    current_traceparent,
    held_traces,
    links_to,
    start_telemetry,
)
from sdr_common.trace_keeping import TraceRules
from sdr_common.trace_relay import TraceRelay
from tests.integration.common.scripted import start


async def _explain(request: ExplainRequest, context: Any) -> ExplainResponse:
    if request.account_id == 403:
        await context.abort(grpc.StatusCode.PERMISSION_DENIED, "by the handler itself")
    if request.account_id == 408:
        await asyncio.Event().wait()
    if request.account_id == 404:
        raise AccountNotFound(404)
    if request.account_id == 500:
        raise ValueError("a fault")
    stored = current_traceparent()
    # As a worker does later, with what stands in its row.
    with TRACER.start_as_current_span("example.continued", context=context_of(stored)):
        pass
    with TRACER.start_as_current_span("example.coalesced", context=context_of(""), links=links_to([stored, "broken"])):
        pass
    return ExplainResponse(explanation=stored)


async def main() -> None:
    """Serves until standard input ends."""
    ratio = float(os.environ.get("OTEL_TRACES_SAMPLER_ARG", "1"))
    provider = start_telemetry("example", TraceRules(ratio, held_spans=100))
    stop = asyncio.Event()
    held, url = held_traces(), os.environ.get("REDIS_URL", "")
    relay = asyncio.create_task(TraceRelay(url, held).run(stop)) if held is not None and url else None
    server = await start(_explain)
    await server.set_ready(True)
    ops = OpsServer("127.0.0.1", 0, lambda: asyncio.sleep(0))
    sys.stdout.write(f"{server.port} {ops.port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(1)
    stop.set()
    if relay is not None:
        await relay
    await ops.aclose()
    provider.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
