"""An outage of the database is logged once, and outlasted."""

from __future__ import annotations

import psycopg
import pytest
from structlog.testing import capture_logs

from sdr_common.errors import StoreUnavailable
from sdr_common.mailbox import Claim, LeaseLost
from sdr_common.mailbox.closing import Outage


def test_an_outage_is_logged_when_it_begins_and_when_it_ends_and_not_between() -> None:
    outage = Outage()
    with capture_logs() as logs:
        outage.ended()
        for _ in range(3):
            outage.began(StoreUnavailable())
        outage.ended()
        outage.ended()
        outage.began(psycopg.InterfaceError())
    assert [log["event"] for log in logs] == ["mailbox_store_lost", "mailbox_store_returned", "mailbox_store_lost"]
    assert [log.get("problem") for log in logs] == ["StoreUnavailable", None, "InterfaceError"]


async def test_a_statement_is_repeated_until_the_database_takes_it() -> None:
    errors: list[Exception] = [StoreUnavailable(), psycopg.errors.ReadOnlySqlTransaction()]

    async def act() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    assert await Outage().outlast(act) == "done"
    assert errors == []


async def test_a_lost_lease_is_not_an_outage() -> None:
    async def act() -> None:
        raise LeaseLost(Claim(1, 2, turn=3, entries=(), owner="anna", epoch=4))

    outage = Outage()
    with capture_logs() as logs, pytest.raises(LeaseLost):
        await outage.outlast(act)
    assert logs == []


async def test_a_fault_of_ours_is_not_outlasted() -> None:
    async def act() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await Outage().outlast(act)
