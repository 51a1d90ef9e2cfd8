"""Real servers on loopback: the emulated Chatwoot and a receiver of its webhooks."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sdr_sandbox.chatwoot import ChatwootSettings, SandboxChatwoot, create_app
from tests.support.net import PLAIN, eventually

TOKEN = "token-do-teste"
INBOX = "inbox-do-teste"
ACCOUNT = "/api/v1/accounts/1"
PUBLIC = f"/public/api/v1/inboxes/{INBOX}"
JsonObject = dict[str, Any]  # bodies of an outside API, read by key


@dataclass
class Delivery:
    """A request that a receiver got."""

    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> JsonObject:
        """The decoded body."""
        decoded: JsonObject = msgspec.json.decode(self.raw)
        return decoded

    @property
    def event(self) -> str:
        """The name of its event."""
        return str(self.body["event"])


@dataclass
class Receiver:
    """Takes webhooks; `statuses` are the next answers (200 when they run out), `pause_s` comes before each."""

    url: str = ""
    deliveries: list[Delivery] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    pause_s: float = 0.0

    async def handle(self, request: Request) -> Response:
        """Take one."""
        self.deliveries.append(Delivery(dict(request.headers), await request.body()))
        status = self.statuses.pop(0) if self.statuses else 200
        if self.pause_s:
            await asyncio.sleep(self.pause_s)
        return Response(status_code=status)

    def of(self, event: str) -> list[Delivery]:
        """Those of one event."""
        return [delivery for delivery in self.deliveries if delivery.event == event]

    def events(self) -> Counter[str]:
        """How many of each event."""
        return Counter(delivery.event for delivery in self.deliveries)

    async def wait_for(self, event: str, count: int = 1) -> list[Delivery]:
        """Wait until `count` of an event have come."""
        await eventually(lambda: len(self.of(event)) >= count, what=f"{count} of {event}")
        return self.of(event)


@dataclass
class Running:
    """A served Chatwoot with a client that carries the administrator's token."""

    url: str
    core: SandboxChatwoot
    client: httpx.AsyncClient
    app: Starlette

    async def ask(self, method: str, path: str, body: JsonObject | None = None, *, token: str | None = None) -> Any:
        """A call of the account API that must succeed; JSON of the answer, None if it is empty."""
        headers = {"api_access_token": token} if token else {}
        response = await self.client.request(method, ACCOUNT + path, json=body, headers=headers)
        assert response.status_code == 200, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    async def public(self, method: str, path: str, body: JsonObject | None = None) -> Any:
        """A call of the public inbox API that must succeed."""
        response = await self.client.request(method, PUBLIC + path, json=body)
        assert response.status_code == 200, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    async def new_lead(self, name: str = "Mariana Souza") -> tuple[str, int]:
        """A lead with a conversation: `(source id, display id)`."""
        contact = await self.public("POST", "/contacts", {"name": name})
        source_id = contact["source_id"]
        conversation = await self.public("POST", f"/contacts/{source_id}/conversations", {})
        return source_id, conversation["id"]

    async def lead_says(self, lead: tuple[str, int], text: str) -> int:
        """A message of a lead; its id."""
        path = f"/contacts/{lead[0]}/conversations/{lead[1]}/messages"
        message = await self.public("POST", path, {"content": text})
        return int(message["id"])

    async def new_bot(self, outgoing_url: str | None = None) -> JsonObject:
        """A bot linked to the inbox."""
        bot: JsonObject = await self.ask("POST", "/agent_bots", {"name": "Bella", "outgoing_url": outgoing_url})
        await self.ask("POST", "/inboxes/1/set_agent_bot", {"agent_bot": bot["id"]})
        return bot

    async def subscribe(self, receiver: Receiver, *events: str) -> JsonObject:
        """An account webhook to a receiver."""
        answer = await self.ask("POST", "/webhooks", {"url": receiver.url, "subscriptions": list(events)})
        webhook: JsonObject = answer["payload"]["webhook"]
        return webhook

    async def misbehave(self, **wanted: Any) -> None:
        """Put a misbehaviour in force."""
        response = await self.client.put("/sandbox/misbehaviour", json=wanted)
        assert response.status_code == 200, response.text

    async def quiet(self) -> None:
        """Wait until no webhook is under way."""
        deliveries = self.app.state.server.deliveries
        await eventually(lambda: deliveries.under_way_count == 0, what="deliveries to finish")


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on a free port; gives its address."""
    # asyncio sends small writes at once only where the socket says that it speaks TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([listener]))  # the public way would take the signal handlers
    try:
        await eventually(lambda: server.started, what="the server to start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        state = getattr(app.state, "server", None)
        if state is not None:
            state.streams.close()
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def running_chatwoot(**settings: Any) -> AsyncIterator[Running]:
    """Serve an emulated Chatwoot; settings as of `ChatwootSettings`."""
    values = {"admin_token": TOKEN, "inbox_identifier": INBOX, "dispatch_jitter_ms": 2, "bot_retry_delay_s": 0.02}
    app = create_app(ChatwootSettings(**{**values, **settings}))
    async with serving(app) as url:
        app.state.server.core.set_base_url(url)
        headers = {"api_access_token": TOKEN}
        async with httpx.AsyncClient(
            verify=PLAIN, base_url=url, headers=headers, trust_env=False, timeout=10
        ) as client:
            yield Running(url, app.state.server.core, client, app)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """Serve a receiver of webhooks."""
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.handle, methods=["POST"])])
    async with serving(app) as url:
        receiver.url = f"{url}/hook"
        yield receiver
