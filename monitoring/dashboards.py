"""How a dashboard is described, and what Grafana makes of it; the dashboards themselves: `monitoring.boards`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]  # as Grafana has it

PROMETHEUS: Final = {"type": "prometheus", "uid": "${metrics}"}
LOKI: Final = {"type": "loki", "uid": "${logs}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel; its place is its number."""

    title: str
    queries: Sequence[tuple[str, str]]
    """PromQL and legend."""
    unit: str = "short"
    what: str = ""
    kind: str = "timeseries"
    limit: float | None = None
    """Where it becomes bad: a line."""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard."""

    uid: str
    title: str
    panels: Sequence[Panel]
    by_component: bool = False
    """It is looked at per component."""
    logs: bool = False
    """It asks Loki."""
    links: Sequence[tuple[str, str]] = field(default_factory=tuple)


def to_json(dashboard: Dashboard) -> Json:
    """A dashboard as Grafana imports it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["chatwoot-sdr"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": list(_variables(dashboard))},
        "links": [
            {"title": title, "type": "link", "url": f"/d/{uid}", "keepTime": True} for title, uid in dashboard.links
        ],
        "panels": list(_panels(dashboard)),
    }


def _variables(dashboard: Dashboard) -> Iterator[Json]:
    kind = "loki" if dashboard.logs else "prometheus"
    yield {"name": "logs" if dashboard.logs else "metrics", "label": "Data source", "type": "datasource", "query": kind}
    everything = {"includeAll": True, "multi": True, "allValue": ".+", "current": {"text": "All", "value": "$__all"}}
    if dashboard.by_component:
        query = 'label_values(up{job="sdr"}, component)'
        yield {
            "name": "component",
            "type": "query",
            "datasource": PROMETHEUS,
            "query": query,
            "refresh": 2,
            **everything,
        }
    if dashboard.logs:
        names = "gateway,dialogue,scoring,routing,reporting"
        yield {"name": "component", "type": "custom", "query": names, **everything}
        yield {"name": "namespace", "type": "textbox", "query": ".+", "current": {"value": ".+"}}
        yield {"name": "search", "type": "textbox", "query": "", "current": {"value": ""}}


def _panels(dashboard: Dashboard) -> Iterator[Json]:
    row, column = 0, 0
    source = LOKI if dashboard.logs else PROMETHEUS
    for number, panel in enumerate(dashboard.panels, 1):
        width = 24 if panel.wide else 12
        if column + width > 24:
            row, column = row + 8, 0
        yield {
            "id": number,
            "title": panel.title,
            "description": panel.what,
            "type": panel.kind,
            "datasource": source,
            "gridPos": {"x": column, "y": row, "w": width, "h": 16 if panel.wide else 8},
            "targets": [
                {"refId": chr(65 + place), "expr": expression, "legendFormat": legend, "datasource": source}
                for place, (expression, legend) in enumerate(panel.queries)
            ],
            "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        }
        column += width


def _defaults(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    defaults: Json = {"unit": panel.unit, "custom": {"fillOpacity": 8, "showPoints": "never"}}
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
        defaults["custom"]["thresholdsStyle"] = {"mode": "line"}
    return {**defaults, "thresholds": {"mode": "absolute", "steps": steps}}
