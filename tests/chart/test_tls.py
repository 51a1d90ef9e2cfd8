"""Mutual TLS by switch: certificates by cert-manager or of one's own, and processes that find them."""

from __future__ import annotations

from functools import cache

import pytest

from sdr_common.transport import caller_by_names
from tests.chart.fake_api import CERT_MANAGER, running_api
from tests.chart.rendering import (
    CHART,
    COMPONENTS,
    MUTUAL_TLS,
    NEWEST,
    JsonObject,
    cert_manager,
    containers,
    env_of,
    helm,
    kubernetes,
    lint,
    merged,
    of_kind,
    preset,
    render,
)


@cache
def _rendered(name: str) -> dict[str, JsonObject]:
    return render(merged(preset(name), MUTUAL_TLS))


def _certificate(objects: dict[str, JsonObject], name: str) -> JsonObject:
    spec: JsonObject = objects[f"Certificate/{name}"]["spec"]
    return spec


def _mounted(workload: JsonObject) -> dict[str, str]:
    """Folder by Secret."""
    spec = workload["spec"]["template"]["spec"]
    secrets = {v["name"]: v["secret"]["secretName"] for v in spec["volumes"] if "secret" in v}
    return {secrets[m["name"]]: m["mountPath"] for m in containers(workload)[0]["volumeMounts"] if m["name"] in secrets}


@pytest.mark.parametrize("name", ["trial", "production"])
def test_certificates_and_issuers_are_strictly_what_cert_manager_takes(name: str) -> None:
    objects = [each for each in _rendered(name).values() if each["kind"] in {"Certificate", "Issuer"}]
    assert len(objects) == len(COMPONENTS) + len(["the operators'", "the authority's"]) + len(["root", "authority"])
    for each in objects:
        cert_manager(each)
    for each in _rendered(name).values():
        if each["kind"] not in {"Certificate", "Issuer"}:
            kubernetes().validate(each, NEWEST, strict=True)


