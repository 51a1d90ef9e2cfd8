"""The API over HTTP: sign-in with Chatwoot's account, roles, CSRF, tokens, calls of the contracts, refusals."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sdr_common.errors import StoreUnavailable
from tests.integration.sandbox.servers import TOKEN, running_chatwoot
from tests.support.gateway import Door, Services, running_gateway, store_account
from tests.support.net import PLAIN

PASSWORD = "sandbox123!"
ADMIN, AGENT = "admin@clinica.test", "camila@clinica.test"
LEADS = "/api/v1/accounts/1/leads"
TOKENS = "/api/v1/accounts/1/tokens"
SESSION = "/api/v1/session"
RETRY = "/api/v1/accounts/1/deliveries/0b2f3c4d-0000-4000-8000-000000000002:retry"


@dataclass
class Api:
    """A running gateway whose account's Chatwoot knows its people."""

    door: Door

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        """A browser of its own, nobody signed in."""
        async with httpx.AsyncClient(
            verify=PLAIN, base_url=self.door.http.base_url, trust_env=False, timeout=20
        ) as client:
            yield client

    @asynccontextmanager
    async def signed_in(self, email: str = ADMIN) -> AsyncIterator[httpx.AsyncClient]:
        """A browser in which somebody is signed in, CSRF token included."""
        async with self.browser() as client:
            answer = await client.post(SESSION, json={"email": email, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
            yield client

    async def actions(self) -> list[tuple[str, str]]:
        """The audit trail: action and actor, oldest first."""
        return [(row["action"], row["actor"]) for row in await self.door.rows("select * from audit order by seq")]


@pytest.fixture
async def api(database: str, services: Services) -> AsyncIterator[Api]:
    async with running_chatwoot() as chatwoot:
        await store_account(database, chatwoot_url=chatwoot.url, chatwoot_account_id=1)
        async with running_gateway(database, services, account=False, reporting_target=services.target) as door:
            yield Api(door)


async def test_an_administrator_signs_in_with_the_account_of_chatwoot(api: Api) -> None:
    async with api.browser() as client:
        answer = await client.post(SESSION, json={"email": ADMIN, "password": PASSWORD})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        who = (await client.get(SESSION)).json()
    assert (who["account_id"], who["role"], who["name"]) == (1, "administrator", "Administração")
    assert who["csrf_token"] == answer.json()["csrf_token"]
    assert who["chatwoot_page"].endswith("/app/accounts/1")
    assert await api.actions() == [("sign_in", f"user {who['user_id']}")]


async def test_a_person_with_a_second_factor_signs_in_with_an_access_token(api: Api) -> None:
    async with api.browser() as client:
        answer = await client.post(SESSION, json={"access_token": TOKEN})
        assert (answer.status_code, answer.json()["role"]) == (200, "administrator")
        refused = await client.post(SESSION, json={"access_token": "de-ninguem"})
        assert (refused.status_code, refused.json()["reason"]) == (403, "SIGN_IN_REFUSED")


async def test_wrong_credentials_are_refused_and_lock_the_door_for_a_while(api: Api) -> None:
    async with api.browser() as client:
        wrong = {"email": ADMIN, "password": "errada"}
        for _ in range(5):
            refused = await client.post(SESSION, json=wrong)
            assert (refused.status_code, refused.json()["reason"]) == (403, "SIGN_IN_REFUSED")
        locked = await client.post(SESSION, json={"email": ADMIN.upper(), "password": PASSWORD})
        assert (locked.status_code, locked.json()["reason"]) == (429, "TOO_MANY_ATTEMPTS")
        assert locked.headers["retry-after"] == "900"
        other = await client.post(SESSION, json={"email": AGENT, "password": PASSWORD})
        assert other.status_code == 200


async def test_signing_in_often_locks_nobody_out(api: Api) -> None:
    async with api.browser() as client:
        for _ in range(7):
            assert (await client.post(SESSION, json={"email": ADMIN, "password": PASSWORD})).status_code == 200


async def test_a_browser_at_the_bare_address_is_led_to_the_panel_and_a_program_is_told_what_this_is(api: Api) -> None:
    async with api.browser() as client:
        led = await client.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert (led.status_code, led.headers["location"]) == (307, "/panel/")
        assert (await client.get("/")).json()["service"] == "sdr-gateway"


async def test_nobody_gets_in_without_a_session(api: Api) -> None:
    async with api.browser() as client:
        for headers in ({}, {"Cookie": "sdr_session=inventado"}, {"Authorization": "Bearer sdr_inventado"}):
            answer = await client.get(LEADS, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_call_of_the_contracts_answers_in_their_words(api: Api, services: Services) -> None:
    async with api.signed_in(AGENT) as client:
        answer = await client.get(LEADS, params={"temperature": "TEMPERATURE_HOT", "page_size": 10})
        assert answer.status_code == 200
        assert [each["name"] for each in answer.json()["leads"]] == ["Mariana"]
        asked = services.listed[-1]
        assert (asked.account_id, asked.page_size, asked.temperature) == (1, 10, 1)
        again = await client.get(LEADS, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_another_account_looks_as_if_it_did_not_exist(api: Api) -> None:
    async with api.signed_in() as client:
        for path in ("/api/v1/accounts/2/leads", "/api/v1/accounts/2/tokens"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["detail"]) == (
                404,
                "there is no such account, or you do not belong to it",
            )


async def test_an_agent_may_read_and_only_an_administrator_may_change(api: Api) -> None:
    async with api.signed_in(AGENT) as client:
        assert (await client.get(LEADS)).status_code == 200
        for answer in (await client.post(RETRY, json={}), await client.get(TOKENS)):
            assert (answer.status_code, answer.json()["detail"]) == (403, "this needs the role administrator")


async def test_a_change_without_the_sessions_csrf_token_is_refused(api: Api) -> None:
    async with api.signed_in() as client, api.signed_in() as other:
        stolen = other.headers["X-CSRF-Token"]
        for token in ("", "inventado", stolen):
            answer = await client.post(TOKENS, json={"name": "x", "scopes": ["read"]}, headers={"X-CSRF-Token": token})
            assert answer.status_code == 403
        assert await api.door.rows("select 1 from api_token") == []


async def test_a_programs_token_does_what_its_scopes_say_until_it_is_revoked(api: Api) -> None:
    async with api.signed_in() as client, api.browser() as program:
        created = await client.post(TOKENS, json={"name": "Planilha", "scopes": ["read"]})
        assert created.status_code == 201
        secret, token_id = created.json()["secret"], created.json()["token_id"]
        program.headers["Authorization"] = f"Bearer {secret}"
        assert (await program.get(LEADS)).status_code == 200
        assert (await program.post(RETRY, json={})).status_code == 403
        listed = (await client.get(TOKENS)).json()
        assert [(each["name"], each["scopes"]) for each in listed] == [("Planilha", ["read"])]
        assert "secret" not in listed[0]
        kept = await api.door.rows("select secret_hash from api_token")
        assert secret.encode() not in bytes(kept[0]["secret_hash"])
        assert (await client.delete(f"{TOKENS}/{token_id}")).status_code == 204
        assert (await program.get(LEADS)).status_code == 401
        assert (await client.delete(f"{TOKENS}/999")).status_code == 404
    assert [action for action, _ in await api.actions()] == ["sign_in", "create_token", "revoke_token"]


async def test_signing_out_everywhere_ends_every_session_of_the_person(api: Api) -> None:
    async with api.signed_in() as here, api.signed_in() as there, api.signed_in(AGENT) as somebody_else:
        assert (await here.delete(SESSION, params={"everywhere": True})).status_code == 204
        assert (await there.get(LEADS)).status_code == 401
        assert (await somebody_else.get(LEADS)).status_code == 200


async def test_an_administrator_sees_who_is_signed_in_and_signs_somebody_out(api: Api) -> None:
    async with api.signed_in() as client, api.signed_in(AGENT) as agent:
        path = "/api/v1/accounts/1/sessions"
        assert (await agent.get(path)).status_code == 403
        listed = (await client.get(path)).json()
        assert [(each["role"], each["is_own"]) for each in listed] == [("agent", False), ("administrator", True)]
        assert (await client.delete(f"{path}/{listed[0]['session_id']}")).status_code == 204
        assert (await agent.get(LEADS)).status_code == 401
        assert (await client.delete(f"{path}/{listed[0]['session_id']}")).status_code == 404
    assert (await api.actions())[-1][0] == "end_session"


async def test_a_session_ends_by_itself(api: Api) -> None:
    async with api.signed_in() as client:
        await api.door.execute("update session set seen_at = now() - interval '13 hours'")
        assert (await client.get(LEADS)).status_code == 401
        await api.door.execute("update session set seen_at = now(), ends_at = now() - interval '1 second'")
        assert (await client.get(LEADS)).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page_size": "muitos"}, "page_size"),
        ({"page_size": "500"}, "page_size"),
        ({"sobra": "1"}, "sobra"),
        ({"temperature": "QUENTE"}, "temperature"),
        ({"account_id": "2"}, "account_id"),
    ],
)
async def test_a_field_that_does_not_fit_is_named(api: Api, query: dict[str, str], field: str) -> None:
    async with api.signed_in() as client:
        answer = await client.get(LEADS, params=query)
    assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_FIELD")
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_body_that_is_no_json_object_is_refused(api: Api) -> None:
    async with api.signed_in() as client:
        json_type = {"Content-Type": "application/json"}
        assert (await client.post(RETRY, content=b"{", headers=json_type)).status_code == 400
        assert (await client.post(RETRY, content=b"[" * 100_000, headers=json_type)).status_code == 400
        assert (await client.post(RETRY, content=b"x=1")).status_code == 415
        large = b'{"a":"' + b"x" * (1024 * 1024) + b'"}'
        assert (await client.post(RETRY, content=large, headers=json_type)).status_code == 413
        assert (await client.post(RETRY, json=[])).status_code == 400


async def test_an_idempotency_key_becomes_the_calls_request_id(api: Api, services: Services) -> None:
    key = "7a0c0f7e-5d0f-4f7a-9d3b-000000000001"
    async with api.signed_in() as client:
        answer = await client.post(RETRY, json={}, headers={"Idempotency-Key": key})
        assert answer.status_code == 200, answer.text
        wrong = await client.post(RETRY, json={"request_id": key[:-1] + "2"}, headers={"Idempotency-Key": key})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "request_id")
    assert services.retried[-1].request_id == key
    assert services.actors[-1].startswith("user ")


async def test_an_outage_behind_it_is_a_problem_with_a_hint_when_to_come_back(api: Api, services: Services) -> None:
    services.refuse_list = StoreUnavailable()
    async with api.signed_in() as client:
        answer = await client.get(LEADS)
    assert (answer.status_code, answer.json()["reason"]) == (503, "STORE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "5"


async def test_the_document_describes_every_route_of_the_api(api: Api) -> None:
    document = (await api.door.http.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert {SESSION, "/api/v1/accounts/{account_id}/leads", "/api/v1/accounts/{account_id}/tokens"} <= set(
        document["paths"]
    )
    operation = document["paths"]["/api/v1/accounts/{account_id}/leads"]["get"]
    assert operation["security"] == [{"session": []}, {"token": []}]
    assert "503" in operation["responses"]
    text = (await api.door.http.get("/openapi.json")).text
    assert "HTTPValidationError" not in text
    assert "account_id" in (await api.door.http.get("/docs")).text


async def test_every_answer_says_what_its_caller_has_left_until_it_asks_too_much(
    database: str, services: Services
) -> None:
    async with running_chatwoot() as chatwoot:
        await store_account(database, chatwoot_url=chatwoot.url, chatwoot_account_id=1)
        options: dict[str, Any] = {"reporting_target": services.target, "requests_per_minute": 3}
        async with running_gateway(database, services, account=False, **options) as door:
            api = Api(door)
            async with api.signed_in() as client, api.signed_in(AGENT) as other:
                answers = [await client.get(LEADS) for _ in range(4)]
                assert [each.status_code for each in answers] == [200, 200, 200, 429]
                assert [each.headers["ratelimit"].split(";t=")[0] for each in answers] == [
                    f'"minute";r={left}' for left in (2, 1, 0, 0)
                ]
                assert answers[0].headers["ratelimit-policy"] == '"minute";q=3;w=60'
                assert int(answers[3].headers["retry-after"]) > 0
                assert (await other.get(LEADS)).status_code == 200


async def test_a_service_that_hangs_is_answered_for_within_the_deadline(api: Api, services: Services) -> None:
    services.hang_list_s = 10
    async with api.signed_in() as client:
        started = time.monotonic()
        answer = await client.get(LEADS)
    assert (answer.status_code, answer.json()["reason"]) == (504, "DEADLINE_EXCEEDED")
    assert time.monotonic() - started < 4


async def test_what_models_cost_is_for_administrators(api: Api) -> None:
    async with api.signed_in() as client, api.signed_in(AGENT) as agent:
        assert (await client.get(LEADS)).json()["leads"][0]["cost_micro_usd"] == "0"
        assert "cost_micro_usd" not in (await agent.get(LEADS)).json()["leads"][0]
        assert (await agent.get("/api/v1/accounts/1/costs")).status_code == 403


async def test_a_sign_in_inside_chatwoots_frame_gets_a_cookie_that_lives_in_that_frame_alone(
    database: str, services: Services
) -> None:
    async with running_chatwoot() as chatwoot:
        await store_account(database, chatwoot_url=chatwoot.url, chatwoot_account_id=1)
        options: dict[str, Any] = {
            "public_url": "https://sdr.example.com",
            "frame_ancestors": "https://chat.example.com",
        }
        async with running_gateway(database, services, account=False, **options) as door:
            body = {"email": ADMIN, "password": PASSWORD}
            framed = {"Referer": "https://sdr.example.com/panel/entrar?embed=1&next=/"}
            inside = await door.http.post(SESSION, json=body, headers=framed)
            outside = await door.http.post(SESSION, json=body)
            page = await door.http.get("/panel/")
    assert "SameSite=None; Secure; Partitioned" in inside.headers["set-cookie"]
    assert "samesite=lax" in outside.headers["set-cookie"].lower()
    if page.status_code == 200:  # the panel is built here
        assert "frame-ancestors https://chat.example.com" in page.headers["content-security-policy"]
