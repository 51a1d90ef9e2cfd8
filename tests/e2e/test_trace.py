"""One trace from the webhook to the reply in Chatwoot, across all services; logs lead to it and hold no words."""

from __future__ import annotations

import json

import httpx
import pytest

from sdr.gateway.v1.operations_pb2 import GetTimelineRequest
from sdr.gateway.v1.operations_pb2_grpc import OperationsServiceStub
from sdr_common.grpc_client import call
from tests.e2e.conftest import QUICK, connect
from tests.support.chatwoot import Chatwoot, Phone
from tests.support.measure import SERVICES
from tests.support.net import eventually
from tests.support.otlp_collector import Collector, Span
from tests.support.stack import RunningStack, running_stack

pytestmark = pytest.mark.e2e

FACTS = {
    "nome": "Mariana Quiroga",
    "urgencia": "semana que vem",
    "conhecimento": "já fiz, conheço os valores",
    "localizacao": "moro em Moema",
}


WEBHOOK = "gateway server POST /webhooks/chatwoot/{account}"
TURN = "gateway consumer turn"
RESPOND = "/sdr.dialogue.v1.DialogueService/Respond"
ANALYZE = "/sdr.dialogue.v1.DialogueService/Analyze"
QUALIFY = "/sdr.scoring.v1.ScoringService/Qualify"
DELIVER = "/sdr.routing.v1.RoutingService/Deliver"
RECORD = "/sdr.reporting.v1.ReportingService/Record"
CHATWOOT = "/api/v1/accounts/{account}"
CONVERSATION = f"{CHATWOOT}/conversations/{{conversation}}"
OUT = "routing consumer deliver"
TREE = {
    (WEBHOOK, "gateway internal wait_in_mailbox"),
    (WEBHOOK, TURN),
    (TURN, f"gateway client {RESPOND}"),
    (f"gateway client {RESPOND}", f"dialogue server {RESPOND}"),
    (TURN, f"gateway client {ANALYZE}"),
    (f"gateway client {ANALYZE}", f"dialogue server {ANALYZE}"),
    (TURN, f"gateway client {QUALIFY}"),
    (f"gateway client {QUALIFY}", f"scoring server {QUALIFY}"),
    (TURN, f"gateway client {DELIVER}"),
    (f"gateway client {DELIVER}", f"routing server {DELIVER}"),
    (f"routing server {DELIVER}", "routing internal wait_in_outbox"),
    (f"routing server {DELIVER}", OUT),
    (OUT, f"routing client PATCH {CHATWOOT}/contacts/{{contact}}"),
    (OUT, f"routing client GET {CONVERSATION}/labels"),
    (OUT, f"routing client POST {CONVERSATION}/labels"),
    (OUT, f"routing client POST {CONVERSATION}/assignments"),
    (OUT, f"routing client GET {CONVERSATION}/messages"),
    (OUT, f"routing client POST {CONVERSATION}/messages"),
    (OUT, f"routing client POST {CONVERSATION}/toggle_status"),
}
"""Parents and children in the turn that qualifies a lead; statements and what comes after the answer apart."""
STATEMENTS = {
    (TURN, "gateway client SQL find_conversation"),
    (TURN, "gateway client SQL seal"),
    (TURN, "gateway client SQL save_conversation"),
    (f"dialogue server {RESPOND}", "dialogue client SQL load"),
    (f"dialogue server {ANALYZE}", "dialogue client SQL save_judgement"),
    (f"scoring server {QUALIFY}", "scoring client SQL add_qualification"),
    (f"routing server {DELIVER}", "routing client SQL accept"),
    (OUT, "routing client SQL record"),
}
REPORTED = {
    ("gateway internal forward_events", f"gateway client {RECORD}"),
    (f"gateway client {RECORD}", f"reporting server {RECORD}"),
    (f"reporting server {RECORD}", "reporting client SQL add_events"),
    (f"reporting server {RECORD}", "reporting client redis XADD"),
}
CATALOGUE = {
    f"routing client GET {CHATWOOT}/labels",
    f"routing client POST {CHATWOOT}/labels",
    f"routing client GET {CHATWOOT}/teams",
}
"""Asked once in a while, by whichever delivery comes first."""


