"""What the running product shows to Prometheus: exactly what is registered, and a lead's way through it."""

from __future__ import annotations

import httpx
import pytest

from sdr_common.metrics import prometheus_name
from tests.support.chatwoot import Chatwoot
from tests.support.metrics import Scrape, scraped
from tests.support.net import eventually
from tests.support.stack import RunningStack
from tests.support.telemetry_registry import registry

pytestmark = pytest.mark.e2e

PROCESSES = ("gateway", "dialogue", "scoring", "routing", "reporting")
KINDS = {"counter": "counter", "gauge": "gauge", "histogram": "histogram"}
OF_THE_PROCESS = ("process_", "python_")
"""What prometheus-client itself shows of a process."""


async def _scrapes(stack: RunningStack) -> dict[str, Scrape]:
    return {name: await scraped(stack.description["metrics"][name]) for name in PROCESSES}


async def test_the_running_product_shows_every_registered_metric_and_no_other(stack: RunningStack) -> None:
    shown = {
        family: kind
        for found in (await _scrapes(stack)).values()
        for family, kind in found.families.items()
        if not family.startswith(OF_THE_PROCESS)
    }
    promised = {
        # The exposition's families leave a counter's suffix to its samples.
        prometheus_name(name, entry.kind, entry.unit).removesuffix("_total"): KINDS[entry.kind]
        for name, entry in registry().metrics.items()
    }
    assert shown == promised


async def test_a_lead_that_is_answered_is_seen_at_every_station_and_named_at_none(
    chatwoot: Chatwoot, stack: RunningStack
) -> None:
    before = await _scrapes(stack)
    phone = await chatwoot.new_phone("Zenóbia Quaresma")
    await phone.send("oi, sou a Zenóbia, meu fone é 11 97777-8866", "queria saber do botox")
    await phone.next_message()

    def grown(after: dict[str, Scrape], process: str, name: str, **labels: str) -> float:
        return after[process].value(name, **labels) - before[process].value(name, **labels)

    async def answered() -> dict[str, Scrape]:
        after = await _scrapes(stack)
        assert grown(after, "routing", "sdr_routing_answer_duration_seconds_count") >= 1
        assert grown(after, "gateway", "sdr_gateway_turns_total", outcome="answered") >= 1
        return after

    after = await eventually(answered, timeout_s=20)
    accepted = {"outcome": "accepted", "reason": "lead_message"}
    assert grown(after, "gateway", "sdr_gateway_events_total", **accepted) >= 2
    webhook = {"http_route": "/webhooks/chatwoot/{account}", "http_response_status_code": "200"}
    assert grown(after, "gateway", "http_server_request_duration_seconds_count", **webhook) >= 2
    assert grown(after, "gateway", "sdr_gateway_turn_messages_sum") >= 2
    assert grown(after, "gateway", "sdr_gateway_turn_seal_duration_seconds_count") >= 1
    respond = {"rpc_method": "sdr.dialogue.v1.DialogueService/Respond", "rpc_response_status_code": "OK"}
    assert grown(after, "gateway", "rpc_client_call_duration_seconds_count", **respond) >= 1
    assert grown(after, "dialogue", "rpc_server_call_duration_seconds_count", **respond) >= 1
    assert grown(after, "routing", "sdr_routing_writes_total", kind="message", outcome="done") >= 1
    posted = {"http_request_method": "POST", "http_response_status_code": "200"}
    assert grown(after, "routing", "http_client_request_duration_seconds_count", **posted) >= 1
    assert after["gateway"].value("db_client_connection_max", db_client_connection_pool_name="sdr-gateway") == 10
    assert after["gateway"].value("sdr_database_reached", db_client_connection_pool_name="sdr-gateway") == 1
    assert after["gateway"].value("sdr_gateway_sweep_age_seconds") < 60
    values = {
        value
        for found in after.values()
        for sample, labels, _ in found.samples
        for name, value in labels.items()
        if not sample.startswith(OF_THE_PROCESS) and name not in {"le", "http_response_status_code"}
    }
    assert [value for value in values if "Zen" in value or "7777" in value or "botox" in value] == []
    assert [value for value in values if value.isdigit()] == [], "ids make series without end"


async def test_a_monitor_outside_reads_how_the_product_is_without_an_address(stack: RunningStack) -> None:
    async with httpx.AsyncClient(base_url=stack.description["gateway_url"]) as client:
        answer = await client.get("/status")
    assert answer.status_code == 200
    found = answer.json()
    assert found["checks"].keys() == {"database", "redis", "chatwoot", "sweep", "waiting"}
    assert found["checks"]["database"] == {"ok": True, "detail": "serves"}
    assert found["checks"]["chatwoot"] == {"ok": True, "detail": "1 of 1 answer"}
    assert "127.0.0.1" not in answer.text
