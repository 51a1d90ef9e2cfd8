"""Which processes make the stack, with which settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdr_sandbox.stack.health import grpc_ready, http_ok
from sdr_sandbox.stack.ports import HOST, free_ports
from sdr_sandbox.stack.settings import StackSettings
from sdr_sandbox.stack.state import Secrets
from sdr_sandbox.stack.supervisor import Child

SERVICES = ("reporting", "scoring", "dialogue", "routing", "gateway")
"""In the order in which they are useful to each other; started side by side."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything listens."""

    grpc: dict[str, int]
    ops: dict[str, int]
    """By process, where operators find its metrics."""
    workers: tuple[tuple[int, int], ...]
    """Per further worker: HTTP port of the gateway's, gRPC port of routing's."""
    redis: int
    gateway_http: int
    chatwoot: int | None

    @property
    def gateway_url(self) -> str:
        """As a browser reaches the gateway."""
        return f"http://{HOST}:{self.gateway_http}"


def choose_addresses(settings: StackSettings) -> Addresses:
    """The two ports people know, and free ones for the rest."""
    processes = [*SERVICES, *(name for pair in worker_names(settings.workers) for name in pair)]
    *services, redis = free_ports(len(SERVICES) + len(processes) + 1 + 2 * settings.workers)
    ops = {name: services.pop() for name in processes}
    workers = [services.pop() for _ in range(2 * settings.workers)]
    return Addresses(
        grpc=dict(zip(SERVICES, services, strict=True)),
        ops=ops,
        workers=tuple(zip(workers[::2], workers[1::2], strict=True)),
        redis=redis,
        gateway_http=settings.gateway_port,
        chatwoot=settings.chatwoot_port if settings.sandbox else None,
    )


def worker_names(workers: int) -> list[tuple[str, str]]:
    """Names of the further processes: the gateway's and routing's of each."""
    return [(f"gateway-worker-{number}", f"routing-worker-{number}") for number in range(1, workers + 1)]


def service_environment(
    settings: StackSettings, secrets: Secrets, addresses: Addresses, database_url: str, redis_url: str | None
) -> dict[str, str]:
    """What every service gets; each reads only its own."""
    environment = {
        "DATABASE_URL": database_url,
        "SDR_SECRET_KEY": secrets.secret_key,
        "SDR_GATEWAY_HTTP_PORT": str(addresses.gateway_http),
        "SDR_GATEWAY_PUBLIC_URL": settings.public_url or addresses.gateway_url,
        "SDR_GATEWAY_FRAME_ANCESTORS": f"http://{HOST}:{addresses.chatwoot}" if addresses.chatwoot else "",
        "SDR_ALLOWED_NETWORKS": settings.allowed_networks,
        "SDR_ACCEPTED_CALLERS": secrets.accepted_callers(),
        # Here everything comes from one address: the emulator stands for many installations, and is measured.
        "SDR_GATEWAY_WEBHOOKS_PER_MINUTE": "1000000",
    }
    for service, port in addresses.grpc.items():
        environment[f"SDR_{service.upper()}_GRPC_PORT"] = str(port)
        environment[f"SDR_{service.upper()}_TARGET"] = f"{HOST}:{port}"
        environment[f"SDR_{service.upper()}_OPS_PORT"] = str(addresses.ops[service])
    if redis_url:
        environment["REDIS_URL"] = redis_url
    return environment


def as_caller(caller: str, environment: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """The environment of a process that calls as `caller`."""
    return {**environment, "SDR_CALLER_TOKEN": secrets.caller_tokens[caller]}


def service_children(addresses: Addresses, environment: dict[str, str], secrets: Secrets) -> list[Child]:
    """The five services; those with a worker run it in the same process."""
    children = []
    for service in SERVICES:
        command = "all" if service in {"gateway", "routing"} else "serve"
        healthy = (
            http_ok(addresses.gateway_http, "/readyz") if service == "gateway" else grpc_ready(addresses.grpc[service])
        )
        own = as_caller(service, environment, secrets)
        children.append(Child(service, ["-m", f"sdr_{service}", command], own, healthy))
    return children


def worker_children(addresses: Addresses, environment: dict[str, str], secrets: Secrets) -> list[Child]:
    """Further processes that only work: turns and sweeps, deliveries."""
    children = []
    for names, (http, grpc) in zip(worker_names(len(addresses.workers)), addresses.workers, strict=True):
        own = {"SDR_GATEWAY_HTTP_PORT": str(http), "SDR_ROUTING_GRPC_PORT": str(grpc)}
        for name, service, healthy in zip(
            names, ("gateway", "routing"), (http_ok(http, "/readyz"), grpc_ready(grpc)), strict=True
        ):
            own[f"SDR_{service.upper()}_OPS_PORT"] = str(addresses.ops[name])
            children.append(
                Child(name, ["-m", f"sdr_{service}", "work"], as_caller(service, environment, secrets) | own, healthy)
            )
    return children


def chatwoot_child(settings: StackSettings, secrets: Secrets) -> Child:
    """The emulated Chatwoot."""
    environment = {
        "SDR_SANDBOX_CHATWOOT_PORT": str(settings.chatwoot_port),
        "SDR_SANDBOX_ADMIN_TOKEN": secrets.admin_token,
        "SDR_SANDBOX_INBOX_IDENTIFIER": secrets.inbox_identifier,
        "SDR_SANDBOX_DATA_DIR": str((settings.data_dir / "chatwoot").resolve()),
    }
    return Child("chatwoot", ["-m", "sdr_sandbox.chatwoot"], environment, http_ok(settings.chatwoot_port, "/health"))
