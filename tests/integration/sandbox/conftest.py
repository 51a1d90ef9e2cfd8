"""A fresh Chatwoot and a fresh receiver per test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.sandbox.servers import Receiver, Running, running_chatwoot, running_receiver


@pytest.fixture
async def chatwoot() -> AsyncIterator[Running]:
    async with running_chatwoot() as running:
        yield running


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running
