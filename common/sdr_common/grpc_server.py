"""The server bootstrap: health, reflection, validation, errors, traces, metrics, drain.

A service registers its servicers and gets the rest alike. Health names are "" and "live" (the process
runs) and "ready" (it may get traffic; false while draining).
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import protovalidate
import psycopg
import structlog
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from opentelemetry import trace
from protovalidate import FieldPathPb as FieldPath

from sdr_common.actor import inbound_metadata
from sdr_common.caller_gate import CallerGate
from sdr_common.errors import DomainError, InvalidField, StoreUnavailable, WriteConflict
from sdr_common.grpc_client import inbound_deadline
from sdr_common.grpc_errors import FieldViolation, internal_status, to_status, violations_status
from sdr_common.grpc_tls import server_credentials
from sdr_common.metrics import METER
from sdr_common.source_gate import SourceGate
from sdr_common.telemetry import TRACER, context_of_metadata, inside
from sdr_common.transport import TlsFiles, Transport

_LOG = structlog.get_logger()
_DURATION = METER.create_histogram(
    "rpc.server.call.duration",
    ("rpc.method", "rpc.response.status_code"),
    unit="s",
    description="Time to answer a call, by method and status code.",
)
_REPEATED = METER.create_counter(
    "sdr.rpc.repeated_calls", ("rpc.method",), description="Calls that the caller's channel sent again."
)
_ATTEMPTS = "grpc-previous-rpc-attempts"
"""What a channel that retries sends along."""
_NAMES: dict[int, str] = {code.value[0]: code.name for code in grpc.StatusCode}
_SERVER_FAULTS = {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
"""Codes that make a server's span an error, as the RPC conventions of OpenTelemetry have it."""
_PLAIN = Transport()
_LONGEST_CALL_MS = 150_000
"""Calls go on so long on a connection that is no longer used for new ones: above the longest deadline of any call."""


class _Edge(grpc.aio.ServerInterceptor):
    """Validates requests, maps errors, sets the deadline, measures: the one place where calls enter."""

    def __init__(self, service: str, gate: SourceGate | None) -> None:
        self._service = service
        self._gate = gate
        self._validator = protovalidate.Validator()
        self._handlers: dict[str, Any] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],  # handlers are untyped in grpc
        details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wraps the handlers of our own services that take one request; health and reflection pass."""
        wrapped = self._handlers.get(details.method)
        if wrapped is not None:
            return wrapped
        handler: Any = await continuation(details)  # None for an unknown method, whatever the stubs say
        if handler is None or not details.method.startswith("/sdr."):
            return handler
        if handler.unary_stream is not None:
            self._handlers[details.method] = self._streaming(handler, details.method.removeprefix("/"))
            return self._handlers[details.method]
        if handler.unary_unary is None:
            return handler
        inner, method = handler.unary_unary, details.method.removeprefix("/")

        async def serve(request: Message, context: grpc.aio.ServicerContext[Message, Message]) -> Message:
            headers = {name: value for name, value in context.invocation_metadata() or () if isinstance(value, str)}
            if _ATTEMPTS in headers:
                _REPEATED.add(1, {"rpc.method": method})
            with (
                inside(context_of_metadata(headers)),
                TRACER.start_as_current_span(
                    f"/{method}",
                    kind=trace.SpanKind.SERVER,
                    attributes={"rpc.system.name": "grpc", "rpc.method": method},
                    record_exception=False,
                    set_status_on_exception=False,
                ),
            ):
                return await self._serve(inner, method, request, context)

        self._handlers[details.method] = grpc.unary_unary_rpc_method_handler(
            serve, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )
        return self._handlers[details.method]

    async def _serve(
        self,
        inner: Callable[..., Awaitable[Message]],
        method: str,
        request: Message,
        context: grpc.aio.ServicerContext[Message, Message],
    ) -> Message:
        started = time.monotonic()
        remaining: float | None = context.time_remaining()  # None without a deadline, whatever the stubs say
        token = inbound_deadline.set(None if remaining is None else started + remaining)
        caller = inbound_metadata.set(context.invocation_metadata)
        code = "OK"
        try:
            if self._gate is not None:
                await self._gate.pass_or_raise(context.peer().rpartition(":")[0])
            violations = self._violations(request)
            if not violations:
                return await inner(request, context)
            status = violations_status(violations, self._service)
            code = "INVALID_ARGUMENT"
        except grpc.aio.AbortError:
            code = context.code().name
            raise
        except asyncio.CancelledError:
            code = "CANCELLED"
            raise
        except Exception as error:
            status = self._status_of(error, method)
            code = _NAMES[status.code]
        finally:
            inbound_deadline.reset(token)
            inbound_metadata.reset(caller)
            _measure(method, code, time.monotonic() - started)
        await context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError("abort always raises")

    def _streaming(self, handler: Any, method: str) -> Any:
        """A handler that answers in pieces: validated, its errors mapped, measured from its begin to its last piece."""
        inner = handler.unary_stream

        async def serve(
            request: Message, context: grpc.aio.ServicerContext[Message, Message]
        ) -> AsyncIterator[Message]:
            started, code = time.monotonic(), "OK"
            caller = inbound_metadata.set(context.invocation_metadata)
            try:
                if self._gate is not None:
                    await self._gate.pass_or_raise(context.peer().rpartition(":")[0])
                violations = self._violations(request)
                if not violations:
                    async for message in inner(request, context):
                        yield message
                    return
                status, code = violations_status(violations, self._service), "INVALID_ARGUMENT"
            except (asyncio.CancelledError, GeneratorExit):
                code = "CANCELLED"
                raise
            except Exception as error:
                status = self._status_of(error, method)
                code = _NAMES[status.code]
            finally:
                # Where nobody reads on, the generator is closed in another context, which has no such variable.
                with suppress(ValueError):
                    inbound_metadata.reset(caller)
                _measure(method, code, time.monotonic() - started)
            await context.abort_with_status(rpc_status.to_status(status))

        return grpc.unary_stream_rpc_method_handler(
            serve, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )

    def _status_of(self, error: Exception, method: str) -> status_pb2.Status:
        """The rich status of what a handler raised; a fault of ours is logged here, once, with its stack."""
        match error:
            case DomainError():
                return to_status(error, self._service)
            case psycopg.errors.SerializationFailure() | psycopg.errors.DeadlockDetected():
                return to_status(WriteConflict(), self._service)
            case psycopg.OperationalError():
                return to_status(StoreUnavailable(), self._service)
            case psycopg.DataError():
                return to_status(
                    InvalidField("text", "holds what cannot be stored, such as a NUL character"), self._service
                )
        _LOG.exception("call_failed", method=f"/{method}")
        return internal_status(self._service)

    def _violations(self, request: Message) -> list[FieldViolation]:
        found = []
        for violation in self._validator.collect_violations(request):
            path = violation.proto.field
            found.append(FieldViolation(_path(path) if path is not None else "", violation.proto.message))
        return found


def _measure(method: str, code: str, duration_s: float) -> None:
    """Records how a call ended, on its span too."""
    _DURATION.record(duration_s, {"rpc.method": method, "rpc.response.status_code": code})
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attribute("rpc.response.status_code", code)
        if code in _SERVER_FAULTS:
            span.set_status(trace.StatusCode.ERROR)


def _path(path: FieldPath) -> str:
    """A field's path for people: "messages[2].text"."""
    parts = []
    for element in path.elements:
        subscript = element.subscript
        parts.append(element.field_name + ("" if subscript is None else f"[{subscript.value}]"))
    return ".".join(parts)


