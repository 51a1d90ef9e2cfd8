"""Answers of the account API have the shape of recorded ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.sandbox.conftest import ACCOUNT, CONVERSATION, Client
from tests.contract.sandbox.recorded import differences, recorded


async def _answered(client: Client) -> httpx.Response:
    body = {"content": "Oi!", "content_attributes": {"sdr_key": "k"}, "echo_id": "k"}
    return await client.call("POST", f"{CONVERSATION}/messages", body, as_bot=True)


async def _shown(client: Client) -> httpx.Response:
    await client.call("POST", f"{CONVERSATION}/assignments", {"team_id": 1})
    await client.call("POST", f"{CONVERSATION}/assignments", {"assignee_id": 2})
    agent = (
        await client.call("POST", "/auth/sign_in", {"email": "camila@clinica.test", "password": "sandbox123!"})
    ).json()
    headers = {"api_access_token": agent["data"]["access_token"]}
    await client.http.post(f"{CONVERSATION}/messages", json={"content": "Aqui é a Camila"}, headers=headers)
    return await client.call("GET", CONVERSATION)


async def _listed(client: Client) -> httpx.Response:
    await client.call("POST", f"{CONVERSATION}/assignments", {"assignee_id": 2})
    return await client.call("GET", f"{CONVERSATION}/messages")


async def _activity(client: Client) -> httpx.Response:
    await client.call("POST", f"{CONVERSATION}/assignments", {"assignee_id": 2})
    listed = (await client.call("GET", f"{CONVERSATION}/messages")).json()["payload"]
    return httpx.Response(200, json=next(row for row in listed if row["message_type"] == 2))


Play = Callable[[Client], Any]
RECORDED: dict[str, Play] = {
    "rest_activity_message_not_sent_by_webhook.json": _activity,
    "rest_conversation_show_response.json": _shown,
    "rest_create_message_response.json": _answered,
    "rest_custom_attributes_response.json": lambda client: client.call(
        "POST", f"{CONVERSATION}/custom_attributes", {"custom_attributes": {"lead_score": 82}}
    ),
    "rest_error_401_bot_endpoint.json": lambda client: client.call("GET", f"{CONVERSATION}/messages", as_bot=True),
    "rest_error_422_record_invalid.json": lambda client: client.call(
        "POST", f"{ACCOUNT}/contacts", {"phone_number": "+5511987654321"}
    ),
    "rest_labels_response.json": lambda client: client.call(
        "POST", f"{CONVERSATION}/labels", {"labels": ["lead-quente", "botox"]}
    ),
    "rest_list_messages_response.json": _listed,
    "rest_toggle_status_response_bot_handoff.json": lambda client: client.call(
        "POST", f"{CONVERSATION}/toggle_status", {"status": "open"}, as_bot=True
    ),
    "rest_toggle_status_response_user.json": lambda client: client.call(
        "POST", f"{CONVERSATION}/toggle_status", {"status": "open"}
    ),
}
EXACT = (
    *("rest_error_401_bot_endpoint.json", "rest_error_422_record_invalid.json", "rest_labels_response.json"),
    *("rest_toggle_status_response_bot_handoff.json", "rest_toggle_status_response_user.json"),
)


@pytest.mark.parametrize("name", sorted(RECORDED))
async def test_an_answer_has_the_shape_of_the_recorded_one(client: Client, name: str) -> None:
    expected = recorded(name)
    answer = (await RECORDED[name](client)).json()
    assert differences(expected, answer) == []
    if name in EXACT:
        expected = json.loads(json.dumps(expected).replace('"conversation_id": 241', '"conversation_id": 1'))
        assert answer == expected


async def test_too_many_messages_are_refused_in_the_recorded_words(client: Client) -> None:
    for _ in range(199):
        await client.call("POST", f"{CONVERSATION}/messages", {"content": "x"})
    refused = await client.call("POST", f"{CONVERSATION}/messages", {"content": "x"})
    assert refused.status_code == 422
    assert refused.json() == recorded("rest_error_422_message_create.json")
