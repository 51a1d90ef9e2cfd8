"""Messages that Chatwoot took and the channel refused: sent again where that is safe, shown to people where not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

import structlog
from google.protobuf.message import Message as WireMessage

from sdr_common.idempotency import Idempotency, Once
from sdr_common.mailbox import Mailbox, NewEntry
from sdr_common.postgres import Connection, Pool
from sdr_routing.domain.delivery import Message, Note, PlannedWrite, State, Write
from sdr_routing.domain.errors import DeliveryUnsettled
from sdr_routing.domain.outgoing_text import neutral, parts_of
from sdr_routing.domain.refusal import (
    SHORTER,
    Refusal,
    Remedy,
    closer_note,
    key_after,
    operator_detail,
    pause_s,
    refusal_of,
    remedy_for,
)
from sdr_routing.ports import Deliveries, RefusedMessage

A = TypeVar("A", bound=WireMessage)
_LOG = structlog.get_logger()


class RefusalOutcome(Enum):
    """What becomes of a refused message."""

    NOTHING_TO_DO = "nothing_to_do"
    SENDING_AGAIN = "sending_again"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Report:
    """What was told of a refusal."""

    account_id: int
    conversation_id: int
    message_id: int
    sdr_key: str
    problem: str
    bridged: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided."""

    outcome: RefusalOutcome
    delivery_id: str = ""


@dataclass(frozen=True, slots=True)
class RefusalLimits:
    """How often and for how long a refused message is sent again."""

    most: int = 2
    """Times at most."""
    within_s: float = 3600.0
    """Seconds after it was sent first; later it makes no sense to the lead any more."""
    pace: float = 1.0
    """Factor on the pauses; tests shorten them."""


class Refusals:
    """Takes reports of refused messages.

    Args:
        pool: The service's pool.
        idempotency: Guards the call.
        deliveries: Where deliveries are kept.
        mailbox: Where a delivery waits again.
        limits: How often.
        on_accepted: Nudges a worker in the same process.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        idempotency: Idempotency,
        deliveries: Deliveries,
        mailbox: Mailbox,
        limits: RefusalLimits,
        on_accepted: Callable[[], None] | None = None,
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._deliveries = deliveries
        self._mailbox = mailbox
        self._limits = limits
        self._on_accepted = on_accepted

    async def report(self, report: Report, once: Once[Decided, A]) -> A:
        """Decides what becomes of a refused message.

        Raises:
            DeliveryUnsettled: its delivery is under way; repeat later.
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            return once.answer(await self._decide(conn, report))

        answer = await self._idempotency.once(once.request, once.answer_type, work)
        if self._on_accepted is not None:
            self._on_accepted()
        return answer

    async def _decide(self, conn: Connection, report: Report) -> Decided:
        found = await self._deliveries.find_refused(conn, report.account_id, report.message_id, report.sdr_key)
        if found is None:
            if not report.sdr_key and await self._deliveries.is_under_way(
                conn, report.account_id, report.conversation_id
            ):
                raise DeliveryUnsettled(report.message_id)
            return Decided(RefusalOutcome.NOTHING_TO_DO)
        write = found.write
        if not found.settled:
            if write.remedy and write.message_id == report.message_id:
                return Decided(RefusalOutcome.NOTHING_TO_DO, found.delivery_id)  # it is being seen to
            raise DeliveryUnsettled(report.message_id)
        if write.state is not State.DONE or write.message_id != report.message_id:
            return Decided(RefusalOutcome.NOTHING_TO_DO, found.delivery_id)
        return await self._see_to(conn, report, found)

    async def _see_to(self, conn: Connection, report: Report, found: RefusedMessage) -> Decided:
        write, refusal = found.write, refusal_of(report.problem)
        refusals = write.refusals + 1
        remedy = remedy_for(
            refusal,
            refusals=refusals,
            most=self._limits.most,
            bridged=report.bridged,
            nudged=write.remedy == Remedy.NUDGE,
            fresh=found.settled_for_s <= self._limits.within_s,
        )
        changed, added = _remedied(found, remedy, refusal, refusals)
        await self._deliveries.refuse(conn, found.delivery_id, changed, added)
        is_given_up = remedy is Remedy.GIVE_UP
        wait_s = 0.0 if is_given_up else pause_s(refusal, refusals) * self._limits.pace
        await self._mailbox.ingest(conn, [_entry(found, refusals, wait_s)])
        _LOG.warning(
            "message_refused",
            delivery_id=found.delivery_id,
            account_id=found.conversation.account_id,
            conversation_id=found.conversation.conversation_id,
            refusal=refusal.name.lower(),
            remedy=remedy.value,
            refusals=refusals,
        )
        return Decided(
            RefusalOutcome.GIVEN_UP if is_given_up else RefusalOutcome.SENDING_AGAIN,
            found.delivery_id,
        )


def _remedied(
    found: RefusedMessage, remedy: Remedy, refusal: Refusal, refusals: int
) -> tuple[Write, dict[int, PlannedWrite]]:
    """The write as it is from now on, and what is added to its delivery."""
    write = replace(found.write, refusals=refusals, detail=operator_detail(refusal, refusals))
    change = write.change
    if not isinstance(change, Message):
        raise TypeError("only public messages are refused")
    key = key_after(write.sdr_key, refusals)
    match remedy:
        case Remedy.GIVE_UP:
            note = Note(neutral(closer_note(refusal, change.text)))
            added = PlannedWrite(note, f"{found.delivery_id}/note-{write.position}~{refusals}")
            return replace(write, state=State.DEAD), {found.next_position: added}
        case Remedy.NUDGE:
            return replace(write, state=State.PENDING, remedy="nudge"), {}
        case Remedy.RESEND:
            return replace(write, state=State.PENDING, remedy="resend", sdr_key=key), {}
        case Remedy.SHORTEN:
            first, *rest = parts_of(change.text, found.conversation.channel, longest=SHORTER)
            base = key_after(write.sdr_key, 0).removesuffix("~0")
            more = {
                found.next_position + number: PlannedWrite(Message(part, change.asks), f"{base}.{number + 2}")
                for number, part in enumerate(rest)
            }
            shortened = replace(
                write, state=State.PENDING, remedy="resend", sdr_key=key, change=Message(first, change.asks)
            )
            return shortened, more


def _entry(found: RefusedMessage, refusals: int, wait_s: float) -> NewEntry:
    """Lets the delivery wait for its contact's worker."""
    return NewEntry(
        account_id=found.conversation.account_id,
        key_id=found.conversation.contact_id,
        event="delivery",
        ext=found.seq,
        version=f"refused-{found.write.position}-{refusals}",
        body={"delivery_id": found.delivery_id},
        idle_s=wait_s,
        cap_s=wait_s,
        traceparent=found.traceparent,
    )
