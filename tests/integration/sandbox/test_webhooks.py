"""Deliveries over real sockets: signatures, subscriptions, failures, the bot's retries."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest

from sdr_sandbox.chatwoot.messages import Draft
from sdr_sandbox.chatwoot.records import INCOMING
from tests.integration.sandbox.servers import Receiver, Running, running_chatwoot, running_receiver


def independent_signature(secret: str, timestamp: str, raw: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()


async def test_an_account_webhook_is_signed_over_its_raw_body(chatwoot: Running, receiver: Receiver) -> None:
    webhook = await chatwoot.subscribe(receiver, "message_created")
    lead = await chatwoot.new_lead()
    await chatwoot.lead_says(lead, "quanto custa? <b>1 & 2</b>")
    [delivery] = await receiver.wait_for("message_created")
    expected = independent_signature(webhook["secret"], delivery.headers["x-chatwoot-timestamp"], delivery.raw)
    assert delivery.headers["x-chatwoot-signature"] == expected
    assert abs(int(delivery.headers["x-chatwoot-timestamp"]) - time.time()) < 10
    assert len(delivery.headers["x-chatwoot-delivery"]) == 36
    assert b"\\u003cb\\u003e1 \\u0026 2" in delivery.raw
    assert delivery.body["content"] == "quanto custa? <b>1 & 2</b>"


async def test_only_subscribed_events_are_delivered(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "message_created", "contact_updated")
    lead = await chatwoot.new_lead()
    await chatwoot.lead_says(lead, "oi")
    await receiver.wait_for("message_created")
    await receiver.wait_for("contact_updated")
    await chatwoot.quiet()
    assert receiver.events() == {"message_created": 1, "contact_updated": 1}


async def test_every_incoming_message_makes_noise_about_its_contact(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "contact_updated")
    lead = await chatwoot.new_lead()
    await chatwoot.lead_says(lead, "oi")
    await chatwoot.lead_says(lead, "tudo bem?")
    noise = await receiver.wait_for("contact_updated", 2)
    keys = [[next(iter(change)) for change in delivery.body["changed_attributes"]] for delivery in noise]
    assert keys == [["last_activity_at", "updated_at"]] * 2


async def test_activities_stay_inside_and_private_notes_go_out(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "message_created")
    _, conversation = await chatwoot.new_lead()
    await chatwoot.ask("POST", f"/conversations/{conversation}/toggle_priority", {"priority": "high"})
    note = {"content": "só para a equipe", "private": True}
    await chatwoot.ask("POST", f"/conversations/{conversation}/messages", note)
    await receiver.wait_for("message_created")
    await chatwoot.quiet()
    assert [delivery.body["private"] for delivery in receiver.deliveries] == [True]
    assert [delivery.body["message_type"] for delivery in receiver.deliveries] == ["outgoing"]
    listed = await chatwoot.ask("GET", f"/conversations/{conversation}/messages")
    assert 2 in {message["message_type"] for message in listed["payload"]}


async def test_a_failing_account_webhook_is_not_tried_again(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.subscribe(receiver, "message_created")
    receiver.statuses = [500]
    await chatwoot.lead_says(await chatwoot.new_lead(), "oi")
    await receiver.wait_for("message_created")
    await chatwoot.quiet()
    assert len(receiver.deliveries) == 1
    counters = (await chatwoot.client.get("/sandbox/counters")).json()
    assert counters["webhooks"]["by_route"]["account"]["failed"] == 1


async def test_a_slow_receiver_is_given_up_after_the_time_limit() -> None:
    async with running_receiver() as receiver, running_chatwoot(webhook_timeout_s=0.2) as chatwoot:
        receiver.pause_s = 1.0
        await chatwoot.subscribe(receiver, "message_created")
        await chatwoot.lead_says(await chatwoot.new_lead(), "oi")
        await receiver.wait_for("message_created")
        await chatwoot.quiet()
        counters = (await chatwoot.client.get("/sandbox/counters")).json()
        assert counters["webhooks"]["total"]["failed"] == 1
        assert counters["webhooks"]["total"]["sent"] == 0


async def test_a_failing_inbox_webhook_marks_the_message_failed(chatwoot: Running, receiver: Receiver) -> None:
    await chatwoot.ask("PATCH", "/inboxes/1", {"channel": {"webhook_url": receiver.url}})
    _, conversation = await chatwoot.new_lead()
    await receiver.wait_for("conversation_created")
    receiver.statuses = [503] * 20
    sent = await chatwoot.ask("POST", f"/conversations/{conversation}/messages", {"content": "Olá"})
    await receiver.wait_for("message_updated")
    listed = await chatwoot.ask("GET", f"/conversations/{conversation}/messages?after={sent['id'] - 1}")
    assert listed["payload"][0]["status"] == "failed"
    assert listed["payload"][0]["content_attributes"]["external_error"] == "503 Service Unavailable"


async def test_an_inbox_webhook_gets_every_event_of_its_inbox_but_no_contact_events(
    chatwoot: Running, receiver: Receiver
) -> None:
    await chatwoot.ask("PATCH", "/inboxes/1", {"channel": {"webhook_url": receiver.url}})
    lead = await chatwoot.new_lead()
    await chatwoot.lead_says(lead, "oi")
    await chatwoot.public("POST", f"/contacts/{lead[0]}/conversations/{lead[1]}/toggle_typing", {"typing_status": "on"})
    await receiver.wait_for("conversation_typing_on")
    await chatwoot.quiet()
    assert set(receiver.events()) == {
        "conversation_created",
        "conversation_updated",
        "message_created",
        "conversation_typing_on",
    }


async def test_a_bot_gets_its_own_echo_but_neither_creation_nor_typing(chatwoot: Running, receiver: Receiver) -> None:
    bot = await chatwoot.new_bot(receiver.url)
    lead = await chatwoot.new_lead()
    await chatwoot.lead_says(lead, "oi")
    path = f"/conversations/{lead[1]}"
    await chatwoot.ask("POST", f"{path}/toggle_typing_status", {"typing_status": "on"}, token=bot["access_token"])
    attributes = {"sdr_key": "k1"}
    message = {"content": "Oi!", "content_attributes": attributes}
    await chatwoot.ask("POST", f"{path}/messages", message, token=bot["access_token"])
    echoes = await receiver.wait_for("message_created", 2)
    await chatwoot.quiet()
    own = [echo.body for echo in echoes if echo.body["message_type"] == "outgoing"]
    assert [body["content_attributes"] for body in own] == [attributes]
    assert [body["sender"] for body in own] == [{"id": bot["id"], "name": "Bella", "type": "agent_bot"}]
    assert set(receiver.events()) == {"message_created", "conversation_updated"}


@pytest.mark.parametrize("status", [429, 500])
async def test_a_bot_delivery_is_tried_three_times_with_one_delivery_id(
    chatwoot: Running, receiver: Receiver, status: int
) -> None:
    await chatwoot.new_bot(receiver.url)
    lead = await chatwoot.new_lead()
    receiver.statuses = [status, status]
    await chatwoot.lead_says(lead, "oi")
    tries = await receiver.wait_for("message_created", 3)
    await chatwoot.quiet()
    assert len({delivery.headers["x-chatwoot-delivery"] for delivery in tries}) == 1
    assert (await chatwoot.ask("GET", f"/conversations/{lead[1]}"))["status"] == "pending"


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (503, 1)])
async def test_an_unreachable_bot_opens_the_conversation_with_a_note(
    chatwoot: Running, receiver: Receiver, status: int, tries: int
) -> None:
    await chatwoot.new_bot(receiver.url)
    lead = await chatwoot.new_lead()
    receiver.statuses = [status] * tries
    await chatwoot.lead_says(lead, "oi")
    await receiver.wait_for("conversation_opened")
    await chatwoot.quiet()
    assert len(receiver.of("message_created")) == tries
    shown = await chatwoot.ask("GET", f"/conversations/{lead[1]}")
    assert shown["status"] == "open"
    listed = await chatwoot.ask("GET", f"/conversations/{lead[1]}/messages")
    texts = [message["content"] for message in listed["payload"] if message["message_type"] == 2]
    assert "A conversa foi marcada como aberta pelo sistema devido a um erro com o bot" in texts


async def test_the_account_can_keep_conversations_pending_when_a_bot_fails(
    chatwoot: Running, receiver: Receiver
) -> None:
    await chatwoot.ask("PATCH", "", {"keep_pending_on_bot_failure": True})
    await chatwoot.new_bot(receiver.url)
    lead = await chatwoot.new_lead()
    receiver.statuses = [500] * 3
    await chatwoot.lead_says(lead, "oi")
    await receiver.wait_for("message_created", 3)
    await chatwoot.quiet()
    assert (await chatwoot.ask("GET", f"/conversations/{lead[1]}"))["status"] == "pending"


async def test_a_bots_body_is_frozen_when_the_event_happens_and_the_accounts_later(
    chatwoot: Running, receiver: Receiver
) -> None:
    async with running_receiver() as early:
        await chatwoot.new_bot(early.url)
        await chatwoot.subscribe(receiver, "message_created")
        _, number = await chatwoot.new_lead()
        core = chatwoot.core
        conversation = core.state.conversations[number]
        contact = core.state.contacts[conversation.contact_id]
        core.messages.create(conversation, Draft("oi", INCOMING, contact))
        core.conversations.set_labels(conversation, None, ["depois"])
        [to_bot] = await early.wait_for("message_created")
        [to_account] = await receiver.wait_for("message_created")
        assert to_bot.body["conversation"]["labels"] == []
        assert to_account.body["conversation"]["labels"] == ["depois"]
