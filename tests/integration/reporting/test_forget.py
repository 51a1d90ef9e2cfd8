from __future__ import annotations

import json
import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.privacy.v1 import privacy_pb2
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting.conftest import ACCOUNT, Reporting, a_turn, at, survey, told_outcome


async def test_a_forgotten_lead_still_counts_and_is_nobody(reporting: Reporting) -> None:
    turn = a_turn(0, name="Mariana")
    turn.turn_finished.contact_phone = "+5511987654321"
    await reporting.record(turn, told_outcome(5, lead.LEAD_OUTCOME_WON), survey(6, 5))
    before = await reporting.report(start=at(-60), until=at(60))
    request = privacy_pb2.ForgetLeadRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, contact_id=501)
    await call(PrivacyServiceStub(reporting.channel).ForgetLead, request, timeout_s=20)
    assert await reporting.report(start=at(-60), until=at(60)) == before
    with pytest.raises(RemoteError, match="LEAD_NOT_FOUND"):
        await reporting.lead(501)
    kept = json.dumps(
        [
            await reporting.fetch("select * from lead"),
            await reporting.fetch("select * from lead_name"),
            await reporting.fetch("select * from event"),
        ],
        default=str,
    )
    assert "ariana" not in kept
    assert "98765" not in kept
    assert "501" not in {str(row["contact_id"]) for row in await reporting.fetch("select contact_id from survey")}
