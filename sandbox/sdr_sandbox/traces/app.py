"""Takes spans in by OTLP over gRPC and shows them by HTTP, on this machine alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sdr_sandbox.traces.model import spans_of
from sdr_sandbox.traces.page import list_page, missing_page, trace_page
from sdr_sandbox.traces.store import TraceStore

_LISTED = 100
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"


def make_app(store: TraceStore) -> Starlette:
    """The pages. Another host's name is refused, so that no page of the web can read them through a browser here."""

    async def listed(request: Request) -> Response:
        conversation = request.query_params.get("conversation", "").strip()[:20]
        background = "background" in request.query_params
        found = store.newest(_LISTED, conversation, background=background)
        return HTMLResponse(list_page(found, conversation, background=background), headers=_HEADERS)

    async def shown(request: Request) -> Response:
        trace_id = str(request.path_params["trace_id"]).lower()
        spans = store.trace(trace_id)
        if not spans:
            return HTMLResponse(missing_page(trace_id), 404, headers=_HEADERS)
        return HTMLResponse(trace_page(spans), headers=_HEADERS)

    async def home(_: Request) -> Response:
        return RedirectResponse("/traces")

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/", home),
            Route("/traces", listed),
            Route("/traces/{trace_id}", shown),
            Route("/health", health),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def make_receiver(store: TraceStore, address: str) -> grpc.aio.Server:
    """The OTLP server, not started yet.

    Args:
        store: Where spans go.
        address: `host:port`.

    Raises:
        RuntimeError: the port is taken.
    """

    async def export(
        request: ExportTraceServiceRequest, _: grpc.aio.ServicerContext[object, object]
    ) -> ExportTraceServiceResponse:
        store.add(spans_of(request))
        return ExportTraceServiceResponse()

    handler: Callable[..., Awaitable[ExportTraceServiceResponse]] = export
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    methods = {
        "Export": grpc.unary_unary_rpc_method_handler(
            handler,
            request_deserializer=ExportTraceServiceRequest.FromString,
            response_serializer=ExportTraceServiceResponse.SerializeToString,
        )
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, methods),))
    server.add_insecure_port(address)
    return server
