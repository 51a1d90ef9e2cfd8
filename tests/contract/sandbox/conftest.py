"""A client of an emulator in the same process, with a bot, a team, a lead and a first message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sdr_sandbox.chatwoot import ChatwootSettings, create_app

ACCOUNT = "/api/v1/accounts/1"
PUBLIC = "/public/api/v1/inboxes/inbox-do-teste"
CONVERSATION = f"{ACCOUNT}/conversations/1"


@dataclass
class Client:
    """Calls the emulator in the same process."""

    http: httpx.AsyncClient
    bot_token: str = ""
    source_id: str = ""

    async def call(self, method: str, path: str, body: Any = None, *, as_bot: bool = False) -> httpx.Response:
        headers = {"api_access_token": self.bot_token} if as_bot else {}
        return await self.http.request(method, path, json=body, headers=headers)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """An account with a bot, a team, a lead and a few messages."""
    app = create_app(ChatwootSettings(admin_token="token-do-teste", inbox_identifier="inbox-do-teste"))
    transport = httpx.ASGITransport(app)
    headers = {"api_access_token": "token-do-teste"}
    async with httpx.AsyncClient(transport=transport, base_url="http://teste", headers=headers) as http:
        made = Client(http)
        bot = (await made.call("POST", f"{ACCOUNT}/agent_bots", {"name": "Bella"})).json()
        made.bot_token = bot["access_token"]
        await made.call("POST", f"{ACCOUNT}/inboxes/1/set_agent_bot", {"agent_bot": bot["id"]})
        await made.call("POST", f"{ACCOUNT}/teams", {"name": "comercial", "description": "Vendas"})
        lead = {"name": "Mariana Souza Lima", "phone_number": "+5511987654321", "email": "mariana@example.com"}
        made.source_id = (await made.call("POST", f"{PUBLIC}/contacts", lead)).json()["source_id"]
        contact = f"{PUBLIC}/contacts/{made.source_id}"
        await made.call("POST", f"{contact}/conversations", {})
        await made.call("POST", f"{contact}/conversations/1/messages", {"content": "oi"})
        yield made
