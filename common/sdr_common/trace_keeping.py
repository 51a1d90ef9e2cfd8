"""Which traces are kept: some from their first span, others when it shows that they are worth it.

The share that `HeadSampler` draws is exported as it goes. Spans of every other trace are recorded too and held back,
in this process and for a short while; when one of them turns out to be an error, too slow or an escalation,
`HeldTraces` exports what it holds of that trace, and what follows of it. Other processes hear of it through
`sdr_common.trace_relay`.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import Attributes

from sdr_common.metrics import METER

KEEP: Final = "sdr.keep"
"""Attribute that asks for a trace to be kept, and says why in a word."""
WAITED: Final = "sdr.waited_s"
"""Attribute of work that waited for its worker: counts towards what is slow."""
_KNOWN = 2_000
"""Kept traces that are remembered, whose later spans are exported at once."""
_SHARE = 1 << 64
_ENTERS = (SpanKind.SERVER, SpanKind.CONSUMER)
"""Kinds by which work enters a process: a failed request that somebody made up for is no failed trace."""
_KEPT = METER.create_counter(
    "sdr.traces.kept", ("reason",), description="Traces that were held back and are kept after all, by reason."
)


@dataclass(frozen=True, slots=True)
class TraceRules:
    """Which traces are kept."""

    ratio: float = 1.0
    """Share that is kept from the first span, 0 to 1."""
    slow_s: float = 10.0
    """Work that waited and took longer than this, in seconds, is kept."""
    held_spans: int = 0
    """Spans that are held back at most; 0: none, and only the share is recorded."""
    per_second: int = 20
    """Held traces that one process keeps of its own accord in a second: in an outage all are alike."""


class HeadSampler(Sampler):
    """Draws by trace id, so that every process draws alike; a trace that goes on keeps what was drawn for it.

    Args:
        rules: The share, and whether the others are held back.
    """

    def __init__(self, rules: TraceRules) -> None:
        self._bound = round(rules.ratio * _SHARE)
        self._otherwise = Decision.RECORD_ONLY if rules.held_spans else Decision.DROP

    def should_sample(  # noqa: PLR0917  (OpenTelemetry's signature)
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """What becomes of a span."""
        parent = trace.get_current_span(parent_context).get_span_context()
        drawn = parent.trace_flags.sampled if parent.is_valid else trace_id % _SHARE < self._bound
        decision = Decision.RECORD_AND_SAMPLE if drawn else self._otherwise
        return SamplingResult(decision, attributes, parent.trace_state if parent.is_valid else trace_state)

    def get_description(self) -> str:
        """For whoever asks the SDK."""
        return f"HeadSampler{{{self._bound / _SHARE:.4f}}}"


def reason_to_keep(span: ReadableSpan, slow_s: float) -> str:
    """Why the trace of a span that ended must be kept: a word; empty: it need not.

    Args:
        span: Ended.
        slow_s: Seconds that work may wait and take.
    """
    attributes = span.attributes or {}
    asked = attributes.get(KEEP)
    if isinstance(asked, str) and asked:
        return asked
    if span.kind not in _ENTERS:
        return ""
    if span.status.status_code is StatusCode.ERROR:
        return "error"
    if span.kind is SpanKind.CONSUMER and span.start_time is not None and span.end_time is not None:
        waited = attributes.get(WAITED, 0.0)
        took_s = (span.end_time - span.start_time) / 1e9
        if took_s + (waited if isinstance(waited, (int, float)) else 0.0) > slow_s:
            return "slow"
    return ""


class HeldTraces(SpanProcessor):
    """Exports what was drawn; holds the rest back until it is worth it, or too old to be of use.

    Args:
        export: What spans go to.
        rules: What is worth it, and how many spans are held: the oldest traces go first.
        clock: Monotonic seconds.
    """

    def __init__(self, export: SpanProcessor, rules: TraceRules, clock: Callable[[], float] = time.monotonic) -> None:
        self._export = export
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[int, list[ReadableSpan]] = OrderedDict()
        self._count = 0
        self._kept: OrderedDict[int, None] = OrderedDict()
        self._second = (0, 0)
        """A second of the clock, and the traces that were kept in it."""
        self.tell: Callable[[int], None] = lambda _: None
        """Told the id of a trace that this process found worth keeping; called in the span's thread."""

    @property
    def held(self) -> int:
        """Spans that are held back now."""
        return self._count

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing: only ends matter."""

    def on_end(self, span: ReadableSpan) -> None:
        """Exports a span, or holds it back."""
        context = span.context
        if context is None:
            return
        if context.trace_flags.sampled:
            self._export.on_end(span)
            return
        reason = reason_to_keep(span, self._rules.slow_s)
        with self._lock:
            known = context.trace_id in self._kept
            if not known:
                self._hold(context.trace_id, span)
            begins = not known and bool(reason) and self._may_keep()
        if known:
            self._export.on_end(_as_sampled(span, context))
        elif begins:
            self.keep(context.trace_id, reason)
            self.tell(context.trace_id)

    def keep(self, trace_id: int, reason: str) -> None:
        """Exports what is held of a trace, and from now on what follows; a repeat does nothing.

        Args:
            trace_id: Whose.
            reason: A word, counted; `told`: another process found so.
        """
        with self._lock:
            if trace_id in self._kept:
                return
            self._kept[trace_id] = None
            if len(self._kept) > _KNOWN:
                self._kept.popitem(last=False)
            spans = self._held.pop(trace_id, [])
            self._count -= len(spans)
        _KEPT.add(1, {"reason": reason})
        for span in spans:
            if span.context is not None:
                self._export.on_end(_as_sampled(span, span.context))

    def shutdown(self) -> None:
        """Sends what waits to be sent; what is held goes."""
        self._export.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Sends what waits to be sent."""
        return self._export.force_flush(timeout_millis)

    def _hold(self, trace_id: int, span: ReadableSpan) -> None:
        self._held.setdefault(trace_id, []).append(span)
        self._count += 1
        while self._count > self._rules.held_spans:
            _, gone = self._held.popitem(last=False)
            self._count -= len(gone)

    def _may_keep(self) -> bool:
        second, count = int(self._clock()), 0
        if self._second[0] == second:
            count = self._second[1]
        self._second = (second, count + 1)
        return count < self._rules.per_second


def _as_sampled(span: ReadableSpan, context: SpanContext) -> ReadableSpan:
    """The same span, marked as one that exporters must take."""
    return ReadableSpan(
        name=span.name,
        context=SpanContext(
            context.trace_id,
            context.span_id,
            is_remote=False,
            trace_flags=TraceFlags(context.trace_flags | TraceFlags.SAMPLED),
            trace_state=context.trace_state,
        ),
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
