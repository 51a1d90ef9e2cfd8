"""Domain events: written in the transaction of their cause, forwarded in batches to reporting.

An outage of reporting delays figures and never an answer. An event may be sent twice; reporting
counts it once, by `event_id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final, Protocol

import grpc
import structlog

from sdr.reporting.v1.reporting_pb2 import Event, RecordRequest, RecordResponse
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr_common.errors import ErrorKind, StoreUnavailable, WriteConflict
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_common.metrics import METER
from sdr_common.postgres import Connection, Pool, Queries, connection
from sdr_common.sampling import Sampler
from sdr_common.telemetry import TRACER, context_of, current_traceparent, links_to, now_ns, to_ns, told_on
from sdr_common.transport import Transport

if TYPE_CHECKING:
    from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceAsyncStub

UP_V1: Final = """
create table event_outbox (
  seq bigint generated always as identity constraint event_outbox_pk primary key,
  event_id uuid not null constraint event_outbox_event_id_key unique,
  body bytea not null,
  traceparent text not null default '',
  created_at timestamptz not null default now(),
  leased_until timestamptz,
  refused_because text
);
create index event_outbox_waiting on event_outbox (seq) where refused_because is null
"""
DOWN_V1: Final = "drop table event_outbox"

_QUERIES = Queries.parse(
    """
-- put --
-- Adds events; one that is there already is left alone.
insert into event_outbox (event_id, body, traceparent)
select id, body, %(event_traceparent)s from unnest(%(event_ids)s::uuid[], %(event_bodies)s::bytea[]) as e (id, body)
on conflict (event_id) do nothing

-- page --
-- Waiting events in their order, held until the transaction's end; whether they are being sent does not matter.
select seq, body from event_outbox where seq > %(after)s order by seq limit %(limit)s for update

-- lease --
-- Takes a batch for sending; the lease ends by itself if the sender dies.
with batch as materialized (
  select seq from event_outbox where refused_because is null and (leased_until is null or leased_until < now())
  order by seq limit %(limit)s for update skip locked)
update event_outbox o set leased_until = now() + make_interval(secs => %(lease_s)s)
from batch where o.seq = batch.seq returning o.seq, o.body, o.traceparent, o.created_at

-- sent --
-- Forgets events that reporting has.
delete from event_outbox where seq = any(%(seqs)s)

-- depth --
-- How many events wait for reporting (10,000 at most are counted), and for how long the oldest one.
select (select count(*) from (select 1 from event_outbox where refused_because is null limit 10000) w) as waiting,
  coalesce((select extract(epoch from clock_timestamp() - created_at) from event_outbox
    where refused_because is null order by seq limit 1), 0)::float8 as oldest_s

-- unlease --
-- Gives a batch back at once.
update event_outbox set leased_until = null where seq = any(%(seqs)s)

-- set_aside --
-- Lets an event that reporting fails on wait, so that it holds up no other.
update event_outbox set leased_until = now() + make_interval(secs => %(pause_s)s) where seq = any(%(seqs)s)

-- refuse --
-- Keeps an event that reporting refuses, out of the way and visible to operators.
update event_outbox set refused_because = %(reason)s, leased_until = null where seq = any(%(seqs)s)
"""
)

_LOG = structlog.get_logger()
_WAITING = METER.create_gauge(
    "sdr.event_outbox.waiting", ("service",), description="Events that reporting does not have yet, to 10,000."
)
_OLDEST = METER.create_gauge(
    "sdr.event_outbox.oldest_wait", ("service",), unit="s", description="For how long the first of them waits."
)
_FORWARDED = METER.create_counter(
    "sdr.event_outbox.events", ("outcome",), description="Events on their way to reporting: sent, refused, set_aside."
)
_PAGE = 500
_SET_ASIDE_S = 600.0
"""Until an event that reporting failed on is tried again."""


class Recorder(Protocol):
    """Where events go: the client of `Reporting.Record`, or a fake."""

    async def record(self, request: RecordRequest) -> RecordResponse:
        """Sends a batch.

        Raises:
            RemoteError: reporting refuses it or does not answer.
        """
        ...


class GrpcRecorder:
    """A `Recorder` over a channel to reporting.

    Args:
        channel: To reporting.
        timeout_s: Longest wait for one batch.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout_s: float = 10.0) -> None:
        self._stub: ReportingServiceAsyncStub = ReportingServiceStub(channel)
        self._timeout_s = timeout_s

    async def record(self, request: RecordRequest) -> RecordResponse:
        """Sends a batch.

        Raises:
            RemoteError: reporting refuses it or does not answer.
        """
        return await call(self._stub.Record, request, timeout_s=self._timeout_s)


class EventOutbox:
    """Adds events inside the caller's transaction; never commits."""

    async def put(self, conn: Connection, events: Sequence[Event]) -> None:
        """Adds events; none is fine."""
        if events:
            await conn.execute(_QUERIES["put"], self.parameters(events))

    def parameters(self, events: Sequence[Event]) -> dict[str, object]:
        """What `put` gives its statement, for one of a service's own that adds events on its way."""
        return {
            "event_ids": [event.event_id for event in events],
            "event_bodies": [event.SerializeToString() for event in events],
            "event_traceparent": current_traceparent(),
        }

    async def forget_lead(self, conn: Connection, account_id: int, contact_id: int) -> int:
        """Drops the waiting events of a lead, inside the caller's transaction; gives how many there were.

        What is on its way right now may still arrive: reporting is told to forget later than this.
        """
        after, forgotten = 0, 0
        while True:
            parameters = {"after": after, "limit": _PAGE}
            rows = await (await conn.execute(_QUERIES["page"], parameters)).fetchall()
            if not rows:
                return forgotten
            after = rows[-1]["seq"]
            found = [row["seq"] for row in rows if _is_of(bytes(row["body"]), account_id, contact_id)]
            if found:
                forgotten += (await conn.execute(_QUERIES["sent"], {"seqs": found})).rowcount


