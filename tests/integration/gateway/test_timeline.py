"""Why did the bot (not) answer this? Told by RPC and by command, without a word of what was said."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.gateway.v1 import operations_pb2 as pb
from sdr.gateway.v1.operations_pb2_grpc import OperationsServiceStub
from sdr_common.errors import StoreUnavailable
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from tests.support.gateway import Door, Services, a_reply, has_outcomes, running_gateway
from tests.support.net import eventually
from tests.support.payloads import a_human_line, a_message

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.gateway.v1.operations_pb2_grpc import OperationsServiceAsyncStub


@pytest.fixture
async def stub(door: Door) -> AsyncIterator[OperationsServiceAsyncStub]:
    async with make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel:
        yield OperationsServiceStub(channel)


async def timeline(stub: OperationsServiceAsyncStub, **fields: object) -> pb.GetTimelineResponse:
    request = pb.GetTimelineRequest(account_id=1, conversation_id=241, **fields)  # type: ignore[arg-type]  # any field
    return await call(stub.GetTimeline, request, timeout_s=20)


async def test_a_turn_is_told_from_the_webhook_to_the_write_that_failed(
    door: Door, services: Services, stub: OperationsServiceAsyncStub
) -> None:
    await door.tell(a_message(101, "segredo um"))
    await door.tell(a_message(102, "segredo dois"))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    page = await timeline(stub)
    told = [(item.what, item.text) for item in page.items]
    assert ("received", "Mensagem do lead chegou pelo webhook.") in told
    assert ("ended", f"Turno {services.responds[0].turn_id}: o bot respondeu.") in told
    understood = next(text for what, text in told if what == "understood")
    assert understood.startswith("Entendido por openai:gpt-5-mini (prompt v1): aprendeu interesse; pergunta nome; ")
    assert understood.endswith("120 + 40 tokens, US$ 0.001200.")
    assert ("accepted", "Entrega aceita com 2 escritas, 2 tentativas com falha.") in told
    assert ("written", "Escrita 1, mensagem ao lead: falhou (o Chatwoot recusou o token (401)).") in told
    assert page.verdict == "Última decisão: o bot respondeu."
    assert [list(item.message_ids) for item in page.items if item.what == "received"] == [[101], [102]]
    assert "segredo" not in str(page)
    assert "Oi!" not in str(page)


async def test_a_silence_says_whose_it_is(door: Door, stub: OperationsServiceAsyncStub) -> None:
    await door.tell(a_message(101))
    await door.tell(a_human_line(102))
    await eventually(lambda: has_outcomes(door, ["paused"]))
    await door.tell(a_message(103))
    await eventually(lambda: has_outcomes(door, ["paused", "paused"]))
    assert (await timeline(stub)).verdict == (
        "Última decisão: o bot ficou calado: um humano assumiu a conversa."
        " A conversa está pausada porque um atendente escreveu."
    )


async def test_a_turn_that_waits_says_for_what_and_one_that_was_redone_keeps_its_history(
    door: Door, services: Services, stub: OperationsServiceAsyncStub
) -> None:
    away, first = True, asyncio.Event()

    async def answer(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        first.set()
        if away:
            raise StoreUnavailable
        return a_reply()

    services.answer = answer
    await door.tell(a_message(101))
    await asyncio.wait_for(first.wait(), 10)

    async def waits() -> bool:
        return "espera a próxima tentativa: STORE_UNAVAILABLE" in (await timeline(stub)).verdict

    await eventually(waits)
    away = False
    await eventually(lambda: has_outcomes(door, ["answered"]), timeout_s=20)
    put_back = [item for item in (await timeline(stub)).items if item.what == "put_back"]
    assert {item.reason for item in put_back} == {"STORE_UNAVAILABLE"}


async def test_what_was_not_kept_and_what_came_twice_is_counted_with_its_reason(
    database: str, services: Services
) -> None:
    async with running_gateway(database, services) as door:
        await door.tell(a_message(101), a_message(102, "Reagiu com 👍 a uma mensagem"))
        await door.tell(a_message(101), a_message(103, "Reagiu com 👍 a uma mensagem"))
        await eventually(lambda: has_outcomes(door, ["answered"]))
    # The last notes are written when the process ends.
    async with (
        running_gateway(database, services, account=False) as door,
        make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel,
    ):
        page = await timeline(OperationsServiceStub(channel))
    ignored = {item.reason: item.text for item in page.items if item.what == "ignored"}
    assert ignored == {
        "reaction": "Evento não aproveitado (2 vezes): é uma reação.",
        "repeated": "Evento não aproveitado: já tinha chegado antes.",
    }


async def test_pages_lead_to_older_turns(door: Door, services: Services, stub: OperationsServiceAsyncStub) -> None:
    for number in range(3):
        await door.tell(a_message(101 + number))
        await eventually(partial(has_outcomes, door, ["answered"] * (number + 1)))
    newest = await timeline(stub, page_size=2)
    older = await timeline(stub, page_size=2, page_token=newest.next_page_token)
    turns = [asked.turn_id for asked in services.responds]
    assert [item.turn_id for item in newest.items if item.what == "ended"] == turns[1:]
    assert [item.turn_id for item in older.items if item.what == "understood"] == turns[:1]
    assert (older.next_page_token, older.verdict) == ("", "")
    with pytest.raises(RemoteError, match="not one of this list"):
        await timeline(stub, page_token="bm9uc2Vuc2U=")


@pytest.mark.thorough
async def test_an_operator_asks_by_command_and_finds_turns_that_were_given_up(
    door: Door, services: Services, stub: OperationsServiceAsyncStub
) -> None:
    await door.tell(a_message(101))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    said = await _command(door, "timeline", "--conversation", "241")
    assert "Mensagem do lead chegou pelo webhook.  [101]" in said
    assert said.endswith("Última decisão: o bot respondeu.\n")
    assert await _command(door, "failed-turns") == "Nenhum turno falhou.\n"
    await door.rows(_A_FAILED_TURN)
    assert "O turno 9 falhou 5 vezes e um humano foi chamado; a última falha foi KeyError." in await _command(
        door, "failed-turns"
    )


_A_FAILED_TURN = """
insert into mailbox_turn (turn, account_id, key_id, entries, epoch, attempt, outcome, history)
values (9, 1, 241, '{}', 1, 6, 'poison',
  '[{"what": "put_back", "at": 1, "turn": 9, "reason": "KeyError", "counted": true}]') returning 1
"""


async def _command(door: Door, name: str, *rest: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sdr_gateway", name, "--target", f"127.0.0.1:{door.gateway.grpc_port}"),
        *("--account", "1", *rest),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return out.decode()
