from __future__ import annotations

import asyncio

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting.conftest import Reporting, a_turn, an_event, escalated, judged, running


async def test_an_event_counts_once_however_often_it_comes(reporting: Reporting) -> None:
    turn, call = a_turn(0), escalated(2)
    assert await reporting.record(turn, turn, call) == 2
    assert await reporting.record(call, turn) == 0
    overview = await reporting.overview()
    assert (overview.new_lead_count, overview.escalated_lead_count) == (1, 1)


async def test_concurrent_batches_about_the_same_leads_lose_nothing(reporting: Reporting) -> None:
    batches = [
        [a_turn(minute, contact_id=contact) for contact in range(501, 511)] + [escalated(minute, contact_id=501)]
        for minute in range(12)
    ]
    counts = await asyncio.gather(*(reporting.record(*batch, *batches[0]) for batch in batches))
    assert sum(counts) == 12 * 11
    leads = (await reporting.list_leads()).leads
    assert len(leads) == 10
    assert {item.first_message_at.ToJsonString() for item in leads} == {"2026-03-02T12:00:00Z"}
    assert {item.updated_at.ToJsonString() for item in leads} == {"2026-03-02T12:11:10Z"}


async def test_the_largest_batch_is_taken_and_a_larger_one_refused(reporting: Reporting) -> None:
    batch = [a_turn(minute, contact_id=minute + 1) for minute in range(500)]
    assert await reporting.record(*batch) == 500
    with pytest.raises(RemoteError) as caught:
        await reporting.record(*batch, a_turn(501))
    assert caught.value.reason == "INVALID_FIELD"


async def test_an_event_of_a_newer_contract_is_kept_whole_and_not_counted(reporting: Reporting) -> None:
    newer = an_event(0)
    newer.MergeFromString(b"\x92\x3e\x03abc")  # field 994, of a contract that we do not know
    assert await reporting.record(newer) == 1
    (row,) = await reporting.fetch("select kind, body from event")
    assert (row["kind"], b"\x92\x3e\x03abc" in row["body"]) == ("", True)
    assert not (await reporting.list_leads()).leads


async def test_a_batch_with_a_broken_event_leaves_nothing(reporting: Reporting) -> None:
    broken = escalated(0)
    broken.occurred_at.CopyFrom(Timestamp(seconds=2**60))
    with pytest.raises(RemoteError) as caught:
        await reporting.record(a_turn(0), broken)
    assert caught.value.reason == "INVALID_FIELD"
    assert caught.value.details["field"].startswith("events[1]")
    assert await reporting.fetch("select 1 as row from event") == []


async def test_a_text_that_no_column_takes_is_cleaned_and_not_an_endless_failure(reporting: Reporting) -> None:
    turn = a_turn(0)
    turn.turn_finished.contact_name = "A\0na" + "a" * 5000
    assert await reporting.record(turn) == 1
    (item,) = (await reporting.list_leads()).leads
    assert item.name == "Ana" + "a" * 497


async def test_accounts_do_not_see_each_other(reporting: Reporting) -> None:
    await reporting.record(a_turn(0), a_turn(0, account_id=8), a_turn(0, contact_id=502, account_id=8))
    assert (await reporting.overview()).new_lead_count == 1
    assert (await reporting.overview(account_id=8)).new_lead_count == 2
    assert len((await reporting.list_leads(pb.ListLeadsRequest(account_id=8))).leads) == 2


async def test_a_restart_keeps_events_and_figures(database: str) -> None:
    turn, judgement = a_turn(0), judged(6)
    async with running(database) as first:
        await first.record(turn, judgement)
        before = await first.overview(until=turn.occurred_at.ToDatetime().replace(year=2027).astimezone())
    async with running(database) as second:
        assert await second.record(turn, judgement) == 0
        assert await second.overview(until=turn.occurred_at.ToDatetime().replace(year=2027).astimezone()) == before
