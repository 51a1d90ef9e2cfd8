"""Leads that the original plugin knew, taken over: once, and so that nobody is asked or closed again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import importing_pb2 as pb
from sdr.dialogue.v1.importing_pb2_grpc import ImportServiceStub
from sdr_common.grpc_client import call
from tests.integration.dialogue.conftest import ACCOUNT, CONTACT, Dialogue, a_message, a_request, values

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.dialogue.v1.importing_pb2_grpc import ImportServiceAsyncStub

JUDGED = {
    "sdr_ia_status": "qualificado",
    "sdr_ia_nome": "Mariana",
    "sdr_ia_interesse": "Botox",
    "sdr_ia_urgencia": "esta_semana",
    "sdr_ia_conhecimento": "conhece_valores",
    "sdr_ia_localizacao": "Moema",
}


async def _import(dialogue: Dialogue, attributes: dict[str, str], *, dry_run: bool = False) -> pb.ImportedLead:
    stub: ImportServiceAsyncStub = ImportServiceStub(dialogue.channel)
    request = pb.ImportLeadsRequest(
        request_id=str(uuid.uuid4()),
        account_id=ACCOUNT,
        contacts=[pb.ContactAttributes(contact_id=CONTACT, attributes=attributes)],
        dry_run=dry_run,
    )
    return (await call(stub.ImportLeads, request, timeout_s=30)).leads[0]


async def test_a_lead_that_the_plugin_judged_is_neither_asked_nor_closed_again(dialogue: Dialogue) -> None:
    taken = await _import(dialogue, JUDGED)
    assert (taken.outcome, taken.status) == (pb.IMPORT_OUTCOME_TAKEN, lead.LEAD_STATUS_QUALIFIED)
    answer = await dialogue.respond(a_request(1, a_message(10, "oi, tudo bem?"), attributes=JUDGED))
    assert answer.already_qualified
    assert answer.ended == lead.END_REASON_UNSPECIFIED
    assert values(answer.lead)["INTEREST"] == "Botox"
    assert not any(fact.locked for fact in answer.lead.facts), "the plugin's words are no human's"


async def test_a_dry_run_tells_the_same_and_stores_nothing(dialogue: Dialogue) -> None:
    told = await _import(dialogue, JUDGED, dry_run=True)
    assert told.outcome == pb.IMPORT_OUTCOME_TAKEN
    assert len(told.facts) == 5
    assert await dialogue.fetch("select 1 from lead") == []


async def test_what_is_known_already_stays_and_a_repeat_changes_nothing(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "nome=Ana;")))
    before = await dialogue.fetch("select facts, revision from lead")
    told = await _import(dialogue, JUDGED, dry_run=True)
    assert told.outcome == pb.IMPORT_OUTCOME_KNOWN
    assert (await _import(dialogue, JUDGED)).outcome == pb.IMPORT_OUTCOME_KNOWN
    assert await dialogue.fetch("select facts, revision from lead") == before


async def test_a_contact_that_the_plugin_never_met_is_left_alone(dialogue: Dialogue) -> None:
    assert (await _import(dialogue, {"cidade": "Osasco"})).outcome == pb.IMPORT_OUTCOME_EMPTY
    assert await dialogue.fetch("select 1 from lead") == []
