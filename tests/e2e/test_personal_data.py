"""Leads with unmistakable names, phones and words, through the whole product: they stand in the database while
they are leads, in no log, trace or error ever, and nowhere at all once they are forgotten."""

from __future__ import annotations

import json
import uuid

import grpc
import httpx
import pytest

from sdr.common.v1.lead_pb2 import ConversationRef
from sdr.dialogue.v1 import dialogue_pb2
from sdr.dialogue.v1.dialogue_pb2_grpc import DialogueServiceStub
from sdr.gateway.v1.operations_pb2 import GetTimelineRequest
from sdr.gateway.v1.operations_pb2_grpc import OperationsServiceStub
from sdr.privacy.v1 import privacy_pb2
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr.reporting.v1 import reporting_pb2
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr.routing.v1 import routing_pb2
from sdr.routing.v1.routing_pb2_grpc import RoutingServiceStub
from sdr_common.grpc_client import call
from tests.support.chatwoot import Chatwoot, Phone
from tests.support.measure import SERVICES
from tests.support.net import eventually
from tests.support.otlp_collector import Collector
from tests.support.payloads import a_message, encode
from tests.support.stack import RunningStack
from tests.support.traces_of_a_lead import traces_of

pytestmark = pytest.mark.e2e

NAME = "Quitéria Xavantina"
PHONE = "+5543991827364"
PLACE = "Zimbrolândia"
MOTIVE = "casamento da prima Gumercinda"
WORDS = ["Quitéria", "Quiteria", "Xavantina", "991827364", "Zimbrol", "Gumercinda"]
ANSWERS = {
    "nome": f"meu nome é {NAME}",
    "interesse": "quero fazer botox na testa",
    "urgencia": "semana que vem",
    "conhecimento": "já fiz uma vez, conheço os valores",
    "localizacao": f"moro em {PLACE}, perto de Moema",
    "motivacao": MOTIVE,
}
ACCOUNT = 1


async def _qualified(chatwoot: Chatwoot) -> Phone:
    phone = await chatwoot.new_phone(NAME)
    await chatwoot.account("PUT", f"/contacts/{phone.contact_id}", {"phone_number": PHONE})
    await phone.send(f"oi, aqui é a {NAME}, meu zap é {PHONE}", f"queria botox para o {MOTIVE}")
    for _ in range(8):
        asked = (await phone.next_message())["content_attributes"]["sdr_asks"]
        if not asked:
            break
        await phone.send(ANSWERS[asked])
    return phone


def _channel(stack: RunningStack, service: str) -> grpc.aio.Channel:
    return stack.channel(service, "gateway")


async def _provoke_errors(stack: RunningStack, phone: Phone) -> list[str]:
    """Calls that every service refuses, each with the lead's words in it; what the errors say."""
    ref = ConversationRef(account_id=ACCOUNT, conversation_id=phone.conversation_id, contact_id=phone.contact_id)
    said: list[str] = []
    respond = dialogue_pb2.RespondRequest(
        request_id=str(uuid.uuid4()),
        conversation=ref,
        turn_id=0,
        messages=[dialogue_pb2.LeadMessage(message_id=1, text=f"{NAME} {PHONE}")],
    )
    deliver = routing_pb2.DeliverRequest(
        request_id="nonsense",
        conversation=ref,
        turn_id=1,
        reply=f"Oi, {NAME}",
    )
    search = reporting_pb2.ListLeadsRequest(account_id=ACCOUNT, search=NAME, page_token=NAME)
    async with (
        _channel(stack, "dialogue") as talk,
        _channel(stack, "routing") as route,
        _channel(stack, "reporting") as count,
    ):
        for made in (
            DialogueServiceStub(talk).Respond(respond),
            RoutingServiceStub(route).Deliver(deliver),
            ReportingServiceStub(count).ListLeads(search),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await made
            said.append(f"{refused.value.details()} {refused.value.trailing_metadata()}")
    body = encode(a_message(1, f"{NAME} {PHONE} {MOTIVE}", contact={"id": 5, "name": NAME, "phone_number": PHONE}))
    broken = body.replace(b'"message_type": "incoming"', f'"message_type": "{NAME}"'.encode())
    url = f"{stack.description['gateway_url']}/webhooks/chatwoot/{ACCOUNT}"
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        for content in (body, broken, body[:-7]):
            response = await http.post(url, content=content, headers={"content-type": "application/json"})
            assert response.status_code >= 400
            said.append(response.text)
    return said


def _found(text: str) -> list[str]:
    folded = text.casefold()
    # JSON may tell a letter as an escape.
    escaped = json.dumps(text).casefold()
    return [word for word in WORDS if word.casefold() in folded or json.dumps(word)[1:-1].casefold() in escaped]


async def test_a_lead_stands_in_no_log_trace_or_error_and_is_gone_everywhere_once_it_is_forgotten(
    chatwoot: Chatwoot, stack: RunningStack, telemetry: Collector
) -> None:
    phone = await _qualified(chatwoot)
    url = stack.description["database_url"]
    # Routing has told reporting of its last write: nothing is on its way.
    await eventually(lambda: _counted(stack, phone), timeout_s=30)
    assert {place.split(".")[0] for place in traces_of(url, WORDS)} >= {"gateway", "dialogue", "routing", "reporting"}

    said = await _provoke_errors(stack, phone)
    assert _found("\n".join(said)) == []
    assert {name: _found(stack.log(name)) for name in SERVICES if _found(stack.log(name))} == {}
    spans = "\n".join(f"{span.name} {span.attributes}" for span in telemetry.spans)
    assert _found(spans) == []

    async with _channel(stack, "gateway") as channel:
        told = await call(
            OperationsServiceStub(channel).GetTimeline,
            GetTimelineRequest(account_id=ACCOUNT, conversation_id=phone.conversation_id),
            timeout_s=30,
        )
        assert {item.what for item in told.items} >= {"received", "ended", "understood", "judged", "written"}
        assert _found(str(told)) == []
        privacy = PrivacyServiceStub(channel)
        asked = privacy_pb2.ExportLeadRequest(account_id=ACCOUNT, contact_id=phone.contact_id)
        given = (await call(privacy.ExportLead, asked, timeout_s=30)).json
        assert set(_found(given)) >= {"Quitéria", "Xavantina", "Gumercinda"}
        assert set(json.loads(given)) >= {"gateway", "dialogue", "scoring", "routing", "reporting"}
        request = privacy_pb2.ForgetLeadRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, contact_id=phone.contact_id
        )
        before = await _leads(stack)
        await call(privacy.ForgetLead, request, timeout_s=60)
    assert traces_of(url, WORDS) == []
    assert await _leads(stack) == before
    assert {name: _found(stack.log(name)) for name in SERVICES if _found(stack.log(name))} == {}


async def _counted(stack: RunningStack, phone: Phone) -> bool:
    async with _channel(stack, "reporting") as channel:
        request = reporting_pb2.ListLeadsRequest(account_id=ACCOUNT, page_size=200)
        leads = (await call(ReportingServiceStub(channel).ListLeads, request, timeout_s=20)).leads
    return any(lead.contact_id == phone.contact_id and lead.team for lead in leads)


async def _leads(stack: RunningStack) -> int:
    async with _channel(stack, "reporting") as channel:
        request = reporting_pb2.GetOverviewRequest(account_id=ACCOUNT)
        return (await call(ReportingServiceStub(channel).GetOverview, request, timeout_s=20)).new_lead_count
