"""The socket of the gateway's door."""

from __future__ import annotations

import asyncio
import socket

from sdr_gateway.http.server import bind


async def test_an_answer_in_several_writes_waits_for_no_acknowledgement() -> None:
    listener = bind("127.0.0.1", 0)
    accepted = asyncio.get_running_loop().create_future()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own: socket.socket = writer.get_extra_info("socket")
        accepted.set_result(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(serve, sock=listener) as server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        sends_at_once = await accepted
        writer.close()
    assert sends_at_once == 1
