"""Which traces are kept, how many spans are held back for that, and what travels beside them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from cryptography.fernet import Fernet
from opentelemetry import baggage, trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from pydantic import ValidationError

from sdr_common.telemetry import CarriedIds, about, context_of, told_on
from sdr_common.trace_keeping import HeadSampler, HeldTraces, TraceRules
from sdr_common.trace_relay import ids_of
from sdr_gateway.settings import GatewaySettings

DRAWN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOT_DRAWN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
SECOND_NS = 1_000_000_000
REQUIRED: dict[str, Any] = {"database_url": "postgresql://x/y", "secret_key": Fernet.generate_key().decode()}


class Exported(SpanProcessor):
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]


class Process:
    """What a process with these rules records and exports."""

    def __init__(self, **rules: float) -> None:
        made = TraceRules(**{"ratio": 0.0, "held_spans": 100, **rules})  # type: ignore[arg-type]  # numbers of both kinds
        self.exported = Exported()
        self.now = 0.0
        self.told: list[int] = []
        self.traces = HeldTraces(self.exported, made, lambda: self.now)
        self.traces.tell = self.told.append
        self._provider = TracerProvider(sampler=HeadSampler(made), shutdown_on_exit=False)
        self._provider.add_span_processor(CarriedIds())
        self._provider.add_span_processor(self.traces)

    @property
    def tracer(self) -> Tracer:
        return self._provider.get_tracer("test")

    def step(
        self,
        name: str,
        parent: Span | None = None,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        took_s: float = 0.001,
        failed: bool = False,
        **attributes: str | float,
    ) -> Span:
        """One span that ended."""
        context = Context() if parent is None else trace.set_span_in_context(parent, Context())
        span = self.tracer.start_span(name, context, kind=kind, start_time=SECOND_NS, attributes=attributes)
        if failed:
            span.set_status(StatusCode.ERROR)
        span.end(SECOND_NS + int(took_s * SECOND_NS))
        return span


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.mark.parametrize(
    ("ratio", "trace_id", "decision"),
    [
        (1.0, 2**128 - 1, Decision.RECORD_AND_SAMPLE),
        (0.0, 0, Decision.RECORD_ONLY),
        (0.25, 2**62 - 1, Decision.RECORD_AND_SAMPLE),
        (0.25, 2**62, Decision.RECORD_ONLY),
        (0.25, 2**64 + 2**62 - 1, Decision.RECORD_AND_SAMPLE),
    ],
)
def test_a_new_trace_is_drawn_by_its_id(ratio: float, trace_id: int, decision: Decision) -> None:
    sampler = HeadSampler(TraceRules(ratio=ratio, held_spans=1))
    assert sampler.should_sample(Context(), trace_id, "x").decision is decision


@pytest.mark.parametrize(
    ("parent", "ratio", "decision"),
    [(DRAWN, 0.0, Decision.RECORD_AND_SAMPLE), (NOT_DRAWN, 1.0, Decision.RECORD_ONLY)],
)
def test_a_trace_that_goes_on_keeps_what_was_drawn_for_it(parent: str, ratio: float, decision: Decision) -> None:
    sampler = HeadSampler(TraceRules(ratio=ratio, held_spans=1))
    assert sampler.should_sample(context_of(parent), 1, "x").decision is decision


def test_where_nothing_is_held_back_the_rest_is_not_recorded() -> None:
    assert HeadSampler(TraceRules(ratio=0.0)).should_sample(Context(), 1, "x").decision is Decision.DROP


def test_a_drawn_trace_is_exported_as_it_goes() -> None:
    process = Process(ratio=1.0)
    process.step("turn", kind=SpanKind.CONSUMER)
    assert process.exported.names == ["turn"]
    assert process.traces.held == 0


def test_a_plain_trace_is_held_back_and_not_exported(process: Process) -> None:
    turn = process.step("turn", kind=SpanKind.CONSUMER)
    process.step("deliver", turn, kind=SpanKind.CONSUMER)
    assert process.exported.names == []
    assert process.traces.held == 2
    assert process.told == []


@pytest.mark.parametrize(
    ("kind", "took_s", "failed", "attributes"),
    [
        (SpanKind.CONSUMER, 0.1, True, {}),
        (SpanKind.SERVER, 0.1, True, {}),
        (SpanKind.CONSUMER, 10.1, False, {}),
        (SpanKind.CONSUMER, 6.0, False, {"sdr.waited_s": 4.1}),
        (SpanKind.CONSUMER, 0.1, False, {"sdr.keep": "escalated"}),
    ],
)
def test_an_error_a_slow_turn_and_an_escalation_are_kept_with_all_that_came_before(
    process: Process, kind: SpanKind, took_s: float, failed: bool, attributes: dict[str, str | float]
) -> None:
    first = process.step("POST")
    process.step("other trace")
    process.step("turn", first, kind=kind, took_s=took_s, failed=failed, **attributes)
    assert process.exported.names == ["POST", "turn"]
    assert all(span.context is not None and span.context.trace_flags.sampled for span in process.exported.spans)
    assert process.told == [first.get_span_context().trace_id]
    assert process.traces.held == 1


@pytest.mark.parametrize(
    ("kind", "took_s", "failed"),
    [(SpanKind.CLIENT, 0.1, True), (SpanKind.INTERNAL, 60.0, False), (SpanKind.CONSUMER, 9.9, False)],
)
def test_a_request_that_failed_and_was_made_up_for_keeps_no_trace(
    process: Process, kind: SpanKind, took_s: float, failed: bool
) -> None:
    process.step("x", kind=kind, took_s=took_s, failed=failed)
    assert process.exported.names == []


def test_what_follows_of_a_kept_trace_is_exported_at_once_and_told_once(process: Process) -> None:
    turn = process.step("turn", kind=SpanKind.CONSUMER, failed=True)
    process.step("deliver", turn, kind=SpanKind.CONSUMER, failed=True)
    assert process.exported.names == ["turn", "deliver"]
    assert len(process.told) == 1


def test_what_another_process_found_is_exported_and_not_told_again(process: Process) -> None:
    call = process.step("/Respond", kind=SpanKind.SERVER)
    for _ in range(2):
        process.traces.keep(call.get_span_context().trace_id, "told")
    assert process.exported.names == ["/Respond"]
    assert process.told == []


def test_no_more_spans_are_held_than_allowed_and_the_oldest_traces_go_first() -> None:
    process = Process(held_spans=10)
    oldest = process.step("oldest")
    for _ in range(4):
        process.step("more of it", oldest)
    newer = process.step("newer")
    for _ in range(4):
        process.step("more of that", newer)
    assert process.traces.held == 10
    process.step("one too many")
    assert process.traces.held == 6
    process.step("failed", oldest, kind=SpanKind.SERVER, failed=True)
    assert process.exported.names == ["failed"]


def test_one_endless_trace_never_holds_more_than_allowed() -> None:
    process = Process(held_spans=10)
    endless = process.step("first")
    for _ in range(100):
        process.step("again", endless)
    assert process.traces.held <= 10


def test_in_an_outage_a_process_keeps_only_so_many_traces_of_its_own_in_a_second() -> None:
    process = Process(per_second=2)
    for _ in range(5):
        process.step("turn", kind=SpanKind.CONSUMER, failed=True)
    assert len(process.told) == 2
    process.now = 1.0
    process.step("turn", kind=SpanKind.CONSUMER, failed=True)
    assert len(process.told) == 3


def test_the_ids_of_account_and_conversation_are_on_every_span_of_a_trace(process: Process) -> None:
    span = process.tracer.start_span("SQL x", about(Context(), 7, 42))
    borne = process.tracer.start_span("turn", about(Context(), 7, 42), attributes={"sdr.account_id": 8})
    assert isinstance(span, ReadableSpan)
    assert isinstance(borne, ReadableSpan)
    assert span.attributes == {"sdr.account_id": 7, "sdr.conversation_id": 42}
    assert borne.attributes == {"sdr.account_id": 8, "sdr.conversation_id": 42}


@pytest.mark.parametrize("value", ["Mariana", "+5511988887766", "1" * 19, "-1", "", "²"])
def test_nothing_but_ids_is_taken_from_baggage(process: Process, value: str) -> None:
    context = baggage.set_baggage("sdr.account_id", value, baggage.set_baggage("name", "Mariana", Context()))
    span = process.tracer.start_span("x", context)
    assert isinstance(span, ReadableSpan)
    assert span.attributes == {}


def test_a_message_between_processes_is_read_as_ids_and_nothing_else() -> None:
    one, two = "0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319c"
    assert ids_of(f"{one},nonsense,{two[:5]},{two}") == [int(one, 16), int(two, 16)]
    assert ids_of(None) == []
    assert len(ids_of(",".join([one] * 500))) == 100


def test_a_span_tells_what_kind_of_error_it_met_and_nothing_that_the_error_says(process: Process) -> None:
    with (
        suppress(ValueError),
        process.tracer.start_as_current_span(
            "turn", kind=SpanKind.CONSUMER, record_exception=False, set_status_on_exception=False
        ) as span,
        told_on(span),
    ):
        raise ValueError("DETAIL: Key (name)=(Mariana) already exists")
    (exported,) = process.exported.spans
    assert exported.attributes == {"error.type": "ValueError"}
    assert exported.status.status_code is StatusCode.ERROR
    assert "Mariana" not in exported.to_json()


@pytest.mark.parametrize(
    "template", ["https://jaeger.example/trace/{trace_id}", "http://127.0.0.1:1/t?id={trace_id}&x=1", ""]
)
def test_a_place_where_traces_are_seen_names_the_trace(template: str) -> None:
    assert GatewaySettings(**REQUIRED, trace_url_template=template).trace_url_template == template


@pytest.mark.parametrize(
    "template", ["https://jaeger.example/trace/", "javascript:alert({trace_id})", "/trace/{trace_id}", "https://x/{id}"]
)
def test_a_place_that_names_no_trace_or_is_no_web_page_is_refused(template: str) -> None:
    with pytest.raises(ValidationError, match="trace_url_template"):
        GatewaySettings(**REQUIRED, trace_url_template=template)
