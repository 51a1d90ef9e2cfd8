"""A worker that has lost a contact stores nothing about it any more."""

from __future__ import annotations

import pytest

from sdr_common.mailbox import LeaseLost, Mailbox, MailboxOptions
from sdr_common.postgres import connection, make_pool
from sdr_routing.domain.delivery import State
from sdr_routing.operations.ledger import Ledger
from sdr_routing.store.announcements import OutboxAnnouncements
from sdr_routing.store.postgres import PostgresDeliveries
from tests.integration.routing.conftest import Routing, a_request


async def test_marks_of_a_lost_lease_are_refused(waiting: Routing) -> None:
    who = await waiting.new_lead()
    accepted = await waiting.deliver(a_request(who))
    async with make_pool(waiting.url, "routing", name="test") as pool:
        mailbox = Mailbox(pool, MailboxOptions(lease_s=0.01))
        (old,) = await mailbox.claim("old", 10)
        deliveries = PostgresDeliveries()
        async with connection(pool) as conn:
            (delivery,) = await deliveries.load(conn, [accepted.delivery_id])
            await conn.execute("update mailbox set held_until = now()")
        stale = Ledger(old, delivery, pool, deliveries, OutboxAnnouncements())
        (new,) = await mailbox.claim("new", 10)
        assert new.epoch == old.epoch + 1
        stale.settle(delivery.writes[0], State.DONE)
        with pytest.raises(LeaseLost):
            await stale.flush()
        with pytest.raises(LeaseLost):
            await stale.end()
        with pytest.raises(LeaseLost):
            await stale.pause()
        with pytest.raises(LeaseLost):
            await stale.fail(delivery.writes[1], "x")
        current = Ledger(new, delivery, pool, deliveries, OutboxAnnouncements())
        current.settle(delivery.writes[0], State.DONE)
        await current.flush()
    found = await waiting.get(accepted.delivery_id)
    assert [(write.position, write.state) for write in found.writes] == [(0, 2), (1, 1)]
    assert (found.state, found.attempts) == (1, 0)
    assert await waiting.events() == []
    rows = await waiting.fetch("select current->>'sdr_ia_status' as status from written_attribute")
    assert rows == [{"status": "em_andamento"}]
