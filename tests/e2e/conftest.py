"""One stack for the end-to-end tests of a worker, its telemetry, and a phone book to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.chatwoot import Chatwoot
from tests.support.otlp_collector import Collector, collector
from tests.support.stack import RunningStack, running_stack

IDLE_S = 1.0
"""Silence that ends a burst: much shorter, and a busy machine tears bursts apart."""
QUICK = {
    "SDR_GATEWAY_COALESCE_IDLE_MS": f"{IDLE_S * 1000:.0f}",
    "SDR_GATEWAY_COALESCE_MAX_MS": "3000",
    "SDR_GATEWAY_SWEEP_INTERVAL_S": "2",
    "SDR_ROUTING_CHATWOOT_REQUESTS_PER_MINUTE": "100000",
    "SDR_ROUTING_RESEND_PACE": "0.01",
}
"""Short waits, so that tests spend their time on the product."""


@pytest.fixture(scope="session")
def telemetry() -> Iterator[Collector]:
    """What the shared stack exports."""
    context = collector()
    with asyncio.Runner() as runner:
        seen = runner.run(context.__aenter__())
        yield seen
        runner.run(context.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def stack(telemetry: Collector) -> Iterator[RunningStack]:
    """The shared stack."""
    with running_stack(**QUICK, **telemetry.environment()) as running:
        yield running


@pytest.fixture
async def chatwoot(stack: RunningStack) -> AsyncIterator[Chatwoot]:
    """The emulated Chatwoot of the shared stack."""
    async with connect(stack).listening() as connected:
        yield connected


def connect(stack: RunningStack) -> Chatwoot:
    """A client of a stack's emulated Chatwoot."""
    described = stack.description
    return Chatwoot(described["chatwoot_url"], described["admin_token"], described["inbox_identifier"])
