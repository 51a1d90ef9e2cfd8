"""The server bootstrap over real sockets: what every service gets alike."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import Any

import grpc
import psycopg
import pytest
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from sdr.common.v1.lead_pb2 import END_REASON_ABANDONED, FACT_KIND_INTEREST, FACT_SOURCE_LEAD, ConversationRef, Fact
from sdr.scoring.v1.scoring_pb2 import ExplainRequest, ExplainResponse, QualifyRequest
from sdr_common import grpc_client
from sdr_common.errors import DomainError, ErrorKind, InvalidField, StoreUnavailable
from sdr_common.grpc_client import call, inbound_deadline, make_channel
from sdr_common.grpc_errors import FieldViolation, RemoteError
from sdr_common.grpc_server import GrpcServer
from sdr_common.postgres import Pool, connection, transaction
from tests.integration.common.scripted import ID, channel_to, request, serving, start, stub
from tests.support.net import eventually


async def _fine(_: ExplainRequest, __: Any) -> ExplainResponse:
    return ExplainResponse(explanation="fine")


async def _refusal(server: GrpcServer, message: Any = None, method: str = "Explain") -> RemoteError:
    async with channel_to(server) as channel:
        with pytest.raises(RemoteError) as refused:
            await call(getattr(stub(channel), method), message or request(), timeout_s=5)
    return refused.value


async def test_all_fields_that_break_their_rules_are_named_with_their_paths() -> None:
    broken = QualifyRequest(
        request_id="not a uuid",
        conversation=ConversationRef(account_id=0, conversation_id=2, contact_id=3),
        turn_id=1,
        facts=[
            Fact(kind=FACT_KIND_INTEREST, value="botox", source=FACT_SOURCE_LEAD),
            Fact(value="", source=FACT_SOURCE_LEAD),
        ],
        ended=END_REASON_ABANDONED,
    )
    async with serving(_fine) as server:
        refused = await _refusal(server, broken, "Qualify")
    assert (refused.kind, refused.reason, refused.service) == (ErrorKind.INVALID, "INVALID_FIELD", "scoring")
    assert [violation.field for violation in refused.violations] == [
        "request_id",
        "conversation.account_id",
        "facts[1].kind",
        "facts[1].value",
    ]
    assert refused.violations[1].problem == "must be greater than 0"
    assert refused.details["field"] == "request_id"


async def test_a_missing_message_is_named() -> None:
    async with serving(_fine) as server:
        refused = await _refusal(
            server, QualifyRequest(request_id=ID, turn_id=1, ended=END_REASON_ABANDONED), "Qualify"
        )
    assert refused.violations == (FieldViolation("conversation", "value is required"),)


async def test_a_domain_error_arrives_with_kind_reason_and_details() -> None:
    class LimitReached(DomainError):
        kind = ErrorKind.EXHAUSTED
        reason = "WRITE_CONFLICT"

    async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
        raise LimitReached("at most 3", limit=3)

    async with serving(explain) as server:
        refused = await _refusal(server)
    assert (refused.kind, refused.reason, refused.message, refused.details) == (
        ErrorKind.EXHAUSTED,
        "WRITE_CONFLICT",
        "at most 3",
        {"limit": "3"},
    )


async def test_an_error_of_a_field_is_a_violation_too() -> None:
    async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
        raise InvalidField("facts[0].level", "unknown to the rubric")

    async with serving(explain) as server:
        refused = await _refusal(server)
    assert refused.violations == (FieldViolation("facts[0].level", "unknown to the rubric"),)


async def test_a_fault_hides_the_drivers_text_and_is_logged_once(pool: Pool) -> None:
    async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
        async with connection(pool) as conn:
            await conn.execute("select token from secret_table")
        return ExplainResponse()

    async with serving(explain) as server:
        with structlog.testing.capture_logs() as logs:
            refused = await _refusal(server)
    assert (refused.kind, refused.reason) == (ErrorKind.INTERNAL, "INTERNAL")
    assert "secret_table" not in f"{refused.message}{refused.details}{refused.violations}"
    assert logs == [
        {
            "event": "call_failed",
            "log_level": "error",
            "exc_info": True,
            "method": "/sdr.scoring.v1.ScoringService/Explain",
        }
    ]


async def test_writers_that_meet_and_a_lost_database_are_told_apart_from_faults(pool: Pool) -> None:
    async def explain(message: ExplainRequest, _: Any) -> ExplainResponse:
        if message.account_id == 1:
            raise psycopg.errors.SerializationFailure
        if message.account_id == 2:
            raise psycopg.OperationalError("connection to 10.0.0.7 lost")
        async with connection(pool) as conn:
            await conn.execute("select pg_terminate_backend(pg_backend_pid())")
        return ExplainResponse()

    async with serving(explain) as server:
        met = await _refusal(server, request(account_id=1))
        lost = await _refusal(server, request(account_id=2))
        cut = await _refusal(server, request(account_id=3))
    assert (met.kind, met.reason) == (ErrorKind.CONFLICT, "WRITE_CONFLICT")
    assert (lost.kind, lost.reason) == (cut.kind, cut.reason) == (ErrorKind.UNAVAILABLE, "STORE_UNAVAILABLE")
    assert "10.0.0.7" not in lost.message


async def test_two_transactions_that_cannot_both_hold_end_in_a_conflict(pool: Pool) -> None:
    both_read = asyncio.Barrier(2)

    async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
        async with transaction(pool) as conn:
            await conn.execute("set transaction isolation level serializable")
            await conn.execute("select count(*) from effect")
            await both_read.wait()
            await conn.execute("insert into effect values ('met')")
        return ExplainResponse()

    async with serving(explain) as server, channel_to(server) as channel:
        explain_both = [call(stub(channel).Explain, request(), timeout_s=5) for _ in range(2)]
        results = await asyncio.gather(*explain_both, return_exceptions=True)
    conflicts = [result.reason for result in results if isinstance(result, RemoteError)]
    assert conflicts == ["WRITE_CONFLICT"]


async def test_a_service_passes_on_what_is_left_of_its_callers_deadline() -> None:
    left_at_second: list[float] = []

    async def second(_: ExplainRequest, context: Any) -> ExplainResponse:
        left_at_second.append(context.time_remaining())
        return ExplainResponse()

    async with serving(second) as last, channel_to(last) as onwards:

        async def first(message: ExplainRequest, _: Any) -> ExplainResponse:
            return await call(stub(onwards).Explain, message, timeout_s=60)

        async with serving(first, service="dialogue") as door, channel_to(door) as channel:
            await call(stub(channel).Explain, request(), timeout_s=2)
            await call(stub(channel).Explain, request(), timeout_s=500)
    # gRPC rounds a timeout up when it writes it, by up to a hundredth.
    assert 0.3 < left_at_second[0] < 1.98
    assert 50 < left_at_second[1] < 61


async def test_the_caller_hears_from_its_service_before_its_own_deadline_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grpc_client, "_MARGIN_S", 2.0)  # a busy machine needs longer than production's 50 ms

    async def hangs(_: ExplainRequest, __: Any) -> ExplainResponse:
        await asyncio.Event().wait()
        return ExplainResponse()

    async with serving(hangs) as last, channel_to(last) as onwards:

        async def first(message: ExplainRequest, _: Any) -> ExplainResponse:
            try:
                return await call(stub(onwards).Explain, message, timeout_s=60)
            except RemoteError as error:
                raise StoreUnavailable from error

        async with serving(first, service="dialogue") as door, channel_to(door) as channel:
            with pytest.raises(RemoteError) as refused:
                await call(stub(channel).Explain, request(), timeout_s=2.3)
    assert (refused.value.reason, refused.value.service) == ("STORE_UNAVAILABLE", "dialogue")


async def test_a_call_without_a_deadline_leaves_no_trace_of_another_calls() -> None:
    seen: list[float | None] = []

    async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
        seen.append(inbound_deadline.get())
        return ExplainResponse()

    async with serving(explain) as server, channel_to(server) as channel:
        await stub(channel).Explain(request(), timeout=5)
        await stub(channel).Explain(request())
    assert seen[0] is not None
    assert 0 < seen[0] - time.monotonic() < 5.1
    assert seen[1] is None
    assert inbound_deadline.get() is None


async def _health(channel: grpc.aio.Channel, name: str) -> str:
    try:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=name))
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


async def test_health_tells_a_living_process_from_one_that_takes_traffic() -> None:
    server = await start(_fine)
    async with channel_to(server) as channel:
        names = ("", "live", "ready", "nonsense")
        assert [await _health(channel, name) for name in names] == ["SERVING", "SERVING", "NOT_SERVING", "NOT_FOUND"]
        await server.set_ready(True)
        assert await _health(channel, "ready") == "SERVING"
        await server.set_ready(False)
        assert [await _health(channel, name) for name in ("live", "ready")] == ["SERVING", "NOT_SERVING"]
    await server.stop(0)


async def test_reflection_lists_the_services_and_describes_their_messages() -> None:
    async with serving(_fine) as server, channel_to(server) as channel:
        asks = [
            reflection_pb2.ServerReflectionRequest(list_services=""),
            reflection_pb2.ServerReflectionRequest(file_containing_symbol="sdr.scoring.v1.ScoringService"),
        ]
        stream = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter(asks))
        listed, described = [answer async for answer in stream]
    assert sorted(service.name for service in listed.list_services_response.service) == [
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        "sdr.scoring.v1.ScoringService",
    ]
    assert b"QualifyRequest" in described.file_descriptor_response.file_descriptor_proto[0]


async def test_an_unknown_method_is_unimplemented() -> None:
    async with serving(_fine) as server, channel_to(server) as channel:
        unknown: Any = channel.unary_unary("/sdr.scoring.v1.ScoringService/Guess")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await unknown(b"")
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_taken_port_is_one_sentence() -> None:
    async with serving(_fine) as server:
        with pytest.raises(SystemExit) as stopped:
            await start(_fine, service="routing", port=server.port)
    assert str(stopped.value) == (
        f"routing: port {server.port} on 127.0.0.1 is taken; stop what uses it or set another port"
    )


async def test_a_replica_drains_under_load_without_a_failed_call() -> None:
    answered = {"first": 0, "second": 0}

    def replica(name: str) -> Any:
        async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
            await asyncio.sleep(0.02)
            answered[name] += 1
            return ExplainResponse(explanation=name)

        return explain

    async with serving(replica("first")) as first, serving(replica("second")) as second:
        target = f"ipv4:127.0.0.1:{first.port},127.0.0.1:{second.port}"
        channel, stop = make_channel(target), asyncio.Event()

        async def calls() -> int:
            made = 0
            while not stop.is_set():
                await call(stub(channel).Explain, request(), timeout_s=30)
                made += 1
            return made

        callers = [asyncio.create_task(calls()) for _ in range(12)]
        await eventually(lambda: min(answered.values()) > 30)
        await first.stop(5)
        after_drain = answered["second"]
        await eventually(lambda: answered["second"] > after_drain + 30)
        stop.set()
        made = await asyncio.gather(*callers)
        await channel.close()
    assert sum(made) == sum(answered.values())


async def test_running_calls_finish_while_new_ones_are_refused() -> None:
    entered, may_end = asyncio.Event(), asyncio.Event()

    async def explain(_: ExplainRequest, __: Any) -> ExplainResponse:
        entered.set()
        await may_end.wait()
        return ExplainResponse(explanation="finished")

    server = await start(explain)
    async with channel_to(server) as channel:
        running = asyncio.create_task(call(stub(channel).Explain, request(), timeout_s=5))
        await asyncio.wait_for(entered.wait(), 5)
        stopping = asyncio.create_task(server.stop(5))

        async def refused() -> bool:
            async with channel_to(server) as late:
                with contextlib.suppress(RemoteError):
                    await call(stub(late).Explain, request(), timeout_s=0.2)
                    return False
                return True

        assert await eventually(refused)
        assert not stopping.done()
        may_end.set()
        assert (await running).explanation == "finished"
        await asyncio.wait_for(stopping, 5)


async def test_sigterm_lets_a_process_drain_and_end_well() -> None:
    code = """
        import asyncio
        from sdr_common.grpc_server import start_server, stop_on_signals

        async def main():
            server = await start_server("scoring", lambda server: None, [])
            stop = stop_on_signals()
            print(server.port, flush=True)
            await stop.wait()
            await server.stop(1)
            print("drained", flush=True)

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert int(await asyncio.wait_for(process.stdout.readline(), 20)) > 0
    os.kill(process.pid, signal.SIGTERM)
    assert await asyncio.wait_for(process.stdout.read(), 10) == b"drained\n"
    assert await process.wait() == 0
