"""The image, the compose file and the pinned requirements fit each other and the services."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from sdr_common.mailbox.worker import LEAVE_S

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


def test_what_builds_an_image_is_pinned_as_what_runs_in_it() -> None:
    pins, tested = _pins("image-build"), _pins("run")
    both = pins.keys() & tested.keys()
    assert {"protovalidate", "python-dateutil"} <= both
    assert {name: pins[name] for name in both if pins[name] != tested[name]} == {}, "make lock was left out"


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


def test_an_image_says_what_it_is_and_runs_as_nobody_without_what_built_it() -> None:
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    labels = set(re.findall(r"org\.opencontainers\.image\.([\w.]+)=", last))
    assert labels == {"title", "description", "licenses", "version", "revision", "source", "base.name"}
    assert "\nUSER 10001:10001\n" in last
    assert re.findall(r"^(?:COPY|ADD) (.+)$", last, re.MULTILINE) == ["--from=build /opt/sdr /opt/sdr"]
    assert "pip" not in last
    assert "npm" not in last


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
    opened = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert {name for name, ports in opened.items() if not all(port.startswith("127.0.0.1:") for port in ports)} == {
        "caddy"
    }
    assert opened["gateway"] == ["127.0.0.1:8080:8080"]


SERVICE_KEYS = {
    *(
        "image",
        "build",
        "command",
        "environment",
        "healthcheck",
        "depends_on",
        "restart",
        "ports",
        "volumes",
        "profiles",
    ),
    *("read_only", "tmpfs", "cap_drop", "cap_add", "security_opt", "stop_grace_period", "logging", "shm_size"),
}
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "start_interval"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def test_compose_uses_only_keys_of_its_specification() -> None:
    document = _compose()
    assert {key for key in document if not key.startswith("x-")} == {"name", "services", "volumes"}
    for name, service in document["services"].items():
        assert service.keys() <= SERVICE_KEYS, f"{name}: {service.keys() - SERVICE_KEYS}"
        assert service.get("healthcheck", {}).keys() <= HEALTH_KEYS, name
        needed = service.get("depends_on", {})
        assert needed.keys() <= document["services"].keys(), name
        assert {each["condition"] for each in needed.values()} <= CONDITIONS, name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in document["volumes"] or (ROOT / source).is_file(), f"{name}: {volume}"


def test_whatever_runs_on_tells_whether_it_is_well() -> None:
    services = _compose()["services"]
    silent = [name for name, service in services.items() if "healthcheck" not in service and "build" in service]
    assert silent == []
    for name, service in services.items():
        if service["restart"] != "no" and service.get("profiles") in (None, ["tls"]):
            assert "healthcheck" in service, name
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{name} would wait for {other} for ever"


def test_a_laptop_runs_without_a_name_and_a_server_behind_caddy() -> None:
    services = _compose()["services"]
    extra = {name: service["profiles"] for name, service in services.items() if "profiles" in service}
    assert extra == {"caddy": ["tls"], "jaeger": ["traces"], "mailpit": ["mail"]}
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "{$SDR_DOMAIN} {" in caddy
    assert "reverse_proxy gateway:8080" in caddy
    assert caddy.count("{") == caddy.count("}")


def test_our_own_containers_write_nowhere_and_may_do_nothing() -> None:
    for name, service in _compose()["services"].items():
        if service["image"].startswith("sdr-"):
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["tmpfs"] == ["/tmp"], name  # noqa: S108  (a mount in a container)


def test_no_image_is_the_latest() -> None:
    for name, service in _compose()["services"].items():
        assert re.search(r":(?!latest)[\w${][^/]*$", service["image"]), f"{name}: {service['image']}"


def test_compose_asks_for_nothing_that_its_example_does_not_name() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)(?::\?|:-)", text))
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "compose.env.example").read_text(), re.MULTILINE))
    assert asked - named == {"SDR_LOG_LEVEL", "SDR_VERSION"}
    assert named - asked == {"COMPOSE_PROFILES", "SDR_CALLER_TOKEN_OPERATOR"}, "read by Compose and people"


def test_only_who_seals_secrets_holds_the_key() -> None:
    services = _compose()["services"]
    holders = {name for name, service in services.items() if "SDR_SECRET_KEY" in service.get("environment", {})}
    assert holders == {"gateway", "gateway-migrate", "dialogue", "routing", "routing-migrate", "reporting"}


def test_each_service_of_compose_says_who_it_is_and_asks_who_calls() -> None:
    services = _compose()["services"]
    for service in SERVICES:
        environment = services[service]["environment"]
        assert environment["SDR_CALLER_TOKEN"].startswith(f"${{SDR_CALLER_TOKEN_{service.upper()}:?")
        assert environment["SDR_ACCEPTED_CALLERS"].startswith("${SDR_ACCEPTED_CALLERS:?")
        assert "SDR_CALLER_TOKEN" not in services[f"{service}-migrate"]["environment"], "it calls nobody"


def test_compose_gives_each_service_its_time_to_end() -> None:
    for name, service in _compose()["services"].items():
        if "build" in service:
            drain = float(service["environment"].get(f"SDR_{name.upper()}_DRAIN_S", 5))
            # HTTP, gRPC calls, then a worker's turns; cancelled turns leave; what is open is closed.
            assert float(service["stop_grace_period"].removesuffix("s")) >= 3 * drain + LEAVE_S + 5


def test_renovate_sees_every_image_of_the_charts_trial() -> None:
    renovate = json.loads((ROOT / "renovate.json").read_text())
    pattern = renovate["customManagers"][0]["matchStrings"][0].replace("(?<", "(?P<")
    values = (ROOT / "charts" / "sdr" / "values.yaml").read_text()
    found = {match["depName"] for match in re.finditer(pattern, values)}
    assert found == {"pgvector/pgvector", "redis", "jaegertracing/jaeger", "axllent/mailpit"}
    assert "docker:pinDigests" in renovate["extends"]
