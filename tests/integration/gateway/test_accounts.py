"""Accounts over real gRPC: one document in and out, the connection, and the commands."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from cryptography.fernet import Fernet

from sdr.gateway.v1 import gateway_pb2 as pb
from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceStub
from sdr_common.errors import DomainError, ErrorKind, InvalidField, StoreUnavailable
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_gateway.app import Role
from sdr_gateway.operations.document import read_document
from tests.support.gateway import KEY, SECRET, Door, Services, running_gateway, store_account
from tests.support.gateway_chatwoot import TOKEN, ListedChatwoot, listed_chatwoot
from tests.support.net import eventually
from tests.support.payloads import a_message, encode

if TYPE_CHECKING:
    from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceAsyncStub

DOCUMENT = """
clinic: {name: Bella Pele, assistant_name: Bella, time_zone: America/Sao_Paulo, city: São Paulo}
dialogue:
  procedures: [{slug: botox, name: Botox, synonyms: [toxina]}]
routing: {team_rules: [{temperatures: [quente], team: closers}]}
gateway: {coalesce_idle: 0.2s, coalesce_max: 1s}
"""


@pytest.fixture
async def chatwoot() -> AsyncIterator[ListedChatwoot]:
    async with listed_chatwoot() as made:
        yield made


@pytest.fixture
async def door(database: str, services: Services) -> AsyncIterator[Door]:
    """A gateway without an account, with reporting."""
    async with running_gateway(
        database,
        services,
        role=Role.SERVE,
        account=False,
        reporting_target=services.target,
        public_url="https://sdr.example.com/",
    ) as made:
        yield made


@pytest.fixture
async def stub(door: Door) -> AsyncIterator[AccountServiceAsyncStub]:
    async with make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel:
        yield AccountServiceStub(channel)


def _import(yaml: str = DOCUMENT, **fields: object) -> pb.ImportAccountRequest:
    request = pb.ImportAccountRequest(request_id=str(uuid.uuid4()), account_id=1, yaml=yaml)
    request.MergeFrom(pb.ImportAccountRequest(**fields))  # type: ignore[arg-type]  # any field of the request
    return request


def _connect(chatwoot: ListedChatwoot) -> pb.ConnectAccountRequest:
    return pb.ConnectAccountRequest(
        request_id=str(uuid.uuid4()),
        account_id=1,
        chatwoot_url=chatwoot.url,
        chatwoot_account_id=3,
        admin_token=TOKEN,
        inbox_ids=[12],
        create_missing_teams=True,
        bot_token="bot-token-de-teste",
    )


async def _refused(awaited: object) -> RemoteError:
    with pytest.raises(RemoteError) as refused:
        await awaited  # type: ignore[misc]  # a coroutine of `call`
    return refused.value


async def test_an_import_is_checked_everywhere_before_anything_is_stored(
    stub: AccountServiceAsyncStub, services: Services
) -> None:
    answer = await call(stub.ImportAccount, _import(), timeout_s=30)
    assert [(part.part, part.version, part.changed) for part in answer.parts] == [
        ("dialogue", 1, True),
        ("scoring", 1, True),
        ("routing", 1, True),
        ("reporting", 1, True),
        ("gateway", 1, True),
    ]
    order = [(part, request.dry_run) for part, request in services.puts]
    parts = ("dialogue", "scoring", "routing", "reporting")
    assert order == [(part, True) for part in parts] + [(part, False) for part in parts]
    assert services.puts[0][1].clinic.name == "Bella Pele"
    assert len({request.request_id for _, request in services.puts}) == 8


async def test_importing_the_same_again_changes_nothing_and_a_repeated_request_is_replayed(
    stub: AccountServiceAsyncStub, services: Services
) -> None:
    request = _import()
    first = await call(stub.ImportAccount, request, timeout_s=30)
    calls = len(services.puts)
    assert await call(stub.ImportAccount, request, timeout_s=30) == first
    assert len(services.puts) == calls
    again = await call(stub.ImportAccount, _import(), timeout_s=30)
    assert [(part.version, part.changed) for part in again.parts] == [(1, False)] * 5
    reused = await _refused(
        call(stub.ImportAccount, _import(DOCUMENT + "\n", request_id=request.request_id), timeout_s=30)
    )
    assert reused.reason == "REQUEST_ID_REUSED"


async def test_a_dry_run_stores_nothing(door: Door, stub: AccountServiceAsyncStub, services: Services) -> None:
    answer = await call(stub.ImportAccount, _import(dry_run=True), timeout_s=30)
    assert [(part.version, part.changed) for part in answer.parts] == [(0, True)] * 5
    assert services.settings == {}
    assert await door.rows("select count(*)::int as n from account_settings") == [{"n": 0}]


@pytest.mark.parametrize(
    ("error", "reason", "field"),
    [
        (InvalidField("settings.procedures[0].slug", "stands twice"), "INVALID_FIELD", "scoring.procedures[0].slug"),
        (StoreUnavailable(), "SERVICE_UNAVAILABLE", ""),
    ],
)
async def test_a_part_that_is_refused_stops_everything_and_names_its_place(
    stub: AccountServiceAsyncStub, services: Services, error: DomainError, reason: str, field: str
) -> None:
    services.refuse_put["scoring"] = error
    refused = await _refused(call(stub.ImportAccount, _import(), timeout_s=30))
    assert refused.reason == reason
    assert refused.details.get("field", "") == field
    assert services.settings == {}


async def test_a_document_with_an_unknown_key_is_refused_by_its_place(
    stub: AccountServiceAsyncStub, services: Services
) -> None:
    refused = await _refused(call(stub.ImportAccount, _import(DOCUMENT + "dialogo: {}\n"), timeout_s=30))
    assert (refused.kind, refused.reason) == (ErrorKind.INVALID, "INVALID_DOCUMENT")
    assert "dialogo" in refused.message
    contrary = DOCUMENT.replace("coalesce_max: 1s", "coalesce_max: 0.1s")
    refused = await _refused(call(stub.ImportAccount, _import(contrary), timeout_s=30))
    assert (refused.reason, refused.details["field"]) == ("INVALID_SETTINGS", "gateway.coalesce_max")
    assert services.puts == []


async def test_what_is_exported_is_what_was_imported(stub: AccountServiceAsyncStub) -> None:
    missing = await _refused(call(stub.ExportAccount, pb.ExportAccountRequest(account_id=1), timeout_s=30))
    assert missing.reason == "ACCOUNT_NOT_FOUND"
    await call(stub.ImportAccount, _import(), timeout_s=30)
    exported = await call(stub.ExportAccount, pb.ExportAccountRequest(account_id=1), timeout_s=30)
    document = read_document(exported.yaml)
    assert document.clinic == read_document(DOCUMENT).clinic
    assert document.dialogue == read_document(DOCUMENT).dialogue
    assert document.routing == read_document(DOCUMENT).routing
    again = await call(stub.ImportAccount, _import(exported.yaml), timeout_s=30)
    assert [part.changed for part in again.parts] == [False] * 5


async def test_a_connection_provisions_and_opens_the_door(
    door: Door, stub: AccountServiceAsyncStub, services: Services, chatwoot: ListedChatwoot
) -> None:
    unknown = await _refused(call(stub.ConnectAccount, _connect(chatwoot), timeout_s=30))
    assert unknown.reason == "ACCOUNT_NOT_FOUND"
    assert (await door.post(a_message(101))).status_code == 404

    await call(stub.ImportAccount, _import(), timeout_s=30)
    answer = await call(stub.ConnectAccount, _connect(chatwoot), timeout_s=30)
    assert (answer.chatwoot_version, list(answer.inbox_ids), answer.steps[0].name) == ("4.15.1", [12], "bot")
    (asked,) = services.connects
    assert asked.webhook_url == "https://sdr.example.com/webhooks/chatwoot/1"
    assert (asked.admin_token, asked.bot_token) == (TOKEN, "bot-token-de-teste")
    assert asked.create_missing_teams
    assert (await door.post(a_message(101))).status_code == 200
    (row,) = await door.rows("select * from account")
    stored = repr(row)
    assert TOKEN not in stored
    assert SECRET not in stored
    (entry,) = await door.rows("select extract(epoch from m.ready_at - m.first_at)::float8 as idle from mailbox m")
    assert entry["idle"] == pytest.approx(0.2, abs=0.01)


async def test_connecting_again_keeps_the_baseline_and_takes_the_new_secret(
    door: Door, stub: AccountServiceAsyncStub, services: Services, chatwoot: ListedChatwoot
) -> None:
    await call(stub.ImportAccount, _import(), timeout_s=30)
    first = await call(stub.ConnectAccount, _connect(chatwoot), timeout_s=30)
    services.webhook_secret = "segredo-novo"
    second = await call(stub.ConnectAccount, _connect(chatwoot), timeout_s=30)
    assert second.connected_at == first.connected_at
    assert (await door.post(a_message(101))).status_code == 401
    assert (await door.post(a_message(101), secret="segredo-novo")).status_code == 200


async def test_a_redone_connection_makes_the_very_same_call_although_the_address_holds_a_new_secret(
    stub: AccountServiceAsyncStub, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.version, services.webhook_secret = "4.10.0", ""
    await call(stub.ImportAccount, _import(), timeout_s=30)
    services.refuse_connect = InvalidField("chatwoot_url", "stands for a gateway that dies before it knows the answer")
    request = _connect(chatwoot)
    await _refused(call(stub.ConnectAccount, request, timeout_s=30))
    services.refuse_connect = None
    await call(stub.ConnectAccount, request, timeout_s=30)
    first, second = services.connects
    assert first == second
    assert len(first.webhook_url.rpartition("/")[2]) == 32


async def test_a_chatwoot_that_does_not_sign_gets_an_address_with_a_secret_that_stays(
    door: Door, stub: AccountServiceAsyncStub, services: Services, chatwoot: ListedChatwoot
) -> None:
    chatwoot.version, services.webhook_secret = "4.10.0", ""
    await call(stub.ImportAccount, _import(), timeout_s=30)
    await call(stub.ConnectAccount, _connect(chatwoot), timeout_s=30)
    await call(stub.ConnectAccount, _connect(chatwoot), timeout_s=30)
    one, two = (request.webhook_url for request in services.connects)
    assert one == two
    path = one.removeprefix("https://sdr.example.com")
    assert path.startswith("/webhooks/chatwoot/1/")
    headers = {"Content-Type": "application/json"}
    assert (await door.http.post(path, content=encode(a_message(101)), headers=headers)).status_code == 200
    assert (await door.http.post(path[:-1], content=encode(a_message(101)), headers=headers)).status_code == 401


async def test_a_chatwoot_that_does_not_answer_is_told_as_that(stub: AccountServiceAsyncStub) -> None:
    await call(stub.ImportAccount, _import(), timeout_s=30)
    request = _connect(ListedChatwoot(url="http://127.0.0.1:9"))
    refused = await _refused(call(stub.ConnectAccount, request, timeout_s=30))
    assert (refused.kind, refused.reason) == (ErrorKind.UNAVAILABLE, "CHATWOOT_UNAVAILABLE")


async def _command(*arguments: str, stdin: str = "", **environment: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sdr_gateway",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.thorough
async def test_the_commands_import_connect_and_export(
    door: Door, services: Services, chatwoot: ListedChatwoot, tmp_path: Path
) -> None:
    file = tmp_path / "clinica.yaml"
    await asyncio.to_thread(file.write_text, DOCUMENT)
    target = f"127.0.0.1:{door.gateway.grpc_port}"
    done = await _command("account", "import", str(file), "--account", "1", SDR_GATEWAY_TARGET=target)
    parts = ("dialogue", "scoring", "routing", "reporting", "gateway")
    assert done == (0, "".join(f"{part}: stored, version 1\n" for part in parts), "")
    connect = ["account", "--target", target, "connect", "--account", "1", "--chatwoot-url", chatwoot.url]
    status, out, err = await _command(*connect, "--chatwoot-account", "3", CHATWOOT_ADMIN_TOKEN=TOKEN)
    assert (status, err) == (0, "")
    assert out.startswith("connected to Chatwoot 4.15.1; inboxes: 12\n")
    status, _, err = await _command(*connect, "--chatwoot-account", "3", stdin=f"{TOKEN}\n")
    assert (status, err) == (0, "")
    assert [request.admin_token for request in services.connects] == [TOKEN, TOKEN]
    status, _, err = await _command(*connect, "--chatwoot-account", "3")
    assert (status, "CHATWOOT_ADMIN_TOKEN" in err) == (2, True)
    status, out, _ = await _command("account", "--target", target, "export", "--account", "1")
    assert (status, read_document(out).clinic.name) == (0, "Bella Pele")


@pytest.mark.thorough
async def test_the_commands_say_what_is_wrong_in_one_line(door: Door, tmp_path: Path) -> None:
    target = f"127.0.0.1:{door.gateway.grpc_port}"
    wrong = tmp_path / "errado.yaml"
    await asyncio.to_thread(wrong.write_text, "clinic: {nome: x}")
    status, _, err = await _command("account", "--target", target, "import", str(wrong), "--account", "1")
    assert (status, err) == (1, "clinic: unknown key nome\n")
    status, _, err = await _command("account", "--target", target, "import", "nada.yaml", "--account", "1")
    assert (status, err) == (2, "nada.yaml cannot be read as a text file\n")
    status, _, err = await _command("account", "--target", "127.0.0.1:9", "export", "--account", "1")
    assert (status, "does not answer at 127.0.0.1:9" in err) == (3, True)


async def test_the_account_service_is_ready_and_described(door: Door) -> None:
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415  (untyped; only here)

    async with grpc.aio.insecure_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel:
        health = health_pb2_grpc.HealthStub(channel)

        async def ready() -> bool:
            answer = await health.Check(health_pb2.HealthCheckRequest(service="ready"), timeout=5)
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

        await eventually(ready)


async def test_a_chatwoot_in_a_network_of_ours_is_refused_unless_it_is_meant(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with (
        running_gateway(database, services, account=False, allowed_networks="10.0.0.0/8") as door,
        make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel,
    ):
        stub = AccountServiceStub(channel)
        await call(stub.ImportAccount, _import(), timeout_s=30)
        error = await _refused(call(stub.ConnectAccount, _connect(chatwoot), timeout_s=30))
    assert (error.reason, error.details["field"]) == ("INVALID_FIELD", "chatwoot_url")
    assert "add its network to SDR_ALLOWED_NETWORKS" in error.message
    assert services.connects == []


async def test_a_changed_key_is_taken_over_by_command_and_the_old_one_may_go(database: str, services: Services) -> None:
    newest = Fernet.generate_key().decode()
    await store_account(database)
    environment = {**os.environ, "DATABASE_URL": database, "SDR_SECRET_KEY": f"{newest},{KEY}"}
    said = await _run_command(environment, "reseal-secrets")
    assert said.splitlines()[0] == "secrets of accounts: 3"
    async with running_gateway(database, services, account=False, secret_key=newest) as door:
        await door.tell(a_message(101))
        trail = await door.rows("select action, account_id, detail from audit")
    assert trail == [{"action": "reseal_secrets", "account_id": 0, "detail": {"secrets": 3}}]


async def _run_command(environment: dict[str, str], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sdr_gateway", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return out.decode()
