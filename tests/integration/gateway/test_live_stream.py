"""The live stream: what reporting took in appears at every gateway process, and nothing is missed after a break."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr_common.grpc_client import call, make_channel
from sdr_common.live_events import KEPT, LiveEvent, LiveEvents
from sdr_common.lossy_redis import LossyRedis
from sdr_reporting.server import build as build_reporting
from sdr_reporting.settings import Settings as ReportingSettings
from tests.integration.sandbox.servers import TOKEN, running_chatwoot
from tests.support.gateway import Door, Services, running_gateway, store_account
from tests.support.net import PLAIN, eventually
from tests.support.redis import RedisServer, running_redis

STREAM = "/api/v1/accounts/1/stream"


@dataclass
class Heard:
    """What one panel hears."""

    events: list[dict[str, str]]
    """Each with `event`, `data` and, for changes, `id`."""
    ended: asyncio.Event

    def kinds(self) -> list[str]:
        return [each["event"] for each in self.events]


@asynccontextmanager
async def panel(door: Door, *, after: str = "") -> AsyncIterator[tuple[Heard, httpx.AsyncClient]]:
    """A signed-in browser that listens."""
    async with httpx.AsyncClient(verify=PLAIN, base_url=door.http.base_url, trust_env=False, timeout=30) as client:
        answer = await client.post("/api/v1/session", json={"access_token": TOKEN})
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        heard = Heard([], asyncio.Event())
        task = asyncio.create_task(_listen(client, heard, {"Last-Event-ID": after} if after else {}))
        try:
            await eventually(lambda: bool(heard.events))
            yield heard, client
        finally:
            task.cancel()


async def publish(redis: RedisServer, *events: LiveEvent) -> None:
    """Tells changes as a service does."""
    async with aclosing(LossyRedis(redis.url, timeout_s=5)) as lossy:
        await LiveEvents(lossy).publish(events)


async def _listen(client: httpx.AsyncClient, heard: Heard, headers: dict[str, str]) -> None:
    async with client.stream("GET", STREAM, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        told: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line.startswith((":", "retry")):
                continue
            if line:
                name, _, value = line.partition(": ")
                told[name] = value
            elif told:
                heard.events.append(told)
                told = {}
    heard.ended.set()


def qualified(contact_id: int) -> pb.Event:
    event = pb.Event(event_id=f"0b2f3c4d-0000-4000-8000-{contact_id:012d}")
    event.occurred_at.GetCurrentTime()
    event.conversation.CopyFrom(
        lead.ConversationRef(account_id=1, conversation_id=12, contact_id=contact_id, channel=lead.CHANNEL_WHATSAPP)
    )
    event.lead_qualified.qualification.CopyFrom(
        lead.Qualification(
            qualification_id="0b2f3c4d-0000-4000-8000-000000000001",
            version=1,
            score=95,
            temperature=lead.TEMPERATURE_HOT,
            status=lead.LEAD_STATUS_QUALIFIED,
            ended=lead.END_REASON_FACTS_COMPLETE,
        )
    )
    return event


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
async def doors(database: str, services: Services, redis: RedisServer) -> AsyncIterator[tuple[Door, Door]]:
    """Two gateway processes of one installation."""
    async with AsyncExitStack() as stack:
        chatwoot = await stack.enter_async_context(running_chatwoot())
        await store_account(database, chatwoot_url=chatwoot.url, chatwoot_account_id=1)
        options: dict[str, Any] = {"account": False, "reporting_target": services.target, "redis_url": redis.url}
        yield (
            await stack.enter_async_context(running_gateway(database, services, **options)),
            await stack.enter_async_context(running_gateway(database, services, **options)),
        )


async def test_a_lead_that_reporting_took_in_appears_at_once_on_every_replica(
    doors: tuple[Door, Door], redis: RedisServer, service_database: Callable[[str], str]
) -> None:
    settings = ReportingSettings.model_validate(
        {"DATABASE_URL": service_database("reporting"), "REDIS_URL": redis.url, "drain_s": 1}
    )
    async with AsyncExitStack() as stack:
        reporting = await build_reporting(settings, stack)
        channel = await stack.enter_async_context(make_channel(f"127.0.0.1:{reporting.port}"))
        one, _ = await stack.enter_async_context(panel(doors[0]))
        other, _ = await stack.enter_async_context(panel(doors[1]))
        await eventually(lambda: "live" in one.kinds() and "live" in other.kinds())
        started = time.monotonic()
        stub = ReportingServiceStub(channel)
        await call(stub.Record, pb.RecordRequest(events=[qualified(501)]), timeout_s=20)
        await eventually(lambda: "lead_qualified" in one.kinds() and "lead_qualified" in other.kinds())
        took = time.monotonic() - started
    told = json.loads(other.events[-1]["data"])
    assert (told["contact_id"], told["temperature"], told["score"]) == ("501", "TEMPERATURE_HOT", 95)
    assert took < 1.0, f"it took {took:.3f} s"


async def test_a_panel_that_comes_back_hears_what_it_missed(doors: tuple[Door, Door], redis: RedisServer) -> None:
    async with panel(doors[0]) as (heard, _):
        await eventually(lambda: "live" in heard.kinds())
        await publish(redis, LiveEvent(1, "turn_finished", {"contact_id": "1"}))
        await eventually(lambda: "turn_finished" in heard.kinds())
        last = heard.events[-1]["id"]
    await publish(redis, *(LiveEvent(1, "lead_escalated", {"contact_id": str(each)}) for each in (2, 3)))
    await publish(redis, LiveEvent(2, "lead_escalated", {"contact_id": "4"}))
    async with panel(doors[1], after=last) as (heard, _):
        await eventually(lambda: heard.kinds().count("lead_escalated") == 2)
        assert [json.loads(each["data"]).get("contact_id") for each in heard.events if "id" in each] == ["2", "3"]
    async with panel(doors[1], after="1-0") as (heard, _):
        await eventually(lambda: "resync" in heard.kinds())


async def test_without_redis_the_stream_says_so_and_later_that_it_is_back(database: str, services: Services) -> None:
    with running_redis() as redis:
        async with running_chatwoot() as chatwoot:
            await store_account(database, chatwoot_url=chatwoot.url, chatwoot_account_id=1)
            options: dict[str, Any] = {"account": False, "reporting_target": services.target, "redis_url": redis.url}
            async with running_gateway(database, services, **options) as door, panel(door) as (heard, _):
                await eventually(lambda: "live" in heard.kinds())
                redis.kill()
                await eventually(lambda: "degraded" in heard.kinds(), 15)
                assert json.loads(next(each["data"] for each in heard.events if each["event"] == "degraded")) == {
                    "poll_s": 15
                }
                redis.restart()
                await eventually(lambda: heard.kinds()[-1] == "live", 15)
                await publish(redis, LiveEvent(1, "turn_finished"))
                await eventually(lambda: "turn_finished" in heard.kinds())


async def test_a_stream_ends_when_its_session_does(doors: tuple[Door, Door]) -> None:
    async with panel(doors[0]) as (heard, client), panel(doors[1]) as (somebody_else, _):
        assert (await client.delete("/api/v1/session")).status_code == 204
        await eventually(heard.ended.is_set, 15)
        assert heard.kinds()[-1] == "signed_out"
        assert not somebody_else.ended.is_set()


async def test_a_stream_is_for_people_of_the_account(doors: tuple[Door, Door]) -> None:
    assert (await doors[0].http.get(STREAM)).status_code == 401
    async with panel(doors[0]) as (_, client):
        assert (await client.get("/api/v1/accounts/2/stream")).status_code == 404


async def test_a_stream_keeps_a_bounded_number_of_changes(redis: RedisServer) -> None:
    for _ in range(6):
        await publish(redis, *(LiveEvent(9, "turn_finished") for _ in range(500)))
    import redis as library  # noqa: PLC0415  (the fixture has its name)

    with library.Redis.from_url(redis.url) as client:
        assert KEPT <= client.xlen("sdr:live:9") <= KEPT + 200
        assert 0 < client.ttl("sdr:live:9") <= 86_400
