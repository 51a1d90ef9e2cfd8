"""Restart, reset, export, live stream, and the process itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from sdr_sandbox.chatwoot.snapshot import SnapshotUnreadableError
from tests.integration.sandbox.servers import INBOX, PUBLIC, TOKEN, Receiver, Running, running_chatwoot
from tests.support.net import eventually, free_port


async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    async with running_chatwoot(data_dir=tmp_path) as before:
        bot = await before.new_bot()
        lead = await before.new_lead("Ana")
        await before.lead_says(lead, "oi")
        dump = before.core.dump()
    async with running_chatwoot(data_dir=tmp_path) as after:
        assert after.core.dump() == dump
        await after.lead_says(lead, "voltei")
        answer = await after.ask(
            "POST", f"/conversations/{lead[1]}/messages", {"content": "Oi"}, token=bot["access_token"]
        )
        assert answer["id"] == 3
        again = await after.public("POST", "/contacts", {"name": "Bia"})
        assert again["id"] == 2


async def test_a_snapshot_is_taken_while_it_runs(tmp_path: Path) -> None:
    async with running_chatwoot(data_dir=tmp_path, snapshot_interval_s=0.05) as chatwoot:
        await chatwoot.new_lead("Ana")
        file = tmp_path / "chatwoot.json"
        await eventually(lambda: file.exists() and b'"Ana"' in file.read_bytes(), what="the snapshot")


async def test_a_damaged_snapshot_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "chatwoot.json").write_text("{")
    with pytest.raises(SnapshotUnreadableError, match=r"chatwoot\.json cannot be read"):
        async with running_chatwoot(data_dir=tmp_path):
            pass


async def test_a_reset_starts_again_with_the_same_token_and_identifier(chatwoot: Running) -> None:
    lead = await chatwoot.new_lead()
    await chatwoot.lead_says(lead, "oi")
    assert (await chatwoot.client.post("/sandbox/reset")).status_code == 204
    assert (await chatwoot.ask("GET", "/conversations?status=all"))["data"]["payload"] == []
    assert (await chatwoot.client.get(f"{PUBLIC}/contacts/{lead[0]}")).status_code == 404
    assert await chatwoot.new_lead() != lead
    assert (await chatwoot.ask("GET", "/inboxes"))["payload"][0]["inbox_identifier"] == INBOX


async def test_the_export_has_conversations_with_messages_and_the_events_in_order(chatwoot: Running) -> None:
    lead = await chatwoot.new_lead("Ana")
    await chatwoot.lead_says(lead, "oi")
    await chatwoot.ask("POST", f"/conversations/{lead[1]}/labels", {"labels": ["quente"]})
    export = (await chatwoot.client.get("/sandbox/export")).json()
    [conversation] = export["conversations"]
    assert conversation["labels"] == ["quente"]
    assert [row["content"] for row in conversation["messages"] if row["message_type"] == 0] == ["oi"]
    names = [entry["event"]["name"] for entry in export["events"]]
    assert names.index("contact_created") < names.index("conversation_created") < names.index("contact_updated")
    assert [entry["sequence"] for entry in export["events"]] == list(range(1, len(names) + 1))
    narrowed = (await chatwoot.client.get("/sandbox/export?only=conversations,contacts")).json()
    assert narrowed == {"conversations": export["conversations"], "contacts": export["contacts"]}


async def read_events(
    chatwoot: Running, query: str, headers: dict[str, str], wanted: int, act: Any
) -> list[dict[str, Any]]:
    """The first `wanted` events of a stream after `act` was awaited."""
    found: list[dict[str, Any]] = []
    async with chatwoot.client.stream("GET", f"/sandbox/stream{query}", headers=headers) as response:
        assert response.status_code == 200
        lines = response.aiter_lines()
        assert (await anext(lines)).startswith(":")
        await act()
        async with asyncio.timeout(5):
            async for line in lines:
                if line.startswith("data: "):
                    found.append(json.loads(line[6:]))
                if len(found) == wanted:
                    break
    return found


async def test_a_lead_sees_its_own_public_messages_and_nothing_else(chatwoot: Running) -> None:
    bot = await chatwoot.new_bot()
    lead, other = await chatwoot.new_lead("Ana"), await chatwoot.new_lead("Bia")

    async def act() -> None:
        token = bot["access_token"]
        await chatwoot.lead_says(other, "de outra pessoa")
        path = f"/conversations/{lead[1]}"
        await chatwoot.ask("POST", f"{path}/messages", {"content": "nota", "private": True}, token=token)
        await chatwoot.ask("POST", f"{path}/toggle_typing_status", {"typing_status": "on"}, token=token)
        await chatwoot.ask("POST", f"{path}/messages", {"content": "Oi, Ana"}, token=token)

    query = f"?inbox_identifier={INBOX}&source_id={lead[0]}"
    events = await read_events(chatwoot, query, {"api_access_token": ""}, 2, act)
    assert [event["type"] for event in events] == ["conversation_typing_on", "message_created"]
    assert events[1]["message"]["content"] == "Oi, Ana"
    assert "status" not in events[1]["message"]


async def test_the_closers_stream_needs_a_persons_token(chatwoot: Running) -> None:
    bot = await chatwoot.new_bot()
    for token in ("", "errado", bot["access_token"]):
        refused = await chatwoot.client.get("/sandbox/stream", headers={"api_access_token": token})
        assert refused.status_code == 401
    lead = await chatwoot.new_lead()
    agent = chatwoot.core.state.users[2].access_token
    events = await read_events(chatwoot, "", {"api_access_token": agent}, 1, lambda: chatwoot.lead_says(lead, "oi"))
    assert events[0]["type"] == "message_created"
    assert events[0]["conversation"]["id"] == lead[1]


def start(**environment: str) -> Any:
    return asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sdr_sandbox.chatwoot"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SDR_SANDBOX_ADMIN_TOKEN": TOKEN, **environment},
    )


async def test_the_process_serves_until_sigterm_even_with_an_open_stream(tmp_path: Path) -> None:
    port = free_port()
    process = await start(SDR_SANDBOX_CHATWOOT_PORT=str(port), SDR_SANDBOX_DATA_DIR=str(tmp_path))
    url = f"http://127.0.0.1:{port}"

    async def healthy() -> bool:
        try:
            return bool((await client.get("/health")).json() == {"status": "woot"})
        except httpx.TransportError:
            return False

    async with httpx.AsyncClient(base_url=url, headers={"api_access_token": TOKEN}, trust_env=False) as client:
        await eventually(healthy, 20, what="the process to serve")
        async with client.stream("GET", "/sandbox/stream") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            process.send_signal(signal.SIGTERM)
            assert [line async for line in lines if line] == []
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, errors.decode()) == (0, "")
    assert (tmp_path / "chatwoot.json").exists()


async def test_the_process_delivers_webhooks(receiver: Receiver) -> None:
    port = free_port()
    process = await start(SDR_SANDBOX_CHATWOOT_PORT=str(port), SDR_SANDBOX_INBOX_IDENTIFIER=INBOX)
    url = f"http://127.0.0.1:{port}"
    headers = {"api_access_token": TOKEN}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:

        async def subscribed() -> bool:
            try:
                body = {"url": receiver.url, "subscriptions": ["contact_created"]}
                return (await client.post("/api/v1/accounts/1/webhooks", json=body)).is_success
            except httpx.TransportError:
                return False

        await eventually(subscribed, 20, what="the process to serve")
        for name in ("Ana", "Bia"):
            await client.post(f"{PUBLIC}/contacts", json={"name": name})
        arrived = await receiver.wait_for("contact_created", 2)
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), 10)
    assert {delivery.body["name"] for delivery in arrived} == {"Ana", "Bia"}


async def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await start(SDR_SANDBOX_CHATWOOT_PORT=str(port))
        _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert errors.decode() == (
        f"The emulated Chatwoot cannot listen on 127.0.0.1:{port}: Address already in use; free that port or set "
        "SDR_SANDBOX_CHATWOOT_PORT to another.\n"
    )


async def test_all_faulty_settings_are_named_at_once() -> None:
    process = await start(
        SDR_SANDBOX_CHATWOOT_PORT="x", SDR_SANDBOX_ADMIN_TOKEN="curto", SDR_SANDBOX_WEBHOOK_TIMEOUT_S="0"
    )
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert {line.partition(":")[0] for line in errors.decode().splitlines()} == {
        "SDR_SANDBOX_CHATWOOT_PORT",
        "SDR_SANDBOX_ADMIN_TOKEN",
        "SDR_SANDBOX_WEBHOOK_TIMEOUT_S",
    }
