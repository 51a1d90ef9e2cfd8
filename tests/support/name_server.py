"""A DNS server for one name, whose addresses a test changes as Kubernetes does when pods come and go."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

_A, _IN, _TTL_S = 1, 1, 1


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers every question for an A record with `addresses`, and every other one with nothing."""

    addresses: list[str]
    port: int = 0
    asked: int = 0
    """Questions for A records so far."""
    _transport: asyncio.DatagramTransport | None = field(default=None, repr=False)

    def target(self, port: int) -> str:
        """As a gRPC channel wants it: this server is asked, whatever the machine's own one is."""
        return f"dns://127.0.0.1:{self.port}/replicas.test:{port}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # Python 3.11's own does not inherit from it

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Called by asyncio: one question, one answer."""
        end = data.index(b"\0", 12) + 5
        kind = struct.unpack("!H", data[end - 4 : end - 2])[0]
        found = self.addresses if kind == _A else []
        self.asked += kind == _A
        head = data[:2] + struct.pack("!HHHHH", 0x8580, 1, len(found), 0, 0)
        records = b"".join(
            b"\xc0\x0c" + struct.pack("!HHIH", _A, _IN, _TTL_S, 4) + socket.inet_aton(address) for address in found
        )
        assert self._transport is not None
        self._transport.sendto(head + data[12:end] + records, addr)


@asynccontextmanager
async def name_server(*addresses: str) -> AsyncIterator[NameServer]:
    """A name server on a free port of the loopback, for the length of the block."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(list(addresses)), local_addr=("127.0.0.1", 0)
    )
    server.port = transport.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        transport.close()
