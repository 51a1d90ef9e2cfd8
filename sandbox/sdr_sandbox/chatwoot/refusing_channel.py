"""A channel that refuses on request what Chatwoot took: the lead never reads it.

Two shapes. Native channels, and API inboxes whose webhook fails, make the message `failed` with
`content_attributes.external_error`. WAHA leaves it `sent` and tells in a private note that answers to it; a message
whose status is set to `sent` again it sends anew, and what it sent already it leaves out.
Source: Chatwoot v4.15.1 `lib/webhooks/trigger.rb`; WAHA `error/ChatWootErrorReporter.ts` and
`chatwoot.webhook.controller.ts`.
"""

import asyncio

from sdr_sandbox.chatwoot.core import SandboxChatwoot
from sdr_sandbox.chatwoot.counters import Counters
from sdr_sandbox.chatwoot.events import Event
from sdr_sandbox.chatwoot.messages import Draft
from sdr_sandbox.chatwoot.misbehaviour import ChannelFaults, Faults
from sdr_sandbox.chatwoot.records import OUTGOING, Message

_NOTE = "⚠️ **Não foi possível enviar uma mensagem no WhatsApp.**\n❌ Não há mais tentativas restantes.\n```\n{}\n```"


class RefusingChannel:
    """Listens to outgoing messages and refuses some.

    Args:
        core: The account.
        faults: What is refused.
        counters: Where refusals are counted.
    """

    def __init__(self, core: SandboxChatwoot, faults: Faults, counters: Counters) -> None:
        self._core = core
        self._faults = faults
        self._counters = counters
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Listens to events."""
        self._core.bus.subscribe(self._on_event)

    async def stop(self) -> None:
        """Stops listening and drops what is under way."""
        self._core.bus.unsubscribe(self._on_event)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_event(self, event: Event) -> None:
        if event.name not in ("message_created", "message_updated"):
            return
        message = self._core.state.messages.get(event.message_id or 0)
        if message is None or message.private or message.message_type != OUTGOING or message.sender_type == "Contact":
            return
        sent_anew = message.status == "sent" and message.content_attributes.get("external_error", "") is None
        if event.name == "message_updated" and not sent_anew:
            return
        path = f"/conversations/{message.conversation_id}/messages"
        fault = self._faults.for_channel(path, f"{message.conversation_id}|{message.content}")
        if fault is not None:
            task = asyncio.get_running_loop().create_task(self._refuse(message, fault))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _refuse(self, message: Message, fault: ChannelFaults) -> None:
        await asyncio.sleep(fault.after_ms / 1000)
        self._counters.faults["channel_refused"] += 1
        if fault.shape == "status":
            self._core.messages.update_status(message, "failed", fault.problem)
            return
        conversation = self._core.state.conversations[message.conversation_id]
        author = next(iter(self._core.state.users.values()))
        attributes = {"in_reply_to": message.id}
        note = Draft(_NOTE.format(fault.problem), OUTGOING, author, private=True, content_attributes=dict(attributes))
        self._core.messages.create(conversation, note)
