"""Fixtures of the mailbox: a fresh database with its tables, and a mailbox open on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.mailbox.box import Box, make_schema, open_box
from tests.support.postgres import PostgresServer

pytest.register_assert_rewrite("tests.integration.mailbox.races", "tests.integration.mailbox.lock_order")


@pytest.fixture
def box_url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database(postgres.make_template("template_mailbox", make_schema)) as url:
        yield url


@pytest.fixture
async def box(box_url: str) -> AsyncIterator[Box]:
    async with open_box(box_url) as box:
        yield box
