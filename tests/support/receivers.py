"""Who gets what goes out: a mail server, and one web server that is Slack, a program, Google and WAHA."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import jwt
from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.net import free_port


class Mailbox:
    """A real SMTP server on loopback; `refuse` is what it answers instead of taking a mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = ""
        self.refuse_recipient = ""
        self.refuse_only = ""
        """The one address that is refused; empty: every one."""
        self.holding: threading.Event | None = None
        """Set by a test: mails are taken, and the answer waits for it."""
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(  # noqa: N802  (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient and self.refuse_only in {"", address}:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        content = envelope.content or b""
        found = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        if self.holding is not None:
            await asyncio.to_thread(self.holding.wait, 20)
        return "250 OK"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        if self.holding is not None:
            self.holding.set()
        self._controller.stop()


@dataclass
class Posted:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON of any shape."""
        return json.loads(self.body)


@dataclass
class Web:
    """A web server with what it got; `answers` decides what it says, per path, once each, else 200."""

    url: str = ""
    posted: list[Posted] = field(default_factory=list)
    answers: dict[str, list[Callable[[], web.Response]]] = field(default_factory=dict)
    sheet: list[list[str]] = field(default_factory=list)
    """What Google's one sheet holds."""
    google_key: str = ""
    """The public key that tokens are checked with, PEM; empty: not checked."""
    tokens: list[dict[str, Any]] = field(default_factory=list)
    """Claims of the tokens that were asked for."""
    waha_status: str = "WORKING"

    def at(self, path: str) -> list[Posted]:
        """What came to one path."""
        return [each for each in self.posted if each.path == path]

    def answer_once(self, path: str, status: int, body: str = "", **headers: str) -> None:
        """Makes the next answer of a path another one."""
        self.answers.setdefault(path, []).append(
            lambda: web.Response(status=status, text=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
        )

    async def handle(self, request: web.Request) -> web.Response:
        """Answers anything."""
        body = await request.read()
        path = request.path
        self.posted.append(Posted(path, dict(request.headers), body))
        if waiting := self.answers.get(path):
            return waiting.pop(0)()
        if path == "/google/token":
            return self._token(await request.post())
        if path.startswith("/google/v4/"):
            return self._cells(request, body)
        if path.startswith("/waha/api/sessions/"):
            return web.json_response({"name": path.rsplit("/", 1)[1], "status": self.waha_status})
        return web.Response(text="ok")

    def _token(self, form: Any) -> web.Response:
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        claims = jwt.decode(form["assertion"], self.google_key, ["RS256"], audience=f"{self.url}/google/token")
        self.tokens.append(claims)
        return web.json_response({"access_token": "ya29.sandbox", "expires_in": 3599, "token_type": "Bearer"})

    def _cells(self, request: web.Request, body: bytes) -> web.Response:
        if request.headers.get("Authorization") != "Bearer ya29.sandbox":
            return web.json_response({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, status=401)
        if request.path.endswith(":clear"):
            self.sheet.clear()
            return web.json_response({"clearedRange": "Leads!A1:J100"})
        if request.method == "GET":
            # Google leaves `values` out of the answer for empty cells.
            return web.json_response({"range": "Leads!1:1"} | ({"values": self.sheet[:1]} if self.sheet else {}))
        assert request.query["valueInputOption"] == "RAW"
        self.sheet.extend(json.loads(body)["values"])
        return web.json_response({"updates": {"updatedRows": len(self.sheet)}})


@asynccontextmanager
async def web_receiver() -> AsyncIterator[Web]:
    """A web server on loopback."""
    found = Web()
    app = web.Application(client_max_size=50 * 1024 * 1024)
    app.router.add_route("*", "/{anything:.*}", found.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    found.url = f"http://{host}:{port}"
    try:
        yield found
    finally:
        await runner.cleanup()
