"""Scaling by KEDA instead of the chart's own scaler, and two versions side by side while a rollout is watched."""

from __future__ import annotations

import jsonschema
import pytest

from tests.chart.rendering import COMPONENTS, SERVICES, JsonObject, containers, merged, of_kind, preset, render

SCALED_OBJECT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "keda.sh/v1alpha1"},
        "kind": {"const": "ScaledObject"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "additionalProperties": False,
            "required": ["scaleTargetRef", "triggers"],
            "properties": {
                "scaleTargetRef": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["name"],
                    "properties": {
                        key: {"type": "string"} for key in ("apiVersion", "kind", "name", "envSourceContainerName")
                    },
                },
                **{
                    key: {"type": "integer"}
                    for key in ("pollingInterval", "cooldownPeriod", "minReplicaCount", "maxReplicaCount")
                },
                "fallback": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["failureThreshold", "replicas"],
                    "properties": {
                        "failureThreshold": {"type": "integer"},
                        "replicas": {"type": "integer"},
                        "behavior": {
                            "enum": ["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"]
                        },
                    },
                },
                "advanced": {"type": "object"},
                "triggers": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["type", "metadata"],
                        "properties": {
                            "type": {"type": "string"},
                            "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
                        },
                    },
                },
            },
        },
    },
}
"""What of keda.sh/v1alpha1 the chart uses, strictly; https://keda.sh/docs/latest/reference/scaledobject-spec."""

KEDA: JsonObject = {
    "components": {
        name: {"autoscaling": {"enabled": True, "keda": {"enabled": True}}}
        for name in ("gateway-worker", "routing-worker")
    }
}


def _tried(step: str, **values: JsonObject) -> dict[str, JsonObject]:
    return render(merged(preset("production"), {"canary": {"tag": "0.2.0", "step": step}}, values))


def test_keda_scales_a_worker_by_due_work_instead_of_the_charts_own_scaler() -> None:
    objects = render(merged(preset("production"), KEDA))
    for name in ("gateway-worker", "routing-worker"):
        scaled = objects[f"ScaledObject/sdr-{name}"]
        jsonschema.validate(scaled, SCALED_OBJECT)
        assert f"HorizontalPodAutoscaler/sdr-{name}" not in objects, "two scalers would fight"
        deployment = objects[f"Deployment/{scaled['spec']['scaleTargetRef']['name']}"]
        assert "replicas" not in deployment["spec"]
        assert scaled["spec"]["scaleTargetRef"]["envSourceContainerName"] == containers(deployment)[0]["name"]
        assert "due_at <= now()" in scaled["spec"]["triggers"][0]["metadata"]["query"]
    assert "HorizontalPodAutoscaler/sdr-gateway" in objects, "the others keep theirs"


def test_every_kind_that_no_schema_of_kubernetes_knows_is_checked_here() -> None:
    foreign = {
        each["kind"] for each in render(merged(preset("production"), KEDA)).values() if "." in each["apiVersion"]
    }
    known = {"NetworkPolicy", "Ingress"}
    assert foreign - known == {"ScaledObject"}


def test_one_pod_of_each_component_tries_a_new_version_beside_all_others() -> None:
    objects = _tried("one")
    for component in COMPONENTS:
        tried = objects[f"Deployment/sdr-{component}-canary"]
        assert tried["spec"]["replicas"] == 1
        assert containers(tried)[0]["image"].endswith(":0.2.0")
        there = objects[f"Deployment/sdr-{component}"]
        assert containers(there)[0]["image"].endswith(":0.1.0")
        assert tried["spec"]["selector"]["matchLabels"]["track"] == "canary"
        assert there["spec"]["selector"]["matchLabels"]["track"] == "stable"


def test_half_of_the_pods_try_a_new_version_and_there_are_as_many_as_before() -> None:
    objects = _tried(
        "half", components={"scoring": {"replicas": 5}, "routing": {"replicas": 1, "pdb": {"enabled": False}}}
    )

    def replicas(name: str) -> tuple[int, int]:
        return objects[f"Deployment/{name}"]["spec"]["replicas"], objects[f"Deployment/{name}-canary"]["spec"][
            "replicas"
        ]

    assert replicas("sdr-scoring") == (3, 2)
    assert replicas("sdr-routing") == (1, 1), "the last one never goes"
    assert "replicas" not in objects["Deployment/sdr-gateway"]["spec"], "its scaler decides"
    assert objects["Deployment/sdr-gateway-canary"]["spec"]["replicas"] == 1


@pytest.mark.parametrize("step", ["one", "half"])
def test_services_and_budgets_take_both_versions_in(step: str) -> None:
    objects = _tried(step)
    for each in (*of_kind(objects, "Service"), *of_kind(objects, "PodDisruptionBudget")):
        selector = each["spec"]["selector"]
        assert "track" not in selector.get("matchLabels", selector)


def test_the_new_versions_migrations_run_before_its_first_pod() -> None:
    jobs = of_kind(_tried("one"), "Job")
    assert {containers(job)[0]["image"] for job in jobs} == {f"sdr-{service}:0.2.0" for service in SERVICES}


def test_without_a_rollout_there_is_one_version() -> None:
    objects = render(preset("production"))
    assert not [name for name in objects if name.endswith("-canary")]
