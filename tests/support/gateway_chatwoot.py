"""A Chatwoot that only lists: what the gateway's sweep and connection ask, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sdr_gateway.http.server import WebServer, bind
from tests.support.payloads import Json, a_contact

TOKEN = "admin-token-de-teste"
TYPES = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}


@dataclass
class ListedChatwoot:
    """What the listings give; a test fills it."""

    version: str = "4.15.1"
    conversations: dict[int, Json] = field(default_factory=dict)
    messages: dict[int, list[Json]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    fail: bool = False
    down: bool = False
    """Conversations cannot be shown."""
    broken: set[int] = field(default_factory=set)
    """Conversations whose messages cannot be listed."""
    url: str = ""

    def add_conversation(
        self,
        conversation_id: int = 241,
        *,
        status: str = "pending",
        assignee: Json | None = None,
        can_reply: bool = True,
    ) -> None:
        """Puts a conversation in, or changes it."""
        self.conversations[conversation_id] = {
            "id": conversation_id,
            "inbox_id": 12,
            "status": status,
            "can_reply": can_reply,
            "labels": ["vip"],
            "meta": {
                "sender": a_contact(880 + conversation_id),
                "channel": "Channel::Whatsapp",
                "assignee": assignee,
                "assignee_type": None if assignee is None else "User",
            },
            "updated_at": time.time(),
        }
        self.messages.setdefault(conversation_id, [])

    def add_message(
        self,
        message_id: int,
        text: str,
        *,
        conversation_id: int = 241,
        direction: str = "incoming",
        sender: Json | None = None,
        attributes: Json | None = None,
        age_s: float = 0.0,
    ) -> None:
        """Puts a message in, `age_s` seconds old."""
        if conversation_id not in self.conversations:
            self.add_conversation(conversation_id)
        self.conversations[conversation_id]["updated_at"] = time.time()
        self.messages[conversation_id].append(
            {
                "id": message_id,
                "content": text,
                "message_type": TYPES[direction],
                "private": False,
                "content_type": "text",
                "content_attributes": attributes or {},
                "sender": sender or {"id": 881, "name": "Mari", "type": "contact"},
                "created_at": int(time.time() - age_s),
                "conversation_id": conversation_id,
                "inbox_id": 12,
            }
        )
        self.messages[conversation_id].sort(key=lambda message: int(message["id"]))


@asynccontextmanager
async def listed_chatwoot() -> AsyncIterator[ListedChatwoot]:
    """Serves the listings on a free port."""
    chatwoot = ListedChatwoot()

    async def version(_: Request) -> Response:
        return JSONResponse({"version": chatwoot.version})

    async def conversations(request: Request) -> Response:
        chatwoot.requests.append(str(request.url.path))
        if chatwoot.fail:
            return Response("Retry later", 429)
        if request.headers.get("api_access_token") != TOKEN:
            return JSONResponse({"error": "Invalid Access Token"}, 401)
        since = time.time() - int(request.query_params["updated_within"])
        found = [row for row in chatwoot.conversations.values() if row["updated_at"] >= since]
        assert request.query_params["status"] == "all"
        return JSONResponse({"data": {"meta": {}, "payload": found}})

    async def messages(request: Request) -> Response:
        chatwoot.requests.append(str(request.url.path))
        if request.path_params["conversation"] in chatwoot.broken:
            return JSONResponse({"error": "Resource could not be found"}, 404)
        rows = chatwoot.messages[request.path_params["conversation"]]
        after, before = request.query_params.get("after"), request.query_params.get("before")
        if after is not None:
            rows = [row for row in rows if row["id"] > int(after)][:100]
        else:
            rows = [row for row in rows if before is None or row["id"] < int(before)][-20:]
        return JSONResponse({"meta": {}, "payload": rows})

    async def conversation(request: Request) -> Response:
        chatwoot.requests.append(str(request.url.path))
        if chatwoot.down:
            return Response("Bad Gateway", 502)
        row = chatwoot.conversations.get(request.path_params["conversation"])
        return JSONResponse({"error": "Resource could not be found"}, 404) if row is None else JSONResponse(row)

    app = Starlette(
        routes=[
            Route("/api", version),
            Route("/api/v1/accounts/3/conversations", conversations),
            Route("/api/v1/accounts/3/conversations/{conversation:int}", conversation),
            Route("/api/v1/accounts/3/conversations/{conversation:int}/messages", messages),
        ]
    )
    listener = bind("127.0.0.1", 0)
    chatwoot.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = WebServer(app, drain_s=1)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield chatwoot
    finally:
        server.should_exit = True
        await task