def _traces(telemetry: Collector) -> list[list[Span]]:
    by_trace: dict[str, list[Span]] = {}
    for span in telemetry.spans:
        by_trace.setdefault(span.trace_id, []).append(span)
    return list(by_trace.values())


def _label(span: Span) -> str:
    return f"{span.service.removeprefix('sdr-')} {span.kind} {span.name}"


def _edges(spans: list[Span]) -> set[tuple[str, str]]:
    """Label of the parent and of the child, for each span that has a parent here."""
    by_id = {span.span_id: span for span in spans}
    return {(_label(by_id[span.parent_id]), _label(span)) for span in spans if span.parent_id in by_id}


def _turns(spans: list[Span], conversation: int) -> list[Span]:
    return [span for span in spans if span.name == "turn" and span.attributes["sdr.conversation_id"] == conversation]


def _trace_of(telemetry: Collector, conversation: int, outcome: str, until: set[tuple[str, str]]) -> list[Span] | None:
    """The spans of a turn with this end once all of `until` are there, and every parent: it is exported after them."""
    for spans in _traces(telemetry):
        complete = {span.parent_id for span in spans} - {""} <= {span.span_id for span in spans}
        outcomes = [turn.attributes.get("sdr.outcome") for turn in _turns(spans, conversation)]
        if complete and outcome in outcomes and until <= _edges(spans):
            return spans
    return None


async def test_one_trace_is_a_tree_from_the_webhook_to_the_delivered_reply_through_every_service(
    chatwoot: Chatwoot, telemetry: Collector, stack: RunningStack
) -> None:
    phone = await chatwoot.new_phone("Mari")
    await phone.send("oi", "queria saber do botox")
    while asked := (await phone.next_message())["content_attributes"]["sdr_asks"]:
        await phone.send(FACTS[asked])
    number = phone.conversation_id
    all_of_it = TREE | STATEMENTS | REPORTED
    spans = await telemetry.wait_for(lambda seen: _trace_of(seen, number, "qualified", all_of_it), timeout_s=20)

    after = {"forward_events", "wait_in_event_outbox", RECORD}
    tree = {
        (parent, child)
        for parent, child in _edges(spans)
        if " SQL " not in child and " redis " not in child and child.split()[-1] not in after and child not in CATALOGUE
    }
    assert tree == TREE
    assert [_label(span) for span in spans if not span.parent_id] == [WEBHOOK]
    assert {span.kind for span in spans if span.name.startswith(("SQL ", "redis "))} == {"client"}

    # Waits begin when it was stored and end when it was taken.
    wait = next(span for span in spans if span.name == "wait_in_mailbox")
    turn = next(span for span in spans if span.name == "turn")
    assert wait.started_at_ns < wait.ended_at_ns
    assert abs(wait.ended_at_ns - turn.started_at_ns) < 1e9
    assert wait.links == ((turn.trace_id, turn.span_id),)

    # The ids travel: every service's spans of the turn bear them.
    served = [span for span in spans if span.kind in {"server", "client"} and _label(span) != WEBHOOK]
    forwarding = {span.span_id for span in spans if span.name == "forward_events"}
    of_turn = [span for span in served if "reporting" not in span.service and span.parent_id not in forwarding]
    assert {span.service for span in of_turn} == {f"sdr-{name}" for name in SERVICES if name != "reporting"}
    others = {_label(span) for span in of_turn if span.attributes.get("sdr.conversation_id") != number}
    assert others - CATALOGUE == set()
    assert {span.attributes.get("sdr.account_id") for span in of_turn} == {1}

    lines = [json.loads(line) for line in stack.log("gateway").splitlines() if line.startswith("{")]
    assert any(line.get("trace_id") == turn.trace_id for line in lines)