def test_an_unknown_field_or_value_of_a_certificate_is_seen() -> None:
    whole = _rendered("production")["Certificate/sdr-scoring"]
    for wrong in ({"renewbefore": "1h"}, {"usages": ["server"]}, {"privateKey": {"rotationPolicy": "Sometimes"}}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            cert_manager(merged(whole, {"spec": wrong}))


def test_nothing_of_it_is_there_until_it_is_switched_on() -> None:
    objects = render(preset("production"))
    assert of_kind(objects, "Certificate") == of_kind(objects, "Issuer") == []
    for component in COMPONENTS:
        assert [name for name in env_of(objects[f"Deployment/sdr-{component}"]) if "TLS" in name] == []


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_process_finds_its_certificate_which_names_it_as_the_caller_that_servers_know(component: str) -> None:
    objects = _rendered("production")
    deployment, spec = objects[f"Deployment/sdr-{component}"], _certificate(objects, f"sdr-{component}")
    folder = _mounted(deployment)[spec["secretName"]]
    env = {name: entry.get("value") for name, entry in env_of(deployment).items()}
    files = [env[f"SDR_TLS_{name}"] for name in ("CERT", "KEY", "CA")]
    assert files == [f"{folder}/tls.crt", f"{folder}/tls.key", f"{folder}/ca.crt"]
    assert all(m["readOnly"] for m in containers(deployment)[0]["volumeMounts"] if m["name"] == "tls")
    assert caller_by_names([uri.encode() for uri in spec["uris"]]) == component.removesuffix("-worker")
    assert {"server auth", "client auth"} <= set(spec["usages"]), "every process calls, and its gRPC port is called"


def test_a_service_is_called_by_a_name_of_its_certificate() -> None:
    objects = _rendered("production")
    for component in COMPONENTS:
        for name, entry in env_of(objects[f"Deployment/sdr-{component}"]).items():
            if name.endswith("_TARGET"):
                host = entry["value"].removeprefix("dns:///").rpartition(":")[0]
                service = name.removeprefix("SDR_").removesuffix("_TARGET").lower()
                assert host in _certificate(objects, f"sdr-{service}")["dnsNames"]
    assert "127.0.0.1" in _certificate(objects, "sdr-gateway")["ipAddresses"], "it calls itself"


def test_certificates_are_renewed_with_new_keys_and_the_authority_keeps_its_own() -> None:
    objects = _rendered("production")
    leaf, authority = _certificate(objects, "sdr-scoring"), _certificate(objects, "sdr-authority")
    assert (leaf["duration"], leaf["renewBefore"]) == ("2160h", "720h")
    assert leaf["privateKey"]["rotationPolicy"] == "Always"
    assert authority["isCA"] is True
    assert authority["privateKey"]["rotationPolicy"] == "Never", "what the older certificate signed stays good"
    assert leaf["issuerRef"] == {"group": "cert-manager.io", "kind": "Issuer", "name": "sdr-authority"}
    assert objects["Issuer/sdr-authority"]["spec"] == {"ca": {"secretName": authority["secretName"]}}


def test_probes_go_to_a_plain_port_that_nobody_else_is_let_to() -> None:
    objects = _rendered("production")
    for component in COMPONENTS:
        container = containers(objects[f"Deployment/sdr-{component}"])[0]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        if "grpc" in container["readinessProbe"]:
            assert container["readinessProbe"]["grpc"]["port"] == ports["probe"] == 50052
            assert env_of(objects[f"Deployment/sdr-{component}"])["SDR_PROBE_PORT"]["value"] == "50052"
        else:
            assert "probe" not in ports
        opened = [
            p["port"] for rule in objects[f"NetworkPolicy/sdr-{component}"]["spec"]["ingress"] for p in rule["ports"]
        ]
        assert 50052 not in opened, "a kubelet reaches its own pods whatever policies say"


def test_a_migration_waits_for_no_certificate() -> None:
    for job in of_kind(_rendered("production"), "Job"):
        assert [name for name in env_of(job) if "TLS" in name] == []
        assert _mounted(job) == {}


def test_an_issuer_of_ones_own_signs_instead_of_the_charts() -> None:
    own = {"tls": {"certManager": {"issuer": {"name": "clinic", "kind": "ClusterIssuer"}}}}
    objects = render(merged(preset("production"), MUTUAL_TLS, own))
    assert of_kind(objects, "Issuer") == []
    assert {str(each["spec"]["issuerRef"]) for each in of_kind(objects, "Certificate")} == {
        str({"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "clinic"})
    }


def test_certificates_of_ones_own_need_no_cert_manager() -> None:
    own = {"components": {component: {"tlsSecret": f"own-{component}"} for component in COMPONENTS}}
    objects = render(merged(preset("production"), {"tls": {"enabled": True}}, own))
    assert of_kind(objects, "Certificate") == of_kind(objects, "Issuer") == []
    assert _mounted(objects["Deployment/sdr-routing-worker"]) == {"own-routing-worker": "/etc/sdr/tls"}


def test_a_certificate_of_ones_own_for_one_service_leaves_the_others_to_cert_manager() -> None:
    objects = render(merged(preset("production"), MUTUAL_TLS, {"components": {"scoring": {"tlsSecret": "own"}}}))
    assert "Certificate/sdr-scoring" not in objects
    assert _mounted(objects["Deployment/sdr-scoring"]) == {"own": "/etc/sdr/tls"}
    assert {"Certificate/sdr-dialogue", "Issuer/sdr-authority"} <= objects.keys()


def test_a_cluster_without_cert_manager_is_told_of_and_one_with_it_gets_certificates() -> None:
    engine = helm()
    kubernetes()
    values = merged(preset("production", "only-gateway"), {"tls": {"enabled": True}})
    with running_api() as (_, url):
        release = engine.Config(namespace="sdr", kube_apiserver=url, storage_driver="memory")
        with pytest.raises(engine.HelmError, match=r"cert-manager is not installed.*components.<name>.tlsSecret"):
            release.install(str(CHART), "sdr", values)
    with running_api(CERT_MANAGER) as (cluster, url):
        release = engine.Config(namespace="sdr", kube_apiserver=url, storage_driver="memory")
        release.install(str(CHART), "sdr", values)
        made = {"sdr-authority", "sdr-gateway", "sdr-gateway-worker", "sdr-operator"}
        assert cluster.names("Certificate") == made
        release.upgrade(str(CHART), "sdr", merged(values, {"tls": {"enabled": False}}))
        assert cluster.names("Certificate") == set()
        release.rollback("sdr", version=1)
        assert cluster.names("Certificate") == made


def test_the_linter_finds_nothing() -> None:
    assert lint(merged(preset("production"), MUTUAL_TLS)) == []
