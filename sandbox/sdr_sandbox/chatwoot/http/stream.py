"""Live events for the two pages, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec

from sdr_sandbox.chatwoot.core import SandboxChatwoot
from sdr_sandbox.chatwoot.events import Event
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.records import ACTIVITY

_QUEUE_SIZE = 1000
_KEEP_ALIVE_S = 15.0

Filter = Callable[[Event], JsonObject | None]
"""Turns an event into what one subscriber may see; None hides it."""


class StreamHub:
    """Open streams; a subscriber that does not read is cut off rather than kept in memory."""

    def __init__(self, core: SandboxChatwoot) -> None:
        self._core = core
        self._subscribers: dict[asyncio.Queue[JsonObject | None], Filter] = {}
        self._closed = False
        core.bus.subscribe(self._on_event)

    def _on_event(self, event: Event) -> None:
        for queue, view in list(self._subscribers.items()):
            body = view(event)
            if body is not None:
                self._put(queue, body)

    def _put(self, queue: asyncio.Queue[JsonObject | None], body: JsonObject | None) -> None:
        if queue.full():
            self._subscribers.pop(queue, None)
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)
            return
        queue.put_nowait(body)

    def announce_reset(self) -> None:
        """Tell every page to start again."""
        for queue in list(self._subscribers):
            self._put(queue, {"type": "reset"})

    def close(self) -> None:
        """End every stream, so that the server can shut down."""
        self._closed = True
        for queue in list(self._subscribers):
            self._put(queue, None)

    async def read(self, view: Filter) -> AsyncIterator[bytes]:
        """The events that `view` lets through, as an event stream, until the server closes."""
        queue: asyncio.Queue[JsonObject | None] = asyncio.Queue(_QUEUE_SIZE)
        self._subscribers[queue] = view
        try:
            yield b": connected\n\n"
            while not self._closed:
                try:
                    body = await asyncio.wait_for(queue.get(), _KEEP_ALIVE_S)
                except TimeoutError:
                    yield b": keep-alive\n\n"
                    continue
                if body is None:
                    return
                yield b"data: " + msgspec.json.encode(body) + b"\n\n"
        finally:
            self._subscribers.pop(queue, None)

    def for_closer(self, event: Event) -> JsonObject | None:
        """Everything, in the shapes of the account API."""
        core = self._core
        if event.typist is not None:
            return {
                "type": event.name,
                "conversation_id": event.conversation_id,
                "by": event.typist[0],
                "is_private": event.is_private,
            }
        body: JsonObject = {"type": event.name}
        conversation = core.state.conversations.get(event.conversation_id or 0)
        if conversation is not None:
            body["conversation"] = core.rest.conversation(conversation)
        message = core.state.messages.get(event.message_id or 0)
        if message is not None:
            body["message"] = core.rest.message(message)
        contact = core.state.contacts.get(event.contact_id or 0)
        if contact is not None:
            body["contact"] = core.rest.contact(contact)
        return body

    def for_lead(self, contact_inbox_id: int) -> Filter:
        """What the owner of one address may see: its own public messages, typing, status."""

        def view(event: Event) -> JsonObject | None:
            core = self._core
            conversation = core.state.conversations.get(event.conversation_id or 0)
            if conversation is None or conversation.contact_inbox_id != contact_inbox_id:
                return None
            if event.typist is not None:
                if event.is_private or event.typist[0] == "Contact":
                    return None
                return {"type": event.name, "conversation_id": conversation.id}
            if event.message_id is not None:
                message = core.state.messages.get(event.message_id)
                if message is None or message.private or message.message_type == ACTIVITY:
                    return None
                return {"type": event.name, "message": core.public.message(message)}
            if event.name in ("conversation_read", "conversation_status_changed"):
                return {"type": event.name, "conversation_id": conversation.id, "status": conversation.status}
            return None

        return view
