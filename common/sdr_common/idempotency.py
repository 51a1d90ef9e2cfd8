"""One effect per `request_id`: repeats get the stored answer, concurrent ones wait, reuse is an error.

`once` is for effects that live in our database alone: the record, the effect and the answer commit
together. `leased` is for work that calls outside: a leased row is committed first, the work is done
without a transaction, and the answer commits with its effect. The lease is prolonged while the work goes on,
so it is short: a crash lets the next caller in when it ends, and the outside call may happen twice but its
effect only once.

Answers are kept for 30 days (`purge`).
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from google.protobuf.message import Message

from sdr.common.v1.lead_pb2 import ConversationRef
from sdr_common.errors import RequestIdReused, RequestInProgress, StoreUnavailable
from sdr_common.postgres import Connection, Pool, Queries, connection, transaction

UP_V1: Final = """
create table idempotency (
  request_id uuid constraint idempotency_pk primary key,
  method text not null,
  input_hash bytea not null,
  owner uuid not null,
  lease_until timestamptz not null,
  answer bytea,
  created_at timestamptz not null default now()
);
create index idempotency_created_at on idempotency (created_at)
"""
DOWN_V1: Final = "drop table idempotency"

UP_V2: Final = """
alter table idempotency add column account_id bigint, add column contact_id bigint;
create index idempotency_of_lead on idempotency (account_id, contact_id) where contact_id is not null
"""
"""Whose an answer is, so that it can be forgotten with its lead."""
DOWN_V2: Final = """
drop index idempotency_of_lead;
alter table idempotency drop column account_id, drop column contact_id
"""

_QUERIES = Queries.parse(
    """
-- take --
-- Records a request, or takes over one whose owner's lease ended without an answer.
insert into idempotency as i (request_id, method, input_hash, owner, lease_until, account_id, contact_id)
values (%(request_id)s, %(method)s, %(input_hash)s, %(owner)s, now() + make_interval(secs => %(lease_s)s),
  %(account_id)s, %(contact_id)s)
on conflict (request_id) do update set owner = excluded.owner, lease_until = excluded.lease_until
  where i.answer is null and i.lease_until < now() and i.method = excluded.method and i.input_hash = excluded.input_hash
returning 1 as taken

-- renew --
-- Prolongs a lease that is still ours.
update idempotency set lease_until = now() + make_interval(secs => %(lease_s)s)
where request_id = %(request_id)s and owner = %(owner)s and answer is null

-- find --
-- What is stored under a request id.
select method, input_hash, answer from idempotency where request_id = %(request_id)s

-- answer --
-- Stores the answer if the lease is still ours.
update idempotency set answer = %(answer)s
where request_id = %(request_id)s and owner = %(owner)s and answer is null returning 1 as stored

-- release --
-- Forgets a request whose work failed, so that a repeat may try at once.
delete from idempotency where request_id = %(request_id)s and owner = %(owner)s and answer is null

-- forget_lead --
-- Forgets the answers that were given about a lead.
delete from idempotency where account_id = %(account_id)s and contact_id = %(contact_id)s

-- purge --
-- Forgets answers older than so many days, a bounded number at a time; replicas take different ones.
with old as materialized (
  select request_id from idempotency where created_at < now() - make_interval(days => %(days)s)
  limit %(batch)s for update skip locked)
