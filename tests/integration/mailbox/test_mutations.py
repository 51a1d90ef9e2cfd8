"""Each sabotaged statement is noticed: the races are not green by chance."""

from __future__ import annotations

import hashlib

import psycopg
import pytest

from sdr_common.errors import DomainError
from tests.integration.mailbox.box import make_schema, open_box
from tests.integration.mailbox.mutations import MUTATIONS
from tests.integration.mailbox.test_races import RACES
from tests.support.postgres import PostgresServer

# What a race says when promises are broken. A sabotage that is no valid SQL raises something else.
NOTICED = (
    AssertionError,
    TimeoutError,
    DomainError,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.CheckViolation,
    psycopg.errors.UniqueViolation,
    pytest.fail.Exception,
)


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_mutation_is_noticed(postgres: PostgresServer, name: str) -> None:
    mutation = MUTATIONS[name]
    schema = mutation.schema()
    template = f"template_mailbox_{hashlib.sha256(schema.encode()).hexdigest()[:8]}"
    postgres.make_template(template, lambda url: make_schema(url, schema))
    with postgres.database(template) as url, pytest.raises(NOTICED):
        async with open_box(url, queries=mutation.queries()) as box:
            await RACES[mutation.race](box)
