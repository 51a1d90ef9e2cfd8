"""Tracing: OpenTelemetry, configured by its standard environment variables. Metrics: `sdr_common.metrics`.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is recorded or sent, but trace ids still exist and
travel, so that the logs of all services can be joined. Names are registered in docs/telemetry.yaml.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Link, SpanContext

TRACER = trace.get_tracer("sdr")


def start_telemetry(service: str) -> TracerProvider:
    """Installs the process's tracer provider; call once, before the first span.

    Args:
        service: `service.name` of every span.
    """
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    resource = Resource.create({"service.name": service})
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        provider = TracerProvider(resource=resource, sampler=ALWAYS_OFF)
        trace.set_tracer_provider(provider)
        return provider
    # Imported on first use: the exporter costs memory that a laptop without a collector need not spend.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def current_traceparent() -> str:
    """The W3C `traceparent` of the current span, to be stored with a row; empty when there is none."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent", "")


def current_headers() -> tuple[tuple[str, str], ...]:
    """What carries the current trace to another process, as gRPC metadata."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return tuple(carrier.items())


def context_of(traceparent: str) -> Context:
    """The context to continue a stored `traceparent` in; an empty or broken one begins a new trace."""
    return propagate.extract({"traceparent": traceparent} if traceparent else {})


def context_of_metadata(metadata: Mapping[str, str]) -> Context:
    """The context that a caller sent in gRPC metadata or HTTP headers."""
    return propagate.extract(metadata)


def links_to(traceparents: list[str]) -> list[Link]:
    """Links to the spans of coalesced work; broken ones are left out."""
    links: list[Link] = []
    for traceparent in traceparents:
        span: SpanContext = trace.get_current_span(context_of(traceparent)).get_span_context()
        if span.is_valid:
            links.append(Link(span))
    return links