async def test_a_turn_and_the_messages_that_it_took_together_are_linked_both_ways(
    chatwoot: Chatwoot, telemetry: Collector
) -> None:
    phone = await chatwoot.new_phone("Rui")
    await phone.send("oi", "queria saber do botox")
    await phone.next_message()

    def linked(seen: Collector) -> tuple[Span, Span] | None:
        for turn in _turns(seen.spans, phone.conversation_id):
            for trace_id, webhook_id in turn.links:
                waits = seen.select(name="wait_in_mailbox", trace_id=trace_id)
                if (
                    seen.span(trace_id=turn.trace_id, name="wait_in_mailbox")
                    and waits
                    and waits[0].parent_id == webhook_id
                ):
                    return turn, waits[0]
        return None

    turn, wait = await telemetry.wait_for(linked, timeout_s=20)
    assert wait.trace_id != turn.trace_id
    assert wait.links == ((turn.trace_id, turn.span_id),)
    assert wait.attributes["sdr.conversation_id"] == phone.conversation_id


async def _seen_at(stack: RunningStack, phone: Phone, outcome: str) -> str:
    """Where a conversation's timeline says that the trace of its turn is seen."""

    async def ended() -> str:
        request = GetTimelineRequest(account_id=1, conversation_id=phone.conversation_id)
        async with stack.channel("gateway") as channel:
            timeline = await call(OperationsServiceStub(channel).GetTimeline, request, timeout_s=10)
        return next((item.trace_url for item in timeline.items if (item.what, item.reason) == ("ended", outcome)), "")

    return await eventually(ended, 20, what=f"a turn that ended as {outcome}")


@pytest.mark.thorough
async def test_where_none_is_drawn_an_escalated_lead_leads_to_its_trace_and_a_plain_one_to_none() -> None:
    own = {"SDR_STACK_TRACES": "1", "OTEL_TRACES_SAMPLER_ARG": "0", "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with running_stack(**QUICK, **own) as stack:
        async with connect(stack).listening() as chatwoot, httpx.AsyncClient(trust_env=False) as browser:
            plain, called = await chatwoot.new_phone("Rui"), await chatwoot.new_phone("Ana")
            await plain.send("oi, queria saber do botox")
            await plain.next_message()
            await called.send("quero falar com um atendente humano")
            await called.next_message()
            url = await _seen_at(stack, called, "escalated")
            assert url.startswith(f"{stack.description['traces_url']}/")

            async def shown() -> str:
                page = (await browser.get(url)).text
                for service in ("gateway", "dialogue", "routing"):
                    assert f"</span>{service}</td>" in page
                assert f"POST {CONVERSATION}/messages" in page
                assert "o passo anterior não foi guardado" not in page
                return page

            page = await eventually(shown, 20, what="the whole trace")
            listed = (await browser.get(stack.description["traces_url"])).text
            unseen = await browser.get(await _seen_at(stack, plain, "answered"))
    assert "wait_in_mailbox" in page
    assert f"<td>{called.conversation_id}</td><td>escalated</td>" in listed
    assert unseen.status_code == 404


async def test_logs_and_spans_hold_nothing_that_a_lead_said(
    chatwoot: Chatwoot, telemetry: Collector, stack: RunningStack
) -> None:
    phone = await chatwoot.new_phone("Zoroastra Quixadá")
    await phone.send("oi, sou a Zoroastra, meu fone é 11 98888-7766, queria saber do botox")
    await phone.next_message()
    logs = "".join(stack.log(name) for name in ("gateway", "dialogue", "scoring", "routing", "reporting"))
    exported = repr([(span.name, span.attributes, span.events) for span in telemetry.spans])
    for word in ("Zoroastra", "98888-7766", "queria saber", stack.description["admin_token"]):
        assert word not in logs
        assert word not in exported
