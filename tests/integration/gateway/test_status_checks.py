"""What `/status` finds of WAHA and Redis, over sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from sdr_common.lossy_redis import LossyRedis
from sdr_gateway.clients import checks
from sdr_gateway.operations.status import Finding
from tests.support.net import free_port


@asynccontextmanager
async def _waha(answer: object, status: int = 200) -> AsyncIterator[str]:
    async def session(request: web.Request) -> web.Response:
        known = request.headers.get("X-Api-Key") == "key"
        return web.json_response(answer, status=status if known else 401)

    app = web.Application()
    app.router.add_get("/api/sessions/default", session)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/api/sessions/default"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ({"name": "default", "status": "WORKING"}, Finding(ok=True, detail="WORKING")),
        ({"name": "default", "status": "SCAN_QR_CODE"}, Finding(ok=False, detail="SCAN_QR_CODE")),
        ({"status": "Maria 5511999990000"}, Finding(ok=False, detail="unknown")),
        (["another shape"], Finding(ok=False, detail="unknown")),
    ],
)
async def test_a_whatsapp_session_is_well_only_while_it_works(answer: object, finding: Finding) -> None:
    async with _waha(answer) as url:
        assert await checks.waha(url, "key")() == finding


async def test_a_waha_that_refuses_or_is_away_is_no_working_session() -> None:
    async with _waha({"status": "WORKING"}) as url:
        assert await checks.waha(url, "")() == Finding(ok=False, detail="unknown")
    assert await checks.waha(url, "key")() == Finding(ok=False, detail="does not answer")


async def test_no_redis_is_well_and_a_lost_one_is_not() -> None:
    assert await checks.redis(LossyRedis(""))() == Finding(ok=True, detail="none is set up")
    lost = LossyRedis(f"redis://127.0.0.1:{free_port()}")
    assert await checks.redis(lost)() == Finding(ok=False, detail="does not answer")
    await lost.aclose()
