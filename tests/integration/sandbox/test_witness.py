"""What the export tells an independent checker beyond the rows."""

from __future__ import annotations

import time
from typing import Any

from tests.integration.sandbox.servers import ACCOUNT, Receiver, Running
from tests.support.net import eventually


async def exported(chatwoot: Running) -> dict[str, Any]:
    found: dict[str, Any] = (await chatwoot.client.get("/sandbox/export")).json()
    return found


async def test_the_export_tells_who_looked_and_who_wrote_when(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    url, started = f"{ACCOUNT}/conversations/{conversation}/messages", time.time()
    agent = {"user-agent": "sdr-routing (pid 7)"}
    await chatwoot.client.get(url, headers=agent)
    written = (await chatwoot.client.post(url, json={"content": "Oi"}, headers=agent)).json()
    found = await exported(chatwoot)
    (look,), (creation,) = found["looks"], found["creations"]
    assert (look["conversation_id"], look["client"]) == (conversation, "sdr-routing (pid 7)")
    assert (creation["message_id"], creation["client"]) == (written["id"], "sdr-routing (pid 7)")
    assert started - 1 < look["at"] <= creation["requested_at"] <= time.time()


async def test_a_late_save_tells_when_its_request_came(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    await chatwoot.misbehave(message_create={"late_save_ratio": 1, "late_save_delay_s": 0.2, "hang_limit_s": 0.1})
    await chatwoot.client.post(f"{ACCOUNT}/conversations/{conversation}/messages", json={"content": "Oi"})

    async def saved() -> dict[str, Any]:
        found = await exported(chatwoot)
        assert found["creations"]
        return found

    (creation,) = (await eventually(saved))["creations"]
    rows = {row["id"]: row for one in (await exported(chatwoot))["conversations"] for row in one["messages"]}
    assert rows[creation["message_id"]]["created_at"] - creation["requested_at"] >= 0.2


async def test_a_webhook_that_was_left_out_is_told_too(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.client.post(
        f"{ACCOUNT}/webhooks", json={"webhook": {"url": receiver.url, "subscriptions": ["message_created"]}}
    )
    await chatwoot.misbehave(webhook_drop_ratio=1)
    _, conversation = await chatwoot.new_lead()
    await chatwoot.client.post(f"{ACCOUNT}/conversations/{conversation}/messages", json={"content": "Oi"})

    async def told() -> list[dict[str, Any]]:
        return [row for row in (await exported(chatwoot))["deliveries"] if row["event"] == "message_created"]

    (delivery,) = await eventually(told)
    assert (delivery["outcome"], delivery["attempts"], delivery["ended_at"]) == ("dropped", 0, None)


async def test_messages_can_be_spread_over_the_hour_before(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    url = f"{ACCOUNT}/conversations/{conversation}/messages"
    ids = [(await chatwoot.client.post(url, json={"content": str(number)})).json()["id"] for number in range(4)]
    answer = await chatwoot.client.post("/sandbox/backdate", json={"from_message_id": ids[0], "span_s": 3600})
    assert answer.status_code == 204
    now = time.time()
    (found,) = (await exported(chatwoot))["conversations"]
    ages = [round((now - row["created_at"]) / 60) for row in found["messages"]][-4:]
    assert ages == [60, 45, 30, 15]
    assert round((now - found["last_activity_at"]) / 60) == 15
