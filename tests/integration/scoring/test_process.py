from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping

import psycopg
from grpc_health.v1 import health_pb2

from tests.integration.scoring.conftest import Scoring, a_settings_request, running
from tests.support.postgres import migration_names


def command(name: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SDR_", "DATABASE_URL"))}
    return subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "sdr_scoring", name],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_check_config_tells_every_fault_at_once() -> None:
    result = command(
        "check-config",
        {"SDR_SCORING_GRPC_PORT": "70000", "SDR_LOG_LEVEL": "loud", "SDR_REPORTING_TARGET": "no port"},
    )
    assert result.returncode == 2
    assert [line.split(":")[0] for line in sorted(result.stderr.splitlines())] == [
        "DATABASE_URL",
        "SDR_LOG_LEVEL",
        "SDR_REPORTING_TARGET",
        "SDR_SCORING_GRPC_PORT",
    ]


def test_check_config_refuses_another_kind_of_database() -> None:
    result = command("check-config", {"DATABASE_URL": "mysql://localhost/sdr"})
    assert result.returncode == 2
    assert "must begin with postgresql://" in result.stderr
    assert "mysql" not in result.stderr


def test_check_config_accepts_a_complete_configuration() -> None:
    result = command("check-config", {"DATABASE_URL": "postgresql://localhost/sdr"})
    assert (result.returncode, result.stdout) == (0, "configuration is complete\n")


def test_migrate_names_what_it_applied_and_then_has_nothing_to_do(empty_database: str) -> None:
    first = command("migrate", {"DATABASE_URL": empty_database})
    second = command("migrate", {"DATABASE_URL": empty_database})
    assert first.stdout.splitlines() == migration_names("sdr_scoring")
    assert second.stdout == "nothing to migrate\n"


async def becomes(scoring: Scoring, status: int) -> None:
    async with asyncio.timeout(10):
        while await scoring.health("ready") != status:  # noqa: ASYNC110  (the state is another process's)
            await asyncio.sleep(0.02)


async def test_the_service_is_ready_only_once_the_database_is_migrated(empty_database: str) -> None:
    async with running(empty_database) as service:
        assert await service.health("live") == health_pb2.HealthCheckResponse.SERVING
        assert await service.health("ready") == health_pb2.HealthCheckResponse.NOT_SERVING
        await asyncio.to_thread(command, "migrate", {"DATABASE_URL": empty_database})
        await becomes(service, health_pb2.HealthCheckResponse.SERVING)
        assert (await service.put_settings(a_settings_request())).version == 1


async def test_sigterm_ends_the_process_cleanly(database: str) -> None:
    with psycopg.connect(database):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sdr_scoring",
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
