"""What the chart makes of its presets: valid, complete, and the same as what was reviewed."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.chart.golden import PRESETS, rendered
from tests.chart.readme import with_table
from tests.chart.rendering import (
    CHART,
    COMPONENTS,
    EXAMPLES,
    MUTUAL_TLS,
    NEWEST,
    OLDEST,
    SERVICES,
    JsonObject,
    env_of,
    kubernetes,
    lint,
    merged,
    of_kind,
    preset,
    render,
    without_tokens,
)

SINGLE = tuple(f"only-{service}" for service in SERVICES)


@pytest.mark.parametrize("name", PRESETS)
def test_the_linter_finds_nothing_in_a_preset(name: str) -> None:
    assert lint(preset(name)) == []


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("name", PRESETS)
def test_every_object_is_strictly_valid_for_the_oldest_and_the_newest_kubernetes(name: str, version: str) -> None:
    objects = render(preset(name))
    assert len(objects) > 20
    for each in objects.values():
        kubernetes().validate(each, version, strict=True)


def test_the_oldest_kubernetes_is_the_one_that_the_chart_asks_for() -> None:
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"] == f">={OLDEST}.0-0"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_renders_what_was_reviewed(name: str) -> None:
    reviewed = (EXAMPLES / name / "rendered.yaml").read_text()
    assert rendered(name) == reviewed, "changed on purpose? python -m tests.chart.golden"


@pytest.mark.parametrize("further", [{}, MUTUAL_TLS], ids=["plain", "mutual TLS"])
def test_five_single_releases_make_the_same_objects_as_the_one_release(further: JsonObject) -> None:
    whole = render(merged(preset("production"), further, {"fullnameOverride": "sdr"}))
    parts: dict[str, JsonObject] = {}
    for name in SINGLE:
        found = render(merged(preset("production", name), further))
        assert not found.keys() & parts.keys(), "two releases would fight over an object"
        parts |= found
    assert without_tokens(yaml.safe_dump(parts)) == without_tokens(yaml.safe_dump(whole))


def test_each_component_has_a_deployment_of_its_own() -> None:
    objects = render(preset("production"))
    assert {name for name in objects if name.startswith("Deployment/")} == {f"Deployment/sdr-{c}" for c in COMPONENTS}


def test_a_component_overrides_a_default_key_by_key() -> None:
    values = merged(
        preset("staging"),
        {
            "defaults": {"env": {"SDR_LOG_LEVEL": "info", "TZ": "UTC"}},
            "components": {
                "dialogue": {"env": {"SDR_LOG_LEVEL": "debug", "TZ": None}, "resources": {"limits": {"memory": "1Gi"}}}
            },
        },
    )
    objects = render(values)
    dialogue, scoring = objects["Deployment/sdr-dialogue"], objects["Deployment/sdr-scoring"]
    assert env_of(dialogue)["SDR_LOG_LEVEL"]["value"] == "debug"
    assert "TZ" not in env_of(dialogue)
    assert env_of(scoring)["SDR_LOG_LEVEL"]["value"] == "info"
    assert dialogue["spec"]["template"]["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "100m", "memory": "160Mi"},
        "limits": {"memory": "1Gi"},
    }


def test_a_component_may_have_an_image_probes_sources_and_constraints_of_its_own() -> None:
    digest = "sha256:" + "a" * 64
    own = {
        "image": {"repository": "registry.example.com/own/scoring", "digest": digest},
        "probes": {"readiness": {"periodSeconds": 7}, "startup": {"failureThreshold": 120}},
        "envFrom": [{"configMapRef": {"name": "extra"}}],
        "serviceAnnotations": {"example.com/team": "sdr"},
        "topologySpreadConstraints": [{"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 2}],
    }
    objects = render(
        merged(preset("staging"), {"components": {"scoring": own, "routing": {"image": {"tag": "9.9.9"}}}})
    )
    spec = objects["Deployment/sdr-scoring"]["spec"]["template"]["spec"]
    container = spec["containers"][0]
    assert container["image"] == f"registry.example.com/own/scoring@{digest}"
    assert container["envFrom"] == [{"configMapRef": {"name": "extra"}}]
    assert container["readinessProbe"] == {
        "grpc": {"port": 50051, "service": "ready"},
        "periodSeconds": 7,
        "timeoutSeconds": 3,
    }
    assert container["startupProbe"]["failureThreshold"] == 120
    constraint = spec["topologySpreadConstraints"][0]
    assert (constraint["topologyKey"], constraint["maxSkew"]) == ("topology.kubernetes.io/zone", 2)
    assert constraint["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == "scoring"
    assert objects["Service/sdr-scoring-headless"]["metadata"]["annotations"] == {"example.com/team": "sdr"}
    assert (
        objects["Deployment/sdr-routing"]["spec"]["template"]["spec"]["containers"][0]["image"] == "sdr-routing:9.9.9"
    )


def test_a_component_may_have_rules_of_its_own_and_a_budget_by_who_must_stay() -> None:
    into: JsonObject = {"ports": [{"port": 50051, "protocol": "TCP"}], "from": [{"namespaceSelector": {}}]}
    out: JsonObject = {"ports": [{"port": 8443, "protocol": "TCP"}]}
    own = {
        "networkPolicy": {"extraIngress": [into], "extraEgress": [out]},
        "pdb": {"enabled": True, "minAvailable": "50%"},
    }
    objects = render(merged(preset("production"), {"components": {"routing-worker": own}}))
    policy = objects["NetworkPolicy/sdr-routing-worker"]["spec"]
    assert policy["ingress"][-1] == into
    assert policy["egress"][-1] == out
    assert objects["NetworkPolicy/sdr-routing"]["spec"]["egress"][-1] != out
    budget = objects["PodDisruptionBudget/sdr-routing-worker"]["spec"]
    assert budget["minAvailable"] == "50%"
    assert "maxUnavailable" not in budget


def test_what_a_default_may_be_a_component_may_be_too() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())["$defs"]
    assert schema["component"]["properties"] == schema["defaults"]["properties"] | {"enabled": {"type": "boolean"}}


def test_a_variable_of_the_charts_own_can_be_replaced_and_stands_once() -> None:
    values = merged(preset("staging"), {"components": {"scoring": {"env": {"SDR_REPORTING_TARGET": "other:50051"}}}})
    entries = render(values)["Deployment/sdr-scoring"]["spec"]["template"]["spec"]["containers"][0]["env"]
    assert [e["value"] for e in entries if e["name"] == "SDR_REPORTING_TARGET"] == ["other:50051"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_false_and_zero_override_a_default_of_true_and_more(component: str) -> None:
    values = merged(
        preset("production"),
        {
            "components": {
                component: {
                    "replicas": 0,
                    "pdb": {"enabled": False},
                    "spread": False,
                    "autoscaling": {"enabled": False},
                }
            }
        },
    )
    objects = render(values)
    deployment = objects[f"Deployment/sdr-{component}"]
    assert deployment["spec"]["replicas"] == 0
    assert "topologySpreadConstraints" not in deployment["spec"]["template"]["spec"]
    assert f"PodDisruptionBudget/sdr-{component}" not in objects
    assert f"HorizontalPodAutoscaler/sdr-{component}" not in objects


def test_the_readme_lists_every_value_as_it_is() -> None:
    readme = (CHART / "README.md").read_text()
    assert with_table(readme) == readme, "values changed? python -m tests.chart.readme"
    assert "| `secrets.existingSecret` |" in readme


def test_reports_go_out_by_the_mail_server_that_is_named_and_in_a_trial_by_mailpit() -> None:
    mail = {"mail": {"host": "smtp.example.com", "port": 465, "security": "tls", "from": "sdr@example.com"}}
    for values, host, port in (
        (merged(preset("production"), mail), "smtp.example.com", 465),
        (merged(preset("trial"), {"trial": {"mailpit": {"enabled": True}}}), "sdr-mailpit", 1025),
    ):
        objects = render(values)
        env = env_of(objects["Deployment/sdr-reporting"])
        assert (env["SDR_REPORTING_SMTP_HOST"]["value"], env["SDR_REPORTING_SMTP_PORT"]["value"]) == (host, str(port))
        egress = objects["NetworkPolicy/sdr-reporting"]["spec"]["egress"]
        assert {"port": port, "protocol": "TCP"} in [each for rule in egress for each in rule["ports"]]
    assert "SDR_REPORTING_SMTP_HOST" not in env_of(render(preset("production"))["Deployment/sdr-reporting"])


def test_who_reaches_private_networks_is_told_which() -> None:
    values = merged(preset("staging"), {"allowedNetworks": "10.0.0.0/8", "ingress": {"trustedProxies": "*"}})
    objects = render(values)
    told = {c for c in COMPONENTS if "SDR_ALLOWED_NETWORKS" in env_of(objects[f"Deployment/sdr-{c}"])}
    assert told == set(COMPONENTS) - {"scoring"}
    assert env_of(objects["Deployment/sdr-gateway"])["FORWARDED_ALLOW_IPS"]["value"] == "*"


def test_what_traces_are_kept_and_where_they_are_seen_is_told_to_who_needs_it() -> None:
    telemetry = {"otlpEndpoint": "http://tempo:4317", "slowSeconds": 4, "heldSpans": 100}
    seen_at = {"traceUrl": "https://t.example/{trace_id}"}
    objects = render(merged(preset("production"), {"telemetry": {**telemetry, **seen_at}}))
    told = {each["metadata"]["name"]: env_of(each) for each in of_kind(objects, "Deployment")}
    assert {env["SDR_TRACE_SLOW_S"]["value"] for env in told.values()} == {"4"}
    assert {env["SDR_TRACE_HELD_SPANS"]["value"] for env in told.values()} == {"100"}
    links = {
        name: env["SDR_TRACE_URL_TEMPLATE"]["value"] for name, env in told.items() if "SDR_TRACE_URL_TEMPLATE" in env
    }
    assert set(links.values()) == {"https://t.example/{trace_id}"}
    assert {name.removeprefix("sdr-") for name in links} == {"gateway", "gateway-worker"}
    assert len(told) == len(COMPONENTS)