@dataclass
class GrpcServer:
    """A running server; `await stop()` drains it."""

    server: grpc.aio.Server
    port: int
    health: health.aio.HealthServicer = field(repr=False)
    probes: grpc.aio.Server | None = field(default=None, repr=False)
    """Answers health checks on a plain port."""

    async def set_ready(self, ready: bool) -> None:
        """Says whether traffic may come."""
        status = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
        await self.health.set("ready", status)

    async def stop(self, drain_s: float) -> None:
        """Takes no new calls and gives running ones `drain_s` seconds; "live" holds until the end."""
        await self.set_ready(False)
        await self.server.stop(drain_s)
        if self.probes is not None:
            await self.probes.stop(0)


async def start_server(
    service: str,
    register: Callable[[grpc.aio.Server], None],
    service_names: Sequence[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    gate: SourceGate | None = None,
    transport: Transport = _PLAIN,
) -> GrpcServer:
    """Starts a gRPC server, not ready yet: call `set_ready(True)` when what it needs is there.

    Args:
        service: Short name, such as "dialogue".
        register: Adds the servicers.
        service_names: Full names, for reflection.
        host: Address to bind to.
        port: Port to bind to; 0: any free one.
        gate: Limits what one address may ask; None: no limit.
        transport: TLS, whose calls are taken, and for how long a connection lasts.

    Raises:
        SystemExit: the port is taken; one sentence says so.
    """
    # gRPC adds a tenth of its own, so that the clients of one replica do not all come at once.
    age_ms = int(1000 * transport.connection_age_s * random.uniform(0.9, 1.1))  # noqa: S311  (jitter, not a secret)
    server = grpc.aio.server(
        interceptors=[*([CallerGate(service, transport)] if transport.authorises else []), _Edge(service, gate)],
        options=[
            ("grpc.so_reuseport", 0),
            ("grpc.max_connection_age_ms", age_ms),
            ("grpc.max_connection_age_grace_ms", _LONGEST_CALL_MS),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.max_receive_message_length", 16 * 1024 * 1024),
        ],
    )
    register(server)
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    if transport.reflection:
        reflection.enable_server_reflection([*service_names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    bound = _bind(server, service, host, port, transport.tls)
    probes = None
    if transport.probe_port is not None:
        probes = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        health_pb2_grpc.add_HealthServicer_to_server(servicer, probes)
        _bind(probes, service, host, transport.probe_port, None)
        await probes.start()
    await server.start()
    for name in ("", "live"):
        await servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    await servicer.set("ready", health_pb2.HealthCheckResponse.NOT_SERVING)
    return GrpcServer(server, bound, servicer, probes)


def _bind(server: grpc.aio.Server, service: str, host: str, port: int, tls: TlsFiles | None) -> int:
    address = f"{host}:{port}"
    try:
        if tls is not None:
            return server.add_secure_port(address, server_credentials(tls))
        return server.add_insecure_port(address)
    except RuntimeError:
        raise SystemExit(f"{service}: port {port} on {host} is taken; stop what uses it or set another port") from None


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
