"""Where the writes of one delivery stand: kept in memory, stored under the contact's lease."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

import structlog

from sdr_common.lead import LeadStatus
from sdr_common.mailbox import Claim
from sdr_common.metrics import METER
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_routing.domain.attributes import STATUS
from sdr_routing.domain.delivery import WORDS, Attributes, Closer, Delivery, Message, Note, PlannedWrite, State, Write
from sdr_routing.ports import Announcements, Deliveries, Mark

_LOG = structlog.get_logger()
_WRITES = METER.create_counter(
    "sdr.routing.writes", ("kind", "outcome"), description="Writes to Chatwoot that ended: done, dropped or dead."
)
_FAULTS = METER.create_counter(
    "sdr.routing.setbacks", description="Attempts at a delivery that failed and are made again."
)
_DELIVERIES = METER.create_counter(
    "sdr.routing.deliveries", ("outcome",), description="Deliveries that ended: done, dropped or dead."
)
_DURATION = METER.create_histogram(
    "sdr.routing.delivery.duration", unit="s", description="From accepted to its end, waits and retries included."
)
_ANSWER = METER.create_histogram(
    "sdr.routing.answer.duration",
    unit="s",
    description="From the lead's first unanswered message to our first public message in Chatwoot.",
)

for _state in (State.DONE, State.DROPPED, State.DEAD):
    _DELIVERIES.add(0, {"outcome": _state.value})  # else an alert misses the first one: nothing grows from nothing


class Ledger:
    """Marks writes and stores the marks; every transaction is fenced by the claim.

    Methods that store raise `LeaseLost` when somebody else has the contact now, and `StoreUnavailable`.

    Args:
        claim: The contact's lease.
        delivery: As it is stored.
        pool: The service's pool.
        deliveries: Where deliveries are kept.
        announcements: Where other services learn of them.
    """

    def __init__(
        self, claim: Claim, delivery: Delivery, pool: Pool, deliveries: Deliveries, announcements: Announcements
    ) -> None:
        self._claim = claim
        self._delivery = delivery
        self._pool = pool
        self._deliveries = deliveries
        self._announcements = announcements
        self._marks: dict[int, Mark] = {}
        self._states = {write.position: write.state for write in delivery.writes}
        self._public_at: list[datetime | None] = [
            write.settled_at
            for write in delivery.writes
            if isinstance(write.change, Message) and write.state is State.DONE
        ]
        self.writes = list(delivery.writes)
        """In order; grows when a takeover adds one."""

    def is_pending(self, write: Write) -> bool:
        """Whether a write is still to be carried out."""
        return self._states[write.position] is State.PENDING

    def was_done_now(self, write: Write) -> bool:
        """Whether a write was carried out under this claim."""
        return write.state is State.PENDING and self._states[write.position] is State.DONE

    def pending_messages(self) -> list[Write]:
        """Public messages that are not settled."""
        return [write for write in self.writes if isinstance(write.change, Message) and self.is_pending(write)]

    def a_message_died(self) -> bool:
        """Whether a public message was given up: what follows it must not be read without it."""
        return any(
            isinstance(write.change, Message) and self._states[write.position] is State.DEAD for write in self.writes
        )

    def stays_with_its_closer(self) -> bool:
        """Whether a lead that waits was not given to the next closer after all."""
        states = [
            self._states[write.position]
            for write in self.writes
            if isinstance(write.change, Closer) and write.change.instead_of
        ]
        return bool(states) and State.DONE not in states

    def settle(
        self,
        write: Write,
        state: State,
        detail: str = "",
        *,
        message_id: int = 0,
        attempt: Literal["kept", "over"] = "over",
    ) -> None:
        """Marks a write as done, dropped or dead."""
        self._states[write.position] = state
        self._marks[write.position] = Mark(write.position, state, detail, message_id, attempt)
        _WRITES.add(1, {"kind": WORDS[type(write.change)], "outcome": state.value})
        if state is State.DONE and isinstance(write.change, Message):
            self._public_at.append(None)
        if state is State.DEAD:
            _LOG.error(
                "write_died",
                delivery_id=self._delivery.delivery_id,
                position=write.position,
                kind=WORDS[type(write.change)],
                problem=detail,
            )

    def note(
        self,
        write: Write,
        detail: str,
        attempt: Literal["begun", "kept", "over"],
        fault: Literal["", "seen", "counted"] = "",
    ) -> None:
        """Marks where an attempt at a write stands; the write stays pending."""
        self._marks[write.position] = Mark(write.position, State.PENDING, detail, attempt=attempt, fault=fault)

    async def flush(self) -> None:
        """Stores the marks."""
        if self._marks:
            async with connection(self._pool) as conn:  # one statement needs no transaction of its own
                await self._record(conn)
            self._marks.clear()

    async def fail(self, write: Write, detail: str, fault: Literal["", "seen", "counted"] = "") -> None:
        """Stores the marks and counts a failure; the operator sees it while the rest waits."""
        if self.is_pending(write):
            mark = self._marks.get(write.position)
            self.note(write, detail if mark is None else mark.detail, "kept" if mark is None else mark.attempt, fault)
        async with connection(self._pool) as conn:
            await self._record(conn, failures=1)
        self._marks.clear()
        _FAULTS.add(1)

    async def pause(self) -> None:
        """A human has taken over: adds a write that says so, tells reporting, stores the marks."""
        ref, delivery_id = self._delivery.conversation, self._delivery.delivery_id
        values = {STATUS: LeadStatus.PAUSED.value}
        position = max(self._states) + 1
        async with transaction(self._pool) as conn:
            # The contact's row is locked before the mailbox's, as plans do: else two could wait in a circle.
            await self._deliveries.remember(conn, ref.account_id, ref.contact_id, values)
            now = await self._record(conn)
            paused = PlannedWrite(Attributes(dict(values)))
            await self._deliveries.append(conn, self._claim, delivery_id, position, paused)
            await self._announcements.status_changed(conn, delivery_id, ref, LeadStatus.PAUSED, now)
        self._marks.clear()
        self.writes.append(Write(position, Attributes(dict(values)), "", State.PENDING, "", 0, None))
        self._states[position] = State.PENDING

    async def add_note(self, text: str, sdr_key: str) -> None:
        """Adds a private note at the end and stores the marks."""
        position = max(self._states) + 1
        async with transaction(self._pool) as conn:
            await self._record(conn)
            planned = PlannedWrite(Note(text), sdr_key)
            await self._deliveries.append(conn, self._claim, self._delivery.delivery_id, position, planned)
        self._marks.clear()
        self.writes.append(Write(position, planned.change, sdr_key, State.PENDING, "", 0, None))
        self._states[position] = State.PENDING

    async def remember(self, values: Mapping[str, str | int]) -> None:
        """What died was forgotten; what is written after all is known again."""
        ref = self._delivery.conversation
        texts = {key: str(value) for key, value in values.items()}
        async with connection(self._pool) as conn:
            await self._deliveries.remember(conn, ref.account_id, ref.contact_id, texts)

    async def end(self) -> State:
        """Stores the marks and how the delivery ended, and tells reporting."""
        state = self._final_state()
        died = [write for write in self.writes if self._states[write.position] is State.DEAD]
        lost = [key for write in died if isinstance(write.change, Attributes) for key in write.change.values]
        ref = self._delivery.conversation
        async with transaction(self._pool) as conn:
            if lost:
                await self._deliveries.forget(conn, ref.account_id, ref.contact_id, lost)
            now = await self._record(conn, state=state)
            told = replace(self._delivery, team="", closer_email="") if self.stays_with_its_closer() else self._delivery
            await self._announcements.delivery_settled(
                conn,
                told,
                state,
                public_messages=len(self._public_at),
                first_public_at=min((moment for moment in self._public_at if moment is not None), default=None),
                at=now,
            )
        self._marks.clear()
        self._measure(state, now)
        if state is State.DEAD:
            _LOG.error(
                "delivery_died",
                delivery_id=self._delivery.delivery_id,
                account_id=ref.account_id,
                conversation_id=ref.conversation_id,
                writes=[WORDS[type(write.change)] for write in died],
            )
        return state

    def _measure(self, state: State, now: datetime) -> None:
        delivery = self._delivery
        _DELIVERIES.add(1, {"outcome": state.value})
        _DURATION.record(max(0.0, (now - delivery.accepted_at).total_seconds()))
        answered_at = min((moment for moment in self._public_at if moment is not None), default=None)
        if answered_at is not None and delivery.waiting_since is not None and not delivery.retries:
            _ANSWER.record(max(0.0, (answered_at - delivery.waiting_since).total_seconds()))

    def _final_state(self) -> State:
        states = set(self._states.values())
        if states & {State.DEAD, State.PENDING}:
            return State.DEAD
        if self.stays_with_its_closer():
            return State.DROPPED
        messages = {self._states[write.position] for write in self.writes if isinstance(write.change, Message)}
        return State.DROPPED if State.DROPPED in messages else State.DONE

    async def _record(self, conn: Connection, *, failures: int = 0, state: State | None = None) -> datetime:
        now = await self._deliveries.record(
            conn,
            self._claim,
            self._delivery.delivery_id,
            list(self._marks.values()),
            failures=failures,
            state=state,
        )
        self._public_at = [moment or now for moment in self._public_at]
        return now
