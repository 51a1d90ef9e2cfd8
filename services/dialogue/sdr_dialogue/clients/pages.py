"""Web pages for the knowledge: public hosts only, a few redirects, limits of size and time."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urljoin

import httpx

from sdr_dialogue.domain.errors import UnreadableDocument

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PAGE_LIMIT = 10 * 1024 * 1024
"""Bytes of a page."""
_REDIRECTS = 4
_AGENT = "chatwoot-sdr/0.1 (knowledge)"


class PageFetcher:
    """Fetches one page.

    Args:
        within_s: Seconds for everything, redirects included.
        may_reach: Which addresses may be reached; None: public ones.
    """

    def __init__(self, within_s: float, may_reach: Callable[[Address], bool] | None = None) -> None:
        self._within_s = within_s
        self._may_reach = may_reach or is_public

    async def fetch(self, url: str) -> tuple[bytes, str]:
        """The page's bytes and its media type.

        Raises:
            UnreadableDocument: the host is not public, does not answer in time, or the page is beyond a limit.
        """
        try:
            async with asyncio.timeout(self._within_s), httpx.AsyncClient(trust_env=False) as client:
                for _ in range(_REDIRECTS + 1):
                    answer = await self._once(client, url)
                    if isinstance(answer, tuple):
                        return answer
                    url = answer
        except TimeoutError:
            raise UnreadableDocument(
                "url", f"no answer within {self._within_s} seconds", limit=self._within_s
            ) from None
        except httpx.HTTPError as error:
            raise UnreadableDocument("url", f"the page cannot be fetched ({type(error).__name__})") from error
        raise UnreadableDocument("url", f"more than {_REDIRECTS} redirects", limit=_REDIRECTS)

    async def _once(self, client: httpx.AsyncClient, url: str) -> tuple[bytes, str] | str:
        """The page, or where it sends us."""
        target = httpx.URL(url)
        address = await self._address(target)
        request = client.build_request(
            "GET",
            target.copy_with(host=str(address)),
            headers={
                "Host": target.netloc.decode("ascii"),
                "User-Agent": _AGENT,
                "Accept": "text/html, text/plain, */*;q=0.5",
            },
            # The address is the one that was checked; the certificate must still be the host's.
            extensions={"sni_hostname": target.host},
        )
        answer = await client.send(request, stream=True)
        try:
            if answer.has_redirect_location:
                return urljoin(url, answer.headers["location"])
            if answer.status_code != httpx.codes.OK:
                raise UnreadableDocument(
                    "url", f"the page answers with status {answer.status_code}", status=answer.status_code
                )
            data = bytearray()
            async for chunk in answer.aiter_bytes():
                data += chunk
                if len(data) > PAGE_LIMIT:
                    raise UnreadableDocument("url", f"the page has more than {PAGE_LIMIT} bytes", limit=PAGE_LIMIT)
            return bytes(data), answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        finally:
            await answer.aclose()

    async def _address(self, url: httpx.URL) -> Address:
        """One address of the host, if all of them may be reached."""
        if url.scheme not in ("http", "https") or not url.host:
            raise UnreadableDocument("url", "only http and https addresses are fetched", limit="http, https")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UnreadableDocument("url", "its host is not known") from error
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        if not addresses or not all(map(self._may_reach, addresses)):
            raise UnreadableDocument("url", "its host is not a public one")
        return addresses[0]


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet: no private, local, shared or reserved one."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_global and not (mapped or address).is_multicast
