"""Events reach reporting at least once, in spite of outages, refusals and dying senders."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import structlog

from sdr.common.v1.lead_pb2 import ConversationRef
from sdr.reporting.v1 import reporting_pb2_grpc
from sdr.reporting.v1.reporting_pb2 import Event, LeadStatusChanged, RecordRequest, RecordResponse
from sdr_common.errors import InvalidField, StoreUnavailable
from sdr_common.event_outbox import EventForwarder, EventOutbox
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_common.grpc_server import start_server
from sdr_common.postgres import Pool, connection, transaction
from tests.support.net import eventually


@dataclass
class _Reporting(reporting_pb2_grpc.ReportingServiceServicer):
    """Reporting over a real socket, with the faults that a test asks for."""

    refused: set[str] = field(default_factory=set)
    """Ids of events whose batch is refused."""
    failed_on: set[str] = field(default_factory=set)
    """Ids of events that it has a fault with."""
    down: bool = False
    loses_answers: int = 0
    """So many calls are recorded and then fail."""
    received: list[str] = field(default_factory=list)
    calls: int = 0

    # Both kinds of context are passed by the generated code; none is used here.
    async def Record(self, request: RecordRequest, context: Any) -> RecordResponse:  # noqa: N802  (gRPC's name)
        self.calls += 1
        if self.down:
            raise StoreUnavailable
        for position, event in enumerate(request.events):
            if event.event_id in self.failed_on:
                raise ArithmeticError("a fault of reporting")
            if event.event_id in self.refused:
                raise InvalidField(f"events[{position}]", "not what it must be")
        self.received += [event.event_id for event in request.events]
        if self.loses_answers:
            self.loses_answers -= 1
            raise StoreUnavailable
        return RecordResponse(recorded_count=len(request.events))

    async def GetOverview(self, request: Any, context: Any) -> Any:  # noqa: N802  (never called here)
        raise NotImplementedError

    async def ListLeads(self, request: Any, context: Any) -> Any:  # noqa: N802  (never called here)
        raise NotImplementedError

    async def PutSettings(self, request: Any, context: Any) -> Any:  # noqa: N802  (never called here)
        raise NotImplementedError


class _Client:
    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = reporting_pb2_grpc.ReportingServiceStub(channel)

    async def record(self, request: RecordRequest) -> RecordResponse:
        return await call(self._stub.Record, request, timeout_s=5)


@pytest.fixture
def reporting() -> _Reporting:
    return _Reporting()


@pytest.fixture
async def client(reporting: _Reporting) -> AsyncIterator[_Client]:
    server = await start_server(
        "reporting",
        lambda server: reporting_pb2_grpc.add_ReportingServiceServicer_to_server(reporting, server),
        ["sdr.reporting.v1.ReportingService"],
    )
    # Without retries of the channel: each test counts its own calls.
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}", options=[("grpc.enable_retries", 0)]) as channel:
        yield _Client(channel)
    await server.stop(0)


def _event() -> Event:
    event = Event(
        event_id=str(uuid.uuid4()),
        conversation=ConversationRef(account_id=1, conversation_id=2, contact_id=3),
        lead_status_changed=LeadStatusChanged(),
    )
    event.occurred_at.GetCurrentTime()
    return event


async def _put(pool: Pool, events: list[Event]) -> list[str]:
    async with transaction(pool) as conn:
        await EventOutbox().put(conn, events)
    return [event.event_id for event in events]


async def _waiting(pool: Pool) -> list[dict[str, Any]]:
    query = "select event_id::text as id, refused_because, leased_until from event_outbox order by seq"
    async with connection(pool) as conn:
        return list(await (await conn.execute(query)).fetchall())


async def test_events_exist_only_with_their_cause(pool: Pool) -> None:
    async def fail() -> None:
        async with transaction(pool) as conn:
            await EventOutbox().put(conn, [_event()])
            raise ValueError("the cause failed")

    with pytest.raises(ValueError, match="the cause failed"):
        await fail()
    assert await _waiting(pool) == []
    await _put(pool, [])
    assert await _waiting(pool) == []


async def test_an_event_that_is_put_twice_waits_once(pool: Pool) -> None:
    event = _event()
    await _put(pool, [event])
    await _put(pool, [event, _event()])
    assert len(await _waiting(pool)) == 2


async def test_waiting_events_are_sent_in_batches_and_forgotten(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    sent = await _put(pool, [_event() for _ in range(5)])
    forwarder = EventForwarder(pool, client, batch=2)
    assert [await forwarder.forward() for _ in range(4)] == [2, 2, 1, 0]
    assert Counter(reporting.received) == Counter(sent)
    assert reporting.calls == 3
    assert await _waiting(pool) == []


async def test_a_refused_event_is_found_by_halving_and_kept_for_operators(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    sent = await _put(pool, [_event() for _ in range(9)])
    reporting.refused = {sent[0], sent[6]}
    with structlog.testing.capture_logs() as logs:
        await EventForwarder(pool, client).forward()
    assert Counter(reporting.received) == Counter(set(sent) - reporting.refused)
    left = await _waiting(pool)
    assert [row["id"] for row in left] == [sent[0], sent[6]]
    assert [row["refused_because"] for row in left] == ["events[0]: not what it must be"] * 2
    assert [entry["event"] for entry in logs] == ["event_refused", "event_refused"]
    calls = reporting.calls
    assert await EventForwarder(pool, client).forward() == 0
    assert reporting.calls == calls


async def test_an_event_that_reporting_fails_on_is_set_aside_and_sent_when_it_is_mended(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    sent = await _put(pool, [_event() for _ in range(5)])
    reporting.failed_on = {sent[0]}
    with structlog.testing.capture_logs() as logs:
        await EventForwarder(pool, client).forward()
    assert [entry for entry in logs if entry["event"] == "event_set_aside"] == [
        {"event": "event_set_aside", "log_level": "error", "reason": "INTERNAL", "seq": 1}
    ]
    assert set(reporting.received) == set(sent[1:])
    assert await EventForwarder(pool, client).forward() == 0
    reporting.failed_on = set()
    async with connection(pool) as conn:
        await conn.execute("update event_outbox set leased_until = leased_until - interval '10 minutes'")
    await EventForwarder(pool, client).forward()
    assert sent[0] in reporting.received
    assert await _waiting(pool) == []


async def test_an_outage_in_the_middle_of_halving_loses_and_leases_nothing(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    sent = await _put(pool, [_event() for _ in range(4)])
    reporting.refused, reporting.loses_answers = {sent[3]}, 1
    with pytest.raises(RemoteError):
        await EventForwarder(pool, client).forward()
    assert [row["leased_until"] for row in await _waiting(pool)] == [None] * 4
    await EventForwarder(pool, client).forward()
    assert set(reporting.received) == set(sent[:3])
    assert [row["id"] for row in await _waiting(pool)] == [sent[3]]


async def test_while_reporting_is_away_events_wait_and_flow_when_it_is_back(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    reporting.down = True
    sent = await _put(pool, [_event() for _ in range(3)])
    stop = asyncio.Event()
    with structlog.testing.capture_logs() as logs:
        forwarder = EventForwarder(pool, client, interval_s=0.02, outage_pause_s=0.02)
        running = asyncio.create_task(forwarder.run(stop))
        await eventually(lambda: reporting.calls >= 3)
        assert len(await _waiting(pool)) == 3
        reporting.down = False
        await eventually(lambda: Counter(reporting.received) == Counter(sent))
        stop.set()
        await asyncio.wait_for(running, 5)
    assert [entry["event"] for entry in logs] == ["event_forwarding_paused", "event_forwarding_resumed"]
    assert await _waiting(pool) == []


async def test_an_answer_that_is_lost_leads_to_a_second_sending_and_no_loss(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    sent = await _put(pool, [_event(), _event()])
    reporting.loses_answers = 1
    forwarder = EventForwarder(pool, client)
    with pytest.raises(RemoteError):
        await forwarder.forward()
    await forwarder.forward()
    assert Counter(reporting.received) == {sent[0]: 2, sent[1]: 2}
    assert await _waiting(pool) == []


async def test_two_forwarders_share_the_work_without_sending_anything_twice(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    sent = await _put(pool, [_event() for _ in range(400)])
    stop = asyncio.Event()
    forwarders = [EventForwarder(pool, client, interval_s=0.01, batch=25) for _ in range(2)]
    running = [asyncio.create_task(forwarder.run(stop)) for forwarder in forwarders]
    await eventually(lambda: len(reporting.received) >= 400)
    stop.set()
    await asyncio.gather(*running)
    assert Counter(reporting.received) == Counter(sent)
    assert await _waiting(pool) == []


async def test_events_of_a_sender_that_died_are_taken_over_when_its_lease_ends(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    sent = await _put(pool, [_event()])
    async with connection(pool) as conn:
        await conn.execute("update event_outbox set leased_until = now() + interval '1 minute'")
        assert await EventForwarder(pool, client).forward() == 0
        await conn.execute("update event_outbox set leased_until = now() - interval '1 second'")
    assert await EventForwarder(pool, client).forward() == 1
    assert reporting.received == sent


async def test_a_forwarder_outlives_lost_connections_to_the_database(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    stop = asyncio.Event()
    forwarder = EventForwarder(pool, client, interval_s=0.01, outage_pause_s=0.01)
    running = asyncio.create_task(forwarder.run(stop))
    before = await _put(pool, [_event()])
    await eventually(lambda: reporting.received == before)
    async with connection(pool) as conn:
        await conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    async def put_after() -> list[str]:
        try:
            return await _put(pool, [_event()])
        except StoreUnavailable:
            return []

    after = await eventually(put_after)
    await eventually(lambda: reporting.received == before + after)
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_stopping_does_not_wait_for_the_pause(pool: Pool, client: _Client) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(EventForwarder(pool, client, interval_s=600).run(stop))
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_the_forwarders_channel_comes_from_the_shared_client(
    pool: Pool, client: _Client, reporting: _Reporting
) -> None:
    channel = make_channel("127.0.0.1:1")
    await _put(pool, [_event()])
    with pytest.raises(RemoteError) as away:
        await EventForwarder(pool, _Client(channel)).forward()
    assert away.value.transient
    assert len(await _waiting(pool)) == 1
    await channel.close()
