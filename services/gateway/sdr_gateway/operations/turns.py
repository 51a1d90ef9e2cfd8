"""One turn from its frozen entries to its end: understand, answer, judge, seal, deliver.

What is raised puts the turn back for later; whether it counts towards poison is the error's kind
(`sdr_common.mailbox.failure_of`). Up to the seal everything may be done again, with newer messages
taken in; after it a redo only repeats the delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.grpc_errors import RemoteError
from sdr_common.mailbox import Claim
from sdr_gateway.domain.conversation import ConversationState, Phase
from sdr_gateway.domain.errors import OutsideHours
from sdr_gateway.domain.event import Signal, SignalKind
from sdr_gateway.domain.turn import Note, Outcome, decide, everything_told
from sdr_gateway.domain.wakes import is_notice_time, notice_due
from sdr_gateway.operations import requests
from sdr_gateway.operations.ending import TurnEnd
from sdr_gateway.operations.observe import Observer
from sdr_gateway.operations.taken import Ending, Turn, is_resumed, read_turn, signals_of
from sdr_gateway.operations.wakes import Stale, WakeWork
from sdr_gateway.ports import Accounts, Conversations, Dialogue, Remembered, Scoring, Turns

REDONE_AT_MOST = 2
"""A stale answer is made anew so often; the next one goes out, and what came since is the next turn."""

_LOG = structlog.get_logger()
_OWN = {SignalKind.BOT_LINE, SignalKind.REFUSED}
"""What tells of our own lines: nothing is decided by that."""


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
        observer: Tells dialogue what needs no answer.
        ending: Ends turns.
        wakes: Works on turns that no message started.
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
        observer: Observer,
        ending: TurnEnd,
        wakes: WakeWork,
        stale_after_s: float = 15.0,
    ) -> None:
        self._turns = turns
        self._accounts = accounts
        self._conversations = conversations
        self._dialogue = dialogue
        self._scoring = scoring
        self._observer = observer
        self._ending = ending
        self._wakes = wakes
        self._stale_after_s = stale_after_s

    async def work(self, claim: Claim) -> Ending:
        """Works on one turn to its end, or raises.

        Raises:
            RemoteError: a service refused or did not answer.
            LeaseLost: somebody else has the turn now.
            OutsideHours: the clinic is closed and answers only when open.
            ChatwootUnavailable: a wake looks at Chatwoot, which does not answer.
            StoreUnavailable: the database does not answer.
        """
        signals = signals_of(claim)
        await self._ending.report_refused(claim, signals)
        # Only at first: a line that dialogue refuses for good must not hold up what the lead writes next.
        first = claim.attempt == 1 and not claim.sealed
        if first and not claim.wake_reason and all(signal.kind in _OWN for signal in signals):
            return await self._confirm(claim, signals)
        remembered = await self._conversations.find(claim.account_id, claim.key_id)
        rules = (await self._accounts.get(claim.account_id)).rules
        if claim.sealed and claim.answer is not None:
            request = routing.DeliverRequest.FromString(claim.answer)
            turn = Turn(claim, request.conversation, decide(remembered.state, signals), remembered.now, rules)
            return await self._ending.deliver(turn, request)
        if self._waited(claim, remembered.now):
            # What came meanwhile belongs into it, a human's word above all.
            claim = await self._turns.supersede(claim)
        if claim.wake_reason or is_resumed(signals_of(claim)):
            try:
                return await self._wakes.work(claim, remembered, rules)
            except Stale as stale:
                claim = stale.claim
        turn = read_turn(claim, signals_of(claim), remembered, rules)
        if claim.attempt > self._ending.poison_attempts:
            return await self._hand_over(turn)
        return await self._answer(turn, remembered)

    def _waited(self, claim: Claim, now: float) -> bool:
        return claim.attempt > 1 or (claim.since is not None and now - claim.since.timestamp() > self._stale_after_s)

    async def _confirm(self, claim: Claim, signals: Sequence[Signal]) -> Ending:
        """Own lines are in Chatwoot: nothing is decided by that."""
        if signals:
            decision = decide(ConversationState(), signals)
            await self._observer.observe(requests.conversation_ref(claim, signals), decision.notes)
        return Ending(Outcome.OBSERVED, keeps_wake=True)

    async def _answer(self, turn: Turn, remembered: Remembered) -> Ending:
        """Answers; as long as the answer is stale, takes the newer messages in and answers anew."""
        draft: _Draft | None = None
        redone = 0
        while True:
            if turn.decision.silence is not None:
                # Of a conversation that the bot never took part in there is nothing to show.
                return await self._ending.listen(turn, took_part=remembered.state.last_message_id > 0)
            await self._check_hours(turn)
            draft = await self._draft(turn, draft)
            request = await self._outcome(turn, draft.answer)
            if request is None:
                return await self._ending.end(turn, Outcome.NOTHING_NEW)
            patience_s = 0.0 if redone >= REDONE_AT_MOST else None
            if await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=patience_s):
                return await self._ending.deliver(turn, request)
            claim = await self._turns.supersede(turn.claim)
            redone += 1
            turn = read_turn(claim, signals_of(claim), remembered, turn.rules)

    async def _check_hours(self, turn: Turn) -> None:
        hours = (await self._accounts.get(turn.claim.account_id)).answers_within
        opens_in_s = hours.opens_in_s(turn.now) if hours is not None else 0.0
        if opens_in_s > 0:
            raise OutsideHours(opens_in_s)

    async def _draft(self, turn: Turn, earlier: _Draft | None) -> _Draft:
        decision = turn.decision
        if earlier is not None and earlier.messages == decision.messages:
            known = set(earlier.notes)
            await self._observer.observe(turn.ref, [note for note in decision.notes if note not in known])
            return _Draft(decision.messages, decision.notes, earlier.answer)
        await self._observer.observe(turn.ref, requests.early_notes(decision))
        answer = await self._dialogue.respond(requests.respond_request(turn.claim, turn.ref, decision))
        return _Draft(decision.messages, decision.notes, answer)

    async def _outcome(self, turn: Turn, answer: dialogue.RespondResponse) -> routing.DeliverRequest | None:
        """What the answer leads to; None: nothing at all."""
        judging = bool(answer.ended) or answer.new_interest
        if not (answer.reply or judging or answer.escalation or answer.opted_out):
            return None
        request = requests.deliver_request(turn.claim, turn.ref, turn.decision, answer)
        if judging:
            analysis = await self._dialogue.analyze(requests.analyze_request(turn.claim, turn.ref))
            judged = await self._scoring.qualify(requests.qualify_request(turn.claim, turn.ref, answer, analysis))
            requests.add_qualification(request, analysis, judged)
            handed_off = turn.decision.state.phase is Phase.HANDED_OFF
            # A human has it already, or there is nothing to hand over: no second goodbye.
            request.closed_before = answer.new_interest and (handed_off or not requests.hands_off(request))
        if answer.opted_out:
            request.lead.status = lead.LEAD_STATUS_OPT_OUT
        if self._is_worth_a_note(turn, request, answer):
            request.notice = routing.NOTICE_LEAD_WROTE_AGAIN
        requests.tell_when_back(request, turn.rules.hours, turn.now)
        await self._tell_since(turn, request)
        return request

    async def _tell_since(self, turn: Turn, request: routing.DeliverRequest) -> None:
        """From when the lead waits: what came in while the clinic was closed is not late."""
        since = turn.claim.since
        if since is None:
            return
        hours = (await self._accounts.get(turn.claim.account_id)).answers_within
        if hours is None or hours.opens_in_s(since.timestamp()) <= 0:
            request.waiting_since.FromDatetime(since)

    def _is_worth_a_note(self, turn: Turn, request: routing.DeliverRequest, answer: dialogue.RespondResponse) -> bool:
        """Whether the closer is told that a lead of theirs writes again; a judgement or a call for help has its own."""
        if request.HasField("qualification") or request.escalation or answer.opted_out:
            return False
        state = turn.decision.state
        theirs = answer.already_qualified and answer.lead.status == lead.LEAD_STATUS_QUALIFIED
        if theirs and state.phase is Phase.ACTIVE:
            return is_notice_time(state, turn.rules, turn.now)
        return notice_due(state, turn.rules, turn.now)

    async def _hand_over(self, turn: Turn) -> Ending:
        """The turn failed too often: a human takes it, with what is known."""
        _LOG.error("turn_poisoned", turn=turn.claim.turn, attempt=turn.claim.attempt)
        silent = turn.decision.silence is not None
        try:
            await self._observer.observe(turn.ref, everything_told(turn.decision))
        except RemoteError as error:
            if error.transient and silent:
                raise
        if silent:
            return await self._ending.end(turn, Outcome.POISON)
        known = await self._ending.known(turn.ref, whatever=True)
        request = requests.handover_request(turn.claim, turn.ref, turn.decision, known.lead)
        requests.tell_when_back(request, turn.rules.hours, turn.now)
        await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=0.0)
        return await self._ending.deliver(turn, request)
