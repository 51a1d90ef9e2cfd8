"""The gateway as a process: settings, migration, a taken port, an orderly and a brutal end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from sdr.routing.v1 import routing_pb2 as routing
from tests.support.gateway import KEY, SECRET, Services, store_account
from tests.support.net import eventually, free_port
from tests.support.payloads import a_message, encode, sign
from tests.support.postgres import migration_names

KEPT = {key: value for key, value in os.environ.items() if not key.startswith(("SDR_", "DATABASE_URL"))}


async def _command(*arguments: str, **environment: str) -> tuple[int, str, str]:
    process = await _start(*arguments, **environment)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), err.decode()


async def _start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sdr_gateway",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**KEPT, **environment},
    )


async def test_check_config_tells_every_fault_at_once() -> None:
    status, _, err = await _command(
        "check-config", SDR_SECRET_KEY="curta", SDR_GATEWAY_HTTP_PORT="70000", SDR_DIALOGUE_TARGET="sem porta"
    )
    assert status == 2
    assert [line.split(":")[0] for line in sorted(err.splitlines())] == [
        "DATABASE_URL",
        "SDR_DIALOGUE_TARGET",
        "SDR_GATEWAY_HTTP_PORT",
        "SDR_SECRET_KEY",
    ]


async def test_migrate_names_what_it_applied_and_then_has_nothing_to_do(empty_database: str) -> None:
    environment = {"DATABASE_URL": empty_database, "SDR_SECRET_KEY": KEY}
    status, out, _ = await _command("migrate", **environment)
    assert (status, out.splitlines()) == (0, migration_names("sdr_gateway"))
    assert out.startswith("gateway_0001_mailbox\n")
    assert await _command("migrate", **environment) == (0, "nothing to migrate\n", "")


async def test_a_taken_port_is_told_in_one_sentence(database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, err = await _command(
            "serve",
            DATABASE_URL=database,
            SDR_SECRET_KEY=KEY,
            SDR_GATEWAY_HTTP_PORT=str(port),
            SDR_GATEWAY_GRPC_PORT="0",
        )
    assert status == 1
    assert f"gateway: port {port} on 127.0.0.1 cannot be had (Address already in use)" in err
    assert "Traceback" not in err


class _Running:
    """A gateway process and its door."""

    def __init__(self, process: asyncio.subprocess.Process, http: httpx.AsyncClient) -> None:
        self.process = process
        self.http = http

    async def tell(self, message_id: int) -> None:
        body = encode(a_message(message_id))
        response = await self.http.post("/webhooks/chatwoot/1", content=body, headers=sign(SECRET, body))
        assert response.status_code == 200

    async def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        await asyncio.wait_for(self.process.communicate(), 30)
        return self.process.returncode or 0


@asynccontextmanager
async def _running(database: str, services: Services, command: str = "all") -> AsyncIterator[_Running]:
    port = free_port()
    process = await _start(
        command,
        DATABASE_URL=database,
        SDR_SECRET_KEY=KEY,
        SDR_GATEWAY_HTTP_PORT=str(port),
        SDR_GATEWAY_GRPC_PORT="0",
        SDR_DIALOGUE_TARGET=services.target,
        SDR_SCORING_TARGET=services.target,
        SDR_ROUTING_TARGET=services.target,
        SDR_GATEWAY_COALESCE_IDLE_MS="200",
        SDR_GATEWAY_LEASE_S="2",
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http:

            async def ready() -> bool:
                try:
                    return (await http.get("/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(ready, timeout_s=60)
            yield _Running(process, http)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture
async def connected(database: str) -> str:
    """A database with account 1."""
    await store_account(database)
    return database


@pytest.mark.thorough
async def test_a_terminated_gateway_ends_in_order_and_loses_nothing(connected: str, services: Services) -> None:
    async with _running(connected, services) as gateway:
        await gateway.tell(101)
        assert await gateway.end(signal.SIGTERM) == 0
    async with _running(connected, services):
        await eventually(lambda: services.delivers, timeout_s=30)
    assert len(services.delivers) == 1


@pytest.mark.thorough
async def test_a_gateway_that_is_killed_between_seal_and_delivery_delivers_the_same_after_its_restart(
    connected: str, services: Services
) -> None:
    reached = asyncio.Event()

    async def hang(request: routing.DeliverRequest) -> None:
        reached.set()
        await asyncio.Event().wait()

    services.accept = hang
    async with _running(connected, services) as gateway:
        await gateway.tell(101)
        await asyncio.wait_for(reached.wait(), 30)
        await gateway.end(signal.SIGKILL)
    services.accept = None
    async with _running(connected, services):
        await eventually(lambda: len(services.delivers) == 2, timeout_s=30)
    assert services.delivers[0] == services.delivers[1]
    assert len(services.responds) == 1


@pytest.mark.thorough
async def test_door_and_workers_may_be_different_processes(connected: str, services: Services) -> None:
    async with _running(connected, services, "serve") as door, _running(connected, services, "work") as worker:
        await door.tell(101)
        await eventually(lambda: services.delivers, timeout_s=30)
        body = encode(a_message(102))
        shut = await worker.http.post("/webhooks/chatwoot/1", content=body, headers=sign(SECRET, body))
        assert shut.status_code == 404
