from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest
from grpc_health.v1 import health_pb2

from tests.integration.reporting.conftest import a_turn, running
from tests.support.postgres import migration_names


def command(name: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SDR_", "DATABASE_URL"))}
    return subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "sdr_reporting", name],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_check_config_tells_every_fault_at_once() -> None:
    faults = {"SDR_REPORTING_GRPC_PORT": "70000", "SDR_LOG_LEVEL": "loud", "SDR_REPORTING_DRAIN_S": "-1"}
    result = command("check-config", faults)
    assert result.returncode == 2
    assert [line.split(":")[0] for line in sorted(result.stderr.splitlines())] == [
        "DATABASE_URL",
        "SDR_LOG_LEVEL",
        "SDR_REPORTING_DRAIN_S",
        "SDR_REPORTING_GRPC_PORT",
    ]


def test_check_config_accepts_a_complete_configuration() -> None:
    result = command("check-config", {"DATABASE_URL": "postgresql://localhost/sdr"})
    assert (result.returncode, result.stdout) == (0, "configuration is complete\n")


@pytest.mark.thorough
def test_migrate_names_what_it_applied_and_then_has_nothing_to_do(empty_database: str) -> None:
    first = command("migrate", {"DATABASE_URL": empty_database})
    second = command("migrate", {"DATABASE_URL": empty_database})
    assert first.stdout.splitlines() == migration_names("sdr_reporting")
    assert second.stdout == "nothing to migrate\n"


@pytest.mark.thorough
async def test_the_service_is_ready_only_once_the_database_is_migrated(empty_database: str) -> None:
    async with running(empty_database) as service:
        assert await service.health("live") == health_pb2.HealthCheckResponse.SERVING
        assert await service.health("ready") == health_pb2.HealthCheckResponse.NOT_SERVING
        await asyncio.to_thread(command, "migrate", {"DATABASE_URL": empty_database})
        async with asyncio.timeout(10):
            while await service.health("ready") != health_pb2.HealthCheckResponse.SERVING:  # noqa: ASYNC110  (another side's state)
                await asyncio.sleep(0.02)
        assert await service.record(a_turn(0)) == 1


async def test_sigterm_ends_the_process_cleanly(database: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sdr_reporting",
        "serve",
        env={**os.environ, "DATABASE_URL": database},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while b"service_became_ready" not in await process.stderr.readline():
            pass
        process.terminate()
        rest = await process.stderr.read()
        assert await process.wait() == 0
    assert b"service_stopped" in rest
