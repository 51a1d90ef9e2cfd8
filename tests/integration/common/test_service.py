"""What every service process does alike: getting ready, background work, an orderly end, its commands."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable

import pytest
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sdr_common.commands import run_command
from sdr_common.grpc_server import GrpcServer
from sdr_common.idempotency import Idempotency
from sdr_common.postgres import Pool, connection, make_pool
from sdr_common.service import ServiceProcess, schema_problem, standard_work
from sdr_scoring.settings import Settings
from tests.integration.common.scripted import channel_to, start
from tests.support.net import eventually


@pytest.fixture
async def server() -> AsyncIterator[GrpcServer]:
    async def explain(*_: object) -> None:
        raise NotImplementedError

    server = await start(explain)  # type: ignore[arg-type]  # never called
    yield server
    await server.stop(0)


async def _ready(server: GrpcServer) -> bool:
    async with channel_to(server) as channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="ready"))
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


@pytest.fixture
async def scoring_pool(service_database: Callable[[str], str]) -> AsyncIterator[Pool]:
    """An open pool on the migrated schema of a service."""
    pool = make_pool(service_database("scoring"), "scoring", name="test")
    await pool.open()
    yield pool
    await pool.close()


async def _change(pool: Pool, statement: str) -> None:
    async with connection(pool) as conn:
        await conn.execute(statement.encode())


async def test_a_process_takes_traffic_once_its_schema_is_there(scoring_pool: Pool, server: GrpcServer) -> None:
    await _change(scoring_pool, "alter table _yoyo_migration rename to away")
    process = ServiceProcess(server, drain_s=1)
    with structlog.testing.capture_logs() as logs:
        process.in_background(*standard_work(process, scoring_pool, "sdr_scoring", Idempotency(scoring_pool)))
        await eventually(lambda: len(logs) > 0)
        assert not await _ready(server)
        await _change(scoring_pool, "alter table away rename to _yoyo_migration")
        await eventually(lambda: _ready(server))
        await process.stop()
    assert [entry["event"] for entry in logs] == ["service_waited_for_database", "service_became_ready"]
    assert logs[0]["problem"] == "the schema is not migrated; run python -m sdr_scoring migrate"
    assert process.port == server.port


async def test_what_keeps_a_schema_from_use_is_told_in_a_sentence(scoring_pool: Pool) -> None:
    assert await schema_problem(scoring_pool, "sdr_scoring") == ""
    nowhere = make_pool("postgresql://127.0.0.1:1/none", "scoring", name="nowhere", timeout_s=0.1)
    await nowhere.open()
    assert await schema_problem(nowhere, "sdr_scoring") == "the database cannot be reached; repeat later"
    await nowhere.close()


async def test_a_schema_between_two_migrations_is_not_used_and_a_newer_one_is(scoring_pool: Pool) -> None:
    await _change(
        scoring_pool,
        "update _yoyo_migration set migration_id = 'scoring_9999_newer' where migration_id like 'scoring_0002%'",
    )
    problem = await schema_problem(scoring_pool, "sdr_scoring")
    assert problem == "the schema lacks scoring_0002_qualification; run python -m sdr_scoring migrate"
    await _change(
        scoring_pool,
        "insert into _yoyo_migration (migration_hash, migration_id) values ('x', 'scoring_0002_qualification')",
    )
    assert await schema_problem(scoring_pool, "sdr_scoring") == ""


async def test_background_work_that_fails_is_told_and_does_not_hinder_the_end() -> None:
    crashes: list[str] = []

    async def fails(_: asyncio.Event) -> None:
        raise ValueError("a fault")

    async def works(stop: asyncio.Event) -> None:
        await stop.wait()

    with structlog.testing.capture_logs() as logs:
        process = ServiceProcess(None, drain_s=1, on_crash=lambda: crashes.append("told"))
        process.in_background(works, fails)
        await eventually(lambda: crashes)
        await asyncio.wait_for(process.stop(), 5)
    assert crashes == ["told"]
    assert [entry["event"] for entry in logs] == ["background_work_failed"]
    assert process.port == 0


@pytest.mark.parametrize("end", ["SIGTERM", "SIGINT", "crash"])
async def test_a_process_ends_in_order_on_a_signal_and_on_a_crash_of_its_work(end: str) -> None:
    code = f"""
        import asyncio
        from sdr_common.service import ServiceProcess, run_until_stopped

        async def build(stack, on_crash):
            process = ServiceProcess(None, 1, on_crash)
            stack.push_async_callback(process.stop)

            async def work(stop):
                print("works", flush=True)
                if {end!r} == "crash":
                    raise ValueError("a fault")
                await stop.wait()
                print("stopped", flush=True)

            process.in_background(work)

        asyncio.run(run_until_stopped(build))
        print("ended", flush=True)
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(code)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"works\n"
    if end != "crash":
        process.send_signal(signal.Signals[end])
    rest, _ = await asyncio.wait_for(process.communicate(), 30)
    assert [line for line in rest.decode().splitlines() if line in ("stopped", "ended")] == (
        ["ended"] if end == "crash" else ["stopped", "ended"]
    )


@pytest.fixture
def environment(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database)


@pytest.mark.usefixtures("environment")
def test_the_commands_check_and_migrate(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check-config", "migrate", "migrate"):
        run_command("scoring", Settings, ["serve"], "Scoring.", [command])
    checked, *applied, again = capsys.readouterr().out.splitlines()
    assert checked == "configuration is complete"
    assert applied[0] == "scoring_0001_shared"
    assert again == "nothing to migrate"


@pytest.mark.usefixtures("environment")
def test_a_wrong_configuration_ends_with_status_two_and_a_line_per_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDR_SCORING_GRPC_PORT", "port")
    monkeypatch.setenv("SDR_SCORING_DRAIN_S", "-1")
    with pytest.raises(SystemExit) as stopped:
        run_command("scoring", Settings, ["serve"], "Scoring.", ["check-config"])
    assert stopped.value.code == 2
    faults = capsys.readouterr().err.splitlines()
    assert [fault.split(":")[0] for fault in faults] == ["SDR_SCORING_GRPC_PORT", "SDR_SCORING_DRAIN_S"]


@pytest.mark.usefixtures("environment")
def test_an_unknown_command_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run_command("scoring", Settings, ["serve"], "Scoring.", ["work"])
    assert stopped.value.code == 2
    assert "serve" in capsys.readouterr().err
