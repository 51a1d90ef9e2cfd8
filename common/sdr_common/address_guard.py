"""Whom we may connect to when somebody else says where: a guard against requests into our own network (SSRF).

    guard = AddressGuard(networks("10.20.0.0/16"))            # private networks that are meant
    await guard.check("chatwoot_url", url)                     # says at once what is wrong with an address
    aiohttp.ClientSession(connector=guard.connector())         # and connects only to what was checked

Public addresses are allowed, all others only inside a named network: loopback, private, link-local (where
clouds keep their metadata), carrier-grade NAT, multicast and what stands for them in IPv6. The connector
resolves a name, checks every address of the answer and connects to one of these, so that a name that
resolves differently a moment later (DNS rebinding) gains nothing. `download` follows redirects by hand and
checks each.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from sdr_common.errors import DomainError, ErrorKind, InvalidField

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

VARIABLE = "SDR_ALLOWED_NETWORKS"
"""The variable that names private networks which are meant."""
_REDIRECTS = 5
_SCHEMES = {"http", "https"}


class AddressForbidden(InvalidField):
    """An address leads where nothing of ours may connect to."""

    def __init__(self, field: str, host: str, address: str) -> None:
        super().__init__(
            field,
            f"{host} is at {address}, which is no public address; if it is meant, add its network to {VARIABLE}",
            address=address,
        )


class DownloadFailed(DomainError):
    """What was to be fetched does not come."""

    kind = ErrorKind.UNAVAILABLE
    reason = "SERVICE_UNAVAILABLE"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the download failed: {problem}", problem=problem)


def networks(text: str) -> tuple[Network, ...]:
    """Networks out of a setting: comma-separated, such as "10.0.0.0/8, ::1/128"; a single address is a network.

    Raises:
        ValueError: one is none.
    """
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Decides about addresses.

    Args:
        allowed: Networks that are no public ones and are meant all the same.
    """

    allowed: tuple[Network, ...] = ()

    def allows(self, address: str) -> bool:
        """Whether we may connect to an IP address; what is none is not allowed."""
        try:
            found = _plain(ipaddress.ip_address(address.split("%", 1)[0]))
        except ValueError:
            return False
        if any(found.version == network.version and found in network for network in self.allowed):
            return True
        return found.is_global and not found.is_multicast

    async def check(self, field: str, url: str) -> None:
        """Looks at an address before anything is sent there.

        Args:
            field: Whose value it is, for the error.
            url: http or https.

        Raises:
            InvalidField: it is no address, or its name is unknown.
            AddressForbidden: its host, or one address of its host, is not allowed.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise InvalidField(field, "not an address") from None
        if parts.scheme not in _SCHEMES or not host:
            raise InvalidField(field, "must begin with http:// or https:// and name a host")
        for address in await _addresses(field, host, port or 0):
            if not self.allows(address):
                raise AddressForbidden(field, host, address)

    def check_literal(self, host: str) -> None:
        """Looks at a host that may be an IP address itself: no name is resolved for it, so no resolver sees it.

        Raises:
            AddressForbidden: it is one, and not allowed.
        """
        bare = host.strip("[]")
        if _is_address(bare) and not self.allows(bare):
            raise AddressForbidden("url", host, bare)

    def connector(self, **options: Any) -> aiohttp.TCPConnector:
        """A connector for aiohttp that connects to allowed addresses alone.

        Args:
            options: Of `aiohttp.TCPConnector`.
        """
        import aiohttp  # noqa: PLC0415  (a process that connects nowhere need not load it)

        guarded: Callable[..., Coroutine[Any, Any, list[Any]]] = self._connect_check
        return aiohttp.TCPConnector(resolver=_resolver(guarded), **options)

    async def download(self, url: str, *, limit_bytes: int, timeout_s: float) -> bytes:
        """Fetches something small from an address that a stranger gave.

        Args:
            url: http or https.
            limit_bytes: Longest answer.
            timeout_s: For all of it, redirects included.

        Raises:
            InvalidField: the address, or one that it redirects to, is not allowed.
            DownloadFailed: it does not answer as wanted, or with too much.
        """
        import aiohttp  # noqa: PLC0415  (as above)

        timeout = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with (
                asyncio.timeout(timeout_s),
                aiohttp.ClientSession(connector=self.connector(), timeout=timeout, trust_env=False) as session,
            ):
                for _ in range(_REDIRECTS + 1):
                    await self.check("url", url)
                    async with session.get(url, allow_redirects=False) as response:
                        if response.status in {301, 302, 303, 307, 308}:
                            url = urljoin(url, response.headers.get("location", ""))
                            continue
                        return await _body(response, limit_bytes)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise DownloadFailed(type(error).__name__) from error
        raise DownloadFailed(f"more than {_REDIRECTS} redirects")

    async def _connect_check(self, found: Sequence[ResolveResult]) -> list[ResolveResult]:
        for one in found:
            if not self.allows(one["host"]):
                raise OSError(None, f"{one['hostname']} is at an address that is not allowed")
        return list(found)


async def _body(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    if response.status >= 300:
        raise DownloadFailed(f"status {response.status}")
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(65_536):
        size += len(chunk)
        if size > limit_bytes:
            raise DownloadFailed(f"more than {limit_bytes} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _resolver(check: Callable[..., Coroutine[Any, Any, list[Any]]]) -> AbstractResolver:
    """Aiohttp's own resolver, with every answer looked at."""
    import aiohttp  # noqa: PLC0415  (as above)

    class Guarded(aiohttp.ThreadedResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            return await check(await super().resolve(host, port, family))

    return Guarded()


async def _addresses(field: str, host: str, port: int) -> list[str]:
    if _is_address(host):
        return [host]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise InvalidField(field, f"{host} is not known to the name service") from None
    return [str(sockaddr[0]) for *_, sockaddr in found]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return False
    return True


def _plain(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that stands for it: mapped, 6to4 or NAT64."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
