from __future__ import annotations

import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1.reporting_pb2 import Event
from sdr.scoring.v1 import feedback_pb2 as pb
from sdr.scoring.v1.feedback_pb2_grpc import FeedbackServiceStub
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.scoring.conftest import ACCOUNT, Scoring, a_qualify_request


async def say_outcome(
    scoring: Scoring, outcome: lead.LeadOutcome.ValueType, request_id: str = ""
) -> pb.RecordOutcomeResponse:
    request = pb.RecordOutcomeRequest(
        request_id=request_id or str(uuid.uuid4()),
        account_id=ACCOUNT,
        contact_id=501,
        conversation_id=31,
        outcome=outcome,
    )
    stub = FeedbackServiceStub(scoring.channel)
    return await call(stub.RecordOutcome, request, timeout_s=20)


async def events(scoring: Scoring) -> list[Event]:
    """What waits to be told to reporting."""
    waiting = await scoring.fetch("select body from event_outbox order by seq")
    return [Event.FromString(bytes(row["body"])) for row in waiting]


async def test_a_sale_is_told_and_audited_once_however_often_it_is_said(scoring: Scoring) -> None:
    request_id = str(uuid.uuid4())
    first = await say_outcome(scoring, lead.LEAD_OUTCOME_WON, request_id)
    assert await say_outcome(scoring, lead.LEAD_OUTCOME_WON, request_id) == first
    again = await say_outcome(scoring, lead.LEAD_OUTCOME_WON)
    assert (first.changed, again.changed, again.recorded_at) == (True, False, first.recorded_at)
    (event,) = await events(scoring)
    assert (event.outcome_recorded.outcome, event.outcome_recorded.source) == (lead.LEAD_OUTCOME_WON, "painel")
    assert (event.conversation.contact_id, event.conversation.conversation_id) == (501, 31)
    assert event.occurred_at == first.recorded_at
    audited = await scoring.fetch("select action, subject, detail from audit order by seq")
    assert [(row["action"], row["subject"], row["detail"]["changed"]) for row in audited] == [
        ("record_outcome", "contact 501", True),
        ("record_outcome", "contact 501", False),
    ]


async def test_a_sale_can_be_taken_back(scoring: Scoring) -> None:
    await say_outcome(scoring, lead.LEAD_OUTCOME_WON)
    assert (await say_outcome(scoring, lead.LEAD_OUTCOME_OPEN)).changed
    told = [event.outcome_recorded.outcome for event in await events(scoring)]
    assert told == [lead.LEAD_OUTCOME_WON, lead.LEAD_OUTCOME_OPEN]


async def test_what_somebody_thinks_of_a_judgement_is_told_with_its_reason(scoring: Scoring) -> None:
    judged = await scoring.qualify(a_qualify_request())
    request = pb.RecordFeedbackRequest(
        request_id=str(uuid.uuid4()),
        account_id=ACCOUNT,
        qualification_id=judged.qualification_id,
        verdict=lead.JUDGEMENT_VERDICT_TOO_HIGH,
        reason=" Só queria o preço. ",
    )
    stub = FeedbackServiceStub(scoring.channel)
    answer = await call(stub.RecordFeedback, request, timeout_s=20)
    (event,) = await events(scoring)
    assert event.feedback_given.qualification_id == judged.qualification_id
    assert (event.feedback_given.verdict, event.feedback_given.reason) == (
        lead.JUDGEMENT_VERDICT_TOO_HIGH,
        "Só queria o preço.",
    )
    assert event.occurred_at == answer.recorded_at
    assert event.conversation.contact_id == a_qualify_request().conversation.contact_id


async def test_a_judgement_of_another_account_takes_no_feedback(scoring: Scoring) -> None:
    judged = await scoring.qualify(a_qualify_request())
    request = pb.RecordFeedbackRequest(
        request_id=str(uuid.uuid4()),
        account_id=ACCOUNT + 1,
        qualification_id=judged.qualification_id,
        verdict=lead.JUDGEMENT_VERDICT_RIGHT,
    )
    stub = FeedbackServiceStub(scoring.channel)
    with pytest.raises(RemoteError) as caught:
        await call(stub.RecordFeedback, request, timeout_s=20)
    assert caught.value.reason == "QUALIFICATION_NOT_FOUND"
    assert await events(scoring) == []
