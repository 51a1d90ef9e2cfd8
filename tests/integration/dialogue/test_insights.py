from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdr.dialogue.v1 import insights_pb2 as pb
from sdr.dialogue.v1.insights_pb2_grpc import InsightsServiceStub
from sdr.privacy.v1 import privacy_pb2
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.dialogue.conftest import ACCOUNT, Dialogue, a_message, a_request


async def insights(dialogue: Dialogue, *, days: float = 400) -> pb.GetInsightsResponse:
    """What was said from so many days ago until tomorrow."""
    request = pb.GetInsightsRequest(account_id=ACCOUNT)
    getattr(request, "from").FromDatetime(datetime.now(UTC) - timedelta(days=days))
    request.until.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    return await call(InsightsServiceStub(dialogue.channel).GetInsights, request, timeout_s=20)


async def say(dialogue: Dialogue, conversation_id: int, text: str) -> None:
    """A lead of its own says something and is answered."""
    request = a_request(conversation_id, a_message(conversation_id * 10, text))
    request.conversation.conversation_id = conversation_id
    request.conversation.contact_id = 500 + conversation_id
    await dialogue.respond(request)


async def test_what_leads_say_is_grouped_with_the_conversations_that_say_it(dialogue: Dialogue) -> None:
    for number in (1, 2, 3):
        await say(dialogue, number, "quero botox mas achei caro, aceita convênio?")
    found = await insights(dialogue)
    assert found.line_count == 3
    assert [(each.kind, each.conversation_count) for each in found.objections] == [("price", 3)]
    assert "botox" in [each.word for each in found.keywords]
    assert {example.conversation_id for example in found.objections[0].examples} == {1, 2, 3}
    assert found.objections[0].examples[0].text == "quero botox mas achei caro, aceita convênio?"
    assert [(each.target, each.about) for each in found.suggestions if each.reason == "objection"] == [
        ("prompt", "price")
    ]


async def test_a_lead_that_is_forgotten_is_in_no_example(dialogue: Dialogue) -> None:
    await say(dialogue, 1, "achei caro")
    await say(dialogue, 2, "muito caro pra mim")
    request = privacy_pb2.ForgetLeadRequest(
        request_id="7f0c1c5e-0000-4000-8000-00000000000a", account_id=ACCOUNT, contact_id=502
    )
    await call(PrivacyServiceStub(dialogue.channel).ForgetLead, request, timeout_s=20)
    (objection,) = (await insights(dialogue)).objections
    assert [example.conversation_id for example in objection.examples] == [1]


async def test_a_period_that_is_none_is_refused(dialogue: Dialogue) -> None:
    with pytest.raises(RemoteError) as caught:
        await insights(dialogue, days=-2)
    assert caught.value.details["field"] == "until"
