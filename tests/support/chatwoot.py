"""The emulated Chatwoot from outside: a lead's phone over the public inbox API, and the account's view."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.net import PLAIN

JsonObject = dict[str, Any]  # bodies of an outside API, read by key


@dataclass
class Phone:
    """One lead's phone in one conversation."""

    chatwoot: Chatwoot
    source_id: str
    contact_id: int
    conversation_id: int
    incoming: asyncio.Queue[JsonObject] = field(default_factory=asyncio.Queue)
    """Public messages for the lead, as they appear."""
    sent: list[int] = field(default_factory=list)
    """Ids of the lead's messages."""

    async def send(self, *texts: str) -> None:
        """Sends messages one after another, as a person types a burst."""
        for text in texts:
            body = await self.chatwoot.public(
                "POST", f"/contacts/{self.source_id}/conversations/{self.conversation_id}/messages", {"content": text}
            )
            self.sent.append(body["id"])

    async def next_message(self, timeout_s: float = 30.0) -> JsonObject:
        """The next public message for the lead.

        Raises:
            AssertionError: none came in time.
        """
        try:
            return await asyncio.wait_for(self.incoming.get(), timeout_s)
        except TimeoutError:
            raise AssertionError(f"conversation {self.conversation_id}: no answer within {timeout_s} s") from None


class Chatwoot:
    """A client of one emulated Chatwoot.

    Args:
        url: Its address.
        admin_token: An administrator's token.
        inbox_identifier: Of the API inbox.
    """

    def __init__(self, url: str, admin_token: str, inbox_identifier: str) -> None:
        self._inbox = f"/public/api/v1/inboxes/{inbox_identifier}"
        self._client = httpx.AsyncClient(
            verify=PLAIN,
            base_url=url,
            headers={"api_access_token": admin_token},
            timeout=30,
            trust_env=False,
            limits=httpx.Limits(max_connections=100),
        )
        self._phones: dict[int, Phone] = {}
        self._early: dict[int, list[JsonObject]] = defaultdict(list)

    async def public(self, method: str, path: str, body: JsonObject | None = None) -> JsonObject:
        """A call of the public inbox API."""
        return await self._call(method, self._inbox + path, body)

    async def account(self, method: str, path: str, body: JsonObject | None = None) -> JsonObject:
        """A call of the account API as administrator."""
        return await self._call(method, f"/api/v1/accounts/1{path}", body)

    async def sandbox(self, method: str, path: str, body: JsonObject | None = None) -> JsonObject:
        """A call of the emulator's own endpoints."""
        return await self._call(method, f"/sandbox{path}", body)

    async def _call(self, method: str, path: str, body: JsonObject | None) -> JsonObject:
        response = await self._client.request(method, path, json=body)
        response.raise_for_status()
        answer: JsonObject = response.json() if response.content else {}
        return answer

    async def new_phone(self, name: str) -> Phone:
        """A new lead with a conversation."""
        contact = await self.public("POST", "/contacts", {"name": name})
        source_id = contact["source_id"]
        conversation = await self.public("POST", f"/contacts/{source_id}/conversations", {})
        return self.follow(Phone(self, source_id, contact["id"], conversation["id"]))

    async def another_conversation(self, phone: Phone) -> Phone:
        """Another conversation of the same lead."""
        conversation = await self.public("POST", f"/contacts/{phone.source_id}/conversations", {})
        return self.follow(Phone(self, phone.source_id, phone.contact_id, conversation["id"]))

    def follow(self, phone: Phone) -> Phone:
        """Lets a phone have the messages of its conversation."""
        self._phones[phone.conversation_id] = phone
        for message in self._early.pop(phone.conversation_id, []):
            phone.incoming.put_nowait(message)
        return phone

    async def contact_attributes(self, contact_id: int) -> JsonObject:
        """Custom attributes of a contact."""
        body = await self.account("GET", f"/contacts/{contact_id}")
        attributes: JsonObject = body["payload"]["custom_attributes"]
        return attributes

    async def messages(self, conversation_id: int) -> list[JsonObject]:
        """All messages of a conversation, oldest first."""
        found: list[JsonObject] = []
        while True:
            last = found[-1]["id"] if found else 0
            page = (await self.account("GET", f"/conversations/{conversation_id}/messages?after={last}"))["payload"]
            if not page:
                return found
            found += page

    async def _listen(self, connected: asyncio.Event) -> None:
        async with self._client.stream("GET", "/sandbox/stream", timeout=None) as response:
            async for line in response.aiter_lines():
                connected.set()
                if line.startswith("data: "):
                    self._dispatch(json.loads(line[6:]))

    def _dispatch(self, event: JsonObject) -> None:
        message = event.get("message")
        if event["type"] != "message_created" or not message or message["private"] or message["message_type"] != 1:
            return
        phone = self._phones.get(message["conversation_id"])
        if phone is None:
            self._early[message["conversation_id"]].append(message)
        else:
            phone.incoming.put_nowait(message)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Chatwoot]:
        """Delivers messages to phones while inside."""
        connected = asyncio.Event()
        task = asyncio.create_task(self._listen(connected))
        try:
            await asyncio.wait_for(connected.wait(), 10)
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, httpx.HTTPError):
                await task
            await self._client.aclose()
