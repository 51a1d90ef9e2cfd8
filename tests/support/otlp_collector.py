"""A small OTLP/gRPC collector for tests: what services export, as plain objects to assert on.

    async with collector() as seen:
        start_a_process(env=seen.environment("dialogue"))
        span = await seen.wait_for(lambda s: s.span(name="turn"))

It serves from threads of its own, so that an exporter in the test's process cannot block it.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from tests.support.net import eventually

T = TypeVar("T")
Value: TypeAlias = str | bool | int | float | list["Value"]
Context: TypeAlias = grpc.ServicerContext

_KINDS = {
    trace_pb2.Span.SPAN_KIND_INTERNAL: "internal",
    trace_pb2.Span.SPAN_KIND_SERVER: "server",
    trace_pb2.Span.SPAN_KIND_CLIENT: "client",
    trace_pb2.Span.SPAN_KIND_PRODUCER: "producer",
    trace_pb2.Span.SPAN_KIND_CONSUMER: "consumer",
}


@dataclass(frozen=True)
class Span:
    """One finished span."""

    service: str
    """`service.name` of the process."""
    name: str
    kind: str
    """internal, server, client, producer or consumer."""
    trace_id: str
    span_id: str
    parent_id: str
    """Empty for a root."""
    links: tuple[tuple[str, str], ...]
    """Trace and span id of each linked span."""
    attributes: Mapping[str, Value]
    events: tuple[str, ...]
    """Names of its events, such as "exception"."""
    failed: bool
    """True when its status is an error."""
    started_at_ns: int
    ended_at_ns: int


@dataclass
class Collector:
    """What was received so far."""

    endpoint: str
    """As `OTEL_EXPORTER_OTLP_ENDPOINT` wants it."""
    _spans: list[Span] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def environment(self, *, export_every_ms: int = 200) -> dict[str, str]:
        """Variables that make a process export here, soon."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint,
            "OTEL_EXPORTER_OTLP_INSECURE": "true",
            "OTEL_BSP_SCHEDULE_DELAY": str(export_every_ms),
        }

    @property
    def spans(self) -> list[Span]:
        """All spans, in order of arrival."""
        with self._lock:
            return list(self._spans)

    def select(self, *, service: str = "", name: str = "", kind: str = "", trace_id: str = "") -> list[Span]:
        """Spans that fit; an empty argument fits everything."""
        return [
            span
            for span in self.spans
            if service in ("", span.service)
            and name in ("", span.name)
            and kind in ("", span.kind)
            and trace_id in ("", span.trace_id)
        ]

    def span(self, *, service: str = "", name: str = "", kind: str = "", trace_id: str = "") -> Span | None:
        """The first span that fits; None when there is none yet."""
        return next(iter(self.select(service=service, name=name, kind=kind, trace_id=trace_id)), None)

    def children(self, parent: Span) -> list[Span]:
        """Spans whose parent is this one."""
        return [span for span in self.spans if (span.trace_id, span.parent_id) == (parent.trace_id, parent.span_id)]

    async def wait_for(self, find: Callable[[Collector], T | None], timeout_s: float = 10) -> T:
        """Waits until `find` gives something true, and gives that.

        Raises:
            AssertionError: it did not within `timeout_s`.
        """
        found = await eventually(lambda: find(self), timeout_s, what="the wanted telemetry")
        assert found is not None
        return found

    def add_spans(self, request: trace_service_pb2.ExportTraceServiceRequest) -> None:
        """Takes one export in."""
        for group in request.resource_spans:
            service = str(_attributes(group.resource.attributes).get("service.name", ""))
            spans = [_span(service, span) for scope in group.scope_spans for span in scope.spans]
            with self._lock:
                self._spans.extend(spans)


def _value(value: common_pb2.AnyValue) -> Value:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    found: Value = "" if kind is None else getattr(value, kind)
    return found


def _attributes(pairs: Iterable[common_pb2.KeyValue]) -> dict[str, Value]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _span(service: str, span: trace_pb2.Span) -> Span:
    return Span(
        service=service,
        name=span.name,
        kind=_KINDS.get(span.kind, "internal"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
        attributes=_attributes(span.attributes),
        events=tuple(event.name for event in span.events),
        failed=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        started_at_ns=span.start_time_unix_nano,
        ended_at_ns=span.end_time_unix_nano,
    )


class _Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, seen: Collector) -> None:
        self._seen = seen

    def Export(self, request: Any, context: Context) -> Any:  # noqa: N802  (gRPC's name; its stubs are untyped)
        self._seen.add_spans(request)
        return trace_service_pb2.ExportTraceServiceResponse()


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    """A collector on a free loopback port, for the length of the block."""
    server = grpc.server(ThreadPoolExecutor(2, thread_name_prefix="otlp"))
    port = server.add_insecure_port("127.0.0.1:0")
    seen = Collector(f"http://127.0.0.1:{port}")
    # The generated code of OpenTelemetry ships no types.
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(_Traces(seen), server)  # type: ignore[no-untyped-call]
    server.start()
    try:
        yield seen
    finally:
        server.stop(0).wait()