def _is_of(body: bytes, account_id: int, contact_id: int) -> bool:
    ref = Event.FromString(body).conversation
    return (ref.account_id, ref.contact_id) == (account_id, contact_id)


class EventForwarder:
    """Sends waiting events until stopped; several replicas share the work.

    Args:
        pool: The service's pool.
        recorder: Where they go.
        interval_s: Pause when nothing waits.
        batch: Events per call, at most 500.
        outage_pause_s: Pause after a failed call or while the database is away.
    """

    def __init__(
        self,
        pool: Pool,
        recorder: Recorder,
        *,
        interval_s: float = 0.5,
        batch: int = 200,
        outage_pause_s: float = 2.0,
    ) -> None:
        self._pool = pool
        self._recorder = recorder
        self._interval_s = interval_s
        self._batch = batch
        self._outage_pause_s = outage_pause_s
        self._down = False

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop` is set; survives outages of reporting and of the database."""
        while not stop.is_set():
            try:
                sent = await self.forward()
                self._note_up()
                pause = 0.0 if sent == self._batch else self._interval_s
            except (RemoteError, StoreUnavailable, WriteConflict) as error:
                self._note_down(error)
                pause = self._outage_pause_s
            try:
                await asyncio.wait_for(stop.wait(), pause or 0.001)
            except TimeoutError:
                continue

    async def forward(self) -> int:
        """Sends one batch.

        Returns:
            How many events were taken up.

        Raises:
            RemoteError: reporting does not answer; the events wait.
            StoreUnavailable: the database does not answer.
        """
        async with connection(self._pool) as conn:
            parameters = {"limit": self._batch, "lease_s": 30.0}
            rows = await (await conn.execute(_QUERIES["lease"], parameters)).fetchall()
        if not rows:
            return 0
        events = {row["seq"]: bytes(row["body"]) for row in rows}
        # One call serves many causes: it belongs to the first one's trace and links the others.
        causes = list(dict.fromkeys(row["traceparent"] for row in rows))
        first = context_of(causes[0])
        waited = TRACER.start_span("wait_in_event_outbox", first, start_time=to_ns(rows[0]["created_at"]))
        waited.end(now_ns())
        try:
            with (
                TRACER.start_as_current_span(
                    "forward_events",
                    context=first,
                    links=links_to(causes[1:]),
                    record_exception=False,
                    set_status_on_exception=False,
                ) as span,
                told_on(span),
            ):
                await self._send(events)
        except RemoteError:
            async with connection(self._pool) as conn:
                await conn.execute(_QUERIES["unlease"], {"seqs": list(events)})
            raise
        return len(events)

    async def _send(self, events: dict[int, bytes]) -> None:
        """Sends events; a batch that is refused or fails reporting is halved until the bad one stands alone."""
        try:
            await self._recorder.record(RecordRequest(events=[Event.FromString(body) for body in events.values()]))
        except RemoteError as error:
            refused = error.kind is ErrorKind.INVALID
            if not refused and (error.kind, error.reason) != (ErrorKind.INTERNAL, "INTERNAL"):
                raise
            if len(events) > 1:
                items = list(events.items())
                await self._send(dict(items[: len(items) // 2]))
                await self._send(dict(items[len(items) // 2 :]))
                return
            _FORWARDED.add(1, {"outcome": "refused" if refused else "set_aside"})
            _LOG.error("event_refused" if refused else "event_set_aside", reason=error.reason, seq=next(iter(events)))
            async with connection(self._pool) as conn:
                if refused:
                    await conn.execute(_QUERIES["refuse"], {"seqs": list(events), "reason": error.message[:500]})
                else:
                    await conn.execute(_QUERIES["set_aside"], {"seqs": list(events), "pause_s": _SET_ASIDE_S})
            return
        _FORWARDED.add(len(events), {"outcome": "sent"})
        async with connection(self._pool) as conn:
            await conn.execute(_QUERIES["sent"], {"seqs": list(events)})

    def _note_down(self, error: Exception) -> None:
        if not self._down:
            _LOG.warning("event_forwarding_paused", problem=str(error))
        self._down = True

    def _note_up(self) -> None:
        if self._down:
            _LOG.info("event_forwarding_resumed")
        self._down = False


def outbox_of(pool: Pool, service: str) -> Sampler:
    """Looks how many events wait.

    Args:
        pool: The service's pool.
        service: Its short name.
    """

    async def sample() -> None:
        async with connection(pool) as conn:
            row = await (await conn.execute(_QUERIES["depth"])).fetchone()
        if row is not None:
            _WAITING.set(row["waiting"], {"service": service})
            _OLDEST.set(max(0.0, row["oldest_s"]), {"service": service})

    return sample


async def forwarding(
    pool: Pool, target: str, stack: AsyncExitStack, transport: Transport
) -> list[Callable[[asyncio.Event], Coroutine[None, None, None]]]:
    """The background work that sends a service's events.

    Args:
        pool: The service's pool.
        target: `host:port` of reporting; empty: no work, the events wait.
        stack: Owns the channel.
        transport: Who we are.
    """
    if not target:
        return []
    channel = await stack.enter_async_context(make_channel(target, transport))
    return [EventForwarder(pool, GrpcRecorder(channel)).run]