delete from idempotency i using old where i.request_id = old.request_id
"""
)


_REF = ConversationRef.DESCRIPTOR.full_name


class IdempotentRequest(Protocol):
    """Any request message with a `request_id`."""

    request_id: str


R = TypeVar("R", bound=Message)
Finish = Callable[[Connection, R], Awaitable[None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Once(Generic[T, R]):
    """How a mutating call is recognised and its answer kept: stored with the effect, replayed to repeats."""

    request: Message
    """The call as it came, with its `request_id`."""
    answer_type: type[R]
    answer: Callable[[T], R]
    """Makes the answer out of the result."""


def input_hash(request: Message) -> bytes:
    """SHA-256 over the request without its id; map fields are sorted."""
    copy = type(request)()
    copy.CopyFrom(request)
    copy.ClearField("request_id")
    return hashlib.sha256(copy.SerializeToString(deterministic=True)).digest()


class Idempotency:
    """Guards the mutating calls of one service; its table lives in the service's schema.

    Args:
        pool: The service's pool.
        lease_s: Seconds after which work whose process died may be taken over; living work keeps its lease.
        wait_s: Seconds that a concurrent repeat waits for the first one's answer.
    """

    def __init__(self, pool: Pool, *, lease_s: float = 10.0, wait_s: float = 10.0) -> None:
        self._pool = pool
        self._lease_s = lease_s
        self._wait_s = wait_s

    async def once(self, request: Message, answer: type[R], work: Callable[[Connection], Awaitable[R]]) -> R:
        """Runs `work` in one transaction, at most once per request id.

        Raises:
            RequestIdReused: the id came before with another input.
        """
        key = _Key(request)
        async with transaction(self._pool) as conn:
            # A concurrent repeat waits here for the first one's commit: the unique index holds it.
            taken = await (await conn.execute(_QUERIES["take"], key.parameters(self._lease_s))).fetchone()
            if taken is None:
                return await self._replay(conn, key, answer)
            result = await work(conn)
            await self._finish(conn, key, result)
            return result

    async def leased(self, request: Message, answer: type[R], work: Callable[[Finish[R]], Awaitable[R]]) -> R:
        """Runs `work`, which calls outside, at most once at a time per request id.

        `work` gets a `finish(conn, answer)` to call inside the transaction of its effect.

        Raises:
            RequestIdReused: the id came before with another input.
            RequestInProgress: the first one still works after `wait_s`, or our lease was lost.
        """
        key = _Key(request)
        deadline = asyncio.get_running_loop().time() + self._wait_s
        while not await self._take(key):
            async with connection(self._pool) as conn:
                try:
                    return await self._replay(conn, key, answer)
                except RequestInProgress:
                    if asyncio.get_running_loop().time() > deadline:
                        raise
            await asyncio.sleep(0.05)

        async def finish(conn: Connection, result: R) -> None:
            await self._finish(conn, key, result)

        renewing = asyncio.create_task(self._renew(key))
        try:
            return await work(finish)
        except BaseException:
            # Shielded: a cancelled call must not leave its id blocked for the whole lease. Where the
            # database is gone, the lease ends by itself, and the caller learns what failed first.
            with suppress(StoreUnavailable):
                await asyncio.shield(self._release(key))
            raise
        finally:
            renewing.cancel()

    async def forget_lead(self, conn: Connection, account_id: int, contact_id: int) -> int:
        """Forgets the answers about a lead, inside the caller's transaction; gives how many there were."""
        parameters = {"account_id": account_id, "contact_id": contact_id}
        return (await conn.execute(_QUERIES["forget_lead"], parameters)).rowcount

    async def purge(self, days: int = 30, batch: int = 5000) -> None:
        """Forgets every answer older than `days`, in short transactions.

        Args:
            days: Younger ones stay.
            batch: Answers per transaction.
        """
        forgotten = batch
        while forgotten == batch:
            async with connection(self._pool) as conn:
                forgotten = (await conn.execute(_QUERIES["purge"], {"days": days, "batch": batch})).rowcount

    async def _take(self, key: _Key) -> bool:
        async with connection(self._pool) as conn:
            return await (await conn.execute(_QUERIES["take"], key.parameters(self._lease_s))).fetchone() is not None

    async def _renew(self, key: _Key) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            with suppress(StoreUnavailable):  # Whoever takes over meanwhile is found out at the end.
                async with connection(self._pool) as conn:
                    await conn.execute(_QUERIES["renew"], key.parameters(self._lease_s))

    async def _replay(self, conn: Connection, key: _Key, answer: type[R]) -> R:
        row = await (await conn.execute(_QUERIES["find"], {"request_id": key.request_id})).fetchone()
        if row is None:
            raise RequestInProgress(str(key.request_id))
        if row["method"] != key.method or bytes(row["input_hash"]) != key.hash:
            raise RequestIdReused(str(key.request_id), key.method)
        if row["answer"] is None:
            raise RequestInProgress(str(key.request_id))
        return answer.FromString(bytes(row["answer"]))

    async def _finish(self, conn: Connection, key: _Key, result: Message) -> None:
        parameters = {"request_id": key.request_id, "owner": key.owner, "answer": result.SerializeToString()}
        if await (await conn.execute(_QUERIES["answer"], parameters)).fetchone() is None:
            raise RequestInProgress(str(key.request_id))

    async def _release(self, key: _Key) -> None:
        async with connection(self._pool) as conn:
            await conn.execute(_QUERIES["release"], {"request_id": key.request_id, "owner": key.owner})


class _Key:
    """What identifies one call: its id, its method (the request's type) and its input."""

    def __init__(self, request: Message) -> None:
        self.request_id = uuid.UUID(request.request_id)  # type: ignore[attr-defined]  # mutating requests have one
        self.method = request.DESCRIPTOR.full_name
        self.hash = input_hash(request)
        self.owner = uuid.uuid4()
        self.lead = _lead_of(request)

    def parameters(self, lease_s: float) -> dict[str, object]:
        return {
            "request_id": self.request_id,
            "method": self.method,
            "input_hash": self.hash,
            "owner": self.owner,
            "lease_s": lease_s,
            "account_id": self.lead[0],
            "contact_id": self.lead[1],
        }


def _lead_of(request: Message) -> tuple[int, int] | tuple[None, None]:
    """Account and contact of a request about one lead; a request about many is answered with nothing of theirs."""
    field = request.DESCRIPTOR.fields_by_name.get("conversation")
    if field is None or field.message_type is None or field.message_type.full_name != _REF:
        return None, None
    ref = request.conversation  # type: ignore[attr-defined]  # it has one, as was just seen
    return (ref.account_id, ref.contact_id) if ref.contact_id else (None, None)
