"""Every way in which Chatwoot can fail is one of three errors, and none of them holds a token."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sdr_common.chatwoot import (
    ChatwootAccess,
    ChatwootClient,
    ChatwootDenied,
    ChatwootHttp,
    ChatwootOptions,
    ChatwootRefused,
    ChatwootSetup,
    ChatwootUnavailable,
)

TOKEN = "segredo-do-administrador"
BOT_TOKEN = "segredo-do-robo"
Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers every request in one way; keeps what it got."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests: list[bytes] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            request = head + (await reader.readexactly(length) if length else b"")
            self.requests.append(request)
            await self._answer(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[Server]:
    running = Server(answer)
    listener = await asyncio.start_server(running.handle, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield running
    finally:
        listener.close()


@asynccontextmanager
async def client(url: str, *, read_timeout_s: float = 0.3) -> AsyncIterator[ChatwootClient]:
    http = ChatwootHttp(ChatwootOptions(connect_timeout_s=1, read_timeout_s=read_timeout_s))
    try:
        yield ChatwootClient(http, ChatwootAccess(url, 1, TOKEN, BOT_TOKEN))
    finally:
        await http.aclose()


def saying(status: str, body: str, *headers: str, kind: str = "application/json") -> Answer:
    async def answer(_request: bytes, writer: asyncio.StreamWriter) -> None:
        raw = body.encode()
        head = [f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(raw)}", "connection: close"]
        writer.write("\r\n".join([*head, *headers]).encode() + b"\r\n\r\n" + raw)
        await writer.drain()

    return answer


async def say_nothing(_request: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def hang_up(_request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (saying("500 Internal Server Error", '{"status":500}'), 500),
        (saying("503 Service Unavailable", "x"), 503),
        (say_nothing, 0),
        (hang_up, 0),
        (saying("200 OK", "<html>proxy</html>", kind="text/html"), 0),
    ],
)
async def test_a_message_may_be_there_after(answer: Answer, status: int) -> None:
    async with server(answer) as running, client(running.url) as chatwoot:
        with pytest.raises(ChatwootUnavailable) as caught:
            await chatwoot.create_message(31, "Oi!")
    assert caught.value.ambiguous
    assert caught.value.status == status


async def test_a_message_is_not_there_when_nobody_listens() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        async with client(f"http://127.0.0.1:{holder.getsockname()[1]}") as chatwoot:
            with pytest.raises(ChatwootUnavailable) as caught:
                await chatwoot.create_message(31, "Oi!")
    assert not caught.value.ambiguous


@pytest.mark.parametrize(
    ("header", "expected"), [((), None), (("retry-after: 7",), 7.0), (("retry-after: soon",), None)]
)
async def test_a_limit_is_no_ambiguity_and_its_hint_is_kept(header: tuple[str, ...], expected: float | None) -> None:
    answer = saying("429 Too Many Requests", "Retry later\n", *header, kind="text/plain")
    async with server(answer) as running, client(running.url) as chatwoot:
        with pytest.raises(ChatwootUnavailable) as caught:
            await chatwoot.create_message(31, "Oi!")
    assert (caught.value.ambiguous, caught.value.retry_after_s) == (False, expected)


async def test_reading_is_never_ambiguous() -> None:
    async with server(say_nothing) as running, client(running.url) as chatwoot:
        with pytest.raises(ChatwootUnavailable) as caught:
            await chatwoot.list_messages(31)
    assert not caught.value.ambiguous


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        ("401 Unauthorized", '{"error":"Invalid Access Token"}', ChatwootDenied, "Invalid Access Token"),
        ("403 Forbidden", "{}", ChatwootDenied, "status 403"),
        ("404 Not Found", '{"error":"Resource could not be found"}', ChatwootRefused, "could not be found"),
        (
            "422 Unprocessable Entity",
            '{"message":"Title taken","attributes":["title"]}',
            ChatwootRefused,
            "Title taken",
        ),
        ("401 Unauthorized", '{"errors":["a","b"]}', ChatwootDenied, "a; b"),
        ("301 Moved Permanently", "", ChatwootRefused, "status 301"),
        ("404 Not Found", "<html>", ChatwootRefused, "status 404"),
    ],
)
async def test_a_refusal_says_what_chatwoot_said(status: str, body: str, error: type[Exception], said: str) -> None:
    async with server(saying(status, body)) as running, client(running.url) as chatwoot:
        with pytest.raises(error, match=said) as caught:
            await chatwoot.contact(5)
    assert TOKEN not in str(caught.value)


async def test_each_call_uses_the_token_that_may() -> None:
    body = '{"id": 5, "message_type": 1}'
    async with server(saying("200 OK", body)) as running, client(running.url) as chatwoot:
        await chatwoot.create_message(31, "Oi, {{x}}!", content_attributes={"sdr_key": "k/1", "sdr_asks": ""})
        await chatwoot.set_contact_attributes(501, {"sdr_ia_score": 105})
    created, patched = running.requests
    assert created.startswith(b"POST /api/v1/accounts/1/conversations/31/messages ")
    assert f"api_access_token: {BOT_TOKEN}".encode() in created
    assert created.endswith(
        b'{"content":"Oi, {{x}}!","message_type":"outgoing","private":false,'
        b'"content_attributes":{"sdr_key":"k/1","sdr_asks":""}}'
    )
    assert patched.startswith(b"PATCH /api/v1/accounts/1/contacts/501 ")
    assert f"api_access_token: {TOKEN}".encode() in patched
    assert patched.endswith(b'{"custom_attributes":{"sdr_ia_score":105}}')
    assert b"traceparent" not in created.lower()


async def test_the_version_is_asked_for_without_a_token() -> None:
    http = ChatwootHttp()
    async with server(saying("200 OK", '{"version":"4.15.1"}')) as running:
        setup = ChatwootSetup(http, ChatwootAccess(running.url, 1, TOKEN))
        assert await setup.version() == "4.15.1"
        await http.aclose()
    assert b"api_access_token" not in running.requests[0]


async def test_a_span_shows_host_template_and_status_and_nothing_secret() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    http = ChatwootHttp(tracer=provider.get_tracer("test"))
    async with server(saying("404 Not Found", "{}")) as running:
        chatwoot = ChatwootClient(http, ChatwootAccess(running.url, 1, TOKEN, BOT_TOKEN))
        with pytest.raises(ChatwootRefused):
            await chatwoot.list_messages(31, after=90211)
        await http.aclose()
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET /api/v1/accounts/{account}/conversations/{conversation}/messages"
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "url.template": "/api/v1/accounts/{account}/conversations/{conversation}/messages",
        "http.response.status_code": 404,
        "error.type": "404",
    }
    assert TOKEN not in span.to_json()
    assert "90211" not in span.to_json()


def test_access_shows_no_token() -> None:
    assert "segredo" not in repr(ChatwootAccess("http://chat.test", 1, TOKEN, BOT_TOKEN))
