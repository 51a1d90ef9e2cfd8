"""Tracing: OpenTelemetry, configured by its standard environment variables. Metrics: `sdr_common.metrics`.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is recorded or sent, but trace ids still exist and
travel, so that the logs of all services can be joined. Names are registered in docs/telemetry.yaml.

Baggage carries two ids of ours, the account and the conversation, to every process of a trace that is recorded; each
span gets them as attributes. Nothing else is taken from baggage.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from opentelemetry import baggage, propagate, trace
from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Link, Span, SpanContext, StatusCode

from sdr_common.trace_keeping import HeadSampler, HeldTraces, TraceRules

TRACER = trace.get_tracer("sdr")
ACCOUNT: Final = "sdr.account_id"
CONVERSATION: Final = "sdr.conversation_id"
_DETAIL_NS: Final = 50_000_000
"""In a trace that is held back, a statement or a call that took less is left out: recording each costs more CPU than
most of them take, and what one looks for there is what was slow or failed."""
_held: HeldTraces | None = None


class CarriedIds(SpanProcessor):
    """Puts the ids that travel in baggage on every span that does not bear them."""

    def on_start(self, span: SdkSpan, parent_context: Context | None = None) -> None:
        """Adds them."""
        carried = baggage.get_all(parent_context)
        if not carried:
            return
        borne = span.attributes or {}
        account, conversation = _number(carried.get(ACCOUNT)), _number(carried.get(CONVERSATION))
        if account and ACCOUNT not in borne:
            span.set_attribute(ACCOUNT, account)
        if conversation and CONVERSATION not in borne:
            span.set_attribute(CONVERSATION, conversation)


def _number(value: object) -> int:
    """An id out of baggage; 0: it is none. Digits alone: whatever else may come in a header is not ours."""
    return int(value) if isinstance(value, str) and len(value) < 19 and value.isascii() and value.isdecimal() else 0


def start_telemetry(service: str, rules: TraceRules | None = None) -> TracerProvider:
    """Installs the process's tracer provider; call once, before the first span.

    Args:
        service: `service.name` of every span.
        rules: Which traces are kept; None: all.
    """
    global _held  # noqa: PLW0603  (as the provider: one per process)
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    resource = Resource.create({"service.name": service})
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        provider = TracerProvider(resource=resource, sampler=ALWAYS_OFF)
        trace.set_tracer_provider(provider)
        return provider
    # Imported on first use: the exporter costs memory that a laptop without a collector need not spend.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    rules = rules or TraceRules()
    _held = HeldTraces(BatchSpanProcessor(OTLPSpanExporter()), rules)
    provider = TracerProvider(resource=resource, sampler=HeadSampler(rules))
    provider.add_span_processor(CarriedIds())
    provider.add_span_processor(_held)
    trace.set_tracer_provider(provider)
    return provider


def held_traces() -> HeldTraces | None:
    """What this process holds back; None: it exports nothing."""
    return _held


def current_traceparent() -> str:
    """The W3C `traceparent` of the current span, to be stored with a row; empty when there is none."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent", "")


def current_headers() -> tuple[tuple[str, str], ...]:
    """What carries the current trace and its baggage to another process, as gRPC metadata."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return tuple(carrier.items())


def context_of(traceparent: str) -> Context:
    """The context to continue a stored `traceparent` in; an empty or broken one begins a new trace."""
    return propagate.extract({"traceparent": traceparent} if traceparent else {}, Context())


def context_of_metadata(metadata: Mapping[str, str]) -> Context:
    """The context that a caller sent in gRPC metadata."""
    return propagate.extract(metadata, Context())


def links_to(traceparents: list[str]) -> list[Link]:
    """Links to the spans of coalesced work; broken ones are left out."""
    links: list[Link] = []
    for traceparent in traceparents:
        span: SpanContext = trace.get_current_span(context_of(traceparent)).get_span_context()
        if span.is_valid:
            links.append(Link(span))
    return links


@contextmanager
def inside(context: Context) -> Iterator[None]:
    """Makes a context the current one, baggage and all: `start_as_current_span(…, context)` keeps the old baggage."""
    token = contexts.attach(context)
    try:
        yield
    finally:
        contexts.detach(token)


def about(context: Context, account_id: int, conversation_id: int) -> Context:
    """A context whose calls and spans, here and in other processes, bear these ids."""
    named = baggage.set_baggage(ACCOUNT, str(account_id), context)
    return baggage.set_baggage(CONVERSATION, str(conversation_id), named)


@contextmanager
def told_on(span: Span) -> Iterator[None]:
    """Marks a span as failed by what passes through, with a word for what it was.

    Its text and stack stay out: they may quote a row, or what somebody wrote. The log has them under the trace's id.
    """
    try:
        yield
    except Exception as error:
        span.set_attribute("error.type", str(getattr(error, "reason", "") or type(error).__name__))
        span.set_status(StatusCode.ERROR)
        raise


def now_ns() -> int:
    """Nanoseconds since 1970, as spans count."""
    return time.time_ns()


def to_ns(moment: datetime) -> int:
    """A moment of a database's clock as spans count; later than now never, whatever that clock says."""
    return min(int(moment.timestamp() * 1_000_000_000), time.time_ns())


def is_detail_wanted(started_ns: int, *, failed: bool) -> bool:
    """Whether a statement or call that just ended gets a span.

    Always in a trace that was drawn, and in one that is held back if it failed or was slow.
    """
    span = trace.get_current_span()
    if not span.is_recording():
        return False
    return failed or span.get_span_context().trace_flags.sampled or time.time_ns() - started_ns >= _DETAIL_NS
