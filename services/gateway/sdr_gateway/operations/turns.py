"""One turn from its frozen entries to its end: understand, answer, judge, seal, deliver.

What is raised puts the turn back for later; whether it counts towards poison is the error's kind
(`sdr_common.mailbox.failure_of`). Up to the seal everything may be done again, with newer messages
taken in; after it a redo only repeats the delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import structlog

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.reporting.v1.reporting_pb2 import Event
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.grpc_errors import RemoteError
from sdr_common.mailbox import Claim
from sdr_gateway.domain.conversation import ConversationState
from sdr_gateway.domain.errors import OutsideHours
from sdr_gateway.domain.event import Signal, SignalKind
from sdr_gateway.domain.turn import Decision, Note, Outcome, after_delivery, decide, everything_told
from sdr_gateway.operations import requests
from sdr_gateway.operations.observe import Observer
from sdr_gateway.ports import Accounts, Conversations, Dialogue, Remembered, Routing, Scoring, Turns

REDONE_AT_MOST = 2
"""A stale answer is made anew so often; the next one goes out, and what came since is the next turn."""

_LOG = structlog.get_logger()
_SIGNAL = msgspec.json.Decoder(Signal)
_PAUSABLE = {lead.LEAD_STATUS_UNSPECIFIED, lead.LEAD_STATUS_IN_PROGRESS}
"""Statuses that a takeover changes: what was judged or called for stays shown."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """A claim with what was read out of it."""

    claim: Claim
    signals: tuple[Signal, ...]
    ref: lead.ConversationRef
    decision: Decision
    now: float


@dataclass(frozen=True, slots=True)
class _Draft:
    """An answer that was asked for, and what for: an edit that changes nothing needs no other."""

    messages: tuple[Signal, ...]
    notes: tuple[Note, ...]
    answer: dialogue.RespondResponse


class TurnWork:
    """Works on turns.

    Args:
        turns: Seals and supersedes.
        accounts: Whose business hours count.
        conversations: What is remembered.
        dialogue: Understands and answers.
        scoring: Judges.
        routing: Delivers.
        observer: Tells dialogue what needs no answer.
        poison_attempts: After so many failures of a turn's own a human takes over.
        stale_after_s: A turn whose first message is older first takes in what came since; below the
            mailbox's patience, after which a seal no longer looks for newer messages.
    """

    def __init__(
        self,
        turns: Turns,
        conversations: Conversations,
        accounts: Accounts,
        *,
        dialogue: Dialogue,
        scoring: Scoring,
        routing: Routing,
        observer: Observer,
        poison_attempts: int = 5,
        stale_after_s: float = 15.0,
    ) -> None:
        self._turns = turns
        self._accounts = accounts
        self._conversations = conversations
        self._dialogue = dialogue
        self._scoring = scoring
        self._routing = routing
        self._observer = observer
        self._poison_attempts = poison_attempts
        self._stale_after_s = stale_after_s

    async def work(self, claim: Claim) -> Outcome:
        """Works on one turn to its end, or raises.

        Raises:
            RemoteError: a service refused or did not answer.
            LeaseLost: somebody else has the turn now.
            OutsideHours: the clinic is closed and answers only when open.
            StoreUnavailable: the database does not answer.
        """
        signals = _signals(claim)
        # Only at first: a line that dialogue refuses for good must not hold up what the lead writes next.
        first = claim.attempt == 1 and not claim.sealed
        if first and all(signal.kind is SignalKind.BOT_LINE for signal in signals):
            return await self._confirm(claim, signals)
        remembered = await self._conversations.find(claim.account_id, claim.key_id)
        if claim.sealed and claim.answer is not None:
            turn = _read(claim, signals, remembered)
            return await self._deliver(turn, routing.DeliverRequest.FromString(claim.answer))
        if self._waited(claim, remembered.now):
            # What came meanwhile belongs into it, a human's word above all.
            claim = await self._turns.supersede(claim)
            signals = _signals(claim)
        turn = _read(claim, signals, remembered)
        if claim.attempt > self._poison_attempts:
            return await self._hand_over(turn)
        return await self._answer(turn, remembered)

    def _waited(self, claim: Claim, now: float) -> bool:
        return claim.attempt > 1 or (claim.since is not None and now - claim.since.timestamp() > self._stale_after_s)

    async def _confirm(self, claim: Claim, signals: Sequence[Signal]) -> Outcome:
        """Own lines are in Chatwoot: nothing is decided by that."""
        if signals:
            decision = decide(ConversationState(), signals)
            await self._observer.observe(requests.conversation_ref(claim, signals), decision.notes)
        return Outcome.OBSERVED

    async def _answer(self, turn: _Turn, remembered: Remembered) -> Outcome:
        """Answers; as long as the answer is stale, takes the newer messages in and answers anew."""
        draft: _Draft | None = None
        redone = 0
        while True:
            if turn.decision.silence is not None:
                return await self._listen(turn, remembered)
            await self._check_hours(turn)
            draft = await self._draft(turn, draft)
            request = await self._outcome(turn, draft.answer)
            if request is None:
                return await self._end(turn, Outcome.NOTHING_NEW)
            patience_s = 0.0 if redone >= REDONE_AT_MOST else None
            if await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=patience_s):
                return await self._deliver(turn, request)
            claim = await self._turns.supersede(turn.claim)
            redone += 1
            turn = _read(claim, _signals(claim), remembered)

    async def _check_hours(self, turn: _Turn) -> None:
        hours = (await self._accounts.get(turn.claim.account_id)).answers_within
        opens_in_s = hours.opens_in_s(turn.now) if hours is not None else 0.0
        if opens_in_s > 0:
            raise OutsideHours(opens_in_s)

    async def _draft(self, turn: _Turn, earlier: _Draft | None) -> _Draft:
        decision = turn.decision
        if earlier is not None and earlier.messages == decision.messages:
            known = set(earlier.notes)
            await self._observer.observe(turn.ref, [note for note in decision.notes if note not in known])
            return _Draft(decision.messages, decision.notes, earlier.answer)
        await self._observer.observe(turn.ref, requests.early_notes(decision))
        answer = await self._dialogue.respond(requests.respond_request(turn.claim, turn.ref, decision))
        return _Draft(decision.messages, decision.notes, answer)

    async def _outcome(self, turn: _Turn, answer: dialogue.RespondResponse) -> routing.DeliverRequest | None:
        """What the answer leads to; None: nothing at all."""
        if not (answer.reply or answer.ended or answer.escalation or answer.opted_out):
            return None
        request = requests.deliver_request(turn.claim, turn.ref, turn.decision, answer)
        if answer.ended:
            analysis = await self._dialogue.analyze(requests.analyze_request(turn.claim, turn.ref))
            judged = await self._scoring.qualify(requests.qualify_request(turn.claim, turn.ref, answer, analysis))
            requests.add_qualification(request, analysis, judged)
        if answer.opted_out:
            request.lead.status = lead.LEAD_STATUS_OPT_OUT
        return request

    async def _deliver(self, turn: _Turn, request: routing.DeliverRequest) -> Outcome:
        """After the seal: hands over to routing, for ever the same."""
        try:
            await self._routing.deliver(request)
        except RemoteError as error:
            if error.transient or turn.claim.attempt <= self._poison_attempts:
                raise
            return await self._give_up(turn, request, error)
        return await self._end(turn, requests.outcome_of(request), request)

    async def _give_up(self, turn: _Turn, request: routing.DeliverRequest, error: RemoteError) -> Outcome:
        """A sealed answer that routing will never take: call a human instead, if at least that works."""
        _LOG.error("sealed_answer_refused", turn=turn.claim.turn, reason=error.reason)
        if request.escalation != lead.ESCALATION_REASON_PRODUCT_FAILURE:
            substitute = requests.handover_request(turn.claim, turn.ref, turn.decision, lead.LeadState())
            try:
                await self._routing.deliver(substitute)
            except RemoteError as second:
                if second.transient:
                    raise
            else:
                return await self._end(turn, Outcome.POISON, substitute)
        _LOG.error("turn_abandoned", turn=turn.claim.turn, reason=error.reason)
        return await self._end(turn, Outcome.POISON)

    async def _listen(self, turn: _Turn, remembered: Remembered) -> Outcome:
        """Says nothing: dialogue learns what was said, and a takeover is shown in Chatwoot."""
        await self._observer.observe(turn.ref, turn.decision.notes)
        # Of a conversation that the bot never took part in there is nothing to show.
        if turn.decision.pausing and remembered.state.last_message_id:
            known = await self._known_lead(turn.ref)
            if known.status in _PAUSABLE:
                request = requests.pause_request(turn.claim, turn.ref, turn.decision, known)
                # Nothing public follows, so newer messages do not make it stale.
                await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=0.0)
                return await self._deliver(turn, request)
        return await self._end(turn, turn.decision.silence or Outcome.OBSERVED)

    async def _hand_over(self, turn: _Turn) -> Outcome:
        """The turn failed too often: a human takes it, with what is known."""
        _LOG.error("turn_poisoned", turn=turn.claim.turn, attempt=turn.claim.attempt)
        silent = turn.decision.silence is not None
        try:
            await self._observer.observe(turn.ref, everything_told(turn.decision))
        except RemoteError as error:
            if error.transient and silent:
                raise
        if silent:
            return await self._end(turn, Outcome.POISON)
        known = await self._known_lead(turn.ref, whatever=True)
        request = requests.handover_request(turn.claim, turn.ref, turn.decision, known)
        await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=0.0)
        return await self._deliver(turn, request)

    async def _known_lead(self, ref: lead.ConversationRef, *, whatever: bool = False) -> lead.LeadState:
        """What dialogue knows; `whatever` its trouble: nothing."""
        request = dialogue.GetConversationRequest(
            account_id=ref.account_id, conversation_id=ref.conversation_id, line_limit=1
        )
        try:
            return (await self._dialogue.get_conversation(request)).lead
        except RemoteError as error:
            if whatever or error.reason == "CONVERSATION_NOT_FOUND":
                return lead.LeadState()
            raise

    async def _end(self, turn: _Turn, outcome: Outcome, request: routing.DeliverRequest | None = None) -> Outcome:
        """Remembers the turn's effect and tells reporting, in one transaction; safe to repeat."""
        decision, state = turn.decision, turn.decision.state
        events: list[Event] = []
        if decision.lead_count:
            events.append(requests.turn_finished(turn.claim, turn.ref, decision, outcome, turn.now))
        if decision.pausing:
            events.append(requests.status_changed(turn.claim, turn.ref, lead.LEAD_STATUS_PAUSED, turn.now))
        if outcome is Outcome.OPTED_OUT and request is not None:
            events.append(requests.status_changed(turn.claim, turn.ref, lead.LEAD_STATUS_OPT_OUT, turn.now))
        if request is not None:
            opted_out = outcome is Outcome.OPTED_OUT
            state = after_delivery(state, handed_off=requests.hands_off(request), opted_out=opted_out)
        await self._conversations.save(turn.claim, state, events)
        return outcome


def _signals(claim: Claim) -> tuple[Signal, ...]:
    return tuple(_SIGNAL.decode(entry.raw) for entry in claim.entries)


def _read(claim: Claim, signals: tuple[Signal, ...], remembered: Remembered) -> _Turn:
    ref = requests.conversation_ref(claim, signals)
    return _Turn(claim, signals, ref, decide(remembered.state, signals), remembered.now)
