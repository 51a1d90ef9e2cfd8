"""Plays a small scene in the emulated Chatwoot and keeps every body that its webhooks carry."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec

from sdr_sandbox.chatwoot import ChatwootSettings, SandboxChatwoot
from sdr_sandbox.chatwoot.delivery import encode_body
from sdr_sandbox.chatwoot.events import Event
from sdr_sandbox.chatwoot.messages import Draft
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import INCOMING, OUTGOING, AgentBot, Contact, Conversation, Message, User


class Scene:
    """An account with a bot, a team and one lead.

    Attributes:
        bodies: `(event name, body)` in the order of events, as they go over the wire.
    """

    def __init__(self, *, with_bot: bool = True) -> None:
        ticks = count()
        settings = ChatwootSettings(admin_token="token-do-teste", inbox_identifier="inbox-do-teste")
        self.core = SandboxChatwoot(settings, clock=lambda: 1781796600.4 + next(ticks) / 100)
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.core.bus.subscribe(self._keep)
        self.bot: AgentBot = self.core.channels.create_bot(Params({"name": "Bella SDR"}))
        if with_bot:
            self.core.state.inboxes[1].agent_bot_id = self.bot.id
        self.camila: User = self.core.state.users[2]
        self.team = self.core.people.create_team(Params({"name": "Comercial", "description": "Vendas"}))
        lead = {"name": "Mariana Souza Lima", "phone_number": "+5511987654321", "custom_attributes": {"origem": "x"}}
        row = self.core.contacts.find_or_create(self.core.state.inboxes[1], Params(lead))
        self.contact: Contact = self.core.state.contacts[row.contact_id]
        self.conversation: Conversation = self.core.conversations.create(row)

    def _keep(self, event: Event) -> None:
        payload = self.core.payloads.event(event)
        if payload is not None:
            self.bodies.append((event.name, msgspec.json.decode(encode_body(payload))))

    def last(self, event: str, where: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The last body of an event that fits."""
        return next(body for name, body in reversed(self.bodies) if name == event and where(body))

    def lead_says(self, text: str) -> Message:
        """An incoming message."""
        return self.core.messages.create(self.conversation, Draft(text, INCOMING, self.contact))

    def answer(self, text: str, sender: User | AgentBot, *, private: bool = False) -> Message:
        """An outgoing message or a private note."""
        attributes = {"sdr_key": "c1-t1-p1"}
        draft = Draft(text, OUTGOING, sender, private=private, content_attributes=attributes)
        return self.core.messages.create(self.conversation, draft)
