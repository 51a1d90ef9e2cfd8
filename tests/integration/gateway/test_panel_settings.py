"""The panel's settings: partial changes, two tabs, all faults at once, secrets that are never told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.gateway.v1.gateway_pb2 import GatewaySettings
from sdr_common.errors import InvalidSettings, StoreUnavailable
from tests.integration.sandbox.servers import TOKEN, running_chatwoot
from tests.support.gateway import Door, Services, running_gateway, store_account
from tests.support.net import PLAIN

SETTINGS = "/api/v1/accounts/1/settings"
OWN = GatewaySettings(silent_outside_hours=True, closed_on=["2026-12-24"])


@pytest.fixture
async def door(database: str, services: Services) -> AsyncIterator[Door]:
    services.settings["dialogue"] = dialogue.DialogueSettings(persona="Calma.", attempts_per_fact=2)
    async with AsyncExitStack() as stack:
        chatwoot = await stack.enter_async_context(running_chatwoot())
        await store_account(database, OWN, chatwoot_url=chatwoot.url, chatwoot_account_id=1)
        yield await stack.enter_async_context(
            running_gateway(database, services, account=False, reporting_target=services.target)
        )


@pytest.fixture
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=PLAIN, base_url=door.http.base_url, trust_env=False, timeout=20) as made:
        answer = await made.post("/api/v1/session", json={"access_token": TOKEN})
        made.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        yield made


async def test_a_partial_change_leaves_every_other_field_as_it_was(client: httpx.AsyncClient, door: Door) -> None:
    before = await client.get(SETTINGS)
    assert before.headers["etag"] == f'"{before.json()["etag"]}"'
    change = {"gateway": {"nudge": {"off": True}, "closed_on": ["2026-12-31"]}}
    answer = await client.patch(SETTINGS, json=change, headers={"If-Match": before.headers["etag"]})
    assert answer.status_code == 200, answer.text
    after = (await client.get(SETTINGS)).json()["document"]
    assert after["gateway"]["nudge"]["off"] is True
    assert after["gateway"]["closed_on"] == ["2026-12-31"]
    assert after["gateway"]["silent_outside_hours"] is True
    assert after["dialogue"]["persona"] == "Calma."
    assert after["clinic"]["name"] == "Bella Pele"
    assert answer.headers["etag"] == (await client.get(SETTINGS)).headers["etag"] != before.headers["etag"]
    entry = (await door.rows("select actor, detail from audit where action = 'update_settings'"))[0]
    assert entry["actor"].startswith("user ")
    assert entry["detail"] == {"fields": ["gateway.closed_on", "gateway.nudge.off"]}


async def test_null_takes_a_field_back_to_its_default(client: httpx.AsyncClient) -> None:
    tag = (await client.get(SETTINGS)).headers["etag"]
    answer = await client.patch(SETTINGS, json={"gateway": {"closed_on": None}}, headers={"If-Match": tag})
    assert answer.json()["document"]["gateway"]["closed_on"] == []
    assert answer.json()["document"]["gateway"]["silent_outside_hours"] is True


async def test_a_second_tab_is_told_that_the_settings_changed(client: httpx.AsyncClient) -> None:
    tag = (await client.get(SETTINGS)).headers["etag"]
    first = {"gateway": {"silent_outside_hours": False}}
    assert (await client.patch(SETTINGS, json=first, headers={"If-Match": tag})).status_code == 200
    second = await client.patch(SETTINGS, json={"gateway": {"nudge": {"off": True}}}, headers={"If-Match": tag})
    assert (second.status_code, second.json()["reason"]) == (409, "SETTINGS_CHANGED")
    without = await client.patch(SETTINGS, json=first)
    assert without.status_code == 428
    assert "If-Match" in without.json()["detail"]


async def test_of_two_changes_at_once_one_is_refused(client: httpx.AsyncClient) -> None:
    tag = (await client.get(SETTINGS)).headers["etag"]
    answers = await asyncio.gather(
        *(
            client.patch(SETTINGS, json={"gateway": {"closed_on": [day]}}, headers={"If-Match": tag})
            for day in ("2026-12-30", "2026-12-31")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_all_faults_are_told_at_once_by_field_and_nothing_is_stored(
    client: httpx.AsyncClient, services: Services
) -> None:
    before = await client.get(SETTINGS)
    services.refuse_put["routing"] = InvalidSettings("settings.team_rules[0].team", "is not known")
    change = {
        "clinic": {"name": "Outra"},
        "dialogue": {"attempts_per_fact": 9},
        "routing": {"resolve_cold": True},
        "gateway": {"coalesce_idle": "900s", "nudge": {"earliest": "99:00"}},
    }
    answer = await client.patch(SETTINGS, json=change, headers={"If-Match": before.headers["etag"]})
    assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_FIELD")
    assert {each["field"] for each in answer.json()["errors"]} >= {
        "dialogue.attempts_per_fact",
        "routing.team_rules[0].team",
        "gateway.coalesce_idle",
        "gateway.nudge.earliest",
    }
    assert (await client.get(SETTINGS)).headers["etag"] == before.headers["etag"]


async def test_a_body_that_names_nothing_or_something_unknown_is_refused(client: httpx.AsyncClient) -> None:
    tag = (await client.get(SETTINGS)).headers["etag"]
    for body, field in (({}, "document"), ({"gateway": {"cor": "azul"}}, "document.gateway.cor")):
        answer = await client.patch(SETTINGS, json=body, headers={"If-Match": tag})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_a_service_that_is_away_is_an_outage_and_changes_nothing(
    client: httpx.AsyncClient, services: Services
) -> None:
    before = await client.get(SETTINGS)
    services.refuse_put["dialogue"] = StoreUnavailable()
    answer = await client.patch(
        SETTINGS, json={"dialogue": {"persona": "Outra."}}, headers={"If-Match": before.headers["etag"]}
    )
    assert (answer.status_code, answer.json()["reason"]) == (503, "SERVICE_UNAVAILABLE")


async def test_secrets_are_told_as_set_and_by_their_last_four_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/accounts/1/chatwoot")
    shown = answer.json()
    assert shown["connected"] is True
    assert shown["admin_token"] == {"is_set": True, "last_four": "este"}
    assert "admin-token-de-teste" not in json.dumps(shown)
