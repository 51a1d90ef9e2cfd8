"""A conversation's timeline: the gateway's own tables, and what the other services say of its turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.routing.v1 import routing_pb2 as routing
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr_common.grpc_errors import RemoteError
from sdr_common.lead_proto import fact_kind_from_wire, temperature_from_wire
from sdr_gateway.domain.errors import CallFailed, ServiceAway
from sdr_gateway.domain.timeline import Item, turn_items, verdict, waiting_item, write_text
from sdr_gateway.operations.timeline_ports import FailedTurn, TimelineStore
from sdr_gateway.ports import Conversations, Dialogue, Routing, Scoring

A = TypeVar("A", bound=Message)

_PAGE = 20
_FAILED_PAGE = 50
_PAGES_OF_OTHERS = 5
"""Pages of 200 that another service is asked for at most."""
_STATES = {
    routing.DELIVERY_STATE_PENDING: "pending",
    routing.DELIVERY_STATE_DONE: "done",
    routing.DELIVERY_STATE_DROPPED: "dropped",
    routing.DELIVERY_STATE_DEAD: "dead",
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page."""

    verdict: str
    items: list[Item]
    """Oldest first."""
    before: int
    """The turn before which the next page begins; 0: there is none."""


class Timelines:
    """Answers "why did the bot (not) answer this?".

    Args:
        store: The gateway's own tables.
        conversations: What is remembered of conversations.
        dialogue: What was understood and answered.
        scoring: What was judged.
        routing: What was delivered.
    """

    def __init__(
        self,
        store: TimelineStore,
        conversations: Conversations,
        *,
        dialogue: Dialogue,
        scoring: Scoring,
        routing: Routing,
    ) -> None:
        self._store = store
        self._conversations = conversations
        self._dialogue = dialogue
        self._scoring = scoring
        self._routing = routing

    async def get(self, account_id: int, conversation_id: int, page_size: int, before: int) -> Timeline:
        """One page of a conversation's timeline, the newest turns first.

        Raises:
            ServiceAway: another service does not answer.
        """
        page = await self._store.turns(account_id, conversation_id, before, page_size or _PAGE)
        mailbox = await self._store.mailbox(account_id, conversation_id)
        remembered = await self._conversations.find(account_id, conversation_id)
        newest = page.turns[0] if page.turns else None
        items = [item for turn in page.turns for item in turn_items(turn)]
        if not before:
            if mailbox.open_turn is not None:
                items += turn_items(mailbox.open_turn)
            items += [waiting_item(entry) for entry in mailbox.waiting]
            items += await self._store.ignored(account_id, conversation_id)
            if mailbox.wake_at:
                text = f"A conversa será retomada sozinha: {mailbox.wake_reason}."
                items.append(Item(mailbox.wake_at, "open", text, 0, mailbox.wake_reason))
        # Numbers that were superseded have no row of their own: they lie between two turns that ended.
        above, below = page.older, before or 2**62
        contact_id = page.contact_id or mailbox.contact_id
        found = await asyncio.gather(
            self._understood(account_id, conversation_id, above, below),
            self._delivered(account_id, conversation_id, above, below),
            self._judged(account_id, conversation_id, contact_id, above, below),
        )
        items += [item for group in found for item in group]
        items.sort(key=lambda item: item.at)
        why = verdict(newest, mailbox.open_turn, mailbox.due_at, remembered.state) if not before else ""
        return Timeline(why, items, page.turns[-1].turn if page.older else 0)

    async def failed(self, account_id: int, page_size: int, before: int) -> tuple[list[FailedTurn], int]:
        """Turns that were given up, newest first, and the turn before which the next page begins (0: none)."""
        size = page_size or _FAILED_PAGE
        found = await self._store.failed(account_id, before, size + 1)
        return found[:size], found[size - 1].turn if len(found) > size else 0

    async def _understood(self, account_id: int, conversation_id: int, above: int, below: int) -> list[Item]:
        items: list[Item] = []
        token = ""
        for _ in range(_PAGES_OF_OTHERS):
            request = dialogue.ListTurnsRequest(
                account_id=account_id, conversation_id=conversation_id, page_size=200, page_token=token
            )
            answer = await _remote("dialogue", self._dialogue.list_turns(request))
            items += [_understanding(turn) for turn in answer.turns if above < turn.turn_id < below]
            token = answer.next_page_token
            if not token or answer.turns[-1].turn_id <= above:
                break
        return items

    async def _delivered(self, account_id: int, conversation_id: int, above: int, below: int) -> list[Item]:
        items: list[Item] = []
        token = ""
        for _ in range(_PAGES_OF_OTHERS):
            request = routing.ListDeliveriesRequest(
                account_id=account_id, conversation_id=conversation_id, page_size=200, page_token=token
            )
            answer = await _remote("routing", self._routing.list_deliveries(request))
            for delivery in answer.deliveries:
                if above < delivery.turn_id < below:
                    items += _delivery(delivery)
            token = answer.next_page_token
            if not token or answer.deliveries[-1].turn_id <= above:
                break
        return items

    async def _judged(
        self, account_id: int, conversation_id: int, contact_id: int, above: int, below: int
    ) -> list[Item]:
        if not contact_id:
            return []
        request = scoring.ListQualificationsRequest(account_id=account_id, contact_id=contact_id, page_size=200)
        answer = await _remote("scoring", self._scoring.list_qualifications(request))
        return [
            _judgement(found)
            for found in answer.qualifications
            if found.conversation_id == conversation_id and above < found.turn_id < below
        ]


