"""Renders the chart with Helm's own engine; without the chart's tools every test here is skipped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "sdr"
PRESETS = CHART / "presets"
EXAMPLES = CHART / "examples"
OLDEST, NEWEST = "1.30", "1.37"
"""The Kubernetes versions that the chart is held against; the oldest is Chart.yaml's `kubeVersion`."""
SERVICES = ("gateway", "dialogue", "scoring", "routing", "reporting")
COMPONENTS = ("gateway", "gateway-worker", "dialogue", "scoring", "routing", "routing-worker", "reporting")

JsonObject = dict[str, Any]
"""A Kubernetes object: what it holds depends on its kind."""

GIVEN: dict[str, JsonObject] = {
    "trial": {
        "secrets": {"values": {"SDR_SECRET_KEY": "chave-de-exemplo"}},
        "trial": {"postgres": {"password": "senha-de-exemplo"}},
    },
    "staging": {"ingress": {"host": "sdr-staging.example.com"}},
    "production": {"ingress": {"host": "sdr.example.com", "tlsSecret": "sdr-tls"}},
}
"""What a person would set on top of a preset."""

MUTUAL_TLS: JsonObject = {"tls": {"enabled": True, "certManager": {"checkInstalled": False}}}
"""As one renders it where there is no cluster."""


def helm() -> Any:  # the package ships no types
    """Helm's engine, or a skip that says how to get it."""
    return pytest.importorskip("helm_python", reason="the chart's tools are not installed: make chart-tools")


@cache
def kubernetes() -> Any:  # the package ships no types
    """The schemas of Kubernetes, or a skip that says how to get them; each file is read once, not once per object."""
    module = pytest.importorskip("kubernetes_validate", reason="the chart's tools are not installed: make chart-tools")
    utils = import_module("kubernetes_validate.utils")
    utils.schema_contents = cache(utils.schema_contents)  # type: ignore[attr-defined]  # a function of the module's
    return module


def cert_manager(each: JsonObject) -> None:
    """Checks a Certificate or Issuer strictly; models made from cert-manager's CRDs know its fields.

    Raises:
        ValueError: a field is unknown, missing, or has a wrong value.
    """
    models = pytest.importorskip("cloudcoil.models.cert_manager.v1", reason="see above: make chart-tools")
    getattr(models, each["kind"]).model_validate(each, extra="forbid")


def merged(*layers: Mapping[str, Any]) -> JsonObject:
    """Values on top of one another, as Helm merges its `-f` files."""
    out: JsonObject = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, dict) and isinstance(out.get(key), dict)
            out[key] = merged(out[key], value) if both else value
    return out


def preset(*names: str) -> JsonObject:
    """One or more presets, with what a person would set."""
    layers: list[JsonObject] = []
    for name in names:
        layers += [yaml.safe_load((PRESETS / f"{name}.yaml").read_text()), GIVEN.get(name, {})]
    return merged(*layers)


@cache
def _lint_of(values: str) -> JsonObject:
    found: JsonObject = helm().lint(str(CHART), yaml.safe_load(values), strict=True, kube_version="v1.32.0")
    return found


def lint(values: JsonObject) -> list[str]:
    """What Helm's linter says of the chart under these values; that it has no icon is no fault."""
    found = _lint_of(yaml.safe_dump(values))
    said = [*found["errors"], *(message["error"] for message in found["messages"])]
    return [str(text) for text in said if text != "icon is recommended"]


def render_texts(values: JsonObject, *, release: str = "sdr") -> dict[str, str]:
    """Text by template, hooks included.

    A chart is loaded anew each time: rendering changes a loaded one for good (seen with sub-charts).
    """
    texts: dict[str, str] = helm().Chart.load(str(CHART)).render(values, name=release, namespace="sdr")
    return {name: text for name, text in texts.items() if name.endswith(".yaml")}


def render(values: JsonObject, *, release: str = "sdr") -> dict[str, JsonObject]:
    """Objects by `Kind/name`."""
    objects: dict[str, JsonObject] = {}
    for text in render_texts(values, release=release).values():
        for document in yaml.load_all(text, yaml.CSafeLoader):  # the C loader is ten times as fast and as safe
            if document:
                name = f"{document['kind']}/{document['metadata']['name']}"
                assert name not in objects, f"{name} is rendered twice"
                objects[name] = document
    return objects


def containers(workload: JsonObject) -> list[JsonObject]:
    """The containers of a Deployment, Job or Pod."""
    spec = workload["spec"] if workload["kind"] == "Pod" else workload["spec"]["template"]["spec"]
    found: list[JsonObject] = spec["containers"]
    return found


def env_of(workload: JsonObject) -> dict[str, JsonObject]:
    """The variables of a workload's first container, by name."""
    return {entry["name"]: entry for entry in containers(workload)[0]["env"]}


def without_tokens(text: str) -> str:
    """A render whose callers' tokens, new at each render, are left out."""
    return re.sub(r"^( +[a-z]+-(?:token|accepted)): \S+$", r"\1: made-at-install", text, flags=re.MULTILINE)


def of_kind(objects: Mapping[str, JsonObject], kind: str) -> list[JsonObject]:
    """The objects of one kind."""
    return [each for each in objects.values() if each["kind"] == kind]
