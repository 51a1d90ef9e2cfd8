"""The service as a process of its own: commands, a clean end, a crash between the engine and the commit."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
import psycopg
import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1.dialogue_pb2_grpc import DialogueServiceStub
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.reporting.v1 import reporting_pb2_grpc
from sdr_common.grpc_client import make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_dialogue.engine.scripted import ScriptedEngine
from tests.integration.dialogue.conftest import (
    Dialogue,
    ObedientModel,
    a_bot_line,
    a_message,
    a_request,
    a_settings_request,
    attempts,
    running,
    values,
)
from tests.integration.dialogue.emulated_llm import an_output, emulated_llm
from tests.integration.dialogue.test_analyze import an_analysis
from tests.support.net import eventually, free_port
from tests.support.postgres import migration_names


def environment(values: Mapping[str, str]) -> dict[str, str]:
    """Ours alone: no key or URL of this machine reaches a test."""
    ours = ("SDR_", "DATABASE_URL", "OPENAI_", "OTEL_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)} | dict(values)


def command(name: str, values: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "sdr_dialogue", name],
        env=environment(values),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@asynccontextmanager
async def process(url: str, **values: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, Dialogue]]:
    """The service as a process; killed at the end if it still runs."""
    port = free_port()
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sdr_dialogue",
        "serve",
        env=environment({"DATABASE_URL": url, "SDR_DIALOGUE_GRPC_PORT": str(port), **values}),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert started.stderr is not None
        async with asyncio.timeout(90), make_channel(f"127.0.0.1:{port}") as channel:
            while b"service_became_ready" not in await started.stderr.readline():
                pass
            yield started, Dialogue(url, DialogueServiceStub(channel), channel, ScriptedEngine())
    finally:
        if started.returncode is None:
            started.kill()
        # Reads to the end, so that the pipe is closed with its loop still running.
        await started.communicate()


def test_check_config_tells_every_fault_at_once_and_no_secret() -> None:
    result = command(
        "check-config",
        {
            "SDR_DIALOGUE_GRPC_PORT": "70000",
            "OPENAI_BASE_URL": "ftp://models",
            "OPENAI_API_KEY": "sk-secret",
            "SDR_DIALOGUE_MODEL_DEADLINE_S": "0",
        },
    )
    assert result.returncode == 2
    assert [line.split(":")[0] for line in sorted(result.stderr.splitlines())] == [
        "DATABASE_URL",
        "OPENAI_BASE_URL",
        "SDR_DIALOGUE_GRPC_PORT",
        "SDR_DIALOGUE_MODEL_DEADLINE_S",
    ]
    assert "sk-secret" not in result.stderr


@pytest.mark.thorough
def test_migrate_names_what_it_applied_and_then_has_nothing_to_do(empty_database: str) -> None:
    first = command("migrate", {"DATABASE_URL": empty_database})
    second = command("migrate", {"DATABASE_URL": empty_database})
    assert first.stdout.splitlines() == migration_names("sdr_dialogue")
    assert first.stdout.startswith("dialogue_0001_shared\n")
    assert second.stdout == "nothing to migrate\n"


@pytest.mark.thorough
def test_migrations_can_be_taken_back(empty_database: str) -> None:
    command("migrate", {"DATABASE_URL": empty_database})
    from yoyo import get_backend, read_migrations  # noqa: PLC0415  (only here)

    from sdr_common.migrate import yoyo_url  # noqa: PLC0415  (only here)

    backend = get_backend(yoyo_url(empty_database, "dialogue"))
    try:
        with backend.lock():
            backend.rollback_migrations(
                backend.to_rollback(read_migrations("services/dialogue/sdr_dialogue/migrations"))
            )
    finally:
        backend.connection.close()
    with psycopg.connect(empty_database) as conn:
        left = conn.execute(
            "select table_name from information_schema.tables where table_schema = 'dialogue' order by 1"
        ).fetchall()
    assert all(name.startswith(("_yoyo", "yoyo")) for (name,) in left)


async def test_a_crash_between_the_engine_and_the_commit_leaves_nothing_and_a_repeat_answers_once(
    database: str, model: ObedientModel
) -> None:
    request = a_request(1, a_message(10, "Oi, sou a Ana"))
    async with process(database, SDR_FAKE_LLM_LATENCY_MS="60000", SDR_DIALOGUE_LEASE_S="0.5") as (started, dying):
        await dying.put_settings(a_settings_request())
        call = asyncio.create_task(dying.respond(request))
        await eventually(lambda: dying.fetch("select 1 as taken from idempotency where answer is null"))
        started.kill()
        await started.wait()
        with pytest.raises(RemoteError) as failed:
            await call
        assert failed.value.transient
    async with running(database, model) as service:
        assert await service.fetch("select 1 as line from line union all select 1 from turn") == []
        answer = await service.respond(request)
        assert await service.respond(request) == answer
    assert len(model.calls) == 1
    assert attempts(answer.lead) == {"INTEREST": 1}


async def test_the_service_with_the_scripted_engine_qualifies_a_lead(database: str) -> None:
    async with running(database, ScriptedEngine()) as service:
        await service.put_settings(a_settings_request())
        answer = await service.respond(
            a_request(1, a_message(10, "Oi! Sou a Ana, quero botox essa semana, já fiz antes e moro em Moema"))
        )
    assert values(answer.lead)["NAME"] == "Ana"
    assert {fact.level for fact in answer.lead.facts} == {
        "",
        "especifico",
        "esta_semana",
        "conhece_valores",
        "perto",
    }
    assert (answer.engine, answer.lead.known_count) == ("scripted", 5)


async def test_a_level_of_what_a_human_wrote_is_read_by_the_engine_s_own_words(database: str) -> None:
    async with running(database, ScriptedEngine()) as service:
        await service.put_settings(a_settings_request())
        answer = await service.respond(
            a_request(1, a_message(10, "oi"), attributes={"sdr_ia_urgencia": "semana que vem"})
        )
    fact = answer.lead.facts[0]
    assert (fact.value, fact.level, fact.locked) == ("semana que vem", "proximas_2_semanas", True)


@pytest.mark.thorough
async def test_with_a_key_the_model_answers_and_its_part_is_recorded(database: str) -> None:
    async with emulated_llm() as llm:
        await llm.script({"kind": "answer", "content": an_output()})
        # The first call waits for a library to load, which takes long on a busy machine.
        variables = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{llm.url}/v1", "SDR_DIALOGUE_MODEL_DEADLINE_S": "60"}
        async with process(database, **variables) as (started, service):
            await service.put_settings(a_settings_request())
            answer = await service.respond(a_request(1, a_message(11, "Oi, sou a Ana, quanto custa o botox?")))
            turn = (await service.turns()).turns[0]
            started.terminate()
            assert started.stderr is not None
            rest = await started.stderr.read()
            assert await started.wait() == 0
    assert b"service_stopped" in rest
    assert b"Ana" not in rest
    assert (answer.engine, turn.engine) == ("openai:gpt-5-mini", "openai:gpt-5-mini")
    assert turn.prompt_version.startswith("v1-")
    assert turn.usage.input_tokens == 120
    # The account has told no price: code takes the model's out.
    assert "900" not in answer.reply


class RememberingReporting(reporting_pb2_grpc.ReportingServiceServicer):
    """Keeps what it is told; stands in for reporting at its socket."""

    def __init__(self) -> None:
        self.events: list[reporting.Event] = []

    async def Record(  # noqa: N802  (the contract's name)
        self, request: reporting.RecordRequest, context: grpc.aio.ServicerContext[object, object]
    ) -> reporting.RecordResponse:
        self.events += request.events
        return reporting.RecordResponse(recorded_count=len(request.events))

    GetOverview = ListLeads = PutSettings = None  # type: ignore[assignment]  # never called here


async def test_events_reach_reporting_and_leave_the_outbox(database: str, model: ObedientModel) -> None:
    stand_in = RememberingReporting()
    async with AsyncExitStack() as stack:
        server = grpc.aio.server()
        reporting_pb2_grpc.add_ReportingServiceServicer_to_server(stand_in, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        stack.push_async_callback(server.stop, None)
        service = await stack.enter_async_context(running(database, model, SDR_REPORTING_TARGET=f"127.0.0.1:{port}"))
        await service.put_settings(a_settings_request())
        await service.respond(a_request(1, a_message(10, "nome=Maria;")))

        async def all_sent() -> bool:
            return await service.fetch("select 1 as waiting from event_outbox") == []

        await eventually(all_sent)
    told = [event.facts_learned for event in stand_in.events if event.HasField("facts_learned")]
    assert [facts_learned.facts[0].value for facts_learned in told] == ["Maria"]


async def test_a_whole_conversation_with_the_scripted_engine_ends_with_every_fact_and_a_judgement(
    database: str,
) -> None:
    said = {
        0: "Oi, vi o anúncio de vocês",
        lead.FACT_KIND_INTEREST: "queria fazer botox",
        lead.FACT_KIND_NAME: "Juliana",
        lead.FACT_KIND_URGENCY: "semana que vem",
        lead.FACT_KIND_KNOWLEDGE: "nunca fiz, é a primeira vez que pesquiso",
        lead.FACT_KIND_LOCATION: "moema",
    }
    async with running(database, ScriptedEngine()) as service:
        await service.put_settings(a_settings_request())
        asked, turn, message_id = 0, 0, 10
        while True:
            turn, message_id = turn + 1, message_id + 10
            answer = await service.respond(a_request(turn, a_message(message_id, said[asked])))
            if answer.ended:
                break
            await service.observe(a_bot_line(message_id + 1, answer.reply))
            asked = answer.asks
        judged = await service.analyze(an_analysis(turn))
    assert turn == 6
    assert answer.ended == lead.END_REASON_FACTS_COMPLETE
    assert [fact.level for fact in judged.lead.facts] == [
        "",
        "especifico",
        "proximas_2_semanas",
        "primeira_pesquisa",
        "perto",
    ]
    assert judged.behaviour == lead.BEHAVIOUR_COOPERATIVE
    assert "otox" in judged.summary
