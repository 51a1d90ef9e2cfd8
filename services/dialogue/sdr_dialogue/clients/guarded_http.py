"""An HTTP client for SDKs that connects only to addresses the house's guard allows, whatever a name resolves to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

import httpcore2
import httpx2

from sdr_common.address_guard import AddressGuard

if TYPE_CHECKING:  # only type checkers know the name
    from httpcore2 import SOCKET_OPTION


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves names itself, looks at every address, and connects to one of these: rebinding gains nothing."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} is not known to the name service") from error
        addresses = [str(sockaddr[0]) for *_, sockaddr in found]
        if not addresses or not all(map(self._guard.allows, addresses)):
            raise httpcore2.ConnectError(f"{host} is at an address that is not allowed")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise httpcore2.ConnectError("no socket of this machine is meant")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    """httpx2's own transport over a pool with the guarded backend; it offers no way to give one."""

    def __init__(self, guard: AddressGuard) -> None:
        super().__init__()
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=20,
            keepalive_expiry=30.0,
            network_backend=_GuardedBackend(guard),
        )


def guarded_client(guard: AddressGuard) -> httpx2.AsyncClient:
    """A client that follows no redirect and takes no proxy of the environment."""
    return httpx2.AsyncClient(transport=_GuardedTransport(guard), timeout=60.0, follow_redirects=False, trust_env=False)
