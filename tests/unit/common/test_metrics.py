"""Instruments keep their attributes' order, and Prometheus reads the names that it expects."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from sdr_common.metrics import Meter
from tests.support.metrics import Scrape, parse


@pytest.fixture
def meter() -> Meter:
    """An own one, so that tests share nothing."""
    return Meter(CollectorRegistry())


def _shown(meter: Meter) -> Scrape:
    return parse(meter.exposition().decode())


def test_names_and_units_are_spelled_as_prometheus_has_them(meter: Meter) -> None:
    meter.create_counter("sdr.x.turns", ("error.type",), description="Turns.").add(2, {"error.type": "late"})
    meter.create_counter("sdr.x.cost", unit="USD", description="Money.").add(0.25)
    meter.create_gauge("sdr.x.age", unit="s", description="Age.").set(1.5)
    meter.create_histogram("sdr.x.took", unit="s", bounds=(1.0, 2.0), description="Time.").record(1.5)
    shown = _shown(meter)
    assert shown.samples == [
        ("sdr_x_turns_total", {"error_type": "late"}, 2.0),
        ("sdr_x_cost_usd_total", {}, 0.25),
        ("sdr_x_age_seconds", {}, 1.5),
        ("sdr_x_took_seconds_bucket", {"le": "1.0"}, 0.0),
        ("sdr_x_took_seconds_bucket", {"le": "2.0"}, 1.0),
        ("sdr_x_took_seconds_bucket", {"le": "+Inf"}, 1.0),
        ("sdr_x_took_seconds_count", {}, 1.0),
        ("sdr_x_took_seconds_sum", {}, 1.5),
    ]


def test_a_metric_without_a_value_yet_is_known_by_name(meter: Meter) -> None:
    meter.create_counter("sdr.x.turns", ("outcome",), description="Turns.")
    meter.create_histogram("sdr.x.took", ("outcome",), unit="s", description="Time.")
    assert {"sdr_x_turns_total", "sdr_x_took_seconds_bucket", "sdr_x_took_seconds_count"} <= _shown(meter).names


def test_attributes_in_another_order_or_of_another_name_are_refused(meter: Meter) -> None:
    counter = meter.create_counter("sdr.x.turns", ("outcome", "reason"), description="Turns.")
    counter.add(1, {"outcome": "a", "reason": "b"})
    with pytest.raises(ValueError, match=r"declared are \('outcome', 'reason'\)"):
        counter.add(1, {"reason": "c", "outcome": "a"})
    with pytest.raises(ValueError, match="attributes are"):
        counter.add(1, {"outcome": "only"})


def test_booleans_are_lower_case_and_numbers_are_text(meter: Meter) -> None:
    counter = meter.create_counter("sdr.x.turns", ("counted", "status"), description="Turns.")
    counter.add(1, {"counted": True, "status": 200})
    assert _shown(meter).value("sdr_x_turns_total", counted="true", status="200") == 1


def test_an_observed_gauge_asks_its_sources_at_each_scrape_until_they_end(meter: Meter) -> None:
    gauge = meter.create_observable_gauge("sdr.x.busy", ("mailbox",), description="Busy.")
    values = [1.0]
    end = gauge.observe(lambda: [(values[0], {"mailbox": "turns"})])
    assert _shown(meter).value("sdr_x_busy", mailbox="turns") == 1
    values[0] = 7.0
    assert _shown(meter).value("sdr_x_busy", mailbox="turns") == 7
    end()
    assert _shown(meter).samples == []
