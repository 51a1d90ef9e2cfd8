"""Old records go, open work and what tells a repeated message from a new one stay."""

from __future__ import annotations

import psycopg

from sdr.common.v1.lead_pb2 import Clinic
from sdr.gateway.v1.gateway_pb2 import GatewaySettings
from sdr.gateway.v1.gateway_pb2 import Retention as Wanted
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.postgres import make_pool, transaction
from sdr_common.retention import Retention
from sdr_gateway.store.tombstones import OLD
from tests.support.gateway import Door, Services, has_outcomes, running_gateway
from tests.support.net import eventually
from tests.support.payloads import a_message

AGED = """
update mailbox_entry set arrived_at = arrived_at - interval '100 days' where ext < 200;
update mailbox_turn set closed_at = closed_at - interval '100 days';
"""


async def _purged(url: str, *, days: int = 90, batch: int = 2_000) -> dict[str, int]:
    async with make_pool(url, "gateway", name="test") as pool:
        return (await Retention(pool, OLD, batch).purge(1, days)).counts


def _do(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True, options="-c search_path=gateway") as conn:
        conn.execute(statements.encode())


async def test_a_message_that_a_listing_may_present_again_loses_its_words_and_keeps_its_key(
    door: Door, services: Services
) -> None:
    await door.tell(a_message(101, "antiga"), a_message(102, "antiga também", conversation_id=242))
    await eventually(lambda: has_outcomes(door, ["answered", "answered"]))
    _do(door.url, AGED)
    _do(door.url, "insert into sweep_position values (1, 242, 102)")
    assert await _purged(door.url) == {
        "mailbox_entry": 1,
        "body": 1,
        "mailbox_turn": 2,
        "ignored_event": 0,
    }
    assert await door.rows("select ext, body ->> 'text' as text from mailbox_entry") == [{"ext": 101, "text": None}]
    # What Chatwoot presents again is still known.
    await door.tell(a_message(101, "antiga"))
    await door.tell(a_message(201, "nova"))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    assert [m.message_id for m in services.responds[-1].messages] == [201]


async def test_open_work_is_never_touched_however_old_it_is(database: str, services: Services) -> None:
    async with running_gateway(database, services, coalesce_idle_ms=30_000, coalesce_max_ms=60_000) as door:
        await door.tell(a_message(101))
        _do(database, AGED)
        assert set((await _purged(database)).values()) == {0}
        # Taken, and worked on.
        _do(
            database,
            """update mailbox_entry set turn = 5;
            update mailbox set turn = 5, entries = array(select seq from mailbox_entry),
              held_until = now() + interval '1 hour', first_at = null, ready_at = null, cap_at = null;""",
        )
        assert set((await _purged(database)).values()) == {0}
        assert len(await door.rows("select 1 from mailbox_entry where body ? 'text'")) == 1


async def test_a_purge_goes_on_in_small_steps_until_nothing_old_is_left(database: str) -> None:
    _do(
        database,
        """insert into mailbox_turn (turn, account_id, key_id, entries, epoch, attempt, outcome, closed_at)
        select n, 1, 241, '{}', 1, 1, 'answered', now() - interval '100 days' from generate_series(1, 35) n""",
    )
    assert (await _purged(database, batch=10))["mailbox_turn"] == 35
    assert (await _purged(database, days=91))["mailbox_turn"] == 0


async def test_once_a_day_every_service_is_asked_by_the_accounts_own_days(database: str, services: Services) -> None:
    own = AccountSettingsStore(GatewaySettings)
    async with make_pool(database, "gateway", name="test") as pool, transaction(pool) as conn:
        await own.put(conn, 1, Clinic(name="Aurora"), GatewaySettings(retention=Wanted(deliveries=45, messages=400)))
    async with running_gateway(database, services, reporting_target=services.target) as door:
        await eventually(lambda: len(services.purges) == 3, timeout_s=20)
        assert len(await door.rows("select 1 from account where retained_at is not null")) == 1
    # The first answer said that there was more.
    assert [(request.account_id, request.days) for request in services.purges] == [(1, 45), (1, 45), (1, 400)]
