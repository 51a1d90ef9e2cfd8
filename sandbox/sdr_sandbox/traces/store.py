"""Where traces are kept: the last ones in memory, and in a file of bounded size that survives a restart."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sdr_sandbox.traces.model import Span

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Span)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept."""

    spans: int = 20_000
    """In memory: some 150 turns with every statement of theirs. The oldest traces go first."""
    file_bytes: int = 20_000_000
    """Size at which the file is put aside; one that was put aside is kept."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A trace in a list."""

    trace_id: str
    name: str
    """Of the span that begins it, or of the earliest one that came."""
    started_ns: int
    took_ms: float
    spans: int
    services: int
    failed: bool
    conversation: str
    """Chatwoot's display id; empty: of none."""
    outcome: str
    """How its turn ended; empty: it has none, or it did not end yet."""


class TraceStore:
    """The last traces.

    Args:
        path: The file, which is read now and added to.
        limits: How much is kept.

    Raises:
        OSError: the file cannot be read or written.
    """

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self._path = path
        self._limits = limits or Limits()
        self._traces: OrderedDict[str, dict[str, Span]] = OrderedDict()
        self._count = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        for file in (self._aside, path):
            self._remember(_read(file))
        self._file = path.open("ab")
        self._file.write(b"\n")  # after a line that a crash cut short
        path.chmod(0o600)

    @property
    def _aside(self) -> Path:
        return self._path.with_suffix(".1.jsonl")

    def add(self, spans: Sequence[Span]) -> None:
        """Keeps spans, in whatever order they come; one that comes again replaces itself."""
        if not spans:
            return
        self._remember(spans)
        self._file.write(b"".join(_ENCODER.encode(span) + b"\n" for span in spans))
        self._file.flush()
        if self._file.tell() > self._limits.file_bytes:
            self._file.close()
            self._path.replace(self._aside)
            self._file = self._path.open("ab")
            self._path.chmod(0o600)

    def trace(self, trace_id: str) -> list[Span]:
        """A trace's spans, the earliest first; empty: it is not known."""
        return sorted(self._traces.get(trace_id, {}).values(), key=lambda span: (span.started_ns, span.span_id))

    def newest(self, limit: int, conversation: str = "", *, background: bool = True) -> list[Summary]:
        """The traces that something was heard of last.

        Args:
            limit: At most so many.
            conversation: Chatwoot's display id; empty: of all.
            background: With those that are of no conversation.
        """
        found: list[Summary] = []
        for trace_id in reversed(self._traces):
            summary = _summary(self.trace(trace_id))
            if (summary.conversation == conversation) if conversation else (background or summary.conversation):
                found.append(summary)
            if len(found) == limit:
                break
        return found

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _remember(self, spans: Iterable[Span]) -> None:
        for span in spans:
            trace = self._traces.setdefault(span.trace_id, {})
            self._count += span.span_id not in trace
            trace[span.span_id] = span
            self._traces.move_to_end(span.trace_id)
        while self._count > self._limits.spans:
            _, gone = self._traces.popitem(last=False)
            self._count -= len(gone)


def _read(file: Path) -> Iterator[Span]:
    """The spans of a file; a line that a crash cut short is left out."""
    if not file.exists():
        return
    with file.open("rb") as lines:
        for line in lines:
            try:
                yield _DECODER.decode(line)
            except msgspec.MsgspecError:
                continue


def _summary(spans: list[Span]) -> Summary:
    first = next((span for span in spans if not span.parent_id), spans[0])
    turn = next((span for span in spans if span.name == "turn"), first)
    conversations = (span.attributes.get("sdr.conversation_id", "") for span in spans)
    return Summary(
        trace_id=first.trace_id,
        name=first.name,
        started_ns=spans[0].started_ns,
        took_ms=(max(span.ended_ns for span in spans) - spans[0].started_ns) / 1e6,
        spans=len(spans),
        services=len({span.service for span in spans}),
        failed=any(span.failed for span in spans),
        conversation=next((number for number in conversations if number), ""),
        outcome=turn.attributes.get("sdr.outcome", ""),
    )
