"""Postgres restarted under load, and without disk: 503, nothing half-stored, and back to work by itself."""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from sdr_common.migrate import migrate
from tests.support.gateway import Door, Services, fake_services, running_gateway
from tests.support.gateway_chatwoot import listed_chatwoot
from tests.support.net import eventually
from tests.support.own_postgres import OwnPostgres
from tests.support.payloads import a_contact, a_message

pytestmark = pytest.mark.thorough

SEGMENT = 16 * 1024 * 1024
"""Bytes of a file of Postgres's own log: it may always grow so far."""


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    made = OwnPostgres()
    yield made
    made.remove()


@pytest.fixture
def database(server: OwnPostgres) -> str:
    with psycopg.connect(server.url, autocommit=True) as conn:
        conn.execute("drop schema if exists gateway cascade")
        conn.execute("drop schema if exists yoyo cascade")
    migrate(server.url, "gateway", "sdr_gateway")
    return server.url


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    async with fake_services() as made:
        yield made


async def _post(door: Door, number: int) -> int:
    """One lead's message to the door; its status."""
    contact = a_contact(880 + number)
    response = await door.post(a_message(number, conversation_id=number, contact=contact))
    return response.status_code


async def _answered(services: Services) -> Counter[int]:
    """How often each message was answered: by the turns that were delivered."""
    delivered = {request.turn_id for request in services.delivers if request.reply}
    asked = {request.turn_id: request for request in services.responds}
    return Counter(message.message_id for turn in delivered for message in asked[turn].messages)


async def test_a_crash_under_load_is_503_and_every_lead_is_answered_once_afterwards(
    server: OwnPostgres, database: str, services: Services
) -> None:
    statuses: Counter[int] = Counter()
    async with (
        listed_chatwoot() as chatwoot,
        running_gateway(database, services, chatwoot_url=chatwoot.url, sweep_interval_s=0.5) as door,
    ):
        restart: asyncio.Future[None] | None = None
        number = 1000
        while restart is None or not restart.done() or number < 1080:
            number += 1
            chatwoot.add_message(number, "oi, quanto custa o botox?", conversation_id=number)
            statuses[await _post(door, number)] += 1
            if number == 1020:
                restart = asyncio.get_running_loop().run_in_executor(None, server.restart, "immediate")
        wanted = set(range(1001, number + 1))

        async def all_answered() -> bool:
            return set(await _answered(services)) == wanted

        await eventually(all_answered, timeout_s=60, interval_s=0.2, what="an answer to each lead")
        assert set((await _answered(services)).values()) == {1}
    assert set(statuses) <= {200, 503}
    assert statuses[200] >= 20


async def test_without_disk_nothing_is_acknowledged_nothing_half_stored_and_space_heals_it(
    server: OwnPostgres, database: str, services: Services
) -> None:
    async with running_gateway(database, services) as door:
        assert await _post(door, 501) == 200
        await _fill(door)
        await _restarted(server, door, SEGMENT)
        taken = await _post_until_full(door)
        # A smaller message may still find room in a page where a larger one did not.
        statuses = {900 + more: await _post(door, 900 + more) for more in range(4)}
        taken += [number for number, status in statuses.items() if status == 200]
        assert set(statuses.values()) <= {200, 503}
        kept = await door.rows("select ext from mailbox_entry where account_id = 1 order by ext")
        assert [row["ext"] for row in kept] == [501, *taken]
        known = await door.rows("select key_id from mailbox where account_id = 1 order by key_id")
        assert [row["key_id"] for row in known] == [501, *taken]
        await _restarted(server, door, resource.RLIM_INFINITY)
        assert [await _post(door, 900 + more) for more in range(4)] == [200] * 4
        wanted = {501, *taken, 900, 901, 902, 903}

        async def all_answered() -> bool:
            return set(await _answered(services)) == wanted

        await eventually(all_answered, timeout_s=30, what="an answer to each lead")
        assert set((await _answered(services)).values()) == {1}


async def _post_until_full(door: Door) -> list[int]:
    """Fills what is left of the last page until one is refused; gives the messages that were taken."""
    taken: list[int] = []
    for number in range(502, 600):
        status = await _post(door, number)
        if status == 503:
            return taken
        assert status == 200
        taken.append(number)
    raise AssertionError("the disk never became full")


async def _restarted(server: OwnPostgres, door: Door, file_limit: int) -> None:
    """Another amount of space, and the gateway connected again."""
    await asyncio.to_thread(server.restart, "fast", file_limit=file_limit)

    async def ready() -> bool:
        return (await door.http.get("/readyz")).status_code == 200

    await eventually(ready, timeout_s=30, what="the gateway to be ready")


async def _fill(door: Door) -> None:
    """Makes the table of entries larger than a file may be, so that the next entry needs space."""
    await door.rows(
        "with filled as (insert into mailbox_entry"
        " (account_id, event, ext, version, key_id, stirring, body, traceparent)"
        " select 99, 'filler', n, '', 1, false,"
        " jsonb_build_object('x', (select string_agg(md5((n * m)::text), '') from generate_series(1, 45) m)), ''"
        " from generate_series(1, 12000) n returning 1) select count(*) from filled"
    )
    with psycopg.connect(door.url, autocommit=True) as conn:
        size = conn.execute("select pg_relation_size('gateway.mailbox_entry')").fetchone()
        assert size is not None
        assert size[0] > SEGMENT
        conn.execute("checkpoint")
