"""Who calls says so by a token: the chart makes it once, and servers know those whom the table lets call."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

import pytest

from sdr_common.callers import FURTHER, Caller
from sdr_common.transport import Transport, TransportSettings, token_digest
from tests.chart.fake_api import running_api
from tests.chart.rendering import (
    CHART,
    COMPONENTS,
    SERVICES,
    JsonObject,
    env_of,
    helm,
    kubernetes,
    merged,
    of_kind,
    preset,
    render,
)

SLIM = {
    "fullnameOverride": "sdr",
    "networkPolicy": {"enabled": False},
    "ingress": {"enabled": False},
    "defaults": {"migration": {"enabled": False}, "serviceAccount": {"create": False}, "pdb": {"enabled": False}},
}
"""Leaves out of a release what does not matter here: the emulated server takes its time for every object."""


def _secret(objects: Mapping[str, JsonObject], name: str) -> dict[str, str]:
    data = objects[f"Secret/{name}"]["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def _started(objects: Mapping[str, JsonObject], component: str) -> Transport:
    """What a process reads of its variables, put together as a kubelet does: `$(NAME)` is one before."""
    seen: dict[str, str] = {}
    for name, entry in env_of(objects[f"Deployment/sdr-{component}"]).items():
        if "CALLER" not in name:
            continue
        if "value" in entry:
            seen[name] = re.sub(r"\$\((\w+)\)", lambda found: seen.get(found[1], found[0]), entry["value"])
        else:
            source = entry["valueFrom"]["secretKeyRef"]
            seen[name] = _secret(objects, source["name"])[source["key"]]
    return TransportSettings.model_validate(seen).transport


@pytest.mark.parametrize("name", ["trial", "staging", "production"])
def test_a_server_takes_calls_of_those_alone_that_the_table_lets_call_it(name: str) -> None:
    objects = render(preset(name))
    processes = {component: _started(objects, component) for component in COMPONENTS}
    tokens = {component: process.caller_token for component, process in processes.items()}
    operators = _secret(objects, "sdr-caller-operator")["operator-token"]
    for server in SERVICES:
        taken = {processes[server].caller_by_token(token) for token in [*tokens.values(), operators]}
        further = {
            caller for method, callers in FURTHER.items() if method.startswith(f"sdr.{server}.") for caller in callers
        }
        assert taken - {None} == {Caller.GATEWAY, Caller.OPERATOR} | further
        assert {caller for caller, _ in processes[server].accepted} == taken - {None}
    assert len(set(tokens.values())) == len(SERVICES), "a token of its own for each service, its worker's included"
    assert tokens["gateway-worker"] == tokens["gateway"]
    assert tokens["routing-worker"] == tokens["routing"]


def test_a_service_holds_no_token_but_its_own() -> None:
    objects = render(preset("production"))
    for component in COMPONENTS:
        held = {
            entry["valueFrom"]["secretKeyRef"]["key"]
            for entry in env_of(objects[f"Deployment/sdr-{component}"]).values()
            if entry.get("valueFrom", {}).get("secretKeyRef", {}).get("key", "").endswith("-token")
        }
        assert held == {f"{component.removesuffix('-worker')}-token"}


def test_a_migration_asks_for_nothing_that_comes_after_it() -> None:
    for job in of_kind(render(preset("production")), "Job"):
        assert [name for name in env_of(job) if "CALLER" in name] == [], "Secrets come after hooks"


def test_tokens_of_ones_own_come_from_one_secret_and_none_is_made() -> None:
    objects = render(merged(preset("production"), {"callers": {"existingSecret": "own"}}))
    assert of_kind(objects, "Secret") == []
    env = env_of(objects["Deployment/sdr-scoring"])
    assert env["SDR_CALLER_TOKEN"]["valueFrom"]["secretKeyRef"] == {"name": "own", "key": "scoring-token"}
    assert env["CALLER_GATEWAY"]["valueFrom"]["secretKeyRef"] == {"name": "own", "key": "gateway-accepted"}


def test_a_service_that_is_a_release_of_its_own_brings_its_own_token_and_waits_for_the_others() -> None:
    objects = render(preset("production", "only-reporting"))
    assert {each["metadata"]["name"] for each in of_kind(objects, "Secret")} == {"sdr-caller-reporting"}
    env = env_of(objects["Deployment/sdr-reporting"])
    source = env["CALLER_GATEWAY"]["valueFrom"]["secretKeyRef"]
    assert source == {"name": "sdr-caller-gateway", "key": "gateway-accepted"}, "not optional: the pod waits for it"
    assert {each["metadata"]["name"] for each in of_kind(render(preset("production", "only-gateway")), "Secret")} == {
        "sdr-caller-gateway",
        "sdr-caller-operator",
    }


@pytest.mark.parametrize(("mode", "sends", "asks"), [("none", False, False), ("send", True, False)])
def test_before_all_send_tokens_nobody_asks_for_them(mode: str, sends: bool, asks: bool) -> None:
    objects = render(merged(preset("production"), {"callers": {"mode": mode}}))
    for component in COMPONENTS:
        env = env_of(objects[f"Deployment/sdr-{component}"])
        assert ("SDR_CALLER_TOKEN" in env, "SDR_ACCEPTED_CALLERS" in env) == (sends, asks)
    assert bool(of_kind(objects, "Secret")) is sends


def test_an_upgrade_and_a_rollback_keep_the_tokens_and_those_that_a_person_replaced() -> None:
    engine = helm()
    kubernetes()
    values = merged(preset("production", "only-scoring"), SLIM)
    with running_api() as (cluster, url):
        release = engine.Config(namespace="sdr", kube_apiserver=url, storage_driver="memory")
        release.install(str(CHART), "sdr", values)
        made = cluster.find("Secret", "sdr-caller-scoring")["data"]
        token = base64.b64decode(made["scoring-token"]).decode()
        assert re.fullmatch("[A-Za-z0-9]{40}", token)
        assert base64.b64decode(made["scoring-accepted"]).decode() == f"scoring={token_digest(token)}"

        release.upgrade(str(CHART), "sdr", merged(values, {"components": {"scoring": {"replicas": 3}}}))
        assert cluster.find("Secret", "sdr-caller-scoring")["data"] == made
        release.rollback("sdr", version=1)
        assert cluster.find("Secret", "sdr-caller-scoring")["data"] == made

        both = f"scoring={token_digest(token)},scoring={token_digest('next')}"
        replaced = {**made, "scoring-accepted": base64.b64encode(both.encode()).decode()}
        cluster.find("Secret", "sdr-caller-scoring")["data"] = replaced
        release.upgrade(str(CHART), "sdr", values)
        assert cluster.find("Secret", "sdr-caller-scoring")["data"] == replaced


def test_tokens_are_asked_for_only_once_they_are_sent_and_sent_until_nobody_asks() -> None:
    engine = helm()
    kubernetes()

    def mode(which: str) -> JsonObject:
        # Two components show it: one that calls, one that is called.
        left_out = {
            component: {"enabled": False} for component in COMPONENTS if component not in {"gateway", "scoring"}
        }
        return merged(preset("staging"), SLIM, {"components": left_out, "callers": {"mode": which}})

    with running_api() as (_, url):
        release = engine.Config(namespace="sdr", kube_apiserver=url, storage_driver="memory")
        release.install(str(CHART), "sdr", mode("none"))
        with pytest.raises(engine.HelmError, match=r"runs without a token.*upgrade with callers\.mode=send first"):
            release.upgrade(str(CHART), "sdr", mode("enforce"))
        release.upgrade(str(CHART), "sdr", mode("send"))
        release.upgrade(str(CHART), "sdr", mode("enforce"))
        with pytest.raises(engine.HelmError, match=r"asks for tokens.*upgrade with callers\.mode=send first"):
            release.upgrade(str(CHART), "sdr", mode("none"))
        release.upgrade(str(CHART), "sdr", mode("send"))
        release.upgrade(str(CHART), "sdr", mode("none"))


def test_a_release_of_its_own_asks_for_tokens_only_once_those_of_others_are_sent() -> None:
    engine = helm()
    kubernetes()

    def values(service: str, mode: str) -> JsonObject:
        return merged(preset("production", f"only-{service}"), SLIM, {"callers": {"mode": mode}})

    with running_api() as (_, url):
        release = engine.Config(namespace="sdr", kube_apiserver=url, storage_driver="memory")
        release.install(str(CHART), "sdr-gateway", values("gateway", "none"))
        with pytest.raises(engine.HelmError, match="sdr-gateway runs without a token, so scoring would refuse"):
            release.install(str(CHART), "sdr-scoring", values("scoring", "enforce"))
        release.upgrade(str(CHART), "sdr-gateway", values("gateway", "send"))
        release.install(str(CHART), "sdr-scoring", values("scoring", "enforce"))
