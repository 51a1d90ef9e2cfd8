"""`python -m sdr_sandbox.stack.front_door PORT TARGET…`: one address before several gateways, as an ingress has it.

It passes bytes on: each connection goes to the next gateway in turn, and to another where one does not listen.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from sdr_sandbox.stack.ports import HOST

_CONNECT_S = 2.0
_CHUNK = 65_536


class FrontDoor:
    """Spreads connections over ports of this machine.

    Args:
        ports: Where the gateways listen.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)

    async def serve(self, port: int) -> asyncio.Server:
        """Listens.

        Raises:
            OSError: the port is taken.
        """
        return await asyncio.start_server(self._take, HOST, port, backlog=1024)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = await self._connect()
        if target is None:
            writer.transport.abort()
            return
        await asyncio.gather(_pass_on(reader, target[1]), _pass_on(target[0], writer))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self._ports:
            port = self._ports.pop(0)
            self._ports.append(port)
            with suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(HOST, port), _CONNECT_S)
        return None


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes bytes on until one side ends, and ends the other."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError):
        writer.close()
        await writer.wait_closed()


async def _run(port: int, targets: Sequence[int]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await FrontDoor(targets).serve(port)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
