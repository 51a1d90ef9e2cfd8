"""Deliveries as operators see them: listed, and taken up again where they were given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common import audit
from sdr_common.idempotency import Idempotency, Once
from sdr_common.mailbox import Mailbox, NewEntry
from sdr_common.postgres import Connection, Pool, connection
from sdr_routing.domain.delivery import Delivery
from sdr_routing.domain.errors import DeliveryNotDead, DeliveryNotFound
from sdr_routing.ports import DeadFilter, Deliveries, Revived

A = TypeVar("A", bound=Message)

_PAGE = 50
_RETRIED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries, newest first."""

    deliveries: list[Delivery]
    next_before: int | None
    """Number before which the next page begins; None: this is the last."""


@dataclass(frozen=True, slots=True)
class Retried:
    """What waits again."""

    delivery_ids: tuple[str, ...]
    more: bool
    """More of them are dead."""


class DeadLetters:
    """Lists deliveries and takes dead ones up again.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating calls.
        deliveries: Where deliveries are kept.
        mailbox: Where deliveries wait, by contact.
        on_accepted: Called when something waits again: nudges a worker in the same process.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        deliveries: Deliveries,
        mailbox: Mailbox,
        on_accepted: Callable[[], None] | None = None,
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._deliveries = deliveries
        self._mailbox = mailbox
        self._on_accepted = on_accepted

    async def list_dead(self, wanted: DeadFilter, page_size: int, before: int | None) -> DeliveryPage:
        """Deliveries that were given up, newest first."""
        size = page_size or _PAGE
        async with connection(self._pool) as conn:
            return _page(await self._deliveries.list_dead(conn, wanted, before, size + 1), size)

    async def list_of_conversation(
        self, account_id: int, conversation_id: int, page_size: int, before: int | None
    ) -> DeliveryPage:
        """A conversation's deliveries, newest first."""
        size = page_size or _PAGE
        async with connection(self._pool) as conn:
            rows = await self._deliveries.list_of_conversation(conn, account_id, conversation_id, before, size + 1)
        return _page(rows, size)

    async def retry(self, account_id: int, delivery_id: str, once: Once[Delivery, A]) -> A:
        """Takes a dead delivery up again where it stopped, after what its contact still waits for.

        Raises:
            DeliveryNotFound: the account has no such delivery.
            DeliveryNotDead: it was not given up.
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            revived = await self._deliveries.revive(conn, account_id, delivery_id)
            delivery = await found(self._deliveries, conn, account_id, delivery_id)
            if revived is None:
                raise DeliveryNotDead(delivery_id, delivery.state.value)
            await self._mailbox.ingest(conn, [_revived_entry(account_id, delivery_id, revived)])
            await audit.note(
                conn, "retry_delivery", account_id, subject=delivery_id, request_id=_request_id(once.request)
            )
            return once.answer(delivery)

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._nudge()
        return answer

    async def retry_all(self, wanted: DeadFilter, limit: int, once: Once[Retried, A]) -> A:
        """Takes dead deliveries up again, the oldest first, so that what a contact reads keeps its order.

        Args:
            wanted: Which.
            limit: At most so many; 0: 100.
            once: The call.

        Raises:
            RequestIdReused: the id came before with another input.
        """
        at_most = limit or _RETRIED_AT_ONCE

        async def work(conn: Connection) -> A:
            ids = await self._deliveries.oldest_dead(conn, wanted, at_most + 1)
            entries: dict[str, NewEntry] = {}
            for delivery_id in ids[:at_most]:
                revived = await self._deliveries.revive(conn, wanted.account_id, delivery_id)
                if revived is not None:  # else somebody else was quicker
                    entries[delivery_id] = _revived_entry(wanted.account_id, delivery_id, revived)
            if entries:
                await self._mailbox.ingest(conn, list(entries.values()))
            await audit.note(
                conn,
                "retry_dead_letters",
                wanted.account_id,
                request_id=_request_id(once.request),
                detail={"conversation_id": wanted.conversation_id, "kind": wanted.kind, "count": len(entries)},
            )
            return once.answer(Retried(tuple(entries), len(ids) > at_most))

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._nudge()
        return answer

    def _nudge(self) -> None:
        if self._on_accepted is not None:
            self._on_accepted()


async def found(deliveries: Deliveries, conn: Connection, account_id: int, delivery_id: str) -> Delivery:
    """A delivery with its writes.

    Raises:
        DeliveryNotFound: the account has no such delivery.
    """
    delivery = await deliveries.find(conn, account_id, delivery_id)
    if delivery is None:
        raise DeliveryNotFound(account_id, delivery_id)
    return delivery


def waiting_entry(
    account_id: int, contact_id: int, delivery_id: str, *, seq: int, traceparent: str, retries: int = 0
) -> NewEntry:
    """Lets a delivery wait for its contact's worker, due at once."""
    return NewEntry(
        account_id=account_id,
        key_id=contact_id,
        event="delivery",
        ext=seq,
        version=str(retries) if retries else "",
        body={"delivery_id": delivery_id},
        traceparent=traceparent,
    )


def _revived_entry(account_id: int, delivery_id: str, revived: Revived) -> NewEntry:
    return waiting_entry(
        account_id,
        revived.contact_id,
        delivery_id,
        seq=revived.seq,
        traceparent=revived.traceparent,
        retries=revived.retries,
    )


def _page(rows: list[Delivery], size: int) -> DeliveryPage:
    return DeliveryPage(rows[:size], rows[size - 1].seq if len(rows) > size else None)


def _request_id(request: Message) -> str:
    request_id: str = request.request_id  # type: ignore[attr-defined]  # mutating requests have one
    return request_id
