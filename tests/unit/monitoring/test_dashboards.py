"""What Grafana and Prometheus are given: written anew, readable, and about metrics that exist."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from monitoring.__main__ import files
from monitoring.boards import DASHBOARDS
from monitoring.dashboards import Dashboard, to_json
from monitoring.rules import groups
from sdr_common.metrics import prometheus_name
from tests.support.telemetry_registry import registry
from tests.unit.monitoring.test_alerts import _promtool, needs_promtool

OTHERS = {
    *("up", "probe_success", "process_cpu_seconds_total", "process_resident_memory_bytes"),
    *(f"sdr:slo_{what}:rate{window}" for what in ("errors", "error_ratio") for window in ("5m", "30m", "1h", "2h")),
    *(f"sdr:slo_{what}:rate{window}" for what in ("errors", "error_ratio") for window in ("6h", "1d", "3d")),
}
"""Metrics of Prometheus, of the blackbox exporter, of a process as such, and what the rules record."""
METRIC_BOARDS = [board for board in DASHBOARDS if not board.logs]


def _known() -> set[str]:
    parts = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("",), "gauge": ("",)}
    return OTHERS | {
        prometheus_name(name, entry.kind, entry.unit) + part
        for name, entry in registry().metrics.items()
        for part in parts[entry.kind]
    }


def _names(expression: str) -> set[str]:
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"by \([^)]*\)", "", bare)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    return {name for name in re.findall(r"\b[a-z][a-z0-9_:]*\b(?!\()", bare) if "_" in name or name == "up"} - {
        "rate_interval"
    }


def _queries(board: Dashboard) -> list[str]:
    return [query for panel in board.panels for query, _ in panel.queries]


def test_the_committed_files_are_what_the_command_writes() -> None:
    stale = [path.name for path, text in files().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "python -m monitoring"


@pytest.mark.parametrize("board", METRIC_BOARDS, ids=lambda board: board.uid)
def test_panels_ask_for_metrics_that_the_product_has(board: Dashboard) -> None:
    assert {name for query in _queries(board) for name in _names(query)} - _known() == set()


def test_rules_ask_for_metrics_that_the_product_has() -> None:
    asked = {name for group in groups() for rule in group["rules"] for name in _names(str(rule["expr"]))}
    assert asked - _known() == set()
    assert len(asked) > 20


def test_every_metric_is_shown_somewhere() -> None:
    shown = {name for board in METRIC_BOARDS for query in _queries(board) for name in _names(query)}
    shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown}
    own = {
        re.sub(r"_(bucket|count|sum)$", "", prometheus_name(name, entry.kind, entry.unit))
        for name, entry in registry().metrics.items()
    }
    assert own - shown == set()


@needs_promtool
def test_prometheus_can_read_every_query(tmp_path: object) -> None:
    variables = {"$__rate_interval": "5m", "$__range": "1h", "$component": ".+"}
    rules = []
    for board in METRIC_BOARDS:
        for place, query in enumerate(_queries(board)):
            text = query
            for name, value in variables.items():
                text = text.replace(name, value)
            rules.append({"record": f"q:{board.uid.replace('-', '_')}_{place}", "expr": text})
    file = f"{tmp_path}/queries.yaml"
    with open(file, "w", encoding="utf-8") as output:
        yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}, output)
    assert f"{len(rules)} rules found" in _promtool("check", "rules", file)


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_a_dashboard_is_complete_json_with_panels_that_do_not_overlap(board: Dashboard) -> None:
    found = json.loads(json.dumps(to_json(board)))
    places = [panel["gridPos"] for panel in found["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert {uid for _, uid in board.links} <= {each.uid for each in DASHBOARDS}
    assert all(target["expr"] for panel in found["panels"] for target in panel["targets"])
