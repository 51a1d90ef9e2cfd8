"""The webhook door over real HTTP: who may enter, what is stored, what is answered."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from sdr.gateway.v1 import gateway_pb2
from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceStub
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_gateway.app import Role
from tests.support.gateway import PATH_SECRET, SECRET, Door, Services, running_gateway, store_account
from tests.support.net import eventually
from tests.support.payloads import a_message, encode, sign
from tests.support.postgres import with_database

PATH = "/webhooks/chatwoot/1"


@pytest.fixture
async def door(database: str, services: Services) -> AsyncIterator[Door]:
    """A door alone: nobody works on what it stores."""
    async with running_gateway(database, services, role=Role.SERVE) as made:
        yield made


async def _stored(door: Door) -> int:
    rows = await door.rows("select count(*)::int as n from mailbox_entry")
    return int(rows[0]["n"])


def _assert_problem(response: httpx.Response, status: int, detail: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert detail in document["detail"]


async def test_a_signed_event_is_stored_before_it_is_answered(door: Door) -> None:
    response = await door.post(a_message(101))
    assert (response.status_code, response.json()) == (200, {"success": True})
    assert await _stored(door) == 1


async def test_a_repeated_event_is_answered_alike_and_stored_once(door: Door) -> None:
    body = a_message(101)
    assert [(await door.post(body)).status_code for _ in range(3)] == [200, 200, 200]
    assert await _stored(door) == 1


BODY = encode(a_message(101))


def _without(name: str) -> dict[str, str]:
    return {key: value for key, value in sign(SECRET, BODY).items() if key != name}


def _with(**changes: str) -> dict[str, str]:
    return {**sign(SECRET, BODY), **{f"X-Chatwoot-{name}": value for name, value in changes.items()}}


_SIGNATURE = "X-Chatwoot-Signature"
_CHANGES: dict[str, Callable[[], dict[str, str]]] = {
    "no signature": lambda: _without(_SIGNATURE),
    "no timestamp": lambda: _without("X-Chatwoot-Timestamp"),
    "another secret": lambda: sign("outro-segredo", BODY),
    "another body": lambda: sign(SECRET, BODY + b" "),
    "another timestamp": lambda: _with(Timestamp=str(int(time.time()) - 1)),
    "upper case": lambda: _with(Signature=sign(SECRET, BODY)[_SIGNATURE].upper()),
    "no prefix": lambda: _with(Signature=sign(SECRET, BODY)[_SIGNATURE].removeprefix("sha256=")),
    "too old": lambda: sign(SECRET, BODY, at=time.time() - 302),
    "too new": lambda: sign(SECRET, BODY, at=time.time() + 303),
    "no number": lambda: _with(Timestamp="ontem"),
    "not ASCII": lambda: _with(Timestamp="١٢٣"),
}


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ("no signature", "are needed"),
        ("no timestamp", "are needed"),
        ("another secret", "does not fit"),
        ("another body", "does not fit"),
        ("another timestamp", "does not fit"),
        ("upper case", "does not fit"),
        ("no prefix", "does not fit"),
        ("too old", "300 seconds"),
        ("too new", "300 seconds"),
        ("no number", "300 seconds"),
        ("not ASCII", "300 seconds"),
    ],
)
async def test_a_request_that_is_not_chatwoots_is_refused_and_nothing_stored(
    door: Door, change: str, detail: str
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in _CHANGES[change]().items()]
    _assert_problem(await door.http.post(PATH, content=BODY, headers=headers), 401, detail)
    assert await _stored(door) == 0


async def test_a_timestamp_inside_the_window_is_accepted_both_ways(door: Door) -> None:
    for shift in (-290, 290):
        response = await door.http.post(PATH, content=BODY, headers=sign(SECRET, BODY, at=time.time() + shift))
        assert response.status_code == 200


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{}", b'{"event": 5}', b"{", b"\xff", b'{"event":"\\ud800"}'])
async def test_what_is_no_event_is_refused_with_a_problem(door: Door, raw: bytes) -> None:
    _assert_problem(await door.http.post(PATH, content=raw, headers=sign(SECRET, raw)), 400, "")
    assert await _stored(door) == 0


async def test_a_message_of_a_wrong_shape_is_refused_with_the_place(door: Door) -> None:
    body = a_message(101)
    body["conversation"]["id"] = "241"
    _assert_problem(await door.post(body), 400, "conversation.id")


async def test_an_unknown_account_is_not_found(door: Door) -> None:
    for account in (2, 0, 2**63, 10**30):
        response = await door.post(a_message(101), account=account)
        _assert_problem(response, 404, "")
    assert (await door.http.post("/webhooks/chatwoot/abc", content=b"{}")).status_code == 404
    assert (await door.http.get(PATH)).status_code == 405


async def test_a_body_above_one_mebibyte_is_refused_whether_its_length_is_told_or_not(door: Door) -> None:
    large = encode(a_message(101, "x" * (1024 * 1024)))
    _assert_problem(await door.http.post(PATH, content=large, headers=sign(SECRET, large)), 413, "1048576")

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    response = await door.http.post(PATH, content=chunks(), headers=sign(SECRET, large))
    _assert_problem(response, 413, "1048576")
    assert await _stored(door) == 0


async def test_another_media_type_is_refused(door: Door) -> None:
    headers = {**sign(SECRET, BODY), "Content-Type": "text/plain"}
    _assert_problem(await door.http.post(PATH, content=BODY, headers=headers), 415, "application/json")
    headers["Content-Type"] = "application/json; charset=utf-8"
    assert (await door.http.post(PATH, content=BODY, headers=headers)).status_code == 200


async def test_events_of_no_use_are_answered_and_not_stored(door: Door) -> None:
    note = a_message(101, "nota", direction="outgoing", sender={"id": 7, "type": "user"}, private=True)
    other = a_message(102, account=99)
    for body in (note, other, {"event": "webwidget_triggered"}, {"event": "algo.novo", "id": "x", "conversation": 7}):
        assert (await door.post(body)).status_code == 200
    assert await _stored(door) == 0


async def test_a_text_with_nul_is_kept_without_it(door: Door) -> None:
    raw = encode(a_message(101, "o\\0i")).replace(b"\\\\0", b"\\u0000")
    assert b"\\u0000" in raw
    response = await door.http.post(PATH, content=raw, headers=sign(SECRET, raw))
    assert response.status_code == 200, response.text
    assert await door.rows("select body ->> 'text' as text from mailbox_entry") == [{"text": "oi"}]


async def test_an_entry_keeps_only_what_a_turn_uses(door: Door) -> None:
    body = a_message(101, "oi", updated_at=1781796600.5, created_at=time.time() // 1)
    assert (await door.post(body)).status_code == 200
    (row,) = await door.rows("select event, ext, version, key_id, stirring, body, traceparent from mailbox_entry")
    assert (row["event"], row["ext"], row["version"], row["key_id"], row["stirring"]) == (
        "message_created",
        101,
        "",
        241,
        True,
    )
    stored = row["body"]
    assert stored.pop("at") > 0
    assert stored == {
        "kind": "lead_message",
        "contact_id": 881,
        "inbox_id": 12,
        "channel": "whatsapp",
        "message_id": 101,
        "text": "oi",
        "contact": {"name": "Mariana Souza Lima", "phone": "+5511987654321", "custom_attributes": {}},
        "conversation": {
            "conversation_id": 241,
            "inbox_id": 12,
            "channel": "whatsapp",
            "status": "pending",
            "assignee_id": 0,
            "assignee_type": "",
            "team": "",
            "labels": [],
            "updated_at": 1781796600.5,
            "can_reply": True,
        },
    }


@pytest.fixture
async def unsigned(database: str, services: Services) -> AsyncIterator[Door]:
    """A door for a Chatwoot that does not sign."""
    await store_account(database, webhook_secret=None, connected_at=time.time() - 3600)
    async with running_gateway(database, services, role=Role.SERVE, account=False) as made:
        yield made


async def test_a_chatwoot_that_does_not_sign_enters_by_the_secret_in_its_address(unsigned: Door) -> None:
    plain = {"Content-Type": "application/json"}
    _assert_problem(await unsigned.http.post(PATH, content=BODY, headers=plain), 401, "address")
    _assert_problem(await unsigned.http.post(f"{PATH}/errado", content=BODY, headers=plain), 401, "address")
    _assert_problem(await unsigned.http.post(f"{PATH}/é", content=BODY, headers=plain), 401, "address")
    assert await _stored(unsigned) == 0
    response = await unsigned.http.post(f"{PATH}/{PATH_SECRET}", content=BODY, headers=plain)
    assert response.status_code == 200
    assert await _stored(unsigned) == 1


async def test_where_chatwoot_signs_the_address_alone_does_not_open_the_door(door: Door) -> None:
    _assert_problem(
        await door.http.post(f"{PATH}/{PATH_SECRET}", content=BODY, headers={"Content-Type": "application/json"}),
        401,
        "are needed",
    )


@contextmanager
def _database_closed(url: str) -> Iterator[Callable[[], None]]:
    """Closes a database to everybody until the callback opens it."""
    name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as conn:
        conn.execute(f"alter database {name} allow_connections false".encode())
        conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])

        def reopen() -> None:
            conn.execute(f"alter database {name} allow_connections true".encode())

        try:
            yield reopen
        finally:
            reopen()


async def test_without_the_database_nothing_is_acknowledged_and_readiness_ends(door: Door, database: str) -> None:
    assert (await door.post(a_message(101))).status_code == 200
    assert (await door.http.get("/readyz")).json() == {"status": "ok", "checks": {"postgres": "ok"}}
    with _database_closed(database) as reopen:
        response = await door.post(a_message(102))
        _assert_problem(response, 503, "database")
        assert response.headers["retry-after"] == "5"
        assert response.json()["reason"] == "STORE_UNAVAILABLE"
        assert (await door.http.get("/healthz")).status_code == 200
        ready = await door.http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        reopen()

        async def works() -> bool:
            return (await door.post(a_message(102))).status_code == 200

        await eventually(works, timeout_s=20)
    assert await _stored(door) == 2


async def test_many_events_at_once_share_their_commits(door: Door) -> None:
    bodies = [a_message(1000 + n, conversation_id=n % 50 + 1) for n in range(150)]
    began = await _commits(door)
    responses = await asyncio.gather(*(door.post(body) for body in bodies))
    assert {response.status_code for response in responses} == {200}
    assert await _stored(door) == 150
    assert await _commits(door) - began < 150


async def _commits(door: Door) -> int:
    rows = await door.rows("select count(distinct xmin::text)::int as n from mailbox_entry")
    return int(rows[0]["n"])


async def test_a_change_of_an_account_is_seen_within_seconds(door: Door, database: str) -> None:
    assert (await door.post(a_message(101))).status_code == 200
    await store_account(database, webhook_secret="segredo-novo")

    async def new_secret_counts() -> bool:
        accepted = await door.post(a_message(102), secret="segredo-novo")
        return accepted.status_code == 200 and (await door.post(a_message(103))).status_code == 401

    await eventually(new_secret_counts)


async def test_a_new_account_is_found_without_a_restart(door: Door, database: str) -> None:
    assert (await door.post(a_message(101), account=5)).status_code == 404
    await store_account(database, account_id=5, connected_at=time.time() - 60)

    async def found() -> bool:
        return (await door.post(a_message(101), account=5)).status_code == 200

    await eventually(found)


async def test_what_is_there_is_described_without_anything_from_outside(door: Door) -> None:
    assert (await door.http.get("/")).json()["service"] == "sdr-gateway"
    page = (await door.http.get("/docs")).text
    assert "/readyz" in page
    assert re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//|url\(|@import""", page) == []
    assert "/healthz" in (await door.http.get("/openapi.json")).json()["paths"]
    missing = await door.http.get("/nada")
    _assert_problem(missing, 404, "")


