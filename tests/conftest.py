"""Fixtures that every kind of test may use."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
import structlog
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sdr_common.migrate import migrate
from tests.support.postgres import PostgresServer, start_postgres
from tests.support.used_databases import UsedDatabases

# Where the environment forbids it, every process that a test starts would compile all it imports anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tests start processes by fork beside running channels; gRPC's handlers for that crash the child now and then.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

# Everything in tests is on loopback; the product connects there only where it is told to.
os.environ.setdefault("SDR_ALLOWED_NETWORKS", "127.0.0.0/8, ::1/128")

# How long an example takes says more about the machine than about the code; benchmarks measure that.
settings.register_profile("sdr", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Fewer examples, where a person waits for `make test`; `make check` tries all of them.
settings.register_profile("quick", parent=settings.get_profile("sdr"), max_examples=25)
settings.load_profile("sdr")

# A pretty traceback takes a fifth of a second, and tests make many.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

SERVICES = ("gateway", "dialogue", "scoring", "routing", "reporting")


TOGETHER = {
    "tests/evaluation/test_floors.py": "one play of all invented leads",
    "tests/integration/degradation/test_postgres_trouble.py": "a Postgres of its own",
    "tests/integration/dialogue/test_llm.py": "the providers' libraries",
    "tests/integration/dialogue/test_providers.py": "the providers' libraries",
    "tests/integration/dialogue/test_red_team_model.py": "the providers' libraries",
    "tests/integration/reporting/test_queries.py": "many leads",
    "tests/unit/common/test_telemetry_registry.py": "one reading of all sources",
    "tests/unit/dialogue_llm/test_cost_of_a_lead.py": "the providers' libraries",
}
"""Files whose tests share something dear, and what: one worker makes it once, instead of each worker for itself."""


class _OneStackAtATime(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Every test alone to the next free worker, but all that need a whole stack to the same one, and all of the panel.

    xdist's own `--dist loadgroup` does nothing with pytest 9.2, which no longer lets it rename tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/e2e/"):
            return "panel" if nodeid.startswith("tests/e2e/panel/") else "stack"
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _OneStackAtATime:
    """Spreads the tests over the workers."""
    return _OneStackAtATime(config, log)


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """The run's Postgres."""
    return start_postgres()


@pytest.fixture(scope="session")
def planned(postgres: PostgresServer) -> Iterator[Callable[[str], str]]:
    """Gives the URL of one service's schema, the same all along: for tests that only ask how it would be read."""
    with ExitStack() as stack:

        @cache
        def make(service: str) -> str:
            return stack.enter_context(postgres.database(_template(postgres, service)))

        yield make


@pytest.fixture(scope="session")
def used_databases(postgres: PostgresServer) -> UsedDatabases:
    """The databases that this worker's tests hand on to each other."""
    return UsedDatabases(postgres)


@pytest.fixture
def service_database(postgres: PostgresServer, used_databases: UsedDatabases) -> Iterator[Callable[[str], str]]:
    """Gives the URL of an empty database with one service's schema, by the service's short name."""
    with ExitStack() as stack:

        def make(service: str) -> str:
            return stack.enter_context(used_databases.borrow(_template(postgres, service)))

        yield make


def _template(postgres: PostgresServer, service: str) -> str:
    return postgres.make_template(f"template_{service}", lambda url: _migrate(url, service))


def _migrate(url: str, service: str) -> None:
    migrate(url, service, f"sdr_{service}")


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    with postgres.database() as url:
        yield url
