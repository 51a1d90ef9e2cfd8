"""The image, the compose file and the pinned requirements fit each other and the services."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
SERVICES = ("gateway", "dialogue", "scoring", "routing", "reporting")


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([A-Za-z0-9_.\-]+)==(\S+)", text, re.MULTILINE))


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_gets_the_versions_that_were_tested(service: str) -> None:
    pins, tested = _pins(f"image-{service}"), _pins("run")
    assert len(pins) > 20
    assert {name: version for name, version in pins.items() if tested.get(name) != version} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_gets_everything_that_its_packages_declare(service: str) -> None:
    pins = {name.lower() for name in _pins(f"image-{service}")}
    for member in ("protos", "common", f"services/{service}"):
        declared = tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]["dependencies"]
        names = {re.split(r"[^A-Za-z0-9_.\-]", line)[0].lower() for line in declared}
        missing = {name for name in names if name not in pins and not name.startswith("sdr-")}
        assert missing == set(), "dependencies changed? make lock"


def test_a_service_brings_only_its_own_dependencies() -> None:
    assert "fastapi" in _pins("image-gateway")
    assert "fastapi" not in _pins("image-scoring")
    assert "pydantic-ai-slim" in _pins("image-dialogue")
    assert "pydantic-ai-slim" not in _pins("image-gateway")
    assert "pytest" not in _pins("image-gateway")


def test_what_the_image_copies_is_not_ignored() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {path.split("/")[0] for path in copied} == kept


def test_compose_runs_every_service_after_its_migration() -> None:
    services = _compose()["services"]
    for service in SERVICES:
        assert services[service]["depends_on"] == {
            f"{service}-migrate": {"condition": "service_completed_successfully"}
        }
        assert services[service]["healthcheck"]["test"][:4] == ["CMD", "python", "-m", "sdr_common.probe"]
        migrate = services[f"{service}-migrate"]
        assert migrate["command"] == ["migrate"]
        assert migrate["restart"] == "no"
        assert migrate["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_compose_opens_only_the_door_to_the_world() -> None:
    services = _compose()["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"caddy"}


def test_compose_asks_for_nothing_that_its_example_does_not_name() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)(?::\?|:-)", text))
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "compose.env.example").read_text(), re.MULTILINE))
    assert asked - named == {"SDR_LOG_LEVEL", "SDR_VERSION", "OTEL_EXPORTER_OTLP_ENDPOINT"}
    assert named <= asked


def test_only_who_seals_secrets_holds_the_key() -> None:
    services = _compose()["services"]
    holders = {name for name, service in services.items() if "SDR_SECRET_KEY" in service.get("environment", {})}
    assert holders == {"gateway", "gateway-migrate", "routing", "routing-migrate"}
