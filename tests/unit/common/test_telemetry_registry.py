"""What the code measures and traces is registered in docs/telemetry.yaml, and nothing else is."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import opentelemetry.semconv
import pytest

from tests.support.telemetry_names import UNREADABLE, Metric, Names, Use, scan, scan_source
from tests.support.telemetry_registry import registry

ROOT = Path(__file__).parents[3]
REGISTRY = registry()


@cache
def _found() -> Names:
    sources = [file for folder in ("common", "services") for file in sorted((ROOT / folder).rglob("*.py"))]
    assert len(sources) > 50
    return scan(sources, ROOT)


@cache
def _upstream() -> set[str]:
    """Every name that OpenTelemetry's conventions have; read as text, since many modules only warn when imported."""
    folder = Path(next(iter(opentelemetry.semconv.__path__)))
    texts = (file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    return {name for text in texts for name in re.findall(r'Final = "([a-z0-9_.]+)"', text)}


def test_every_span_is_registered_and_every_registered_span_exists() -> None:
    assert _found().spans.keys() - REGISTRY.spans.keys() == set(), _found().spans
    assert REGISTRY.spans.keys() - _found().spans.keys() == set()


def test_every_metric_is_registered_with_its_kind_and_unit_and_exists() -> None:
    made = {metric.name: (metric.kind, metric.unit) for metric in _found().metrics}
    assert made == {name: (entry.kind, entry.unit) for name, entry in REGISTRY.metrics.items()}


def test_every_attribute_is_registered() -> None:
    assert [use for use in _found().attributes if use.name not in REGISTRY.attributes] == []


def test_every_registered_attribute_is_written() -> None:
    written = {use.name for use in _found().attributes}
    assert REGISTRY.attributes.keys() - written == set()


def test_spans_and_metrics_carry_only_the_attributes_registered_for_them() -> None:
    entries = {name: entry.attributes for name, entry in REGISTRY.spans.items()}
    entries |= {name: entry.attributes for name, entry in REGISTRY.metrics.items()}
    assert [use for use in _found().attributes if use.owner and use.name not in entries.get(use.owner, ())] == []


def test_entries_name_only_attributes_that_are_described() -> None:
    named = {name for entry in REGISTRY.spans.values() for name in entry.attributes}
    named |= {name for entry in REGISTRY.metrics.values() for name in entry.attributes}
    assert named - REGISTRY.attributes.keys() == set()
    assert REGISTRY.attributes.keys() - named == set()


def test_names_that_are_not_ours_are_opentelemetrys() -> None:
    plain = {name for name in REGISTRY.attributes if "." not in name}
    of_metrics = {
        name for metric, entry in REGISTRY.metrics.items() if metric.startswith("sdr.") for name in entry.attributes
    }
    assert plain - of_metrics == set()
    theirs = {name for name in REGISTRY.attributes if "." in name and not name.startswith("sdr.")}
    assert theirs - _upstream() == set()
    assert {name for name in REGISTRY.metrics if not name.startswith("sdr.")} - _upstream() == set()


def test_a_metric_never_carries_an_id() -> None:
    ids = [
        (name, attribute)
        for name, entry in REGISTRY.metrics.items()
        for attribute in entry.attributes
        if re.search(r"(^|[._])(id|uuid|key)$", attribute)
    ]
    assert ids == []


@pytest.mark.parametrize("word", ["text", "content", "phone", "email", "token", "prompt", "contact", "user"])
def test_no_name_asks_for_personal_data(word: str) -> None:
    of_models = {"gen_ai.token.type"}  # pieces of words, no secrets
    assert [name for name in REGISTRY.attributes.keys() - of_models if word in re.split(r"[._]", name)] == []


def test_every_entry_is_described_in_a_sentence() -> None:
    told = {name: entry.description for name, entry in REGISTRY.spans.items()}
    told |= {name: entry.description for name, entry in REGISTRY.metrics.items()} | REGISTRY.attributes
    assert [name for name, text in told.items() if not text.endswith(".") or len(text) < 7] == []
    kinds = {"server", "client", "internal", "consumer", "producer"}
    assert {entry.kind for entry in REGISTRY.spans.values()} <= kinds


SOURCE = """
NAME = "turn"
ROUTE = "/x/{id}"
_COUNTER = METER.create_counter("sdr.turns", ("outcome", "extra.of.module"), unit="1")

class Sampler:
    def __init__(self):
        self.lag = METER.create_gauge("sdr.lag", ATTRIBUTES)

    def sample(self, words):
        self.lag.set(3, {"lag.kind": "a"})
        _COUNTER.add(1, {"outcome": "b", **EXTRA})
        self.names.add("no instrument")
        COLOURS.set("red", {"not": "ours"})

EXTRA = {"extra.of.module": 1}

def work(kind, attributes_given):
    attributes: dict = {"a.one": 1}
    attributes["a.two"] = 2
    with TRACER.start_as_current_span(NAME, attributes=attributes) as span:
        span.set_attribute("a.three", 3)
        span.set_attributes({"a.four": 4})
        span.add_event("seen", {"a.five": 5})
        desk.set_attributes(7, {"no": "attribute"})
    with TRACER.start_as_current_span("POST " + ROUTE, attributes=attributes_given):
        pass
    TRACER.start_span(f"{kind} done")
    TRACER.start_span(name_of(kind))
"""


def test_the_scanner_finds_names_however_they_are_written() -> None:
    found = Names()
    scan_source(SOURCE, "x.py", found)
    assert set(found.spans) == {"turn", "POST /x/{id}", "{kind} done", UNREADABLE}
    assert found.metrics == [
        Metric("sdr.turns", "counter", "1", "x.py:4"),
        Metric("sdr.lag", "gauge", "", "x.py:8"),
    ]
    assert sorted((use.owner, use.name) for use in found.attributes) == [
        ("", "a.five"),
        ("", "a.four"),
        ("", "a.three"),
        ("POST /x/{id}", UNREADABLE),
        ("sdr.lag", UNREADABLE),
        ("sdr.lag", "lag.kind"),
        ("sdr.turns", "extra.of.module"),
        ("sdr.turns", "extra.of.module"),
        ("sdr.turns", "outcome"),
        ("sdr.turns", "outcome"),
        ("turn", "a.one"),
        ("turn", "a.two"),
    ]
    assert Use("a.three", "", "span", "x.py:22") in found.attributes
