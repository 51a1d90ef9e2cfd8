"""Whom we may connect to when somebody else says where."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from sdr_common.address_guard import AddressForbidden, AddressGuard, DownloadFailed, networks
from sdr_common.errors import InvalidField

LOOPBACK = AddressGuard(networks("127.0.0.1"))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  (nothing is bound)
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("not an address", False),
        ("2130706433", False),
    ],
)
def test_only_public_addresses_are_allowed(address: str, allowed: bool) -> None:
    assert AddressGuard().allows(address) is allowed


def test_a_private_network_that_is_meant_is_allowed_and_no_other() -> None:
    guard = AddressGuard(networks("10.20.0.0/16, fd00:aa::/32"))
    assert [guard.allows(a) for a in ("10.20.3.4", "10.21.0.1", "fd00:aa::5", "169.254.169.254")] == [
        True,
        False,
        True,
        False,
    ]


async def test_an_address_says_which_setting_would_allow_it() -> None:
    with pytest.raises(AddressForbidden) as refused:
        await AddressGuard().check("chatwoot_url", "http://127.0.0.1:3000")
    assert refused.value.message == (
        "chatwoot_url: 127.0.0.1 is at 127.0.0.1, which is no public address; "
        "if it is meant, add its network to SDR_ALLOWED_NETWORKS"
    )
    await LOOPBACK.check("chatwoot_url", "http://127.0.0.1:3000")


@pytest.mark.parametrize("url", ["ftp://example.com", "http://", "http://[::1", "file:///etc/passwd", "http://x:99999"])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidField):
        await AddressGuard().check("url", url)


async def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve(monkeypatch, lambda: "10.0.0.9")
    with pytest.raises(AddressForbidden, match=r"chat\.example is at 10\.0\.0\.9"):
        await AddressGuard().check("chatwoot_url", "https://chat.example")


async def test_a_name_that_changes_its_mind_after_the_check_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1"])
    _resolve(monkeypatch, lambda: next(answers))
    async with _serving(lambda _: web.Response(text="secret")) as port:
        with pytest.raises(DownloadFailed, match="ClientConnector"):
            await AddressGuard().download(f"http://rebind.example:{port}/", limit_bytes=100, timeout_s=5)


async def test_a_redirect_into_our_network_is_not_followed() -> None:
    async with _serving(lambda _: _to("http://169.254.169.254/latest/meta-data")) as port:
        with pytest.raises(AddressForbidden, match=r"169\.254\.169\.254"):
            await LOOPBACK.download(f"http://127.0.0.1:{port}/", limit_bytes=100, timeout_s=5)


async def test_redirects_are_followed_a_few_times_and_answers_read_up_to_their_limit() -> None:
    async with _serving(
        lambda request: web.Response(body=b"x" * 50) if request.path == "/there" else _to("/there")
    ) as port:
        url = f"http://127.0.0.1:{port}/here"
        assert await LOOPBACK.download(url, limit_bytes=50, timeout_s=5) == b"x" * 50
        with pytest.raises(DownloadFailed, match="more than 49 bytes"):
            await LOOPBACK.download(url, limit_bytes=49, timeout_s=5)
    async with _serving(lambda _: _to("/again")) as port:
        with pytest.raises(DownloadFailed, match="more than 5 redirects"):
            await LOOPBACK.download(f"http://127.0.0.1:{port}/", limit_bytes=50, timeout_s=5)


async def test_an_address_instead_of_a_name_passes_no_resolver_and_is_looked_at_all_the_same() -> None:
    with pytest.raises(AddressForbidden):
        AddressGuard().check_literal("[::1]")
    AddressGuard().check_literal("chat.example")
    async with aiohttp.ClientSession(connector=AddressGuard().connector()) as session:
        assert session.connector is not None


def _to(location: str) -> web.Response:
    return web.Response(status=302, headers={"location": location})


def _resolve(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], str]) -> None:
    async def fake(self: asyncio.BaseEventLoop, host: str, port: int, **_: object) -> list[object]:
        address = host if host[0].isdigit() else answer()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", fake)


@asynccontextmanager
async def _serving(handle: Callable[[web.Request], web.StreamResponse]) -> AsyncIterator[int]:
    async def answer(request: web.Request) -> web.StreamResponse:
        return handle(request)

    app = web.Application()
    app.router.add_route("GET", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
