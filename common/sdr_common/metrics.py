"""Metrics of a process: counters, gauges and histograms that Prometheus scrapes.

    _TURNS = METER.create_counter("sdr.gateway.turns", ("outcome",), description="Turns that ended.")
    _TURNS.add(1, {"outcome": "answered"})

Names and attributes are written as OpenTelemetry's conventions have them and registered in docs/telemetry.yaml;
Prometheus reads "sdr_gateway_turns_total". A metric never carries an id, a name or words: its attributes have few
values. Why prometheus-client and not OpenTelemetry's SDK: docs/adr/0017-metrics.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import prometheus_client
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Value = str | int | bool
"""Of an attribute."""
Attributes = Mapping[str, Value]

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0)
"""Bounds of durations; 10 s is the answer's target and 0.25 s the webhook's."""
COUNTS: Final = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 50.0)
"""Bounds of small numbers."""
TOKENS: Final = (100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0, 100_000.0)
"""Bounds of tokens per call."""
_SUFFIXES: Final = {"s": "_seconds", "": "", "{token}": "", "USD": "_usd", "1": "_ratio"}
"""Unit and what it adds to a name; Prometheus spells units out."""
_NOTHING: Final[Attributes] = {}

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series per counter, read by nobody


def prometheus_name(name: str, kind: str, unit: str) -> str:
    """The name under which Prometheus knows a metric, without a histogram's `_bucket`, `_count` and `_sum`.

    Raises:
        KeyError: the unit is none of ours.
    """
    return name.replace(".", "_") + _SUFFIXES[unit] + ("_total" if kind == "counter" else "")


class _Instrument:
    """The children of a metric by their values, so that a measurement costs one look-up."""

    def __init__(self, metric: prometheus_client.metrics.MetricWrapperBase, attributes: Sequence[str]) -> None:
        self._metric = metric
        self._attributes = tuple(attributes)
        self._children: dict[tuple[Value, ...], prometheus_client.metrics.MetricWrapperBase] = {}
        if not attributes:
            self._children[()] = metric

    def _child(self, attributes: Attributes) -> prometheus_client.metrics.MetricWrapperBase:
        key = tuple(attributes.values())
        child = self._children.get(key)
        if child is None:
            if tuple(attributes) != self._attributes:
                raise ValueError(f"attributes are {tuple(attributes)}, declared are {self._attributes} in this order")
            child = self._children[key] = self._metric.labels(*(_text(value) for value in key))
        return child


class CounterInstrument(_Instrument):
    """What only grows."""

    def add(self, amount: float, attributes: Attributes = _NOTHING) -> None:
        """Adds to it; attributes in their declared order."""
        self._child(attributes).inc(amount)  # type: ignore[attr-defined]  # a counter's


class GaugeInstrument(_Instrument):
    """What is as it is."""

    def set(self, value: float, attributes: Attributes = _NOTHING) -> None:
        """Says how it is now; attributes in their declared order."""
        self._child(attributes).set(value)  # type: ignore[attr-defined]  # a gauge's


class HistogramInstrument(_Instrument):
    """What is spread."""

    def record(self, value: float, attributes: Attributes = _NOTHING) -> None:
        """Takes a measurement in; attributes in their declared order."""
        self._child(attributes).observe(value)  # type: ignore[attr-defined]  # a histogram's


class _Observed(Collector):
    """A gauge that is looked at when somebody scrapes."""

    def __init__(self, name: str, attributes: tuple[str, ...], description: str) -> None:
        self._name = name
        self._attributes = [_label(name) for name in attributes]
        self._description = description
        self.sources: list[Callable[[], Iterable[tuple[float, Attributes]]]] = []

    def collect(self) -> Iterable[Metric]:
        """What every source says now; of two that say the same, the last."""
        family = GaugeMetricFamily(self._name, self._description, labels=self._attributes)
        seen: dict[tuple[str, ...], float] = {}
        for source in self.sources:
            for value, attributes in source():
                seen[tuple(_text(each) for each in attributes.values())] = value
        for labels, value in seen.items():
            family.add_metric(labels, value)
        return [family]


class ObservedGauge:
    """A gauge whose values are asked for at each scrape; its sources come and go with what they look at."""

    def __init__(self, collector: _Observed) -> None:
        self._sources = collector.sources

    def observe(self, source: Callable[[], Iterable[tuple[float, Attributes]]]) -> Callable[[], None]:
        """Asks `source` from now on; it must be quick and must not raise.

        Returns:
            Ends that.
        """
        self._sources.append(source)
        return lambda: self._sources.remove(source)


class Meter:
    """Makes a process's instruments; each name once.

    Args:
        registry: Where they are kept for the scrape.
    """

    def __init__(self, registry: prometheus_client.CollectorRegistry = prometheus_client.REGISTRY) -> None:
        self.registry = registry

    def create_counter(
        self, name: str, attributes: Sequence[str] = (), *, unit: str = "", description: str
    ) -> CounterInstrument:
        """Makes what only grows."""
        named = prometheus_name(name, "counter", unit)
        metric = prometheus_client.Counter(named, description, _labels(attributes), registry=self.registry)
        return CounterInstrument(metric, attributes)

    def create_gauge(
        self, name: str, attributes: Sequence[str] = (), *, unit: str = "", description: str
    ) -> GaugeInstrument:
        """Makes what is as it is."""
        named = prometheus_name(name, "gauge", unit)
        metric = prometheus_client.Gauge(named, description, _labels(attributes), registry=self.registry)
        return GaugeInstrument(metric, attributes)

    def create_observable_gauge(
        self, name: str, attributes: Sequence[str] = (), *, unit: str = "", description: str
    ) -> ObservedGauge:
        """Makes what is looked at when somebody scrapes."""
        collector = _Observed(prometheus_name(name, "gauge", unit), tuple(attributes), description)
        self.registry.register(collector)
        return ObservedGauge(collector)

    def create_histogram(
        self,
        name: str,
        attributes: Sequence[str] = (),
        *,
        unit: str = "",
        bounds: Sequence[float] = SECONDS,
        description: str,
    ) -> HistogramInstrument:
        """Makes what is spread over `bounds`."""
        named = prometheus_name(name, "histogram", unit)
        metric = prometheus_client.Histogram(
            named, description, _labels(attributes), buckets=bounds, registry=self.registry
        )
        return HistogramInstrument(metric, attributes)

    def exposition(self) -> bytes:
        """Everything in Prometheus's text format."""
        return prometheus_client.generate_latest(self.registry)


METER: Final = Meter()
"""The process's own."""


def _labels(attributes: Sequence[str]) -> list[str]:
    return [_label(name) for name in attributes]


def _label(attribute: str) -> str:
    return attribute.replace(".", "_")


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
