"""A lead that asks to be forgotten: nothing of it stays, nothing older comes back, what it writes later is new."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from sdr.audit.v1 import audit_pb2
from sdr.audit.v1.audit_pb2_grpc import AuditServiceStub
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.privacy.v1 import privacy_pb2 as pb
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr_common.errors import StoreUnavailable
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from tests.support.gateway import Door, Services, a_reply, has_outcomes, running_gateway, store_account
from tests.support.gateway_chatwoot import listed_chatwoot
from tests.support.net import eventually
from tests.support.payloads import a_message
from tests.support.traces_of_a_lead import traces_of

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceAsyncStub

LEAD = 881
WORDS = ["Mariana", "Souza Lima", "11987654321", "xilofone"]
SAID = "oi, aqui é a Mariana do xilofone"


@asynccontextmanager
async def stub(door: Door) -> AsyncIterator[PrivacyServiceAsyncStub]:
    async with make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel:
        yield PrivacyServiceStub(channel)


async def forget(door: Door, request_id: str = "") -> pb.ForgetLeadResponse:
    request = pb.ForgetLeadRequest(request_id=request_id or str(uuid.uuid4()), account_id=1, contact_id=LEAD)
    async with stub(door) as privacy:
        return await call(privacy.ForgetLead, request, timeout_s=20)


async def test_nothing_of_a_forgotten_lead_stays_and_what_is_late_does_not_bring_it_back(
    door: Door, services: Services
) -> None:
    await door.tell(a_message(101, SAID))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    assert {word for word in WORDS if traces_of(door.url, [word])} == set(WORDS)

    answer = await forget(door)
    erased = {row.what: row.record_count for row in answer.erased}
    assert erased["gateway.mailbox_entry"] == 1
    assert {name for name in erased if name.endswith(".lead")} == {"dialogue.lead", "scoring.lead", "routing.lead"}
    assert traces_of(door.url, WORDS) == []

    written_before = time.time() - 30
    await door.tell(
        a_message(101, SAID),  # the same webhook again
        a_message(99, SAID, created_at=written_before),  # one that was lost until now
        a_message(101, SAID + "!", created_at=written_before, event="message_updated"),
    )
    assert traces_of(door.url, WORDS) == []
    assert await door.outcomes() == ["answered"]


async def test_what_a_forgotten_lead_writes_later_is_answered_as_a_new_beginning(
    door: Door, services: Services
) -> None:
    await door.tell(a_message(101, SAID))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    await forget(door)
    await door.tell(a_message(102, "oi de novo", created_at=time.time() + 2))
    await eventually(lambda: has_outcomes(door, ["answered", "answered"]))
    assert [m.text for m in services.responds[-1].messages] == ["oi de novo"]


async def test_a_sweep_does_not_bring_a_forgotten_lead_back(database: str, services: Services) -> None:
    async with listed_chatwoot() as chatwoot:
        await store_account(database, chatwoot_url=chatwoot.url, connected_at=time.time() - 600)
        chatwoot.add_message(101, SAID, age_s=60)
        async with running_gateway(database, services, account=False, sweep_interval_s=0.2) as door:
            await eventually(lambda: has_outcomes(door, ["answered"]), timeout_s=20)
            contact_id = (await door.rows("select body ->> 'contact_id' as id from mailbox_entry"))[0]["id"]
            request = pb.ForgetLeadRequest(request_id=str(uuid.uuid4()), account_id=1, contact_id=int(contact_id))
            async with stub(door) as privacy:
                await call(privacy.ForgetLead, request, timeout_s=20)
            chatwoot.add_message(102, SAID, age_s=40)
            swept = (await door.rows("select swept_at from account"))[0]["swept_at"]

            async def swept_twice_more() -> bool:
                return bool((await door.rows("select swept_at from account"))[0]["swept_at"] > swept)

            await eventually(swept_twice_more)
            assert traces_of(database, ["xilofone"]) == []
            assert len(services.responds) == 1


async def test_an_answer_that_is_being_made_is_not_sent_any_more(door: Door, services: Services) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        asked.set()
        await release.wait()
        return a_reply("resposta tardia" if request.conversation.contact_id == LEAD else "oi, Zoe")

    services.answer = slow
    await door.tell(a_message(101, SAID))
    await asyncio.wait_for(asked.wait(), 10)
    await forget(door)
    release.set()
    await door.tell(a_message(901, "outra pessoa", conversation_id=300, contact={"id": 900, "name": "Zoe"}))
    await eventually(lambda: services.delivers)
    assert [d.conversation.contact_id for d in services.delivers] == [900]
    assert traces_of(door.url, ["xilofone", "tardia"]) == []


async def test_a_service_that_is_away_is_told_and_a_repeat_goes_on_where_it_stopped(
    door: Door, services: Services
) -> None:
    await door.tell(a_message(101, SAID))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    services.refuse_forget = StoreUnavailable()
    request_id = str(uuid.uuid4())
    with pytest.raises(RemoteError) as refused:
        await forget(door, request_id)
    assert (refused.value.reason, refused.value.details["service"]) == ("SERVICE_UNAVAILABLE", "dialogue")
    services.refuse_forget = None
    first = await forget(door, request_id)
    assert await forget(door, request_id) == first
    assert len(services.forgets) == 3
    assert len({request.request_id for request in services.forgets}) == 3


@pytest.mark.thorough
async def test_what_was_on_its_way_is_erased_later_everywhere(database: str, services: Services) -> None:
    async with running_gateway(database, services, forget_settle_s=0.3) as door:
        await door.tell(a_message(101, SAID))
        await eventually(lambda: has_outcomes(door, ["answered"]))
        await forget(door)

        async def settled() -> bool:
            return await door.rows("select settled_at is not null as done from forgotten_lead") == [{"done": True}]

        await eventually(settled, timeout_s=20)
        assert len(services.forgets) == 6
        async with make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel:
            asked = audit_pb2.ListAuditEntriesRequest(account_id=1)
            trail = await call(AuditServiceStub(channel).ListAuditEntries, asked, timeout_s=20)
        assert [(entry.action, entry.subject) for entry in trail.entries] == [("forget_lead", "contact 881")] * 2


async def test_an_export_is_one_document_of_all_services_for_people_to_read(door: Door) -> None:
    await door.tell(a_message(101, SAID))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    async with stub(door) as privacy:
        answer = await call(privacy.ExportLead, pb.ExportLeadRequest(account_id=1, contact_id=LEAD), timeout_s=20)
    document = json.loads(answer.json)
    assert list(document) == ["conta", "contato", "gerado_em", "gateway", "dialogue", "scoring", "routing"]
    (entry,) = document["gateway"]["mailbox_entry"]
    assert entry["conteudo"]["text"] == SAID
    assert document["dialogue"] == {"lead": [{"nome": "Mariana"}]}
    assert "\n  " in answer.json
