"""Calls that answer in pieces: files to download, and events.

The first piece is waited for before the answer begins, so that a refusal is a problem document as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol
from urllib.parse import quote

import grpc
import msgspec
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from starlette.responses import Response, StreamingResponse

from sdr.common.v1 import access_pb2, download_pb2
from sdr_common.actor import metadata_of
from sdr_common.grpc_errors import from_rpc_error
from sdr_common.telemetry import current_headers
from sdr_gateway.http.rest.encoding import Encoders
from sdr_gateway.http.who import Who

DEADLINE_S = 300.0
"""What a stream may last in all, unless its contract says."""
DOWNLOAD = download_pb2.DownloadChunk.DESCRIPTOR.full_name
"""Streams of these are files."""
EVENT_HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
"""What keeps proxies from holding events back."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class _Chunk(Protocol):
    file_name: str
    media_type: str
    data: bytes


class StreamCall:
    """A streaming call over its channel.

    Args:
        method: The call.
        path: Its path in gRPC.
        channel: Where it goes.
        encoders: Make JSON of messages, by the role that reads.
    """

    def __init__(
        self, method: MethodDescriptor, path: str, channel: grpc.aio.Channel, encoders: Mapping[int, Encoders]
    ) -> None:
        answer = GetMessageClass(method.output_type)
        self._method: Callable[..., grpc.aio.UnaryStreamCall[Message, Message]] = channel.unary_stream(
            path,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        self._is_file = method.output_type.full_name == DOWNLOAD
        self.timeout_s = float(method.GetOptions().Extensions[access_pb2.deadline_s]) or DEADLINE_S
        self._encoders = encoders

    async def __call__(self, message: Message, who: Who) -> Response:
        """The answer, once its first piece is there.

        Raises:
            RemoteError: the service refused, failed or did not answer in time.
        """
        metadata = (*metadata_of(who.actor), *current_headers())
        pieces = _pieces(self._method(message, timeout=self.timeout_s, metadata=metadata))
        first = await anext(pieces, None)
        if self._is_file:
            return _file(first, pieces)
        return StreamingResponse(
            self._events(first, pieces, who.role), headers=EVENT_HEADERS, media_type="text/event-stream"
        )

    async def _events(self, first: Message | None, rest: AsyncIterator[Message], role: int) -> AsyncIterator[bytes]:
        if first is not None:
            yield self._event(first, role)
        async for message in rest:
            yield self._event(message, role)
        yield b"event: end\ndata: {}\n\n"

    def _event(self, message: Message, role: int) -> bytes:
        return b"data: " + msgspec.json.encode(self._encoders[role].encode(message)) + b"\n\n"


async def _pieces(stream: grpc.aio.UnaryStreamCall[Message, Message]) -> AsyncIterator[Message]:
    """The messages; ends the call when nobody reads on.

    Raises:
        RemoteError: the service refused or failed; in the middle of an answer it ends the connection, so that
            nobody takes a piece of a file for the whole.
    """
    try:
        async for message in stream:
            yield message
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error
    finally:
        stream.cancel()


def _file(first: Message | None, rest: AsyncIterator[Message]) -> Response:
    chunk: _Chunk = first if first is not None else download_pb2.DownloadChunk()  # type: ignore[assignment]  # by name
    name = chunk.file_name or "download"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{_UNSAFE.sub('_', name)}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }

    async def bytes_of() -> AsyncIterator[bytes]:
        yield chunk.data
        async for message in rest:
            each: _Chunk = message  # type: ignore[assignment]  # a DownloadChunk, known by its name
            yield each.data

    return StreamingResponse(bytes_of(), headers=headers, media_type=chunk.media_type or "application/octet-stream")
