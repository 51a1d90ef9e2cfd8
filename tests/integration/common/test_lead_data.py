"""A lead's rights in each service: given out in full, erased in full, others untouched, all of it on the trail."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import grpc
import psycopg
import pytest

from sdr.audit.v1 import audit_pb2
from sdr.audit.v1.audit_pb2_grpc import AuditServiceStub
from sdr.privacy.v1 import privacy_pb2 as pb
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr_common.actor import metadata_of
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting import conftest as of_reporting
from tests.integration.scoring import conftest as of_scoring
from tests.support.traces_of_a_lead import traces_of

ACCOUNT = 7
LEAD, NEIGHBOUR = 501, 502


async def forget(
    channel: grpc.aio.Channel, contact_id: int = LEAD, *, request_id: str = "", actor: str = "ana@clinica"
) -> dict[str, int]:
    request = pb.ForgetLeadRequest(
        request_id=request_id or str(uuid.uuid4()), account_id=ACCOUNT, contact_id=contact_id
    )
    answer = await call(PrivacyServiceStub(channel).ForgetLead, request, timeout_s=20, metadata=metadata_of(actor))
    return {row.what: row.record_count for row in answer.erased}


async def export(channel: grpc.aio.Channel, contact_id: int = LEAD) -> dict[str, list[dict[str, Any]]]:
    request = pb.ExportLeadRequest(account_id=ACCOUNT, contact_id=contact_id)
    answer = await call(PrivacyServiceStub(channel).ExportLead, request, timeout_s=20)
    found: dict[str, list[dict[str, Any]]] = json.loads(answer.json)
    return found


async def trail(channel: grpc.aio.Channel, page_token: str = "") -> audit_pb2.ListAuditEntriesResponse:
    request = audit_pb2.ListAuditEntriesRequest(account_id=ACCOUNT, page_size=1, page_token=page_token)
    return await call(AuditServiceStub(channel).ListAuditEntries, request, timeout_s=20)


async def test_scoring_gives_a_lead_out_and_forgets_its_words_but_nobody_elses(
    service_database: Callable[[str], str],
) -> None:
    url = service_database("scoring")
    async with of_scoring.running(url) as scoring:
        await scoring.put_settings(of_scoring.a_settings_request())
        request = of_scoring.a_qualify_request(contact_id=LEAD)
        await scoring.qualify(request)
        await scoring.qualify(of_scoring.a_qualify_request(contact_id=NEIGHBOUR))
        given = await export(scoring.channel)
        assert given["qualification"][0]["temperatura"] == "morno"
        assert "daqui a duas semanas" in json.dumps(given, ensure_ascii=False)

        assert await forget(scoring.channel) == {
            "qualification": 1,
            "feedback": 0,
            "outcome": 0,
            "lead": 1,
            "idempotency": 1,
            "event_outbox": 0,
        }
        assert (await export(scoring.channel)) == {"qualification": [], "lead": [], "feedback": [], "outcome": []}
        assert len((await export(scoring.channel, NEIGHBOUR))["qualification"]) == 1
        # The neighbour said the same words: they stand in its rows alone.
        await forget(scoring.channel, NEIGHBOUR)
        assert traces_of(url, ["duas semanas", "tatuagem"]) == []


async def test_reporting_keeps_the_counts_of_a_forgotten_lead_and_shows_it_no_more(
    service_database: Callable[[str], str],
) -> None:
    url = service_database("reporting")
    async with of_reporting.running(url) as reporting:
        await reporting.record(
            of_reporting.a_turn(0, contact_id=LEAD, name="Ludmila Quintanilha"),
            of_reporting.a_turn(1, contact_id=NEIGHBOUR, name="Zuleide"),
            of_reporting.paid(1, 900, contact_id=LEAD),
        )
        before = await reporting.overview()
        assert (await forget(reporting.channel))["event"] == 2
        after = await reporting.overview()
        assert (before.new_lead_count, after.new_lead_count) == (2, 2)
        assert (before.cost_micro_usd, after.cost_micro_usd) == (900, 900)
        (paid,) = await reporting.fetch("select contact_id from model_cost")
        assert paid["contact_id"] < 0
        assert [lead.name for lead in (await reporting.list_leads()).leads] == ["Zuleide"]
        assert traces_of(url, ["ludmila", "quintanilha"]) == []
        assert traces_of(url, ["zuleide"]) != []
        # The same person, new: a lead of its own.
        await reporting.record(of_reporting.a_turn(2, contact_id=LEAD, name="Ludmila"))
        assert [lead.name for lead in (await reporting.list_leads()).leads] == ["Ludmila", "Zuleide"]
        assert (await reporting.overview()).new_lead_count == 3


async def test_a_repeat_of_the_call_gets_the_stored_answer(service_database: Callable[[str], str]) -> None:
    async with of_scoring.running(service_database("scoring")) as scoring:
        await scoring.put_settings(of_scoring.a_settings_request())
        await scoring.qualify(of_scoring.a_qualify_request(contact_id=LEAD))
        request_id = str(uuid.uuid4())
        first = await forget(scoring.channel, request_id=request_id)
        assert await forget(scoring.channel, request_id=request_id) == first
        with pytest.raises(RemoteError, match="used before with another input"):
            await forget(scoring.channel, NEIGHBOUR, request_id=request_id)


async def test_the_trail_says_who_forgot_whom_and_can_be_read_page_by_page(
    service_database: Callable[[str], str],
) -> None:
    async with of_scoring.running(service_database("scoring")) as scoring:
        request_id = str(uuid.uuid4())
        await export(scoring.channel)
        await forget(scoring.channel, request_id=request_id)
        newest = await trail(scoring.channel)
        (entry,) = newest.entries
        assert (entry.actor, entry.action, entry.subject) == ("ana@clinica", "forget_lead", f"contact {LEAD}")
        assert entry.call_request_id == request_id
        (older,) = (await trail(scoring.channel, newest.next_page_token)).entries
        assert (older.actor, older.action) == ("unknown", "export_lead")
        with pytest.raises(RemoteError, match="not one of this list"):
            await trail(scoring.channel, "bm9uc2Vuc2U=")


@pytest.mark.parametrize("service", ["gateway", "dialogue", "scoring", "routing", "reporting"])
@pytest.mark.parametrize("attempt", ["update audit set actor = 'x'", "delete from audit", "truncate audit"])
def test_the_database_refuses_every_change_of_the_trail(
    service_database: Callable[[str], str], service: str, attempt: str
) -> None:
    url = service_database(service)
    with psycopg.connect(url, autocommit=True, options=f"-c search_path={service}") as conn:
        conn.execute("insert into audit (actor, action, account_id) values ('ana', 'connect_account', 7)")
        with pytest.raises(psycopg.errors.RaiseException, match="the audit trail only grows"):
            conn.execute(attempt.encode())
        assert conn.execute("select actor, action from audit").fetchall() == [("ana", "connect_account")]
