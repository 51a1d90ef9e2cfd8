"""The end of a turn: after the seal the hand-over to routing, then what is remembered and told."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.reporting.v1.reporting_pb2 import Event
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.grpc_errors import RemoteError
from sdr_common.mailbox import Claim
from sdr_gateway.domain.event import Signal, SignalKind
from sdr_gateway.domain.turn import Outcome, after_delivery
from sdr_gateway.domain.wakes import Wake, next_wake, notice_due
from sdr_gateway.operations import requests
from sdr_gateway.operations.observe import Observer
from sdr_gateway.operations.taken import Ending, Turn
from sdr_gateway.ports import Conversations, Dialogue, Routing, Turns

_LOG = structlog.get_logger()
_PAUSABLE = {lead.LEAD_STATUS_UNSPECIFIED, lead.LEAD_STATUS_IN_PROGRESS}
"""Statuses that a takeover changes: what was judged or called for stays shown."""


class TurnEnd:
    """Ends turns.

    Args:
        turns: Seals.
        conversations: What is remembered.
        dialogue: Knows the lead.
        routing: Delivers.
        observer: Tells dialogue what needs no answer.
        poison_attempts: After so many failures of a turn's own a human takes over.
    """

    def __init__(
        self,
        turns: Turns,
        conversations: Conversations,
        *,
        dialogue: Dialogue,
        routing: Routing,
        observer: Observer,
        poison_attempts: int = 5,
    ) -> None:
        self._turns = turns
        self._conversations = conversations
        self._dialogue = dialogue
        self._routing = routing
        self._observer = observer
        self.poison_attempts = poison_attempts

    async def deliver(self, turn: Turn, request: routing.DeliverRequest) -> Ending:
        """After the seal: hands over to routing, for ever the same."""
        try:
            await self._routing.deliver(request)
        except RemoteError as error:
            if error.transient or turn.claim.attempt <= self.poison_attempts:
                raise
            return await self._give_up(turn, request, error)
        return await self.end(turn, requests.outcome_of(request), request)

    async def report_refused(self, claim: Claim, signals: Sequence[Signal]) -> None:
        """Tells routing what the channel refused, before a new answer: what is sent again goes before it.

        Raises:
            RemoteError: routing does not answer, or cannot see to it yet.
        """
        refused = {signal.message_id: signal for signal in signals if signal.kind is SignalKind.REFUSED}
        for signal in refused.values():
            try:
                await self._routing.report_refused_message(requests.refused_message(claim, signal))
            except RemoteError as error:
                if error.transient or claim.attempt <= self.poison_attempts:
                    raise
                _LOG.error("refused_message_unreported", turn=claim.turn, reason=error.reason)

    async def _give_up(self, turn: Turn, request: routing.DeliverRequest, error: RemoteError) -> Ending:
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
                return await self.end(turn, Outcome.POISON, substitute)
        _LOG.error("turn_abandoned", turn=turn.claim.turn, reason=error.reason)
        return await self.end(turn, Outcome.POISON)

    async def listen(self, turn: Turn, *, took_part: bool) -> Ending:
        """Says nothing: dialogue learns what was said, and a takeover is shown in Chatwoot.

        Args:
            turn: Which.
            took_part: The bot has answered in this conversation before.
        """
        await self._observer.observe(turn.ref, turn.decision.notes)
        if turn.decision.pausing and took_part:
            known = await self.known(turn.ref)
            if known.lead.status in _PAUSABLE and not known.ended:
                request = requests.pause_request(turn.claim, turn.ref, turn.decision, known.lead)
                # Nothing public follows, so newer messages do not make it stale.
                await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=0.0)
                return await self.deliver(turn, request)
        waits = turn.decision.silence is Outcome.HANDED_OFF
        if waits and notice_due(turn.decision.state, turn.rules, turn.now):
            request = requests.notice_request(turn.claim, turn.ref, turn.decision, (await self.known(turn.ref)).lead)
            await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=0.0)
            return await self.deliver(turn, request)
        return await self.end(turn, turn.decision.silence or Outcome.OBSERVED)

    async def known(self, ref: lead.ConversationRef, *, whatever: bool = False) -> dialogue.GetConversationResponse:
        """What dialogue knows of a conversation; nothing where it is new to it, or `whatever` the trouble."""
        request = dialogue.GetConversationRequest(
            account_id=ref.account_id, conversation_id=ref.conversation_id, line_limit=1
        )
        try:
            return await self._dialogue.get_conversation(request)
        except RemoteError as error:
            if whatever or error.reason == "CONVERSATION_NOT_FOUND":
                return dialogue.GetConversationResponse()
            raise

    async def end(
        self,
        turn: Turn,
        outcome: Outcome,
        request: routing.DeliverRequest | None = None,
        *,
        wake: Wake | None = None,
    ) -> Ending:
        """Remembers the turn's effect and tells reporting, in one transaction; safe to repeat.

        Args:
            turn: Which.
            outcome: How it ended.
            request: What was delivered.
            wake: The next wake, where it is not the one that follows from the state.
        """
        decision, state = turn.decision, turn.decision.state
        events: list[Event] = []
        if decision.lead_count:
            told = requests.turn_finished(turn.claim, turn.ref, decision, outcome, turn.now, asked=_asked(request))
            events.append(told)
        if decision.pausing:
            events.append(requests.status_changed(turn.claim, turn.ref, lead.LEAD_STATUS_PAUSED, turn.now))
        if outcome is Outcome.OPTED_OUT and request is not None:
            events.append(requests.status_changed(turn.claim, turn.ref, lead.LEAD_STATUS_OPT_OUT, turn.now))
        if request is not None:
            # Only now: a judgement that a takeover kept from being sealed was never anybody's.
            if request.HasField("qualification"):
                events.append(requests.lead_qualified(turn.ref, request.qualification))
            state = after_delivery(state, requests.effect_of(request), turn.now)
        await self._conversations.save(turn.claim, state, events)
        if wake is None:
            wake = next_wake(state, turn.rules, turn.now)
        return Ending(outcome, wake)


def _asked(request: routing.DeliverRequest | None) -> lead.FactKind.ValueType:
    return lead.FACT_KIND_UNSPECIFIED if request is None else request.asks
