"""Channels to other services: round-robin, keepalive, a deadline on every call, typed errors back.

Only calls that carry a `request_id` or only read are made through here, so all are repeatable and the retry policy
applies to all of them but `NOT_REPEATED`; a test reads it off the contracts.

Retries are throttled per channel and service name: a failed attempt takes one of 1,000 tokens, an answer gives a
tenth of one back, and below 500 nothing is repeated. So 500 failures in a row pass before a service that is down is
spared its repeats, far more than a killed replica fails of 100 calls a second; and where more than one attempt in
eleven fails for long, repeats end until it heals. The turn itself is redone by its mailbox either way.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from opentelemetry import trace

from sdr_common.actor import passed_on
from sdr_common.grpc_channel import IdentifiedChannel
from sdr_common.grpc_errors import from_rpc_error
from sdr_common.metrics import METER
from sdr_common.telemetry import TRACER, current_headers, is_detail_wanted, now_ns
from sdr_common.transport import Transport

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

inbound_deadline: ContextVar[float | None] = ContextVar("inbound_deadline", default=None)
"""`time.monotonic()` at which the call being served ends; set by the server, respected by clients."""

_DURATION = METER.create_histogram(
    "rpc.client.call.duration",
    ("rpc.method", "rpc.response.status_code"),
    unit="s",
    description="Time until a call to another service was answered, its retries included.",
)
_MARGIN_S = 0.05
"""What a service keeps for itself of its caller's deadline, to answer with an error of its own."""

NOT_REPEATED = (("sdr.dialogue.v1.DialogueService", "Simulate"),)
"""Methods that neither carry a `request_id` nor only read: a repeat would ask a model, and pay, twice."""

SERVICE_CONFIG = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {"name": [{"service": service, "method": method} for service, method in NOT_REPEATED]},
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.5s",
                    "backoffMultiplier": 2,
                    # CANCELLED is what a draining server says to calls that it had not begun.
                    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
                },
            },
        ],
        "retryThrottling": {"maxTokens": 1000, "tokenRatio": 0.1},
    }
)

OPTIONS: list[tuple[str, str | int]] = [
    ("grpc.service_config", SERVICE_CONFIG),
    ("grpc.enable_retries", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A connection that closes makes the name be looked up again; gRPC's own 30 s would hide new replicas.
    ("grpc.dns_min_time_between_resolutions_ms", 500),
]


_PLAIN = Transport()


def make_channel(target: str, transport: Transport = _PLAIN) -> grpc.aio.Channel:
    """Opens a channel lazily.

    Args:
        target: `host:port`, or any gRPC target such as `dns:///dialogue:50051` or `ipv4:10.0.0.1:50051,10.0.0.2:50051`.
        transport: Who we are, and whether by TLS.
    """
    address = target if "//" in target or target.startswith(("ipv4:", "unix:")) else f"dns:///{target}"
    if transport.tls is not None or transport.caller_token:
        return IdentifiedChannel(address, transport, OPTIONS)
    return grpc.aio.insecure_channel(address, options=OPTIONS)


async def call(
    method: Callable[..., grpc.aio.UnaryUnaryCall[Q, A]],
    request: Q,
    *,
    timeout_s: float,
    metadata: tuple[tuple[str, str], ...] | None = None,
) -> A:
    """Makes one call with a deadline: `timeout_s`, or what is left of the call being served, if less.

    Args:
        method: A stub's method.
        request: What is asked.
        timeout_s: Longest wait.
        metadata: Sent along; None: the actor of the call being served, if there is one.

    Raises:
        RemoteError: the service refused, failed, or did not answer in time.
    """
    deadline = inbound_deadline.get()
    if deadline is not None:
        timeout_s = max(0.001, min(timeout_s, deadline - time.monotonic() - _MARGIN_S))
    metadata = metadata or passed_on() or ()
    path = method._method.decode().removeprefix("/")  # type: ignore[attr-defined]  # noqa: SLF001  (said nowhere else)
    started, started_ns, code = time.monotonic(), now_ns(), "OK"
    drawn = trace.get_current_span().get_span_context().trace_flags.sampled
    try:
        # All calls are made through here: no interceptor is needed, which would cost each of them a task of its own.
        if drawn:
            return await _traced(method, path, request, timeout_s, metadata)
        return await method(request, timeout=timeout_s, metadata=(*metadata, *current_headers()))
    except grpc.aio.AioRpcError as error:
        code = error.code().name
        raise from_rpc_error(error) from error
    except asyncio.CancelledError:
        code = "CANCELLED"
        raise
    finally:
        _DURATION.record(time.monotonic() - started, {"rpc.method": path, "rpc.response.status_code": code})
        if not drawn and is_detail_wanted(started_ns, failed=code != "OK"):
            _trace_afterwards(path, started_ns, code)


def _trace_afterwards(path: str, started_ns: int, code: str) -> None:
    """A span beside the one of the service that was called, if it was reached: nothing was sent along that names it."""
    span = TRACER.start_span(
        f"/{path}",
        kind=trace.SpanKind.CLIENT,
        start_time=started_ns,
        attributes={"rpc.system.name": "grpc", "rpc.method": path, "rpc.response.status_code": code},
    )
    if code != "OK":
        span.set_status(trace.StatusCode.ERROR)
    span.end()


async def _traced(
    method: Callable[..., grpc.aio.UnaryUnaryCall[Q, A]],
    path: str,
    request: Q,
    timeout_s: float,
    metadata: tuple[tuple[str, str], ...],
) -> A:
    with TRACER.start_as_current_span(
        f"/{path}",
        kind=trace.SpanKind.CLIENT,
        attributes={"rpc.system.name": "grpc", "rpc.method": path},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            answer = await method(request, timeout=timeout_s, metadata=(*metadata, *current_headers()))
        except grpc.aio.AioRpcError as error:
            span.set_attribute("rpc.response.status_code", error.code().name)
            span.set_status(trace.StatusCode.ERROR)
            raise
        span.set_attribute("rpc.response.status_code", "OK")
        return answer
