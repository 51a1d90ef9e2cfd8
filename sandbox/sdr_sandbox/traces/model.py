"""A span as it is kept, and as it comes in by OTLP."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

TEXT_LIMIT = 500
"""Characters of an attribute's value that are kept."""
_KINDS = {
    trace_pb2.Span.SPAN_KIND_SERVER: "server",
    trace_pb2.Span.SPAN_KIND_CLIENT: "client",
    trace_pb2.Span.SPAN_KIND_PRODUCER: "producer",
    trace_pb2.Span.SPAN_KIND_CONSUMER: "consumer",
}


class Link(msgspec.Struct, frozen=True):
    """Another span that this one has to do with."""

    trace_id: str
    span_id: str


class Span(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finished span; times in nanoseconds since 1970, ids in hexadecimal."""

    service: str
    name: str
    kind: str
    """server, client, producer, consumer or internal."""
    trace_id: str
    span_id: str
    started_ns: int
    ended_ns: int
    parent_id: str = ""
    """Empty: it begins its trace."""
    failed: bool = False
    attributes: dict[str, str] = {}
    links: list[Link] = []
    events: list[str] = []
    """Names of what happened in it."""

    @property
    def took_ms(self) -> float:
        """Milliseconds from its begin to its end."""
        return max(0, self.ended_ns - self.started_ns) / 1e6


def spans_of(request: ExportTraceServiceRequest) -> list[Span]:
    """The spans of one export."""
    found = []
    for group in request.resource_spans:
        service = _attributes(group.resource.attributes).get("service.name", "?")
        found += [_span(service, span) for scope in group.scope_spans for span in scope.spans]
    return found


def _span(service: str, span: trace_pb2.Span) -> Span:
    return Span(
        service=service,
        name=span.name[:TEXT_LIMIT],
        kind=_KINDS.get(span.kind, "internal"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        started_ns=span.start_time_unix_nano,
        ended_ns=span.end_time_unix_nano,
        parent_id=span.parent_span_id.hex(),
        failed=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        attributes=_attributes(span.attributes),
        links=[Link(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        events=[event.name[:TEXT_LIMIT] for event in span.events],
    )


def _attributes(pairs: Iterable[common_pb2.KeyValue]) -> dict[str, str]:
    return {pair.key: _text(pair.value)[:TEXT_LIMIT] for pair in pairs}


def _text(value: common_pb2.AnyValue) -> str:
    kind = value.WhichOneof("value")
    if kind is None:
        return ""
    if kind == "array_value":
        return ", ".join(_text(item) for item in value.array_value.values)
    if kind == "double_value":
        return f"{value.double_value:g}"
    found = getattr(value, kind)
    return str(found).lower() if isinstance(found, bool) else str(found)
