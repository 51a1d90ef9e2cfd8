"""Turns that nobody's message started: nudge, abandonment, and the return to the bot by time or by hand.

Each looks at Chatwoot first, because much may have happened without a webhook; then it goes the way of every
turn: seal, deliver, end. A message that comes before the seal makes it an ordinary turn.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.routing.v1 import routing_pb2 as routing
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr_common.grpc_errors import RemoteError
from sdr_common.mailbox import Claim
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.conversation import Phase
from sdr_gateway.domain.event import Contact, Direction, MessageSeen, Signal, SignalKind, Snapshot
from sdr_gateway.domain.turn import Outcome
from sdr_gateway.domain.wakes import ConversationRules, Wake, WakeReason, nudge_allowed_at, postponed
from sdr_gateway.operations import requests
from sdr_gateway.operations.ending import TurnEnd
from sdr_gateway.operations.observe import Observer
from sdr_gateway.operations.taken import Ending, Turn, read_turn, signals_of
from sdr_gateway.ports import (
    Accounts,
    ChatwootListing,
    Conversations,
    Dialogue,
    ListedConversation,
    Remembered,
    Scoring,
    Turns,
)

_LOG = structlog.get_logger()
_ABOUT_SILENCE = {WakeReason.NUDGE, WakeReason.ABANDONMENT}
"""Wakes for a lead that owes us an answer."""
_OVER = {lead.LEAD_STATUS_OPT_OUT, lead.LEAD_STATUS_ESCALATED}
"""Where a lead stands that owes us nothing."""


class Stale(Exception):
    """Somebody wrote before the seal: the turn has messages now and is an ordinary one."""

    def __init__(self, claim: Claim) -> None:
        super().__init__()
        self.claim = claim
        """The turn as it is now."""


class WakeWork:
    """Works on wakes.

    Args:
        turns: Seals and supersedes.
        conversations: What is remembered.
        accounts: Whose rules count.
        chatwoot: Shows what became of a conversation.
        dialogue: Words reminders and judges.
        scoring: Adds.
        observer: Tells dialogue what was seen meanwhile.
        ending: Ends turns.
    """

    def __init__(
        self,
        turns: Turns,
        conversations: Conversations,
        accounts: Accounts,
        *,
        chatwoot: ChatwootListing,
        dialogue: Dialogue,
        scoring: Scoring,
        observer: Observer,
        ending: TurnEnd,
    ) -> None:
        self._turns = turns
        self._conversations = conversations
        self._accounts = accounts
        self._chatwoot = chatwoot
        self._dialogue = dialogue
        self._scoring = scoring
        self._observer = observer
        self._ending = ending

    async def work(self, claim: Claim, remembered: Remembered, rules: ConversationRules) -> Ending:
        """Works on one wake, or one return by hand, to its end, or raises.

        Raises:
            Stale: a message came; answer it.
            RemoteError: a service refused or did not answer.
            LeaseLost: somebody else has the turn now.
            ChatwootUnavailable: Chatwoot does not answer.
            StoreUnavailable: the database does not answer.
        """
        account = await self._accounts.get(claim.account_id)
        signals = signals_of(claim)
        reason = WakeReason(claim.wake_reason) if claim.wake_reason else None
        if reason in _ABOUT_SILENCE and not remembered.state.waiting_since:
            return Ending(Outcome.OBSERVED)  # what it was for is over, or the lead was forgotten
        if claim.attempt > self._ending.poison_attempts:
            return await self._forget(claim, remembered)
        found = await self._chatwoot.conversation(account, claim.key_id)
        if found is None:
            return await self._forget(claim, remembered)
        turn = read_turn(claim, [*signals, _as_signal(found)], remembered, rules)
        if reason is None:
            return await self._give_back(turn)
        return await self._wake(turn, account, reason, found.snapshot)

    async def _wake(self, turn: Turn, account: Account, reason: WakeReason, shown: Snapshot) -> Ending:
        messages = await self._chatwoot.messages_before(account, turn.claim.key_id, None)
        through = turn.decision.state.last_message_id
        if not _is_silent(messages, through, ours_last=reason is WakeReason.NUDGE):
            # Our question is not there yet, or somebody wrote and its webhook is late or lost.
            await self._observer.observe(turn.ref, turn.decision.notes)
            return await self._ending.end(turn, Outcome.OBSERVED, wake=postponed(reason, turn.rules, turn.now))
        if reason is WakeReason.RETURN:
            return await self._return(turn, shown.status)
        if turn.decision.state.phase is not Phase.ACTIVE or shown.status != "pending":
            return await self._ending.listen(_without_wakes(turn), took_part=True)
        await self._observer.observe(turn.ref, turn.decision.notes)
        if reason is WakeReason.NUDGE:
            return await self._nudge(turn, can_reply=shown.can_reply)
        return await self._abandon(turn)

    async def _return(self, turn: Turn, status: str) -> Ending:
        """No human has said anything for long; a conversation that is closed comes back with the lead's next word."""
        if turn.decision.state.phase is not Phase.PAUSED or status not in {"open", "pending"}:
            return await self._ending.listen(_without_wakes(turn), took_part=True)
        return await self._give_back(turn)

    async def _give_back(self, turn: Turn) -> Ending:
        await self._observer.observe(turn.ref, turn.decision.notes)
        state = turn.decision.state
        by_hand = not turn.claim.wake_reason
        if state.phase is Phase.OPTED_OUT or (by_hand and state.phase is not Phase.ACTIVE):
            # Asked for silence, or a human spoke after all.
            return await self._ending.end(turn, Outcome.OBSERVED)
        known = await self._ending.known(turn.ref)
        request = requests.return_request(turn.claim, turn.ref, turn.decision, known.lead)
        await self._turns.seal(turn.claim, request.SerializeToString(), patience_s=0.0)
        return await self._ending.deliver(turn, request)

    async def _nudge(self, turn: Turn, *, can_reply: bool) -> Ending:
        allowed_at = nudge_allowed_at(turn.rules, turn.now)
        if allowed_at is not None and allowed_at > turn.now:
            return await self._ending.end(turn, Outcome.OBSERVED, wake=Wake(allowed_at, WakeReason.NUDGE))
        answer = dialogue.NudgeResponse()
        if allowed_at is not None and can_reply:
            answer = await self._dialogue.nudge(requests.nudge_request(turn.claim, turn.ref))
        if not answer.reply:
            return await self._ending.end(_without_nudge(turn), Outcome.OBSERVED)
        return await self._seal(turn, requests.nudge_delivery(turn.claim, turn.ref, turn.decision, answer))

    async def _abandon(self, turn: Turn) -> Ending:
        # The lead may have come further in another conversation of its own.
        known = await self._ending.known(turn.ref)
        if known.ended or known.lead.status in _OVER:
            return await self._ending.end(_without_wakes(turn), Outcome.OBSERVED)
        try:
            analysis = await self._dialogue.analyze(requests.analyze_request(turn.claim, turn.ref))
        except RemoteError as error:
            if error.reason != "CONVERSATION_NOT_FOUND":
                raise
            return await self._forget(turn.claim, Remembered(turn.decision.state, turn.now))
        judged = await self._scoring.qualify(
            scoring.QualifyRequest(
                request_id=requests.request_id(turn.claim, "qualify"),
                conversation=turn.ref,
                turn_id=turn.claim.turn,
                facts=analysis.lead.facts,
                ended=lead.END_REASON_ABANDONED,
            )
        )
        request = requests.silent_delivery(turn.claim, turn.ref, turn.decision)
        requests.add_qualification(request, analysis, judged)
        return await self._seal(turn, request)

    async def _seal(self, turn: Turn, request: routing.DeliverRequest) -> Ending:
        if not await self._turns.seal(turn.claim, request.SerializeToString()):
            raise Stale(await self._turns.supersede(turn.claim))
        return await self._ending.deliver(turn, request)

    async def _forget(self, claim: Claim, remembered: Remembered) -> Ending:
        """A wake that leads nowhere: the conversation is gone, or it failed too often."""
        _LOG.warning("wake_given_up", turn=claim.turn, wake=claim.wake_reason, attempt=claim.attempt)
        state = replace(remembered.state, waiting_since=0.0, question_open=False, human_at=0.0)
        await self._conversations.save(claim, state, [])
        return Ending(Outcome.OBSERVED)


