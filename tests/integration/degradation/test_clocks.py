"""Processes whose clocks are wrong: only Postgres's clock decides."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from sdr_common.database_clock import DatabaseClock
from sdr_common.postgres import make_pool
from tests.support.gateway import KEY, SECRET, fake_services, store_account
from tests.support.gateway_chatwoot import ListedChatwoot, listed_chatwoot
from tests.support.net import eventually, free_port
from tests.support.payloads import a_message, encode, sign

KEPT = {key: value for key, value in os.environ.items() if not key.startswith(("SDR_", "DATABASE_URL"))}

AHEAD_S = 7200
"""A clock that is ahead makes all that happens look old: signatures stale, messages history."""


@pytest.fixture
async def chatwoot() -> AsyncIterator[ListedChatwoot]:
    async with listed_chatwoot() as made:
        yield made


@pytest.mark.thorough
async def test_a_gateway_with_a_wrong_clock_answers_webhooks_and_what_the_sweep_finds_once(
    service_database: Callable[[str], str], chatwoot: ListedChatwoot
) -> None:
    database, port = service_database("gateway"), free_port()
    await store_account(database, connected_at=time.time() - 600, chatwoot_url=chatwoot.url)
    chatwoot.add_message(201, "oi, o webhook se perdeu", conversation_id=242, age_s=5)
    async with fake_services() as services:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.shifted_process", str(AHEAD_S), "sdr_gateway", "all"),
            stdout=asyncio.subprocess.DEVNULL,
            env={
                **KEPT,
                "DATABASE_URL": database,
                "SDR_SECRET_KEY": KEY,
                "SDR_GATEWAY_HTTP_PORT": str(port),
                "SDR_GATEWAY_GRPC_PORT": "0",
                "SDR_DIALOGUE_TARGET": services.target,
                "SDR_SCORING_TARGET": services.target,
                "SDR_ROUTING_TARGET": services.target,
                "SDR_GATEWAY_COALESCE_IDLE_MS": "200",
                "SDR_GATEWAY_SWEEP_INTERVAL_S": "1",
                "SDR_ALLOWED_NETWORKS": "127.0.0.0/8",
            },
        )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http:

                async def taken() -> bool:
                    raw = encode(a_message(101))
                    try:
                        answer = await http.post("/webhooks/chatwoot/1", content=raw, headers=sign(SECRET, raw))
                    except httpx.TransportError:
                        return False
                    return answer.status_code == 200

                await eventually(taken, timeout_s=60, what="the signed webhook to be taken")
                await eventually(lambda: len(services.delivers) >= 2, timeout_s=40, what="both answers")
        finally:
            process.terminate()
            await process.wait()
        answered = sorted(message.message_id for request in services.responds for message in request.messages)
        assert answered == [101, 201]


async def test_the_clock_follows_postgres_and_not_the_machine(service_database: Callable[[str], str]) -> None:
    async with make_pool(service_database("gateway"), "gateway", name="test") as pool:
        clock = DatabaseClock(pool, wall=lambda: 1_000.0)
        assert clock.now() == 1_000.0
        await clock.compare()
        assert abs(clock.now() - time.time()) < 2.0
