"""Posts webhook bodies over kept-alive HTTP/1.1 connections.

A general HTTP client spends 1.5 ms of CPU on such a request, more than everything else that the emulator does for a
message; this one spends a fifth of it, which keeps the emulator out of the way of what is measured against it.
"""

import asyncio
import base64
import ssl
from collections import defaultdict
from typing import cast
from urllib.parse import SplitResult, unquote, urlsplit

import httptools

MAX_OPEN = 256
"""Requests on the wire at a time, over all receivers."""
_MAX_IDLE = 32
_Origin = tuple[str, str, int]


class _Exchange(asyncio.Protocol):
    """One connection: a request at a time, answered by a status."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.closed = False
        self.heard = False
        self._parser: httptools.HttpResponseParser | None = None
        self._answer: asyncio.Future[tuple[int, bool]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's transports do not inherit from it

    def send(self, request: bytes) -> "asyncio.Future[tuple[int, bool]]":
        """Write a request; the result is its status and whether the connection may be used again."""
        self.heard = False
        self._parser = httptools.HttpResponseParser(self)
        self._answer = asyncio.get_running_loop().create_future()
        if self.transport is None or self.closed:
            self._answer.set_exception(ConnectionResetError("closed before the request"))
        else:
            self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self.heard = True
        if self._parser is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ConnectionError(f"not HTTP: {error}"))
            self.close()

    def on_message_complete(self) -> None:
        """Called by the parser at the end of an answer."""
        if self._parser is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), self._parser.should_keep_alive()))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._fail(exc if isinstance(exc, OSError) else ConnectionResetError("closed without an answer"))

    def _fail(self, error: OSError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def close(self) -> None:
        """Close at once."""
        self.closed = True
        if self.transport is not None:
            self.transport.abort()


class WebhookClient:
    """Posts bodies to any address, `timeout_s` for connecting and again for the answer."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._idle: defaultdict[_Origin, list[_Exchange]] = defaultdict(list)
        self._open = asyncio.Semaphore(MAX_OPEN)
        self._context: ssl.SSLContext | None = None

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Post a body; gives the status of the answer. Redirects are not followed.

        Raises:
            TimeoutError: no connection or no answer in time.
            OSError: the receiver cannot be reached or broke off.
        """
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        origin = (parts.scheme, parts.hostname or "", port)
        request = _request(parts, headers, body)
        async with self._open:
            kept = self._take_idle(origin)
            if kept is not None:
                try:
                    return await self._exchange(kept, origin, request)
                except ConnectionError:
                    if kept.heard:
                        raise
            async with asyncio.timeout(self._timeout_s):
                fresh = await self._connect(origin)
            return await self._exchange(fresh, origin, request)

    def close(self) -> None:
        """Close every kept connection."""
        for kept in self._idle.values():
            for exchange in kept:
                exchange.close()
        self._idle.clear()

    def _take_idle(self, origin: _Origin) -> _Exchange | None:
        kept = self._idle[origin]
        while kept:
            exchange = kept.pop()
            if not exchange.closed:
                return exchange
        return None

    async def _connect(self, origin: _Origin) -> _Exchange:
        scheme, host, port = origin
        if scheme == "https" and self._context is None:
            self._context = ssl.create_default_context()
        context = self._context if scheme == "https" else None
        _, exchange = await asyncio.get_running_loop().create_connection(_Exchange, host, port, ssl=context)
        return exchange

    async def _exchange(self, exchange: _Exchange, origin: _Origin, request: bytes) -> int:
        try:
            async with asyncio.timeout(self._timeout_s):
                status, reusable = await exchange.send(request)
        except BaseException:
            exchange.close()
            raise
        if reusable and not exchange.closed and len(self._idle[origin]) < _MAX_IDLE:
            self._idle[origin].append(exchange)
        else:
            exchange.close()
        return status


def _request(parts: SplitResult, headers: dict[str, str], body: bytes) -> bytes:
    host = parts.netloc.rpartition("@")[2]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"POST {target} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Authorization: Basic {base64.b64encode(credentials.encode()).decode()}")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body
