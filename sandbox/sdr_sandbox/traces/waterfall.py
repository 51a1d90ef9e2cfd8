"""A trace as a tree in time: each span with its depth, where it begins and how long it takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sdr_sandbox.traces.model import Span


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the waterfall."""

    span: Span
    depth: int
    orphan: bool
    """Its parent did not come: it was not kept, or is on its way."""
    after_ms: float
    """From the trace's begin to its own."""
    left: float
    """Where its bar begins, in percent."""
    width: float
    """How long its bar is, in percent."""


def rows_of(spans: list[Span]) -> list[Row]:
    """The spans as lines: parents before children, siblings by time.

    Args:
        spans: Of one trace.
    """
    if not spans:
        return []
    known = {span.span_id for span in spans}
    children: dict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda each: (each.started_ns, each.span_id)):
        children[span.parent_id if span.parent_id in known and span.parent_id != span.span_id else ""].append(span)
    begin = min(span.started_ns for span in spans)
    whole = max(1, max(span.ended_ns for span in spans) - begin)
    rows: list[Row] = []
    waiting = [(span, 0) for span in reversed(children[""])]
    while waiting:
        span, depth = waiting.pop()
        left = 100 * (span.started_ns - begin) / whole
        rows.append(
            Row(
                span,
                depth,
                orphan=bool(span.parent_id) and span.parent_id not in known,
                after_ms=(span.started_ns - begin) / 1e6,
                left=round(min(left, 99.5), 2),
                width=round(max(0.5, min(100 - left, 100 * (span.ended_ns - span.started_ns) / whole)), 2),
            )
        )
        waiting += [(child, depth + 1) for child in reversed(children[span.span_id])]
    return rows
