"""What the chart gives Prometheus's operator and Grafana, by switch; and that Prometheus gets through to the pods."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from tests.chart.rendering import (
    CHART,
    COMPONENTS,
    JsonObject,
    containers,
    env_of,
    helm,
    merged,
    of_kind,
    preset,
    render,
)


def _object(required: list[str], **properties: JsonObject) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


TEXT: JsonObject = {"type": "string"}
TEXTS: JsonObject = {"type": "object", "additionalProperties": TEXT}
RELABELING = _object(["targetLabel"], targetLabel=TEXT, replacement=TEXT, sourceLabels={"type": "array", "items": TEXT})
ENDPOINT = _object(["port"], port=TEXT, interval=TEXT, relabelings={"type": "array", "items": RELABELING})
RULE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["expr"],
    "properties": {"alert": TEXT, "record": TEXT, "expr": TEXT, "for": TEXT, "labels": TEXTS, "annotations": TEXTS},
}
SPECS: dict[str, JsonObject] = {
    "PodMonitor": _object(
        ["selector", "podMetricsEndpoints"],
        selector=_object(["matchLabels"], matchLabels=TEXTS),
        podMetricsEndpoints={"type": "array", "minItems": 1, "items": ENDPOINT},
    ),
    "PrometheusRule": _object(
        ["groups"],
        groups={
            "type": "array",
            "items": _object(["name", "rules"], name=TEXT, rules={"type": "array", "items": RULE}),
        },
    ),
    "Probe": _object(
        ["prober", "targets"],
        jobName=TEXT,
        interval=TEXT,
        module=TEXT,
        prober=_object(["url"], url=TEXT),
        targets=_object(
            ["staticConfig"], staticConfig=_object(["static"], static={"type": "array", "items": TEXT}, labels=TEXTS)
        ),
    ),
}
"""What of monitoring.coreos.com/v1 the chart uses, strictly; https://prometheus-operator.dev/docs/api-reference/api."""

EVERYTHING: JsonObject = {
    "monitoring": {
        "labels": {"release": "prometheus"},
        "podMonitors": {"enabled": True, "from": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}]},
        "rules": {
            "enabled": True,
            "runbookUrl": "https://wiki.example.com/runbook",
            "grafanaUrl": "https://grafana.example.com",
        },
        "dashboards": {"enabled": True},
        "probes": {
            "enabled": True,
            "prober": "blackbox:9115",
            "targets": {
                "webhook": {"url": "https://sdr.example.com/status"},
                "waha": {"url": "http://waha:3000/api/sessions/default", "module": "waha_working"},
            },
        },
    }
}


@pytest.fixture
def objects() -> dict[str, JsonObject]:
    return render(merged(preset("production"), EVERYTHING))


def test_every_object_for_the_operator_is_strictly_valid(objects: dict[str, JsonObject]) -> None:
    found = [each for each in objects.values() if each["apiVersion"] == "monitoring.coreos.com/v1"]
    for each in found:
        jsonschema.validate(each["spec"], SPECS[each["kind"]])
        assert each["metadata"]["labels"]["release"] == "prometheus"
    assert {each["kind"] for each in found} == SPECS.keys()


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_serves_metrics_where_its_monitor_and_its_policy_say(
    objects: dict[str, JsonObject], component: str
) -> None:
    deployment, monitor = objects[f"Deployment/sdr-{component}"], objects[f"PodMonitor/sdr-{component}"]
    ports = {port["name"]: port["containerPort"] for port in containers(deployment)[0]["ports"]}
    endpoint = monitor["spec"]["podMetricsEndpoints"][0]
    assert ports[endpoint["port"]] == 9464
    service = component.removesuffix("-worker").upper()
    assert env_of(deployment)[f"SDR_{service}_OPS_PORT"]["value"] == "9464"
    pods = deployment["spec"]["template"]["metadata"]["labels"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= pods.items()
    fixed = {each["targetLabel"]: each.get("replacement") for each in endpoint["relabelings"]}
    assert (fixed["job"], fixed["component"]) == ("sdr", component)
    let_in = objects[f"NetworkPolicy/sdr-{component}"]["spec"]["ingress"]
    assert [rule["from"] for rule in let_in if rule["ports"][0]["port"] == 9464] == [
        [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}]
    ]


def test_rules_are_the_committed_ones_with_the_installations_addresses(objects: dict[str, JsonObject]) -> None:
    committed = yaml.safe_load((CHART / "files" / "rules.yaml").read_text())["groups"]
    given = objects["PrometheusRule/sdr"]["spec"]["groups"]
    alert = given[1]["rules"][0]
    assert alert["annotations"]["runbook_url"] == "https://wiki.example.com/runbook#webhookbudgetburnsfast"
    assert alert["annotations"]["dashboard"] == "https://grafana.example.com/d/sdr-overview?viewPanel=1"
    for group in [*committed, *given]:
        for rule in group["rules"]:
            rule.pop("annotations", None)
    assert given == committed


def test_every_dashboard_is_a_config_map_that_grafana_finds(objects: dict[str, JsonObject]) -> None:
    boards = [
        each for each in of_kind(objects, "ConfigMap") if each["metadata"]["labels"].get("grafana_dashboard") == "1"
    ]
    shown = {json.loads(text)["uid"] for each in boards for text in each["data"].values()}
    assert shown == {path.stem for path in (CHART / "files" / "dashboards").iterdir()}
    assert len(shown) == 5


def test_a_probe_names_itself_and_may_have_a_module_of_its_own(objects: dict[str, JsonObject]) -> None:
    webhook, waha = objects["Probe/sdr-webhook"]["spec"], objects["Probe/sdr-waha"]["spec"]
    assert (webhook["jobName"], webhook["module"], waha["module"]) == ("sdr-probe", "http_2xx", "waha_working")
    assert webhook["targets"]["staticConfig"]["labels"] == {"probe": "webhook"}


def test_probes_without_a_prober_are_refused() -> None:
    helm_python = helm()
    values = merged(preset("production"), {"monitoring": {"probes": {"enabled": True}}})
    with pytest.raises(helm_python.HelmRenderError, match="name the blackbox exporter"):
        render(values)


def test_without_the_switches_nothing_of_it_is_made() -> None:
    kinds = {each["kind"] for each in render(preset("production")).values()}
    assert not kinds & {*SPECS, "ConfigMap"}
