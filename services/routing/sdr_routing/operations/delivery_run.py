"""One delivery on its way: each write is carried out once, and where it stands is stored before the next."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal

import structlog

from sdr_common.chatwoot import ChatwootDenied, ChatwootRefused, ChatwootUnavailable
from sdr_common.mailbox import Claim, LeaseLost
from sdr_routing.domain import takeover
from sdr_routing.domain.delivery import (
    WORDS,
    Attributes,
    Closer,
    Delivery,
    GiveBack,
    Labels,
    Message,
    Note,
    State,
    Status,
    Team,
    Write,
)
from sdr_routing.domain.errors import Flooded, NotSettledYet, UnknownCloser, UnknownTeam
from sdr_routing.domain.labels import is_needed
from sdr_routing.domain.outgoing_text import neutral
from sdr_routing.domain.refusal import Refusal, closer_note, operator_detail
from sdr_routing.domain.takeover import LEAD_WROTE, SeenMessage, Sign, human_sign, lead_wrote
from sdr_routing.helpdesk_ports import Helpdesk, Helpdesks, Look
from sdr_routing.operations.details import detail_of, hopeless
from sdr_routing.operations.evidence import Evidence
from sdr_routing.operations.ledger import Ledger
from sdr_routing.operations.patience import Patience

_LOG = structlog.get_logger()
_FLOOD = "too many messages"
_LOOK_AGAIN_AFTER_S = 1.0
"""A look that is older than this is repeated before a public message: the host's limit held us up, or what
went out before it took long."""
_BEGUN_FOR_S = 2.0
"""A message goes out within this time after its attempt was stored, else the attempt is stored anew: a process
that slept in between has lost its lease and learns it there."""
_RENEWED_S = 0.2
_FIRST_LOOK_S = 1.0
_GONE = 404


class DeliveryRun:
    """Carries out one delivery under one claim.

    Args:
        claim: The contact's lease.
        delivery: As it is stored.
        ledger: Stores where it stands.
        desk: The account's Chatwoot.
        helpdesks: For tokens that were renewed meanwhile.
        patience: When the absence of a message counts; when a write is given up.
        evidence: What works for others.
    """

    def __init__(
        self,
        claim: Claim,
        delivery: Delivery,
        *,
        ledger: Ledger,
        desk: Helpdesk,
        helpdesks: Helpdesks,
        patience: Patience,
        evidence: Evidence,
    ) -> None:
        self._claim = claim
        self._delivery = delivery
        self._ledger = ledger
        self._desk = desk
        self._helpdesks = helpdesks
        self._patience = patience
        self._evidence = evidence
        self._loaded_at = time.monotonic()
        self._looked_at: float | None = None
        self._seen: tuple[SeenMessage, ...] = ()
        self._sent: Mapping[str, int] = {}
        self._sign: Sign | None = None
        self._contact_id = 0
        self._mended = False
        self._lead_wrote = False
        self._has_assignee = False
        self._assignee_id = 0

    async def carry_out(self) -> None:
        """Carries out what is left of it and ends it.

        Raises:
            DomainError: Chatwoot or the database is away; the rest waits.
            LeaseLost: somebody else has the contact now.
        """
        ledger = self._ledger
        for write in ledger.writes:  # a takeover appends to it on the way
            if not ledger.is_pending(write):
                continue
            try:
                await self._carry(write)
            except LeaseLost:
                raise
            except Exception as error:
                await ledger.fail(write, detail_of(error), self._fault(write, error))
                raise
        await ledger.end()

    async def give_up(self, detail: str) -> None:
        """Ends it without trying: every write that is left is dead."""
        for write in self._ledger.writes:
            if self._ledger.is_pending(write):
                self._ledger.settle(write, State.DEAD, detail, attempt="kept")
        await self._ledger.end()

    async def _carry(self, write: Write) -> None:
        if isinstance(write.change, Message) and self._ledger.a_message_died():
            return
        if isinstance(write.change, Note) and self._ledger.stays_with_its_closer():
            self._ledger.settle(write, State.DROPPED, takeover.NOT_REASSIGNED)
            return
        try:
            await self._attempt(write)
        except ChatwootUnavailable:
            if not self._is_hopeless(write):
                raise
            self._settle_hopeless(write)  # not even a look at its conversation is answered
        except ChatwootRefused as error:
            if _FLOOD in error.problem.lower():
                raise Flooded from error
            self._ledger.settle(write, State.DEAD, detail_of(error))
        except ChatwootDenied as error:
            if await self._helpdesks.renewed(self._claim.account_id):
                raise NotSettledYet(_RENEWED_S) from error
            self._ledger.settle(write, State.DEAD, detail_of(error))
        except (UnknownTeam, UnknownCloser) as error:
            self._ledger.settle(write, State.DEAD, detail_of(error))

    async def _attempt(self, write: Write) -> None:
        change = write.change
        if isinstance(change, Message) and write.remedy:
            await self._send_anew(write, change)
        elif isinstance(change, Message | Note):
            await self._send(write, change)
        elif self._is_hopeless(write):
            self._settle_hopeless(write)
        else:
            # What stands before it is stored first.
            await self._ledger.flush()
            await self._apply(write)

    async def _apply(self, write: Write) -> None:
        """A write that is safe to repeat."""
        conversation = self._delivery.conversation.conversation_id
        if await self._is_somebodys(write):
            self._ledger.settle(write, State.DROPPED, self._sign.value if self._sign is not None else "")
            return
        if kept := await self._keeps_its_closer(write):
            self._ledger.settle(write, State.DROPPED, kept)
            return
        match write.change:
            case Attributes(values):
                await self._set_attributes(values)
            case Labels(labels):
                await self._desk.add_labels(conversation, labels)
            case Team(name):
                await self._desk.assign_team(conversation, name)
            case Closer(email, name):
                await self._desk.assign_closer(conversation, email, name)
            case Status(status):
                await self._desk.set_status(conversation, status)
            case GiveBack():
                await self._desk.give_back(conversation, unassign=self._has_assignee)
            case Message() | Note():
                raise AssertionError("messages are sent, not applied")
        self._evidence.succeeded(self._claim.account_id, WORDS[type(write.change)])
        self._ledger.settle(write, State.DONE)

    def _fault(self, write: Write, error: Exception) -> Literal["", "seen", "counted"]:
        """Whether Chatwoot failed at a write, and whether it is the write's fault: others' succeed meanwhile."""
        cause = error.__cause__ if isinstance(error, NotSettledYet) else error
        if not isinstance(cause, ChatwootUnavailable) or cause.status < 500:
            return ""
        works = self._evidence.works_for_others(self._claim.account_id, WORDS[type(write.change)])
        return "counted" if works else "seen"

    def _is_hopeless(self, write: Write) -> bool:
        """Whether Chatwoot has failed at this write too often while others' went through, or for a whole day."""
        patience = self._patience
        return write.faults >= patience.faults or (write.faulty_for_s or 0.0) >= patience.give_up_after_s

    def _settle_hopeless(self, write: Write) -> None:
        detail = hopeless(write.faults, for_others=write.faults >= self._patience.faults)
        self._ledger.settle(write, State.DEAD, detail, attempt="kept")

    async def _is_somebodys(self, write: Write) -> bool:
        """Whether a human talks in a conversation that is to be closed, or given back to the bot."""
        match write.change:
            case GiveBack():
                await self._look()
            case Status(status) if status != "open":
                if self._looked_at is None:
                    await self._look()
            case _:
                return False
        return self._sign is not None

    async def _keeps_its_closer(self, write: Write) -> str:
        """Why a lead that waits stays where it is after all, looked at right now; empty: it is given away."""
        if not isinstance(write.change, Closer) or not write.change.instead_of:
            return ""
        await self._look()
        if self._sign is not None:
            return self._sign.value
        if not self._assignee_id:
            return ""
        theirs = [await self._desk.agent_id(email) for email in (write.change.instead_of, write.change.email)]
        return "" if self._assignee_id in theirs else takeover.SOMEBODY_ELSE

    async def _set_attributes(self, values: Mapping[str, str | int]) -> None:
        left = {key: value for key, value in values.items() if key not in self._delivery.superseded}
        if left:
            await self._write_attributes(left)
            if self._delivery.retries:
                await self._ledger.remember(left)

    async def _write_attributes(self, values: Mapping[str, str | int]) -> None:
        """Writes into the contact, or into the one that it was merged into."""
        contact = self._contact_id or self._delivery.conversation.contact_id
        try:
            await self._desk.set_attributes(contact, values)
        except ChatwootRefused as error:
            if error.status != _GONE:
                raise
            await self._look()
            if self._contact_id in {0, contact}:
                raise
            await self._desk.set_attributes(self._contact_id, values)

    async def _send(self, write: Write, change: Message | Note) -> None:
        """A message or note, exactly once: what may be there already is looked for first."""
        is_public = isinstance(change, Message)
        if self._needs_look(write, is_public=is_public):
            await self._look()
        while True:
            if write.sdr_key in self._sent:
                self._ledger.settle(write, State.DONE, message_id=self._sent[write.sdr_key])
                return
            if is_public and self._sign is not None:
                await self._fall_silent(self._sign)
                return
            if isinstance(change, Message) and change.only_in_silence and self._lead_wrote:
                self._ledger.settle(write, State.DROPPED, LEAD_WROTE)
                return
            self._check_settled(write)
            if self._is_hopeless(write):
                self._settle_hopeless(write)
                return
            waited_s = await self._desk.pace()
            if not is_public or waited_s < _LOOK_AGAIN_AFTER_S:
                break
            await self._look()
        await self._begin(write)
        message_id = await self._post(write, change)
        self._evidence.succeeded(self._claim.account_id, WORDS[type(change)])
        self._ledger.settle(write, State.DONE, message_id=message_id)

    async def _send_anew(self, write: Write, change: Message) -> None:
        """A message that the channel refused, unless a human has taken over or the conversation went on without it."""
        await self._look()
        if write.sdr_key in self._sent and write.remedy == "resend":
            await self._send(write, change)
        elif self._sign is not None:
            await self._fall_silent(self._sign)
        elif write.message_id and self._is_overtaken(write):
            self._ledger.settle(write, State.DEAD, operator_detail(Refusal.OVERTAKEN, write.refusals))
            key = f"{self._delivery.delivery_id}/note-{write.position}~{write.refusals}"
            await self._ledger.add_note(neutral(closer_note(Refusal.OVERTAKEN, change.text)), key)
        elif write.remedy == "nudge":
            refused = next((seen for seen in self._seen if seen.message_id == write.message_id), None)
            if refused is not None and refused.status == "failed":
                conversation = self._delivery.conversation.conversation_id
                await self._desk.send_anew(conversation, write.message_id)
            self._ledger.settle(write, State.DONE, message_id=write.message_id)
        else:
            await self._send(write, change)

    def _is_overtaken(self, write: Write) -> bool:
        """Whether the lead has read something of ours since that belongs after this message."""
        before = {other.sdr_key for other in self._ledger.writes if other.position < write.position}
        return any(
            seen.message_id > write.message_id
            and seen.sdr_key
            and seen.sdr_key not in before
            and not seen.private
            and seen.status != "failed"
            for seen in self._seen
        )

    def _needs_look(self, write: Write, *, is_public: bool) -> bool:
        if self._looked_at is None:
            return is_public or write.attempt_age_s is not None
        return is_public and time.monotonic() - self._looked_at >= _LOOK_AGAIN_AFTER_S

    async def _begin(self, write: Write) -> None:
        """Stores that an attempt begins, right before it does."""
        while True:
            self._ledger.note(write, write.detail, "begun")
            started = time.monotonic()
            await self._ledger.flush()
            if time.monotonic() - started < _BEGUN_FOR_S:
                return

    async def _post(self, write: Write, change: Message | Note) -> int:
        attributes: dict[str, object] = {"sdr_key": write.sdr_key}
        if isinstance(change, Message):
            attributes |= {"sdr_asks": change.asks, "sdr_answers": list(change.answers)}
        conversation = self._delivery.conversation.conversation_id
        try:
            return await self._desk.send(conversation, change.text, attributes, private=isinstance(change, Note))
        except ChatwootUnavailable as error:
            if not error.ambiguous:
                self._ledger.note(write, detail_of(error), "over")
                raise
            # It is often there already: the next look tells, and shortly.
            self._ledger.note(write, detail_of(error), "kept")
            raise NotSettledYet(error.retry_after_s or min(_FIRST_LOOK_S, self._patience.settle_after_s)) from error
        except (ChatwootDenied, ChatwootRefused):
            self._ledger.note(write, write.detail, "over")
            raise

    def _check_settled(self, write: Write) -> None:
        """Refuses to go on while an earlier attempt may still be stored late.

        Raises:
            NotSettledYet: until its time is over.
        """
        if write.attempt_age_s is None or self._looked_at is None:
            return
        age_s = write.attempt_age_s + self._looked_at - self._loaded_at
        left_s = self._patience.settle_after_s - age_s
        if left_s > 0:
            raise NotSettledYet(min(max(0.5, age_s), left_s + 0.02))

    async def _look(self) -> None:
        """The live check: what is there already, and whether a human has taken over."""
        delivery, started = self._delivery, time.monotonic()
        look = await self._desk.look(delivery.conversation.conversation_id, delivery.last_message_id)
        self._looked_at, self._seen, self._sent = started, look.messages, look.sent
        self._contact_id = look.contact_id
        messages = look.messages
        if delivery.last_message_id == 0:
            # The newest messages of any age were listed; only what is newer than the delivery shows something.
            accepted_at = int(delivery.accepted_at.timestamp())
            messages = tuple(message for message in messages if message.created_at >= accepted_at)
        self._has_assignee, self._assignee_id = look.assignee_is_human, look.assignee_id
        self._lead_wrote = lead_wrote(messages)
        await self._mend(look)
        self._sign = human_sign(messages, assignee_is_human=look.assignee_is_human, handing_off=delivery.handing_off)

    async def _mend(self, look: Look) -> None:
        """Writes again what somebody's simultaneous write has undone: Chatwoot merges without a lock.

        Only what is missing: a value that differs was set by a human since.
        """
        if self._mended:
            return
        for write in self._ledger.writes:
            change = write.change
            if not self._ledger.was_done_now(write):
                continue
            if isinstance(change, Attributes) and look.attributes is not None:
                missing = {key: value for key, value in change.values.items() if key not in look.attributes}
                if missing:
                    self._mended = True
                    await self._write_attributes(missing)
            if isinstance(change, Labels) and look.labels is not None and is_needed(look.labels, change.labels):
                self._mended = True
                await self._desk.add_labels(self._delivery.conversation.conversation_id, change.labels)
        if self._mended:
            _LOG.info("writes_mended", delivery_id=self._delivery.delivery_id)

    async def _fall_silent(self, sign: Sign) -> None:
        """A human has taken over: nothing public goes out any more, and a lead in qualification is paused."""
        for write in self._ledger.pending_messages():
            if write.sdr_key in self._sent:
                self._ledger.settle(write, State.DONE, message_id=self._sent[write.sdr_key])
            else:
                self._ledger.settle(write, State.DROPPED, sign.value)
        _LOG.info("delivery_taken_over", delivery_id=self._delivery.delivery_id, sign=sign.name.lower())
        if self._delivery.qualifying and not self._delivery.handing_off:
            await self._ledger.pause()