def _as_signal(found: ListedConversation) -> Signal:
    """A conversation that we looked at, as if Chatwoot had told us."""
    contact, snapshot = found.contact, found.snapshot
    return Signal(
        kind=SignalKind.SNAPSHOT,
        contact_id=contact.contact_id,
        inbox_id=snapshot.inbox_id,
        channel=snapshot.channel,
        contact=Contact(contact.name, contact.custom_attributes),
        conversation=snapshot,
    )


def _without_wakes(turn: Turn) -> Turn:
    """As if the lead owed us nothing: somebody else has the conversation, or it is closed."""
    state = replace(turn.decision.state, waiting_since=0.0, question_open=False, human_at=0.0)
    return replace(turn, decision=replace(turn.decision, state=state))


def _without_nudge(turn: Turn) -> Turn:
    """As if it had been sent: there is none to send in this qualification."""
    return replace(turn, decision=replace(turn.decision, state=replace(turn.decision.state, nudged=True)))


def _is_silent(messages: list[MessageSeen], known_through: int, *, ours_last: bool) -> bool:
    """Whether nobody but us has written since what we know.

    Args:
        messages: The newest, oldest first.
        known_through: The greatest message id that we know.
        ours_last: The newest line must be one of ours: the question is there.
    """
    lines = [
        message
        for message in messages
        if not message.private and message.direction in {Direction.INCOMING, Direction.OUTGOING} and not message.deleted
    ]
    if any(message.message_id > known_through and not message.sdr_key for message in lines):
        return False
    return not ours_last or (bool(lines) and bool(lines[-1].sdr_key))
