"""Fixtures of the gateway's integration tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.gateway import Door, Services, fake_services, running_gateway


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    """Dialogue, scoring, routing and reporting, faked behind real sockets."""
    async with fake_services() as made:
        yield made


@pytest.fixture
def database(service_database: Callable[[str], str]) -> str:
    """A fresh gateway database."""
    return service_database("gateway")


@pytest.fixture
async def door(database: str, services: Services) -> AsyncIterator[Door]:
    """A running gateway with account 1 connected."""
    async with running_gateway(database, services) as made:
        yield made
