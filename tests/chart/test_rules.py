"""Rules between objects that no schema knows: what would only fail on a cluster."""

from __future__ import annotations

import pytest

from sdr_common.mailbox.worker import LEAVE_S
from tests.chart.rendering import (
    COMPONENTS,
    SERVICES,
    JsonObject,
    containers,
    env_of,
    of_kind,
    preset,
    render,
)

PRESETS = ("trial", "staging", "production")
HTTP_PROBES = {"/healthz", "/readyz"}
GRPC_PROBES = {"live", "ready"}
"""Names that `sdr_common.grpc_server` serves."""


@pytest.fixture(params=PRESETS)
def objects(request: pytest.FixtureRequest) -> dict[str, JsonObject]:
    return render(preset(request.param))


def _pods(objects: dict[str, JsonObject]) -> list[dict[str, str]]:
    return [each["spec"]["template"]["metadata"]["labels"] for each in of_kind(objects, "Deployment")]


def _matches(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()


def test_a_deployment_selects_its_own_pods_and_no_others(objects: dict[str, JsonObject]) -> None:
    for each in of_kind(objects, "Deployment"):
        selector = each["spec"]["selector"]["matchLabels"]
        assert sum(_matches(selector, labels) for labels in _pods(objects)) == 1, each["metadata"]["name"]


def test_a_service_leads_to_one_component_and_to_a_port_that_it_has(objects: dict[str, JsonObject]) -> None:
    for service in of_kind(objects, "Service"):
        selected = [
            each
            for each in of_kind(objects, "Deployment")
            if _matches(service["spec"]["selector"], each["spec"]["template"]["metadata"]["labels"])
        ]
        assert len(selected) == 1, service["metadata"]["name"]
        ports = {port["name"] for port in containers(selected[0])[0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_a_policy_budget_or_scaler_names_what_exists(objects: dict[str, JsonObject]) -> None:
    for each in of_kind(objects, "HorizontalPodAutoscaler"):
        name = f"Deployment/{each['spec']['scaleTargetRef']['name']}"
        assert name in objects
        assert "replicas" not in objects[name]["spec"], "the scaler and the chart would fight"
    for each in of_kind(objects, "PodDisruptionBudget"):
        assert any(_matches(each["spec"]["selector"]["matchLabels"], labels) for labels in _pods(objects))


def test_a_budget_leaves_an_eviction_possible(objects: dict[str, JsonObject]) -> None:
    for each in of_kind(objects, "PodDisruptionBudget"):
        name = each["metadata"]["name"]
        scaler = objects.get(f"HorizontalPodAutoscaler/{name}")
        deployment = objects[f"Deployment/{name}"]
        least = scaler["spec"]["minReplicas"] if scaler else deployment["spec"]["replicas"]
        assert least > each["spec"]["maxUnavailable"], name


def test_probes_ask_for_what_the_processes_serve(objects: dict[str, JsonObject]) -> None:
    for component in COMPONENTS:
        container = containers(objects[f"Deployment/sdr-{component}"])[0]
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = container[kind]
            if "grpc" in probe:
                assert probe["grpc"]["service"] in GRPC_PROBES
                assert probe["grpc"]["port"] in {port["containerPort"] for port in container["ports"]}
            else:
                assert probe["httpGet"]["path"] in HTTP_PROBES
        assert container["livenessProbe"] != container["readinessProbe"], "a database outage would restart every pod"


def test_a_drain_ends_before_the_pod_is_killed(objects: dict[str, JsonObject]) -> None:
    for component in COMPONENTS:
        deployment = objects[f"Deployment/sdr-{component}"]
        spec = deployment["spec"]["template"]["spec"]
        delay = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        drain = float(env_of(deployment)[f"SDR_{component.removesuffix('-worker').upper()}_DRAIN_S"]["value"])
        # HTTP, then gRPC calls or a worker's turns; cancelled turns leave; what is open is closed.
        assert spec["terminationGracePeriodSeconds"] >= delay + 2 * drain + LEAVE_S + 5


def test_every_secret_that_is_named_is_the_one_of_the_installation(objects: dict[str, JsonObject]) -> None:
    named = {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for kind in ("Deployment", "Job")
        for each in of_kind(objects, kind)
        for entry in containers(each)[0].get("env", [])
        if "secretKeyRef" in entry.get("valueFrom", {})
    }
    assert named == {"sdr"} | {f"sdr-caller-{caller}" for caller in (*SERVICES, "operator")}
    for secret in of_kind(objects, "Secret"):
        assert "helm.sh/hook" not in secret["metadata"].get("annotations", {}), "a hook's Secret outlives the release"


def test_pods_are_not_root_write_nowhere_and_hold_no_token(objects: dict[str, JsonObject]) -> None:
    for kind in ("Deployment", "Job"):
        for each in of_kind(objects, kind):
            spec = each["spec"]["template"]["spec"]
            assert spec["securityContext"]["runAsNonRoot"] is True
            assert spec["automountServiceAccountToken"] is False
            security = spec["containers"][0]["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            if each["metadata"]["labels"]["app.kubernetes.io/component"].removesuffix("-migration") in COMPONENTS:
                assert security["readOnlyRootFilesystem"] is True


def test_a_component_gets_only_the_secrets_that_it_needs(objects: dict[str, JsonObject]) -> None:
    def secrets(component: str) -> set[str]:
        env = env_of(objects[f"Deployment/sdr-{component}"])
        named = {name for name, entry in env.items() if "secretKeyRef" in entry.get("valueFrom", {})}
        return {name for name in named if not name.startswith("CALLER_")}  # digests, which are no secrets

    everybodys = {"DATABASE_URL", "SDR_OPS_TOKEN", "SDR_CALLER_TOKEN"}
    assert secrets("scoring") - {"REDIS_URL"} == everybodys, "it seals nothing and calls nobody outside"
    assert secrets("reporting") == everybodys | {"SDR_SECRET_KEY", "SDR_REPORTING_SMTP_PASSWORD", "REDIS_URL"}
    keys_of_models = {component for component in COMPONENTS if any(n.endswith("_API_KEY") for n in secrets(component))}
    assert keys_of_models == {"dialogue"}


def test_each_service_migrates_its_own_schema_before_an_upgrade(objects: dict[str, JsonObject]) -> None:
    jobs = {each["metadata"]["name"]: each for each in of_kind(objects, "Job")}
    assert set(jobs) == {f"sdr-{service}-migrate-1" for service in SERVICES}
    for each in jobs.values():
        assert containers(each)[0]["args"] == ["migrate"]
        assert "helm.sh/hook" not in each["metadata"].get("annotations", {}), "an installation would wait for itself"


def test_who_may_call_whom_is_who_calls_whom(objects: dict[str, JsonObject]) -> None:
    def callers(component: str) -> set[str]:
        found = set()
        for rule in objects[f"NetworkPolicy/sdr-{component}"]["spec"]["ingress"] or []:
            for peer in rule.get("from", []):
                found.add(peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"])
        return found

    assert callers("dialogue") == {"gateway", "gateway-worker"}
    assert callers("scoring") == {"gateway", "gateway-worker"}
    assert callers("reporting") == set(COMPONENTS) - {"reporting"}
    assert callers("routing-worker") == set()
    for component in COMPONENTS:
        policy = objects[f"NetworkPolicy/sdr-{component}"]["spec"]
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        assert {"port": 53, "protocol": "UDP"} in policy["egress"][0]["ports"]


def test_targets_lead_to_services_of_the_release(objects: dict[str, JsonObject]) -> None:
    for component in COMPONENTS:
        for name, entry in env_of(objects[f"Deployment/sdr-{component}"]).items():
            if name.endswith("_TARGET"):
                host = entry["value"].removeprefix("dns:///").split(".")[0]
                service = objects[f"Service/{host}"]
                assert service["spec"]["clusterIP"] == "None", "a balancing client needs to see every pod"
