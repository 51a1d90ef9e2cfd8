"""The door of a gRPC server: lets a call in when its caller may make it, by the table in `sdr_common.callers`."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import structlog
from grpc_status import rpc_status

from sdr_common.callers import OPEN_SERVICES, Caller, may_call
from sdr_common.errors import DomainError, ErrorKind
from sdr_common.grpc_errors import to_status
from sdr_common.metrics import METER
from sdr_common.transport import TOKEN_HEADER, Transport, caller_by_names

_LOG = structlog.get_logger()
_DENIED = METER.create_counter(
    "sdr.rpc.denied", ("caller",), description="gRPC calls that were refused for who made them, by caller."
)
_NAMES_KEY = "x509_subject_alternative_name"

Context = grpc.aio.ServicerContext[Any, Any]  # of whatever call


class CallerNotAllowed(DomainError):
    """The caller is unknown, or may not call this."""

    kind = ErrorKind.DENIED
    reason = "CALLER_NOT_ALLOWED"

    def __init__(self, caller: Caller | None, method: str) -> None:
        who = f"{caller} may not call {method}" if caller else f"{method} is not for callers that nobody knows"
        hint = "see sdr_common.callers" if caller else "send the token of SDR_CALLER_TOKEN, or a certificate"
        super().__init__(f"{who}; {hint}", caller=caller or "unknown", method=method)


class CallerGate(grpc.aio.ServerInterceptor):
    """Refuses what the table does not allow; health checks pass, and reflection where it is served.

    Args:
        service: Short name, for errors.
        transport: How callers are recognised.
    """

    def __init__(self, service: str, transport: Transport) -> None:
        self._service = service
        self._transport = transport
        self._handlers: dict[str, Any] = {}  # handlers are untyped in grpc

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],  # handlers are untyped in grpc
        details: grpc.HandlerCallDetails,
    ) -> Any:
        """Puts the question before the handler; once per method, since handlers do not change."""
        method = details.method.removeprefix("/")
        if method.startswith(OPEN_SERVICES):
            return await continuation(details)
        guarded = self._handlers.get(method)
        if guarded is None:
            handler: Any = await continuation(details)
            if handler is None:
                return None
            guarded = self._handlers[method] = self._guarded(handler, method)
        return guarded

    def _guarded(self, handler: Any, method: str) -> Any:
        for kind, make in (
            ("unary_unary", grpc.unary_unary_rpc_method_handler),
            ("unary_stream", grpc.unary_stream_rpc_method_handler),
            ("stream_unary", grpc.stream_unary_rpc_method_handler),
            ("stream_stream", grpc.stream_stream_rpc_method_handler),
        ):
            inner = getattr(handler, kind)
            if inner is not None:
                make_one = self._stream if inspect.isasyncgenfunction(inner) else self._answer
                return make(make_one(inner, method), handler.request_deserializer, handler.response_serializer)
        raise AssertionError("a handler has one of four kinds")

    def _answer(self, inner: Any, method: str) -> Any:
        async def guarded(request: Any, context: Context) -> Any:
            await self._check(method, context)
            return await inner(request, context)

        return guarded

    def _stream(self, inner: Any, method: str) -> Any:
        async def guarded(request: Any, context: Context) -> AsyncIterator[Any]:
            await self._check(method, context)
            async for message in inner(request, context):
                yield message

        return guarded

    async def _check(self, method: str, context: Context) -> None:
        caller = self._caller(context)
        if caller is not None and may_call(caller, method):
            return
        _LOG.warning("call_denied", method=f"/{method}", caller=caller or "unknown")
        _DENIED.add(1, {"caller": caller or "unknown"})
        status = to_status(CallerNotAllowed(caller, method), self._service)
        await context.abort_with_status(rpc_status.to_status(status))

    def _caller(self, context: Context) -> Caller | None:
        if self._transport.tls is not None:
            caller = caller_by_names(context.auth_context().get(_NAMES_KEY, ()))
            if caller is not None:
                return caller
        if not self._transport.accepted:
            return None
        for key, value in context.invocation_metadata() or ():
            if key == TOKEN_HEADER and isinstance(value, str):
                return self._transport.caller_by_token(value)
        return None