def _understanding(turn: dialogue.TurnRecord) -> Item:
    learned = ", ".join(_fact(fact.kind) for fact in turn.learned) or "nada novo"
    asks = f"; pergunta {_fact(turn.asks)}" if turn.asks else ""
    usage = turn.usage
    cost = ""
    if usage.input_tokens or usage.output_tokens:
        cost = f"; {usage.input_tokens} + {usage.output_tokens} tokens, US$ {usage.cost_micro_usd / 1_000_000:.6f}"
    text = f"Entendido por {turn.engine} (prompt {turn.prompt_version}): aprendeu {learned}{asks}{cost}."
    at = turn.answered_at.ToNanoseconds() / 1e9
    return Item(at, "understood", text, turn.turn_id, turn.engine, tuple(turn.message_ids))


def _fact(kind: lead.FactKind.ValueType) -> str:
    known = fact_kind_from_wire(kind)
    return known.value if known is not None else "?"


def _judgement(found: scoring.QualificationSummary) -> Item:
    temperature = temperature_from_wire(found.temperature)
    word = temperature.value if temperature is not None else "?"
    text = f"Avaliado: {word}, {found.score} pontos (versão {found.version})."
    return Item(found.qualified_at.ToNanoseconds() / 1e9, "judged", text, found.turn_id, word)


def _delivery(delivery: routing.Delivery) -> list[Item]:
    tries = f", {delivery.attempts} tentativas com falha" if delivery.attempts else ""
    text = f"Entrega aceita com {len(delivery.writes)} escritas{tries}."
    accepted_at = delivery.accepted_at.ToNanoseconds() / 1e9
    items = [
        Item(accepted_at, "accepted", text, delivery.turn_id, _STATES[delivery.state], delivery_id=delivery.delivery_id)
    ]
    for write in delivery.writes:
        state = _STATES[write.state]
        settled_at = write.settled_at.ToNanoseconds() / 1e9 if write.HasField("settled_at") else accepted_at
        said = f"Escrita {write.position}, {write_text(write.kind, state, write.detail)}"
        made = (write.message_id,) if write.message_id else ()
        items.append(Item(settled_at, "written", said, delivery.turn_id, state, made, delivery.delivery_id))
    return items


async def _remote(service: str, made: Awaitable[A]) -> A:
    try:
        return await made
    except RemoteError as error:
        if error.transient:
            raise ServiceAway(service, error.message) from error
        raise CallFailed(service, f"{error.reason}: {error.message}") from error
