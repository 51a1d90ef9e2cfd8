"""A proxy in front of Postgres that counts the statements which a client sends, by their wire messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlsplit

_TYPED = 5
"""Bytes of a message's head: a letter and a length."""


@dataclass
class StatementCounter:
    """What passed by."""

    url: str
    statements: list[str] = field(default_factory=list)
    """Each executed statement's message: E (extended) or the text of a simple query."""

    def clear(self) -> None:
        self.statements.clear()

    @property
    def effective(self) -> list[str]:
        """Without the frame of a transaction."""
        return [text for text in self.statements if text.upper() not in {"BEGIN", "COMMIT", "ROLLBACK"}]


@asynccontextmanager
async def counting(url: str) -> AsyncIterator[StatementCounter]:
    """Listens on loopback and passes everything on to the server of `url`."""
    parts = urlsplit(url)
    socket_dir = parse_qs(parts.query).get("host", [""])[0]
    user = parts.username or "postgres"
    counter = StatementCounter("")

    open_ones: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            open_ones.add(task)
        if socket_dir:
            up_reader, up_writer = await asyncio.open_unix_connection(f"{socket_dir}/.s.PGSQL.{parts.port or 5432}")
        else:
            up_reader, up_writer = await asyncio.open_connection(parts.hostname, parts.port or 5432)
        back = asyncio.create_task(_copy(up_reader, writer))
        await _forward(reader, up_writer, counter)
        for end in (up_writer, writer):
            end.close()
            with suppress(ConnectionError):
                await end.wait_closed()
        await back

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    counter.url = f"postgresql://{quote(user)}@127.0.0.1:{port}{parts.path}?sslmode=disable&gssencmode=disable"
    try:
        yield counter
    finally:
        server.close()
        # The client has closed its connections: each one ends by itself.
        await asyncio.gather(*open_ones)
        await server.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)


async def _forward(
    reader: asyncio.StreamReader,
    upstream: asyncio.StreamWriter,
    counter: StatementCounter,
) -> None:
    """Passes a client's messages on; the first one, the start-up, has no letter."""
    try:
        length = await reader.readexactly(4)
        upstream.write(length + await reader.readexactly(int.from_bytes(length) - 4))
        while True:
            head = await reader.readexactly(_TYPED)
            body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
            if head[:1] == b"Q":
                counter.statements.append(body.rstrip(b"\x00").decode())
            elif head[:1] == b"E":
                counter.statements.append("E")
            upstream.write(head + body)
    except asyncio.IncompleteReadError:
        return
