"""One trace from the webhook to the reply in Chatwoot, across all services; logs lead to it and hold no words."""

from __future__ import annotations

import json

import pytest

from tests.support.chatwoot import Chatwoot
from tests.support.measure import SERVICES
from tests.support.otlp_collector import Collector, Span
from tests.support.stack import RunningStack

pytestmark = pytest.mark.e2e

FACTS = {
    "nome": "Mariana Quiroga",
    "urgencia": "semana que vem",
    "conhecimento": "já fiz, conheço os valores",
    "localizacao": "moro em Moema",
}


def _trace_with(telemetry: Collector, *services: str) -> list[Span] | None:
    """The spans of a trace that has a span of each service and a POST to Chatwoot."""
    by_trace: dict[str, list[Span]] = {}
    for span in telemetry.spans:
        by_trace.setdefault(span.trace_id, []).append(span)
    for spans in by_trace.values():
        posted = any(span.attributes.get("http.request.method") == "POST" for span in spans if span.kind == "client")
        # A parent ends after its children, and is exported after them.
        complete = {span.parent_id for span in spans} - {""} <= {span.span_id for span in spans}
        if posted and complete and set(services) <= {span.service for span in spans}:
            return spans
    return None


async def test_one_trace_leads_from_the_webhook_to_the_delivered_reply_through_every_service(
    chatwoot: Chatwoot, telemetry: Collector, stack: RunningStack
) -> None:
    phone = await chatwoot.new_phone("Mari")
    await phone.send("oi", "queria saber do botox")
    while asked := (await phone.next_message())["content_attributes"]["sdr_asks"]:
        await phone.send(FACTS[asked])

    spans = await telemetry.wait_for(
        lambda seen: _trace_with(seen, *(f"sdr-{name}" for name in SERVICES)), timeout_s=20
    )
    roots = [span for span in spans if not span.parent_id]
    assert [(root.service, root.kind) for root in roots] == [("sdr-gateway", "server")]
    by_id = {span.span_id: span for span in spans}
    assert [span.name for span in spans if span.parent_id and span.parent_id not in by_id] == []
    posts = [span for span in spans if span.attributes.get("http.request.method") == "POST" and span.kind == "client"]
    assert {span.service for span in posts} == {"sdr-routing"}

    trace_id = roots[0].trace_id
    lines = [json.loads(line) for line in stack.log("gateway").splitlines() if line.startswith("{")]
    assert any(line.get("trace_id") == trace_id for line in lines)


async def test_logs_and_spans_hold_nothing_that_a_lead_said(
    chatwoot: Chatwoot, telemetry: Collector, stack: RunningStack
) -> None:
    phone = await chatwoot.new_phone("Zoroastra Quixadá")
    await phone.send("oi, sou a Zoroastra, meu fone é 11 98888-7766, queria saber do botox")
    await phone.next_message()
    logs = "".join(stack.log(name) for name in ("gateway", "dialogue", "scoring", "routing", "reporting"))
    exported = repr([(span.name, span.attributes) for span in telemetry.spans])
    for word in ("Zoroastra", "98888-7766", "queria saber", stack.description["admin_token"]):
        assert word not in logs
        assert word not in exported
