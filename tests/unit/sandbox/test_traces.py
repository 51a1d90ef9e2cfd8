"""The last traces of a local stack: what is kept, for how long, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2
from starlette.testclient import TestClient

from sdr_sandbox.traces.app import make_app
from sdr_sandbox.traces.model import Link, Span, spans_of
from sdr_sandbox.traces.store import Limits, TraceStore
from sdr_sandbox.traces.waterfall import rows_of

TRACE = "0af7651916cd43dd8448eb211c80319c"
SECOND_NS = 1_000_000_000


def a_span(name: str, span_id: str, parent_id: str = "", *, at_s: float = 0.0, took_s: float = 1.0, **of: Any) -> Span:
    begun = 1_790_000_000 * SECOND_NS + int(at_s * SECOND_NS)
    values: dict[str, Any] = {"service": "sdr-gateway", "kind": "internal", "trace_id": TRACE, **of}
    return Span(  # Any: a builder's values
        name=name,
        span_id=span_id,
        parent_id=parent_id,
        started_ns=begun,
        ended_ns=begun + int(took_s * SECOND_NS),
        **values,
    )


def a_turn() -> list[Span]:
    """As it comes in: children before their parents."""
    return [
        a_span("SQL seal", "c", "b", at_s=3, took_s=0.5, failed=True, attributes={"error.type": "<b>57014</b>"}),
        a_span("turn", "b", "a", at_s=2, took_s=2, attributes={"sdr.conversation_id": "42", "sdr.outcome": "answered"}),
        a_span("/Respond", "d", "b", at_s=2.5, service="sdr-dialogue", links=[Link("f" * 32, "e" * 16)]),
        a_span("POST", "a", at_s=0, took_s=1),
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TraceStore]:
    with closing(TraceStore(tmp_path / "traces" / "spans.jsonl")) as made:
        yield made


def page(store: TraceStore, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
    answer = TestClient(make_app(store), base_url=f"http://{host}:4000").get(path)
    return answer.status_code, answer.text


def test_spans_come_as_otlp_with_their_service_attributes_and_links() -> None:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "sdr-dialogue"
    span = group.scope_spans.add().spans.add(
        name="chat x", kind=trace_pb2.Span.SPAN_KIND_CLIENT, start_time_unix_nano=5, end_time_unix_nano=9
    )
    span.trace_id, span.span_id, span.parent_span_id = b"\x0a" * 16, b"\x0b" * 8, b"\x0c" * 8
    span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = 7
    span.attributes.add(key="long").value.string_value = "x" * 900
    span.attributes.add(key="reasons").value.array_value.values.add().string_value = "stop"
    span.links.add(trace_id=b"\x0d" * 16, span_id=b"\x0e" * 8)
    span.status.code = trace_pb2.Status.STATUS_CODE_ERROR
    (found,) = spans_of(request)
    assert (found.service, found.name, found.kind, found.failed) == ("sdr-dialogue", "chat x", "client", True)
    assert (found.trace_id, found.span_id, found.parent_id) == ("0a" * 16, "0b" * 8, "0c" * 8)
    assert found.attributes == {"gen_ai.usage.input_tokens": "7", "long": "x" * 500, "reasons": "stop"}
    assert found.links == [Link("0d" * 16, "0e" * 8)]


def test_a_waterfall_has_parents_before_children_and_siblings_by_time() -> None:
    rows = rows_of(a_turn())
    assert [(row.span.name, row.depth, row.left, row.width) for row in rows] == [
        ("POST", 0, 0.0, 25.0),
        ("turn", 1, 50.0, 50.0),
        ("/Respond", 2, 62.5, 25.0),
        ("SQL seal", 2, 75.0, 12.5),
    ]


def test_a_span_whose_parent_was_not_kept_is_shown_as_such() -> None:
    (row,) = rows_of([a_span("turn", "b", "a")])
    assert (row.depth, row.orphan) == (0, True)


def test_traces_are_there_after_a_restart_and_a_torn_line_is_left_out(store: TraceStore, tmp_path: Path) -> None:
    store.add(a_turn())
    store.close()
    file = tmp_path / "traces" / "spans.jsonl"
    with file.open("ab") as torn:
        torn.write(b'{"service":"sdr-ga')
    with closing(TraceStore(file)) as again:
        again.add([a_span("late", "e", "b", at_s=9)])
    with closing(TraceStore(file)) as again:
        assert [span.name for span in again.trace(TRACE)] == ["POST", "turn", "/Respond", "SQL seal", "late"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_memory_and_file_are_bounded_and_the_oldest_traces_go(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    store = TraceStore(file, Limits(spans=10, file_bytes=2_000))
    for number in range(50):
        store.add(
            [a_span("POST", f"{number}a", trace_id=f"{number:032x}"), a_span("x", "b", trace_id=f"{number:032x}")]
        )
    assert [summary.trace_id for summary in store.newest(100)] == [f"{number:032x}" for number in (49, 48, 47, 46, 45)]
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) < 5_000
    store.close()
    with closing(TraceStore(file, Limits(spans=10))) as again:
        assert len(again.newest(100)) == 5


def test_the_list_tells_conversation_outcome_and_faults_and_is_filtered(store: TraceStore) -> None:
    store.add([*a_turn(), a_span("sweep", "a", trace_id="b" * 32)])
    status, text = page(store, "/traces")
    assert status == 200
    assert f'href="/traces/{TRACE}">POST</a> <span class=bad>✕ falhou</span>' in text
    assert "<td>42</td><td>answered</td>" in text
    assert "1 rastro," in text
    assert "2 rastros" in page(store, "/traces?background=1")[1]
    assert "1 rastro," in page(store, "/traces?conversation=42")[1]
    assert "Ainda não há nenhum" in page(store, "/traces?conversation=<script>")[1]
    assert "<script>" not in page(store, "/traces?conversation=<script>")[1]


def test_a_trace_is_shown_with_services_attributes_errors_and_links(store: TraceStore) -> None:
    store.add(a_turn())
    status, text = page(store, f"/traces/{TRACE.upper()}")
    assert status == 200
    assert "4 passos em 2 serviços" in text
    assert '<html lang="pt-BR">' in text
    assert f'href="/traces/{"f" * 32}#s{"e" * 16}"' in text
    assert "&lt;b&gt;57014&lt;/b&gt;" in text
    assert "1 com falha" in text
    assert "4,00 s" in text


def test_an_unknown_trace_is_said_to_be_so(store: TraceStore) -> None:
    status, text = page(store, "/traces/<b>x")
    assert status == 404
    assert "Rastro não encontrado" in text
    assert "<b>x" not in text


def test_a_page_of_the_web_cannot_read_traces_through_a_name_of_its_own(store: TraceStore) -> None:
    assert page(store, "/traces", host="attacker.example")[0] == 400
