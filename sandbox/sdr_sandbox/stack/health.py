"""Whether a process answers: gRPC health by name, HTTP by path."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import httpx
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sdr_sandbox.stack.ports import HOST


def grpc_ready(port: int) -> Callable[[], bool]:
    """A probe of the health name "ready"."""

    def probe() -> bool:
        with grpc.insecure_channel(f"{HOST}:{port}") as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            try:
                answer = stub.Check(health_pb2.HealthCheckRequest(service="ready"), timeout=1.0)
            except grpc.RpcError:
                return False
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return probe


def http_ok(port: int, path: str) -> Callable[[], bool]:
    """A probe that wants a 200."""

    def probe() -> bool:
        try:
            return httpx.get(f"http://{HOST}:{port}{path}", timeout=1.0, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    return probe
