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

    grpc: dict[str, tuple[int, ...]]
    """Per service: a port for each replica."""
    ops: dict[str, int]
    """By process, where operators find its metrics."""
    workers: tuple[tuple[int, int], ...]
    """Per further worker: HTTP port of the gateway's, gRPC port of routing's."""
    redis: int
    gateway_http: int
    """The port people know; with several gateways the front door's."""
    gateways: tuple[int, ...]
    """HTTP port of each gateway."""
    chatwoot: int | None
    traces: tuple[int, int] | None
    """OTLP port of what keeps traces, and the port of its pages; None: nothing does."""

    @property
    def traces_url(self) -> str:
        """Where traces are seen; empty: nowhere."""
        return f"http://{HOST}:{self.traces[1]}/traces" if self.traces else ""

    @property
    def gateway_url(self) -> str:
        """As a browser reaches the gateway."""
        return f"http://{HOST}:{self.gateway_http}"

    def target(self, service: str) -> str:
        """Where clients find a service: one address, or the list of its replicas."""
        places = [f"{HOST}:{port}" for port in self.grpc[service]]
        return places[0] if len(places) == 1 else f"ipv4:{','.join(places)}"


def choose_addresses(settings: StackSettings) -> Addresses:
    """The two ports people know, and free ones for the rest."""
    replicas, fronted = settings.replicas, settings.replicas > 1
    processes = [replica_name(service, number) for service in SERVICES for number in range(replicas)]
    processes += [name for pair in worker_names(settings.workers) for name in pair]
    keeps_traces = settings.keeps_traces and not settings.otlp_endpoint
    count = len(SERVICES) * replicas + len(processes) + 2 * settings.workers + 1 + (replicas if fronted else 0)
    ports = iter(free_ports(count + (2 if keeps_traces else 0)))
    return Addresses(
        grpc={service: tuple(next(ports) for _ in range(replicas)) for service in SERVICES},
        ops={name: next(ports) for name in processes},
        workers=tuple((next(ports), next(ports)) for _ in range(settings.workers)),
        redis=next(ports),
        traces=(next(ports), next(ports)) if keeps_traces else None,
        gateway_http=settings.gateway_port,
        gateways=(settings.gateway_port,) if not fronted else tuple(ports),
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
        "SDR_GATEWAY_PUBLIC_URL": settings.public_url or addresses.gateway_url,
        "SDR_GATEWAY_FRAME_ANCESTORS": f"http://{HOST}:{addresses.chatwoot}" if addresses.chatwoot else "",
        "SDR_ALLOWED_NETWORKS": settings.allowed_networks,
        "SDR_ACCEPTED_CALLERS": secrets.accepted_callers(),
        # Here everything comes from one address: the emulator stands for many installations, and is measured.
        "SDR_GATEWAY_WEBHOOKS_PER_MINUTE": "1000000",
    }
    for service in addresses.grpc:
        environment[f"SDR_{service.upper()}_TARGET"] = addresses.target(service)
    if redis_url:
        environment["REDIS_URL"] = redis_url
    if addresses.traces is not None:
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://{HOST}:{addresses.traces[0]}"
        environment["OTEL_EXPORTER_OTLP_INSECURE"] = "true"
        environment["SDR_TRACE_URL_TEMPLATE"] = settings.trace_url_template or f"{addresses.traces_url}/{{trace_id}}"
    return environment


def as_caller(caller: str, environment: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """The environment of a process that calls as `caller`."""
    return {**environment, "SDR_CALLER_TOKEN": secrets.caller_tokens[caller]}


def service_children(addresses: Addresses, environment: dict[str, str], secrets: Secrets) -> list[Child]:
    """The five services, so many of each; those with a worker run it in the same process."""
    children = []
    for service in SERVICES:
        command = "all" if service in {"gateway", "routing"} else "serve"
        for number, port in enumerate(addresses.grpc[service]):
            name, prefix = replica_name(service, number), f"SDR_{service.upper()}"
            own = as_caller(service, environment, secrets)
            own |= {f"{prefix}_GRPC_PORT": str(port), f"{prefix}_OPS_PORT": str(addresses.ops[name])}
            healthy = grpc_ready(port)
            if service == "gateway":
                own["SDR_GATEWAY_HTTP_PORT"] = str(addresses.gateways[number])
                healthy = http_ok(addresses.gateways[number], "/readyz")
            children.append(Child(name, ["-m", f"sdr_{service}", command], own, healthy))
    if len(addresses.gateways) > 1:
        ports = [str(port) for port in (addresses.gateway_http, *addresses.gateways)]
        healthy = http_ok(addresses.gateway_http, "/readyz")
        children.append(Child("front-door", ["-m", "sdr_sandbox.stack.front_door", *ports], {}, healthy))
    return children


def replica_name(service: str, number: int) -> str:
    """What a replica is called: the first one as the service, the others with their number."""
    return service if number == 0 else f"{service}-{number + 1}"


def probe_ports(addresses: Addresses) -> dict[str, int]:
    """By process: the port that tells its health, HTTP for the gateway's and gRPC for all others."""
    probes = {
        replica_name(service, number): addresses.gateways[number] if service == "gateway" else port
        for service, ports in addresses.grpc.items()
        for number, port in enumerate(ports)
    }
    for number, (http, grpc) in enumerate(addresses.workers, 1):
        probes |= {f"gateway-worker-{number}": http, f"routing-worker-{number}": grpc}
    return probes


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


def traces_child(settings: StackSettings, ports: tuple[int, int]) -> Child:
    """What keeps traces and shows them."""
    file = (settings.data_dir / "traces" / "spans.jsonl").resolve()
    arguments = ["-m", "sdr_sandbox.traces", str(file), *(str(port) for port in ports)]
    return Child("traces", arguments, {}, http_ok(ports[1], "/health"))


def chatwoot_child(settings: StackSettings, secrets: Secrets) -> Child:
    """The emulated Chatwoot."""
    environment = {
        "SDR_SANDBOX_CHATWOOT_PORT": str(settings.chatwoot_port),
        "SDR_SANDBOX_ADMIN_TOKEN": secrets.admin_token,
        "SDR_SANDBOX_INBOX_IDENTIFIER": secrets.inbox_identifier,
        "SDR_SANDBOX_DATA_DIR": str((settings.data_dir / "chatwoot").resolve()),
    }
    return Child("chatwoot", ["-m", "sdr_sandbox.chatwoot"], environment, http_ok(settings.chatwoot_port, "/health"))
