"""A channel that says who calls: the caller's token with every call, or its certificate, renewed when its files are.

It wraps grpc's own channel instead of intercepting calls, which would cost a task for each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc

from sdr_common.grpc_tls import WatchedFiles
from sdr_common.transport import Transport

_LONGEST_CALL_S = 150.0
"""So long the calls that run when a certificate was renewed may go on."""


class _Method:
    """A method of a channel that may be opened anew; what it was made with is kept for the next one."""

    def __init__(self, channel: IdentifiedChannel, kind: str, path: str, made_with: dict[str, Any]) -> None:
        self._channel = channel
        self._kind = kind
        self._made_with = made_with
        self._method = path.encode()  # as grpc's own, which `sdr_common.grpc_client` reads for its spans
        self._bound: tuple[grpc.aio.Channel, Any] | None = None

    def __call__(self, request: Any, *, metadata: Sequence[tuple[str, str]] | None = None, **named: Any) -> Any:
        current = self._channel.current()
        if self._bound is None or self._bound[0] is not current:
            self._bound = current, getattr(current, self._kind)(self._method.decode(), **self._made_with)
        return self._bound[1](request, metadata=(*(metadata or ()), *self._channel.metadata), **named)


class IdentifiedChannel(grpc.aio.Channel):
    """A channel; behind it a new one is opened when the certificate was renewed, and running calls end on the old one.

    Args:
        address: A gRPC target.
        transport: Who calls.
        options: Of grpc's channel.
    """

    def __init__(self, address: str, transport: Transport, options: Sequence[tuple[str, str | int]]) -> None:
        self._address = address
        self._options = options
        self.metadata = transport.metadata
        """Goes with every call."""
        self._files = WatchedFiles(transport.tls) if transport.tls is not None else None
        self._channel = self._open(transport.tls.read() if transport.tls is not None else None)
        self._closing: set[asyncio.Task[None]] = set()

    def current(self) -> grpc.aio.Channel:
        """The channel to call on now."""
        contents = self._files.changed() if self._files is not None else None
        if contents is not None:
            closing = asyncio.ensure_future(self._channel.close(_LONGEST_CALL_S))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._channel = self._open(contents)
        return self._channel

    def unary_unary(self, method: str, **made_with: Any) -> Any:  # type: ignore[override]  # stubs name all they give
        """See grpc."""
        return _Method(self, "unary_unary", method, made_with)

    def unary_stream(self, method: str, **made_with: Any) -> Any:  # type: ignore[override]  # as above
        """See grpc."""
        return _Method(self, "unary_stream", method, made_with)

    def stream_unary(self, method: str, **made_with: Any) -> Any:  # type: ignore[override]  # as above
        """See grpc."""
        return _Method(self, "stream_unary", method, made_with)

    def stream_stream(self, method: str, **made_with: Any) -> Any:  # type: ignore[override]  # as above
        """See grpc."""
        return _Method(self, "stream_stream", method, made_with)

    async def __aenter__(self) -> IdentifiedChannel:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        """See grpc."""
        for closing in self._closing:
            closing.cancel()
        await self._channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """See grpc."""
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """See grpc."""
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """See grpc."""
        await self._channel.channel_ready()

    def _open(self, contents: tuple[bytes, bytes, bytes] | None) -> grpc.aio.Channel:
        if contents is None:
            return grpc.aio.insecure_channel(self._address, options=self._options)
        ca, key, cert = contents
        credentials = grpc.ssl_channel_credentials(ca, key, cert)
        return grpc.aio.secure_channel(self._address, credentials, options=self._options)
