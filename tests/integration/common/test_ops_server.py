"""The operators' port: metrics, fresh values at a scrape, and what it refuses."""

from __future__ import annotations

import asyncio
import logging
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from sdr_common.log_levels import main
from sdr_common.ops_server import OpsServer, serve_operators
from sdr_common.postgres import connection, make_pool
from sdr_common.sampling import Sampling
from tests.support.metrics import scraped
from tests.support.net import free_port
from tests.support.postgres import PostgresServer


@dataclass(frozen=True)
class _Settings:
    ops_port: int = 0
    ops_host: str = "127.0.0.1"
    ops_token: SecretStr = field(default_factory=lambda: SecretStr("operators-only"))


@asynccontextmanager
async def _server() -> AsyncIterator[OpsServer]:
    async def refresh() -> None:
        pass

    server = OpsServer("127.0.0.1", 0, refresh)
    try:
        yield server
    finally:
        await server.aclose()


async def _status(url: str, method: str = "GET") -> int:
    def ask() -> int:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    return await asyncio.to_thread(ask)


async def test_only_metrics_are_there_and_only_to_be_read() -> None:
    async with _server() as server:
        base = f"http://127.0.0.1:{server.port}"
        assert await _status(f"{base}/metrics") == 200
        assert await _status(f"{base}/metrics", "POST") == 405
        assert await _status(f"{base}/") == 404
        found = await scraped(f"{base}/metrics")
    assert found.value("process_resident_memory_bytes") > 1_000_000


async def test_a_taken_port_is_told_in_one_sentence() -> None:
    async with _server() as server:
        with pytest.raises(SystemExit, match=f"port {server.port} on 127.0.0.1 for operators"):
            await serve_operators(_Settings(server.port), AsyncExitStack(), make_pool("", "x", name="none"))


async def test_a_process_without_the_port_serves_nothing() -> None:
    assert await serve_operators(_Settings(-1), AsyncExitStack(), make_pool("", "x", name="none")) is None


async def test_a_scrape_asks_the_database_once_in_some_seconds(postgres: PostgresServer) -> None:
    async with AsyncExitStack() as stack:
        pool = make_pool(postgres.url, "public", name="asked", max_size=3)
        await stack.enter_async_context(pool)
        asked: list[int] = []

        async def sample() -> None:
            async with connection(pool) as conn:
                await conn.execute("select 1")
            asked.append(1)

        server = await serve_operators(_Settings(), stack, pool, [sample])
        assert server is not None
        url = f"http://127.0.0.1:{server.port}/metrics"
        await scraped(url)
        found = await scraped(url)
    pool_name = {"db_client_connection_pool_name": "asked"}
    assert len(asked) == 1
    assert found.value("sdr_database_reached", **pool_name) == 1
    assert found.value("db_client_connection_max", **pool_name) == 3
    assert found.value("db_client_connection_count", **pool_name) >= 1
    assert found.value("db_client_connection_pending_requests", **pool_name) == 0


async def test_a_database_that_is_away_is_shown_and_holds_no_scrape_up() -> None:
    pool = make_pool(f"postgresql://nobody@127.0.0.1:{free_port()}/x", "x", name="away", timeout_s=0.05)
    async with AsyncExitStack() as stack:
        await pool.open()
        stack.push_async_callback(pool.close)

        async def sample() -> None:
            async with connection(pool):
                raise AssertionError("nobody answers")

        await Sampling(pool, [sample], timeout_s=0.5).refresh()
        async with _server() as server:
            found = await scraped(f"http://127.0.0.1:{server.port}/metrics")
    labels = [having for name, having, value in found.samples if name == "sdr_database_reached" and value == 0]
    assert {"db_client_connection_pool_name": "away"} in labels


@asynccontextmanager
async def _guarded(token: str) -> AsyncIterator[str]:
    server = OpsServer("127.0.0.1", 0, lambda: asyncio.sleep(0), token)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.aclose()


async def test_an_operator_changes_a_modules_level_for_a_while_by_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDR_OPS_TOKEN", "operators-only")
    module = "sdr_gateway.only_for_this_test"
    async with _guarded("operators-only") as address:
        assert await asyncio.to_thread(main, [address, f"{module}=debug", "--minutes", "1"]) == 0
        assert f"{module}: debug\n" in capsys.readouterr().out
        assert logging.getLogger(module).isEnabledFor(logging.DEBUG)
        assert await asyncio.to_thread(main, [address]) == 0
        assert f"{module}: debug\n" in capsys.readouterr().out
        for wrong, said in (
            ([f"{module}=loud"], "must be one of debug, info, warning, error"),
            (["a b=debug"], "is no module's name"),
            ([f"{module}=info", "--minutes", "0"], "is not between 0 and 1440"),
        ):
            assert await asyncio.to_thread(main, [address, *wrong]) == 1
            assert said in capsys.readouterr().err
    assert logging.getLogger(module).level == logging.NOTSET, "the end of the process's port brings levels back"


@pytest.mark.parametrize("token", ["", "operators-only"])
async def test_who_does_not_know_the_token_changes_and_sees_no_level(
    token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDR_OPS_TOKEN", "a-guess" if token else "")
    async with _guarded(token) as address:
        assert await asyncio.to_thread(main, [address, "sdr_gateway=debug"]) == 1
        assert await asyncio.to_thread(main, [address]) == 1
    assert "SDR_OPS_TOKEN" in capsys.readouterr().err
    assert not logging.getLogger("sdr_gateway").isEnabledFor(logging.DEBUG)


async def test_a_command_to_nobody_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(main, [f"http://127.0.0.1:{free_port()}"]) == 1
    assert "does not answer" in capsys.readouterr().err
