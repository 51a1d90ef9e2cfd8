"""`make bench`: measures this machine and prints the table that docs/benchmarks.md keeps.

Everything runs on loopback beside the load itself, so figures are of the whole machine. Ratios of
one run mean more than a single number. Bounded: about three minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil

from tests.benchmarks.load import send, signed_request, webhook_body
from tests.benchmarks.turns import make_phones, run_turns
from tests.support.budget import count_cost
from tests.support.chatwoot import Chatwoot
from tests.support.measure import memory_of
from tests.support.net import eventually, free_port
from tests.support.otlp_collector import collector
from tests.support.stack import RunningStack, running_stack

IDLE_S = 0.1
TEMPLATE = Path(__file__).with_name("webhook.json")


def _connect(stack: RunningStack) -> Chatwoot:
    described = stack.description
    return Chatwoot(described["chatwoot_url"], described["admin_token"], described["inbox_identifier"])


def _row(what: str, figure: str, target: str) -> None:
    print(f"| {what} | {figure} | {target} |", flush=True)


@contextmanager
def _door(stack: RunningStack) -> Iterator[str]:
    """A gateway process that only takes webhooks in: its messages fall due long after the measurement."""
    port, grpc_port = free_port(), free_port()
    key = json.loads((stack.data_dir / "secrets.json").read_text())["secret_key"]
    environment = {
        **os.environ,
        "DATABASE_URL": str(stack.description["database_url"]),
        "SDR_SECRET_KEY": key,
        "SDR_GATEWAY_HTTP_PORT": str(port),
        "SDR_GATEWAY_GRPC_PORT": str(grpc_port),
        "SDR_GATEWAY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SDR_GATEWAY_COALESCE_IDLE_MS": "30000",
        "SDR_GATEWAY_COALESCE_MAX_MS": "60000",
        **{f"SDR_{name.upper()}_TARGET": target for name, target in stack.description["grpc"].items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "sdr_gateway", "serve"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


async def _webhooks(stack: RunningStack, chatwoot: Chatwoot) -> None:
    hooks = (await chatwoot.account("GET", "/webhooks"))["payload"]["webhooks"]
    secret = hooks[0]["secret"]
    template = json.loads(TEMPLATE.read_text())
    with _door(stack) as url:
        async with httpx.AsyncClient(trust_env=False) as client:

            async def up() -> bool:
                try:
                    return (await client.get(f"{url}/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

            await eventually(up, timeout_s=30)
        door = f"{url}/webhooks/chatwoot/1"
        number = 0

        def requests(count: int) -> list[bytes]:
            nonlocal number
            number += count
            return [signed_request(door, secret, webhook_body(template, number - offset)) for offset in range(count)]

        await send(url, requests(500), connections=50)
        steady = await send(url, requests(5000), connections=100, rate=500)
        peak = await send(url, requests(15000), connections=200)
    assert steady.refused == 0, f"{steady.refused} webhooks were refused"
    assert peak.refused == 0, f"{peak.refused} webhooks were refused"
    _row("webhook at 500/s, p50", f"{steady.percentile(0.5):.1f} ms", "")
    _row("webhook at 500/s, p99", f"{steady.percentile(0.99):.1f} ms", "< 25 ms")
    _row("webhooks, peak of one process", f"{peak.rate:,.0f}/s", "> 3,000/s")


async def _turns(stack: RunningStack, chatwoot: Chatwoot, turns: int) -> None:
    warm_up = await make_phones(chatwoot, 40)
    await run_turns(stack, chatwoot, warm_up, rate=20, idle_s=IDLE_S)
    steady = await run_turns(stack, chatwoot, await make_phones(chatwoot, 20 * 15), rate=20, idle_s=IDLE_S)
    _row("turn at 20/s, webhook commit to reply, p50", f"{steady.percentile(0.5):.0f} ms", "< 40 ms")
    _row("turn at 20/s, webhook commit to reply, p99", f"{steady.percentile(0.99):.0f} ms", "< 150 ms")
    _row("CPU per turn at 20/s, own five services", f"{steady.cpu.services / steady.count * 1000:.1f} ms", "< 12 ms")
    for name in ("gateway", "dialogue", "routing", "scoring", "reporting", "postgres"):
        _row(
            f"— of it {name}" if name != "postgres" else "Postgres beside it",
            f"{steady.cpu.by_name[name] / steady.count * 1000:.1f} ms",
            "",
        )
    burst = await run_turns(stack, chatwoot, await make_phones(chatwoot, turns), rate=None, idle_s=IDLE_S)
    _row(f"sustained, {turns} first turns", f"{burst.rate:.0f} turns/s", "> 100/s")
    _row("CPU per turn under full load", f"{burst.cpu.services / burst.count * 1000:.1f} ms", "< 12 ms")


async def _counted() -> None:
    async with collector() as telemetry:
        settings = {
            "SDR_GATEWAY_COALESCE_IDLE_MS": "100",
            "SDR_GATEWAY_SWEEP_INTERVAL_S": "600",
            **telemetry.environment(),
        }
        with running_stack(**settings) as stack:
            async with _connect(stack).listening() as chatwoot:
                phones = await make_phones(chatwoot, 10)
                cost = await count_cost(stack, chatwoot, telemetry, phones, "oi, queria saber do botox")
    _row("SQL statements per first turn", f"{cost.statements:.1f}", "counted in a test")
    for service, count in cost.statements_by_service.items():
        _row(f"— of it {service}", f"{count:.1f}", "")
    _row("RPCs per first turn, events included", f"{cost.rpcs:.1f}", "counted in a test")
    _row("requests to Chatwoot per first turn", f"{cost.chatwoot_requests:.1f}", "<= 4")


async def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--turns", type=int, default=1000, help="turns of the sustained run")
    arguments = parser.parse_args()
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {psutil.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}.\n"
    )
    print("| what | measured | target |\n|---|---|---|")
    settings = {
        "SDR_GATEWAY_COALESCE_IDLE_MS": f"{IDLE_S * 1000:.0f}",
        # A real Chatwoot takes 3,000 a minute from one address; loopback is free of it, there as here.
        "SDR_ROUTING_CHATWOOT_REQUESTS_PER_MINUTE": "100000",
    }
    with running_stack(**settings) as stack:
        at_rest = memory_of(stack)
        _row("memory at rest, whole stack", f"{sum(at_rest.values()):.0f} MiB", "< 700 MB")
        for name, size in sorted(at_rest.items(), key=lambda item: -item[1]):
            _row(f"— of it {name}", f"{size:.0f} MiB", "")
        async with _connect(stack).listening() as chatwoot:
            await _turns(stack, chatwoot, arguments.turns)
            await _webhooks(stack, chatwoot)
    await _counted()


if __name__ == "__main__":
    asyncio.run(main())
