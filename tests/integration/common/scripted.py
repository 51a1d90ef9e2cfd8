"""A servicer of the scoring contract whose answers a test writes, on a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc

from sdr.scoring.v1 import scoring_pb2_grpc
from sdr.scoring.v1.scoring_pb2 import ExplainRequest, ExplainResponse
from sdr_common.grpc_server import GrpcServer, start_server
from sdr_common.transport import Transport

ID = "7f1f3a52-5a3b-4a6e-9a55-3f6b1f3a5b01"
SCORING = "sdr.scoring.v1.ScoringService"
Explain = Callable[[ExplainRequest, Any], Awaitable[ExplainResponse]]


def request(account_id: int = 1) -> ExplainRequest:
    """A valid request."""
    return ExplainRequest(account_id=account_id, qualification_id=ID)


class _Scripted(scoring_pb2_grpc.ScoringServiceServicer):
    # The generated code passes either kind of context; tests use the aio one.
    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    async def Explain(self, request: ExplainRequest, context: Any) -> ExplainResponse:  # noqa: N802  (gRPC's name)
        return await self._explain(request, context)

    async def Qualify(self, request: Any, context: Any) -> Any:  # noqa: N802  (only its validation is called)
        raise NotImplementedError

    async def GetSettings(self, request: Any, context: Any) -> Any:  # noqa: N802  (never called)
        raise NotImplementedError

    async def PutSettings(self, request: Any, context: Any) -> Any:  # noqa: N802  (never called)
        raise NotImplementedError

    async def ListQualifications(self, request: Any, context: Any) -> Any:  # noqa: N802  (never called)
        raise NotImplementedError


def register_scripted(explain: Explain) -> Callable[[grpc.aio.Server], None]:
    """Adds the servicer to a server."""
    servicer = _Scripted(explain)
    return lambda server: scoring_pb2_grpc.add_ScoringServiceServicer_to_server(servicer, server)


async def start(
    explain: Explain, *, service: str = "scoring", port: int = 0, transport: Transport | None = None
) -> GrpcServer:
    """Starts a server, not ready yet."""
    return await start_server(
        service,
        register_scripted(explain),
        [SCORING],
        port=port,
        transport=transport or Transport(),
    )


@asynccontextmanager
async def serving(explain: Explain, *, service: str = "scoring") -> AsyncIterator[GrpcServer]:
    """A ready server for the length of the block."""
    server = await start(explain, service=service)
    await server.set_ready(True)
    try:
        yield server
    finally:
        await server.stop(0)


def channel_to(*servers: GrpcServer) -> grpc.aio.Channel:
    """A plain channel, without the shared client's retries."""
    return grpc.aio.insecure_channel(f"127.0.0.1:{servers[0].port}", options=[("grpc.enable_retries", 0)])


def stub(channel: grpc.aio.Channel) -> scoring_pb2_grpc.ScoringServiceAsyncStub:
    """The typed stub; at run time there is one class for both kinds of channel."""
    found: scoring_pb2_grpc.ScoringServiceAsyncStub = scoring_pb2_grpc.ScoringServiceStub(channel)
    return found
