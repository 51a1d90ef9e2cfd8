"""Who may call what, over real sockets: by token, by certificate, and who may not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sdr.scoring.v1.scoring_pb2 import ExplainRequest, ExplainResponse
from sdr_common import grpc_tls
from sdr_common.callers import Caller
from sdr_common.errors import ErrorKind
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_common.grpc_server import GrpcServer
from sdr_common.transport import Transport, token_digest
from tests.integration.common.scripted import request, start, stub
from tests.support.certificates import Authority
from tests.support.net import eventually, free_port

TOKENS = {Caller.GATEWAY: "the gateway's token", Caller.ROUTING: "routing's token", Caller.OPERATOR: "a person's token"}
ACCEPTED = tuple((caller, bytes.fromhex(token_digest(token))) for caller, token in TOKENS.items())


async def _explain(_: ExplainRequest, __: Any) -> ExplainResponse:
    return ExplainResponse(explanation="fine")


@contextlib.asynccontextmanager
async def _serving(transport: Transport) -> AsyncIterator[GrpcServer]:
    server = await start(_explain, transport=transport)
    await server.set_ready(True)
    try:
        yield server
    finally:
        await server.stop(0)


async def _answer(server: GrpcServer, transport: Transport) -> str:
    async with make_channel(f"127.0.0.1:{server.port}", transport) as channel:
        return (await call(stub(channel).Explain, request(), timeout_s=5)).explanation


@pytest.mark.parametrize("caller", [Caller.GATEWAY, Caller.OPERATOR])
async def test_a_caller_with_the_right_token_is_answered(caller: Caller) -> None:
    async with _serving(Transport(accepted=ACCEPTED)) as server:
        assert await _answer(server, Transport(caller_token=TOKENS[caller])) == "fine"


@pytest.mark.parametrize(
    ("token", "who"), [("", "unknown"), ("a guess", "unknown"), (TOKENS[Caller.ROUTING], "routing")]
)
async def test_a_caller_that_nobody_knows_or_that_may_not_is_refused_with_a_reason_and_logged_without_its_token(
    token: str, who: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with _serving(Transport(accepted=ACCEPTED)) as server:
        with pytest.raises(RemoteError) as refused:
            await _answer(server, Transport(caller_token=token))
    assert (refused.value.kind, refused.value.reason) == (ErrorKind.DENIED, "CALLER_NOT_ALLOWED")
    assert refused.value.details == {"caller": who, "method": "sdr.scoring.v1.ScoringService/Explain"}
    printed = "".join(capfd.readouterr())
    assert "call_denied" in printed
    assert not token or token not in printed


async def test_probes_need_no_token_and_reflection_only_where_it_is_served() -> None:
    async with (
        _serving(Transport(accepted=ACCEPTED, reflection=False)) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        asked = health_pb2.HealthCheckRequest(service="ready")
        answer = await health_pb2_grpc.HealthStub(channel).Check(asked, timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        # As one batch: a refusal that comes before a stream has written its first message hides behind that failure.
        reflect: Any = channel.unary_unary("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await reflect(b"", timeout=5)
    assert refused.value.code() in {grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNIMPLEMENTED}


async def test_a_certificate_says_who_calls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with _serving(authority.transport("scoring")) as server:
        assert await _answer(server, authority.transport("gateway")) == "fine"
        with pytest.raises(RemoteError) as refused:
            await _answer(server, authority.transport("routing"))
    assert refused.value.details["caller"] == "routing"


async def test_strangers_and_plain_connections_get_no_further_than_the_handshake(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    authority, other = Authority(tmp_path), Authority(tmp_path / "other")
    async with _serving(authority.transport("scoring")) as server:
        for transport in (other.transport("gateway"), Transport()):
            with pytest.raises(RemoteError) as refused:
                await _answer(server, transport)
            assert (refused.value.kind, refused.value.reason) == (ErrorKind.UNAVAILABLE, "TRANSPORT")


async def test_a_renewed_certificate_is_used_on_both_sides_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_tls, "_LOOK_EVERY_S", 0.0)
    authority = Authority(tmp_path)
    server_side, client_side = authority.transport("scoring"), authority.transport("gateway")
    async with (
        _serving(server_side) as server,
        make_channel(f"127.0.0.1:{server.port}", client_side) as channel,
    ):
        explain = stub(channel).Explain
        assert (await call(explain, request(), timeout_s=5)).explanation == "fine"
        # Both sides now believe only the new authority: an answer means that both read the files again.
        renewed = Authority(tmp_path)
        renewed.files("scoring")
        renewed.files("gateway")

        async def answered_anew() -> bool:
            with contextlib.suppress(RemoteError):
                await call(explain, request(), timeout_s=5)
                return await _answer(server, renewed.transport("gateway")) == "fine"
            return False

        assert await eventually(answered_anew)


async def test_a_plain_port_answers_probes_of_a_server_that_speaks_tls_alone(tmp_path: Path) -> None:
    port = free_port()
    files = Authority(tmp_path).files("scoring")
    async with (
        _serving(Transport(tls=files, probe_port=port)) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        asked = health_pb2.HealthCheckRequest(service="live")
        answer = await health_pb2_grpc.HealthStub(channel).Check(asked, timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub(channel).Explain(request(), timeout=5)
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert server.port != port


async def test_the_probe_command_shows_the_certificate_of_the_process(tmp_path: Path) -> None:
    files = Authority(tmp_path).files("scoring")
    environment = {"SDR_TLS_CERT": str(files.cert), "SDR_TLS_KEY": str(files.key), "SDR_TLS_CA": str(files.ca)}
    async with _serving(Transport(tls=files)) as server:
        probe = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sdr_common.probe", f"127.0.0.1:{server.port}"),
            env={**os.environ, **environment},
            stderr=subprocess.PIPE,
        )
        _, said = await probe.communicate()
    assert (probe.returncode, said) == (0, b"")