async def test_an_address_that_asks_too_much_waits_and_one_that_tries_secrets_waits_sooner(
    database: str, services: Services
) -> None:
    async with running_gateway(database, services, webhooks_per_minute=400) as door:
        answers = [(await door.post(a_message(101), secret="guessed")).status_code for _ in range(20)]
        assert answers == [401] * 20
        refused = await door.post(a_message(102))
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "15")
        assert refused.json()["reason"] == "RATE_LIMITED"
        assert await door.rows("select 1 from mailbox_entry") == []
        assert (await door.http.get("/healthz")).status_code == 200


async def test_a_caller_of_the_gateway_that_asks_too_much_is_told_when_to_come_again(
    database: str, services: Services
) -> None:
    async with (
        running_gateway(database, services, calls_per_minute=20) as door,
        make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel,
    ):
        stub = AccountServiceStub(channel)
        request = gateway_pb2.ExportAccountRequest(account_id=9)
        reasons = [(await _reason(call(stub.ExportAccount, request, timeout_s=20))) for _ in range(21)]
    assert reasons == ["ACCOUNT_NOT_FOUND"] * 20 + ["RATE_LIMITED"]


async def _reason(made: Awaitable[object]) -> str:
    with pytest.raises(RemoteError) as refused:
        await made
    return refused.value.reason
