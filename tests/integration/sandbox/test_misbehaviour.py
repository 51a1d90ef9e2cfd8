"""Faults on request, over real sockets, and that a seed repeats them."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from tests.integration.sandbox.servers import ACCOUNT, Receiver, Running, running_chatwoot, running_receiver
from tests.support.net import eventually


def contents(chatwoot: Running) -> list[str | None]:
    return [row.content for row in chatwoot.core.state.messages.values() if row.message_type == 1]


async def post(chatwoot: Running, conversation: int, content: str, timeout_s: float = 10) -> httpx.Response:
    url = f"{ACCOUNT}/conversations/{conversation}/messages"
    return await chatwoot.client.post(url, json={"content": content}, timeout=timeout_s)


@pytest.mark.parametrize(
    ("fault", "status", "saved"),
    [("error_after_save", 500, True), ("error_before_save", 500, False), ("reject_429", 429, False)],
)
async def test_a_message_is_refused_before_or_after_it_was_saved(
    chatwoot: Running, fault: str, status: int, saved: bool
) -> None:
    _, conversation = await chatwoot.new_lead()
    await chatwoot.misbehave(message_create={f"{fault}_ratio": 1})
    response = await post(chatwoot, conversation, "Oi")
    assert response.status_code == status
    assert contents(chatwoot) == (["Oi"] if saved else [])
    counters = (await chatwoot.client.get("/sandbox/counters")).json()
    assert counters["faults"] == {fault: 1}


async def test_a_timeout_saves_the_message_and_never_answers(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    await chatwoot.misbehave(message_create={"timeout_ratio": 1})
    with pytest.raises(httpx.ReadTimeout):
        await post(chatwoot, conversation, "Oi", timeout_s=0.2)
    assert contents(chatwoot) == ["Oi"]


async def test_a_late_save_happens_after_the_client_gave_up(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    await chatwoot.misbehave(message_create={"late_save_ratio": 1, "late_save_delay_s": 0.3})
    with pytest.raises(httpx.ReadTimeout):
        await post(chatwoot, conversation, "Oi", timeout_s=0.2)
    gave_up_at = time.monotonic()
    assert contents(chatwoot) == []
    await eventually(lambda: contents(chatwoot) == ["Oi"], what="the late save")
    assert time.monotonic() - gave_up_at >= 0.25


async def test_while_it_is_down_every_api_request_fails_and_the_controls_work(chatwoot: Running) -> None:
    await chatwoot.misbehave(down=True)
    assert (await chatwoot.client.get("/api")).status_code == 503
    await chatwoot.misbehave(down="reset")
    with pytest.raises(httpx.TransportError):
        await chatwoot.client.get("/api")
    assert (await chatwoot.client.delete("/sandbox/misbehaviour")).json()["down"] == "no"
    assert (await chatwoot.client.get("/api")).json()["version"] == "4.15.1"


async def test_only_paths_that_the_filter_finds_are_affected(chatwoot: Running) -> None:
    await chatwoot.new_lead()
    await chatwoot.new_lead()
    await chatwoot.misbehave(message_create={"error_before_save_ratio": 1}, path_filter="/conversations/1/")
    assert (await post(chatwoot, 1, "Oi")).status_code == 500
    assert (await post(chatwoot, 2, "Oi")).status_code == 200


async def test_requests_can_be_slowed_down(chatwoot: Running) -> None:
    await chatwoot.misbehave(all_requests_latency_ms=120)
    started_at = time.monotonic()
    await chatwoot.client.get("/api")
    assert time.monotonic() - started_at >= 0.11


async def test_bad_wishes_are_all_reported_at_once(chatwoot: Running) -> None:
    wishes = {"webhook_drop_ratio": 2, "unknown": 1, "message_create": {"timeout_ratio": 0.8, "late_save_ratio": 0.8}}
    response = await chatwoot.client.put("/sandbox/misbehaviour", json=wishes)
    assert response.status_code == 422
    fields = {text.partition(":")[0] for text in response.json()["errors"]}
    assert fields == {"webhook_drop_ratio", "unknown", "message_create"}
    agent = chatwoot.core.state.users[2].access_token
    refused = await chatwoot.client.get("/sandbox/misbehaviour", headers={"api_access_token": agent})
    assert refused.status_code == 401


async def outcome_of(seed: int) -> tuple[list[int], list[tuple[str, int]]]:
    """Which message creations fail and which webhooks arrive how often, under concurrent traffic."""
    async with running_receiver() as receiver, running_chatwoot() as chatwoot:
        await chatwoot.subscribe(receiver, "message_created")
        for _ in range(4):
            await chatwoot.new_lead()
        await chatwoot.misbehave(
            seed=seed,
            webhook_drop_ratio=0.3,
            webhook_duplicate_ratio=0.3,
            message_create={"error_before_save_ratio": 0.3, "reject_429_ratio": 0.2},
        )
        answers = await asyncio.gather(
            *(
                post(chatwoot, conversation, f"mensagem {number}")
                for number in range(15)
                for conversation in range(1, 5)
            )
        )
        await chatwoot.quiet()
        names = [(delivery.body["content"], delivery.body["conversation"]["id"]) for delivery in receiver.deliveries]
        return [answer.status_code for answer in answers], sorted(names)


async def test_a_seed_repeats_who_fails_even_under_concurrency() -> None:
    first, again, other = await outcome_of(7), await outcome_of(7), await outcome_of(8)
    assert first[0] == again[0]
    assert set(first[0]) == {200, 429, 500}
    assert first[0] != other[0]
    assert first[1] == again[1]
    assert len(set(first[1])) < len(first[1]) < 2 * first[0].count(200)


async def test_deliveries_can_be_dropped_and_doubled_with_another_id(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "message_created")
    lead = await chatwoot.new_lead()
    await chatwoot.misbehave(webhook_duplicate_ratio=1)
    await chatwoot.lead_says(lead, "dobrada")
    doubled = await receiver.wait_for("message_created", 2)
    assert len({delivery.headers["x-chatwoot-delivery"] for delivery in doubled}) == 2
    await chatwoot.misbehave(webhook_drop_ratio=1)
    await chatwoot.lead_says(lead, "perdida")
    await chatwoot.quiet()
    counters = (await chatwoot.client.get("/sandbox/counters")).json()["webhooks"]["total"]
    assert (counters["sent"], counters["dropped"], counters["duplicated"]) == (2, 1, 1)


async def test_deliveries_can_come_out_of_order(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "message_created")
    lead = await chatwoot.new_lead()
    await chatwoot.misbehave(seed=1, webhook_reorder=True)
    ids = [await chatwoot.lead_says(lead, str(number)) for number in range(20)]
    arrived = [delivery.body["id"] for delivery in await receiver.wait_for("message_created", 20)]
    assert sorted(arrived) == ids
    assert arrived != ids


async def test_a_share_of_deliveries_can_be_delayed(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "message_created")
    lead = await chatwoot.new_lead()
    await chatwoot.misbehave(webhook_delay_ms=[200, 250], webhook_delay_ratio=1)
    started_at = time.monotonic()
    await chatwoot.lead_says(lead, "oi")
    await receiver.wait_for("message_created")
    assert time.monotonic() - started_at >= 0.2


async def test_a_channel_can_refuse_what_was_taken(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "message_updated")
    _, conversation = await chatwoot.new_lead()
    await chatwoot.misbehave(channel={"refuse_ratio": 1})
    assert (await post(chatwoot, conversation, "Oi")).status_code == 200
    (update,) = await receiver.wait_for("message_updated")
    assert update.body["content_attributes"]["external_error"] == "Net::ReadTimeout with #<TCPSocket:(closed)>"
    assert update.body["conversation"]["messages"][0]["status"] == "failed"


async def test_a_bridge_tells_by_a_note_and_sends_anew_when_the_status_is_set_back(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    await chatwoot.misbehave(channel={"refuse_ratio": 1, "shape": "waha_note", "problem": "sem conexão"})
    message = (await post(chatwoot, conversation, "Oi")).json()

    def notes() -> list[str]:
        rows = chatwoot.core.state.messages.values()
        return [
            row.content or "" for row in rows if row.private and row.content_attributes["in_reply_to"] == message["id"]
        ]

    await eventually(notes, what="the note")
    assert notes()[0].startswith("⚠️ ")
    assert "sem conexão" in notes()[0]
    assert chatwoot.core.state.messages[message["id"]].status == "sent"
    path = f"/conversations/{conversation}/messages/{message['id']}"
    await chatwoot.ask("PATCH", path, {"status": "failed", "external_error": "x"})
    await chatwoot.ask("PATCH", path, {"status": "sent"})
    await eventually(lambda: len(notes()) == 2, what="the second refusal")
