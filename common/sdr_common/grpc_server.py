"""The server bootstrap: health, reflection, validation, errors, traces, metrics, drain.

A service registers its servicers and gets the rest alike. Health names are "" and "live" (the process
runs) and "ready" (it may get traffic; false while draining).
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import protovalidate
import psycopg
import structlog
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from opentelemetry.instrumentation.grpc import aio_server_interceptor, filters
from protovalidate import FieldPathPb as FieldPath

from sdr_common.errors import DomainError, StoreUnavailable, WriteConflict
from sdr_common.grpc_client import inbound_deadline
from sdr_common.grpc_errors import FieldViolation, internal_status, to_status, violations_status
from sdr_common.telemetry import METER

_LOG = structlog.get_logger()
_DURATION = METER.create_histogram("rpc.server.duration", unit="s", description="Time to answer a call.")


class _Edge(grpc.aio.ServerInterceptor):
    """Validates requests, maps errors, sets the deadline, measures: the one place where calls enter."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._validator = protovalidate.Validator()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],  # handlers are untyped in grpc
        details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wraps unary handlers of our own services; health, reflection and streams pass."""
        handler: Any = await continuation(details)  # None for an unknown method, whatever the stubs say
        if handler is None or handler.unary_unary is None or not details.method.startswith("/sdr."):
            return handler
        inner, method = handler.unary_unary, details.method

        async def serve(request: Message, context: grpc.aio.ServicerContext[Message, Message]) -> Message:
            return await self._serve(inner, method, request, context)

        return grpc.unary_unary_rpc_method_handler(
            serve, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )

    async def _serve(
        self,
        inner: Callable[..., Awaitable[Message]],
        method: str,
        request: Message,
        context: grpc.aio.ServicerContext[Message, Message],
    ) -> Message:
        started = time.monotonic()
        code = "OK"
        remaining: float | None = context.time_remaining()  # None without a deadline, whatever the stubs say
        token = inbound_deadline.set(None if remaining is None else started + remaining)
        try:
            violations = self._violations(request)
            if violations:
                code = "INVALID_ARGUMENT"
                await context.abort_with_status(rpc_status.to_status(violations_status(violations, self._service)))
            return await inner(request, context)
        except grpc.aio.AbortError:
            raise
        except DomainError as error:
            code = error.kind.name
            status = to_status(error, self._service)
        except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
            code = "CONFLICT"
            status = to_status(WriteConflict(), self._service)
        except psycopg.OperationalError:
            code = "UNAVAILABLE"
            status = to_status(StoreUnavailable(), self._service)
        except Exception:
            code = "INTERNAL"
            _LOG.exception("call_failed", method=method)
            status = internal_status(self._service)
        finally:
            inbound_deadline.reset(token)
            _DURATION.record(time.monotonic() - started, {"rpc.method": method, "rpc.status": code})
        await context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError("abort always raises")

    def _violations(self, request: Message) -> list[FieldViolation]:
        found = []
        for violation in self._validator.collect_violations(request):
            path = violation.proto.field
            found.append(FieldViolation(_path(path) if path is not None else "", violation.proto.message))
        return found


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

    async def set_ready(self, ready: bool) -> None:
        """Says whether traffic may come."""
        status = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
        await self.health.set("ready", status)

    async def stop(self, drain_s: float) -> None:
        """Takes no new calls and gives running ones `drain_s` seconds."""
        await self.health.enter_graceful_shutdown()
        await self.server.stop(drain_s)


async def start_server(
    service: str,
    register: Callable[[grpc.aio.Server], None],
    service_names: Sequence[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
) -> GrpcServer:
    """Starts a gRPC server, not ready yet: call `set_ready(True)` when what it needs is there.

    Args:
        service: Short name, such as "dialogue".
        register: Adds the servicers.
        service_names: Full names, for reflection.
        host: Address to bind to.
        port: Port to bind to; 0: any free one.

    Raises:
        SystemExit: the port is taken; one sentence says so.
    """
    age_ms = int(300_000 * random.uniform(0.8, 1.2))  # noqa: S311  (jitter, not a secret)
    server = grpc.aio.server(
        interceptors=[
            # The instrumentation ships no types for it.
            aio_server_interceptor(filter_=filters.negate(filters.health_check())),  # type: ignore[no-untyped-call]
            _Edge(service),
        ],
        options=[
            ("grpc.so_reuseport", 0),
            ("grpc.max_connection_age_ms", age_ms),
            ("grpc.max_connection_age_grace_ms", 30_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.max_receive_message_length", 16 * 1024 * 1024),
        ],
    )
    register(server)
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    reflection.enable_server_reflection([*service_names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError:
        raise SystemExit(f"{service}: port {port} on {host} is taken; stop what uses it or set another port") from None
    await server.start()
    for name in ("", "live"):
        await servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    await servicer.set("ready", health_pb2.HealthCheckResponse.NOT_SERVING)
    return GrpcServer(server, bound, servicer)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
