"""The catch-up sweep: what webhooks lost comes back, history is never answered."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr_common.postgres import make_pool
from tests.support.gateway import Door, Services, running_gateway, store_account
from tests.support.gateway_chatwoot import ListedChatwoot, listed_chatwoot
from tests.support.net import eventually
from tests.support.payloads import a_bot, a_message, a_user


@pytest.fixture
async def chatwoot(database: str) -> AsyncIterator[ListedChatwoot]:
    """A Chatwoot that lists, connected ten minutes ago."""
    async with listed_chatwoot() as made:
        await store_account(database, chatwoot_url=made.url, connected_at=time.time() - 600)
        yield made


async def _swept(door: Door, times: int = 1) -> bool:
    rows = await door.rows("select swept_at from account where swept_at is not null")
    return len(rows) >= times


async def test_messages_that_no_webhook_told_are_answered_at_the_next_start(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_message(101, "oi", age_s=60)
    chatwoot.add_message(102, "alguém aí?", age_s=50)
    chatwoot.add_message(201, "bom dia", conversation_id=242)
    async with running_gateway(database, services, account=False) as door:
        await eventually(lambda: len(services.delivers) == 2, timeout_s=20)
        await eventually(lambda: _swept(door))
        position = await door.rows("select conversation_id, swept_through_id from sweep_position order by 1")
    answered = sorted([m.message_id for m in request.messages] for request in services.responds)
    assert answered == [[101, 102], [201]]
    # Only what has settled is trusted: a smaller id may still be on its way into the other one.
    assert position == [{"conversation_id": 241, "swept_through_id": 102}]


async def test_an_hour_without_a_gateway_costs_delay_and_no_lead(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with running_gateway(database, services, account=False) as door:
        await eventually(lambda: _swept(door))
    for number in range(30):
        chatwoot.add_message(1000 + number, f"lead {number}", conversation_id=300 + number)
    async with running_gateway(database, services, account=False):
        await eventually(lambda: len(services.delivers) == 30, timeout_s=30)


async def test_what_a_webhook_told_already_is_answered_once(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_message(101, "oi")
    async with running_gateway(database, services, account=False, sweep_interval_s=0.3) as door:
        await door.tell(a_message(101, "oi"))
        await eventually(lambda: services.delivers, timeout_s=20)
        seen = len(chatwoot.requests)
        await eventually(lambda: len(chatwoot.requests) > seen + 4, timeout_s=20)
        chatwoot.add_message(102, "e o preço?")
        await eventually(lambda: len(services.delivers) == 2, timeout_s=20)
    assert [[m.message_id for m in request.messages] for request in services.responds] == [[101], [102]]


async def test_a_fresh_message_is_left_to_its_webhook_for_a_while(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with running_gateway(
        database, services, account=False, sweep_interval_s=0.2, sweep_grace_s=3.0, sweep_lookback_s=1
    ) as door:
        await eventually(lambda: len(chatwoot.requests) >= 2, timeout_s=20)
        chatwoot.add_message(101, "oi")
        seen = len(chatwoot.requests)
        await eventually(lambda: len(chatwoot.requests) > seen + 2, timeout_s=20)
        assert await door.rows("select count(*)::int as n from mailbox_entry") == [{"n": 0}]
        await eventually(lambda: services.delivers, timeout_s=20)


async def test_history_from_before_the_connection_is_never_answered(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    for number in range(50):
        chatwoot.add_message(number + 1, f"antiga {number}", age_s=5000)
    chatwoot.add_message(60, "nova")
    async with running_gateway(database, services, account=False):
        await eventually(lambda: services.delivers, timeout_s=20)
    (asked,) = services.responds
    assert [m.message_id for m in asked.messages] == [60]
    assert list(asked.observations) == []


async def test_a_message_of_the_very_second_of_the_connection_is_no_history(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    second = time.time() // 1 - 5
    async with make_pool(database, "gateway", name="test") as pool, pool.connection() as conn:
        await conn.execute("update account set connected_at = to_timestamp(%s)", [second + 0.9])
    chatwoot.add_message(101, "oi")
    chatwoot.messages[241][0]["created_at"] = int(second)
    async with running_gateway(database, services, account=False):
        await eventually(lambda: services.delivers, timeout_s=20)


async def test_the_account_of_a_dead_sweeper_is_taken_up_soon(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_message(101, "oi")
    async with make_pool(database, "gateway", name="test") as pool, pool.connection() as conn:
        await conn.execute(
            "update account set sweep_owner = 'morto', sweep_lease_until = now() + interval '3 seconds', "
            "swept_at = now()"
        )
    async with running_gateway(database, services, account=False):
        await eventually(lambda: services.delivers, timeout_s=20)


async def test_a_message_that_a_human_answered_already_is_context_and_one_that_we_did_not_know_is_not(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_message(101, "oi", age_s=60)
    chatwoot.add_message(102, "Oi!", direction="outgoing", sender=a_bot(), attributes={"sdr_key": "k/1"}, age_s=50)
    chatwoot.add_message(103, "quanto custa?", age_s=40)
    chatwoot.add_message(201, "bom dia", conversation_id=242, age_s=60)
    chatwoot.add_message(202, "Bom dia!", conversation_id=242, direction="outgoing", sender=a_user(), age_s=50)
    async with running_gateway(database, services, account=False) as door:
        await eventually(lambda: services.delivers, timeout_s=20)
        await eventually(lambda: _paused(door), timeout_s=20)
    (asked,) = services.responds
    assert [m.message_id for m in asked.messages] == [101, 103]
    assert [(o.message_id, o.kind) for o in asked.observations] == [(102, dialogue.OBSERVATION_KIND_BOT_LINE)]


async def test_a_conversation_that_cannot_be_listed_hides_no_other(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_message(101, "oi", conversation_id=240)
    chatwoot.broken.add(240)
    chatwoot.add_message(102, "oi")
    async with running_gateway(database, services, account=False):
        await eventually(lambda: services.delivers, timeout_s=20)
    assert [m.message_id for asked in services.responds for m in asked.messages] == [102]


async def _paused(door: Door) -> bool:
    rows = await door.rows("select phase from conversation where conversation_id = 242")
    return [row["phase"] for row in rows] == ["paused"]


async def test_a_gap_that_webhooks_went_past_is_healed(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with running_gateway(database, services, account=False, sweep_interval_s=0.5) as door:
        await door.tell(a_message(105, "depois"))
        chatwoot.add_message(104, "perdida", age_s=5)
        chatwoot.add_message(105, "depois", age_s=4)
        await eventually(lambda: sum(len(r.messages) for r in services.responds[-2:]) >= 2, timeout_s=20)
    assert {m.message_id for request in services.responds for m in request.messages} == {104, 105}


async def test_a_lost_change_of_status_is_made_up_for(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_conversation(241)
    async with running_gateway(database, services, account=False, sweep_interval_s=0.3) as door:
        await door.tell(a_message(101))
        await eventually(lambda: services.delivers, timeout_s=20)
        chatwoot.add_conversation(241, status="open", assignee=a_user())
        chatwoot.messages[241] = []

        async def paused() -> bool:
            return await door.rows("select phase from conversation") == [{"phase": "paused"}]

        await eventually(paused, timeout_s=20)


async def test_a_refusal_whose_webhook_is_lost_is_found_in_the_listing(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_conversation(241)
    chatwoot.conversations[241]["last_non_activity_message"] = {
        "id": 102,
        "status": "failed",
        "private": False,
        "created_at": int(time.time()),
        "content_attributes": {"sdr_key": "d/1", "external_error": "131047: Re-engagement message"},
    }
    async with running_gateway(database, services, account=False, sweep_interval_s=0.3):
        await eventually(lambda: services.refusals, timeout_s=20)
        seen = len(chatwoot.requests)
        await eventually(lambda: len(chatwoot.requests) > seen + 4, timeout_s=20)
    (told,) = services.refusals
    assert (told.message_id, told.sdr_key, told.problem) == (102, "d/1", "131047: Re-engagement message")


async def test_an_outage_of_chatwoot_moves_nothing_and_the_next_sweep_sees_it_all(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.fail = True
    chatwoot.add_message(101, "oi")
    async with running_gateway(database, services, account=False, sweep_interval_s=0.3) as door:
        await eventually(lambda: len(chatwoot.requests) >= 2, timeout_s=20)
        assert await door.rows("select swept_until from account") == [{"swept_until": None}]
        chatwoot.fail = False
        await eventually(lambda: services.delivers, timeout_s=20)


async def test_too_many_conversations_are_shared_out_over_sweeps(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    for number in range(9):
        chatwoot.add_message(100 + number, "oi", conversation_id=300 + number, age_s=10)
        chatwoot.conversations[300 + number]["updated_at"] = time.time() - 200 + number * 20
    async with running_gateway(
        database, services, account=False, sweep_interval_s=0.3, sweep_conversations=4, sweep_lookback_s=1
    ):
        await eventually(lambda: len(services.delivers) == 9, timeout_s=30)


async def test_two_gateways_share_the_sweeps_and_answer_once(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.add_message(101, "oi")
    async with (
        running_gateway(database, services, account=False, sweep_interval_s=0.3),
        running_gateway(database, services, account=False, sweep_interval_s=0.3),
    ):
        await eventually(lambda: services.delivers, timeout_s=20)
        seen = len(chatwoot.requests)
        await eventually(lambda: len(chatwoot.requests) > seen + 4, timeout_s=20)
    assert len(services.delivers) == 1
