"""The status for monitors outside: one word from many checks, asked seldom however often it is read."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from starlette.testclient import TestClient

from sdr_gateway.http.status import status_routes
from sdr_gateway.operations.status import Check, Finding, StatusBoard


def _says(finding: Finding) -> Check:
    async def check() -> Finding:
        return finding

    return check


FINE, BAD = _says(Finding(ok=True, detail="serves")), _says(Finding(ok=False, detail="does not answer"))


async def _word(**checks: Check) -> str:
    return (await StatusBoard(checks, frozenset({"database"})).look()).word


async def test_one_word_says_whether_leads_are_served() -> None:
    assert await _word(database=FINE, chatwoot=FINE) == "ok"
    assert await _word(database=FINE, chatwoot=BAD) == "degraded"
    assert await _word(database=BAD, chatwoot=FINE) == "down"


async def test_a_check_that_hangs_is_a_finding_and_holds_nobody_up() -> None:
    async def hangs() -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    status = await StatusBoard({"waha": hangs, "database": FINE}, frozenset(), timeout_s=0.02).look()
    assert status.findings["waha"] == Finding(ok=False, detail="no answer within 0.02 s")
    assert status.findings["database"].ok


async def test_everything_is_looked_at_once_in_some_seconds() -> None:
    asked, now = [], [100.0]

    async def check() -> Finding:
        asked.append(now[0])
        return Finding(ok=True, detail="serves")

    board = StatusBoard({"database": check}, frozenset(), fresh_s=10, clock=lambda: now[0])
    await asyncio.gather(*(board.look() for _ in range(20)))
    now[0] = 109.0
    await board.look()
    now[0] = 110.0
    await board.look()
    assert asked == [100.0, 110.0]


def test_a_monitor_reads_the_word_and_the_code() -> None:
    for database, code, word in ((FINE, 200, "degraded"), (BAD, 503, "down")):
        app = FastAPI()
        board = StatusBoard({"database": database, "redis": BAD}, frozenset({"database"}))
        app.include_router(status_routes(board))
        answer = TestClient(app).get("/status")
        assert (answer.status_code, answer.json()["status"]) == (code, word)
        assert answer.json()["checks"]["redis"] == {"ok": False, "detail": "does not answer"}
        assert answer.headers["cache-control"] == "no-store"
