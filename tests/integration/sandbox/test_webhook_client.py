"""The client that delivers webhooks, against servers that behave in every odd way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from sdr_sandbox.chatwoot.webhook_client import WebhookClient

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@asynccontextmanager
async def answering(*answers: Answer) -> AsyncIterator[tuple[str, list[list[bytes]]]]:
    """A server that gives `answers` in turn (the last one for ever); also what it got, by connection."""
    queue, connections = list(answers), list[list[bytes]]()
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests: list[bytes] = []
        connections.append(requests)
        handler = asyncio.current_task()
        assert handler is not None
        handlers.add(handler)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                requests.append(head + await reader.readexactly(length))
                await (queue.pop(0) if len(queue) > 1 else queue[0])(requests[-1], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", connections
        await asyncio.wait(handlers, timeout=2)


def replying(content: bytes, *, close: bool = False) -> Answer:
    async def reply(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()
        if close:
            writer.close()

    return reply


async def silent(_request: bytes, _writer: asyncio.StreamWriter) -> None:
    """Leave the request without an answer."""


async def test_requests_follow_one_another_on_one_connection() -> None:
    async with answering(replying(OK)) as (address, connections):
        client = WebhookClient(2)
        assert [await client.post(f"http://{address}/a?b=c", {"X-Y": "z"}, b"{}") for _ in range(3)] == [200] * 3
        client.close()
    [requests] = connections
    assert len(requests) == 3
    assert requests[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"\r\nX-Y: z\r\n" in requests[0]
    assert requests[0].endswith(b"\r\n\r\n{}")


async def test_a_connection_that_the_receiver_closed_is_replaced_unnoticed() -> None:
    async with answering(replying(OK, close=True)) as (address, connections):
        client = WebhookClient(2)
        assert [await client.post(f"http://{address}/", {}, b"") for _ in range(3)] == [200] * 3
        client.close()
    assert [len(requests) for requests in connections if requests] == [1, 1, 1]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 500),
        (b"HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n", 302),
    ],
)
async def test_every_kind_of_answer_gives_its_status(content: bytes, status: int) -> None:
    async with answering(replying(content)) as (address, _):
        client = WebhookClient(2)
        assert await client.post(f"http://{address}/", {}, b"{}") == status
        assert await client.post(f"http://{address}/", {}, b"{}") == status
        client.close()


async def test_credentials_in_the_address_are_sent() -> None:
    async with answering(replying(OK)) as (address, connections):
        client = WebhookClient(2)
        await client.post(f"http://ana:se%40nha@{address}/", {}, b"")
        client.close()
    assert b"\r\nAuthorization: Basic YW5hOnNlQG5oYQ==\r\n" in connections[0][0]
    assert f"Host: {address}\r\n".encode() in connections[0][0]


async def test_silence_and_noise_are_errors() -> None:
    async with answering(silent) as (address, _):
        client = WebhookClient(0.1)
        with pytest.raises(TimeoutError):
            await client.post(f"http://{address}/", {}, b"")
        client.close()
    async with answering(replying(b"hello\r\n\r\n")) as (address, _):
        client = WebhookClient(2)
        with pytest.raises(ConnectionError, match="not HTTP"):
            await client.post(f"http://{address}/", {}, b"")
        client.close()
    with pytest.raises(ConnectionError):
        await WebhookClient(2).post(f"http://{address}/", {}, b"")
