"""`python -m sdr_common.probe TARGET`: is a service ready? For container health checks.

TARGET is `host:port` of a gRPC server, asked for its health "ready", or an http address that answers 200. With
SDR_TLS_CERT, SDR_TLS_KEY and SDR_TLS_CA it shows the process's own certificate.
Exit status: 0 ready, 1 not, with one line that says why, 2 wrong use.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc

TIMEOUT_S = 4.0
"""Below the five seconds that health checks give."""


def problem(target: str) -> str:
    """Why a service is not ready; empty: it is."""
    if target.startswith(("http://", "https://")):
        return _http_problem(target)
    return _grpc_problem(target)


def _http_problem(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S):  # noqa: S310  (the scheme was looked at)
            return ""
    except urllib.error.HTTPError as error:
        return f"answered {error.code}"
    except OSError as error:
        return f"does not answer: {error}"


def _grpc_problem(target: str) -> str:
    # Imported on use: an http probe need not pay for it.
    import grpc  # noqa: PLC0415
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415

    try:
        opened = _channel(target)
    except OSError as error:
        return f"its certificate cannot be read: {error}"
    with opened as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service="ready"), timeout=TIMEOUT_S
            )
        except grpc.RpcError as error:
            return f"does not answer: {error.code().name}"
    serving = answer.status == health_pb2.HealthCheckResponse.SERVING
    return "" if serving else health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def _channel(target: str) -> grpc.Channel:
    import grpc  # noqa: PLC0415  (on use)

    files = [os.environ.get(f"SDR_TLS_{name}", "") for name in ("CA", "KEY", "CERT")]
    if not all(files):
        return grpc.insecure_channel(target)
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(*(Path(file).read_bytes() for file in files)))


def main(arguments: Sequence[str]) -> int:
    """Gives the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m sdr_common.probe HOST:PORT | http://…\n")
        return 2
    found = problem(arguments[0])
    if found:
        sys.stderr.write(f"{arguments[0]}: {found}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
