"""A lead's rights and the age of records, where something went out."""

from __future__ import annotations

import uuid

from sdr.privacy.v1 import privacy_pb2
from sdr.reporting.v1 import schedules_pb2 as pb
from sdr_common.grpc_client import call
from tests.integration.reporting_outputs.conftest import ACCOUNT, Outputs, a_plan
from tests.integration.reporting_outputs.test_alerts import a_hot_lead, standing


async def test_a_forgotten_lead_leaves_no_alert_that_names_its_conversation(outputs: Outputs) -> None:
    await outputs.record(a_hot_lead(20))
    await outputs.pulse()
    await standing(outputs)
    request = privacy_pb2.ForgetLeadRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, contact_id=501)
    answer = await call(outputs.privacy.ForgetLead, request, timeout_s=30)
    assert {each.what: each.record_count for each in answer.erased}["alert"] == 1
    assert await outputs.listed_alerts() == []


async def test_old_history_goes_with_the_events_and_what_is_young_stays(outputs: Outputs) -> None:
    schedule = await outputs.create(a_plan())
    for _ in range(2):
        await outputs.send_now(schedule.schedule_id)
        await outputs.settled(pb.SENDING_STATE_SENT)
    await outputs.run(
        "update sending set created_at = now() - interval '100 days' "
        "where sending_id = (select sending_id from sending order by slot_at limit 1)"
    )
    request = privacy_pb2.PurgeRecordsRequest(account_id=ACCOUNT, days=90)
    answer = await call(outputs.privacy.PurgeRecords, request, timeout_s=30)
    assert {each.what: each.record_count for each in answer.purged}["sending"] == 1
    assert len(await outputs.sendings()) == 1
