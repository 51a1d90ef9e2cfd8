"""What cannot succeed is given up, shown, and can be taken up again."""

from __future__ import annotations

import asyncio
import sys
import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.privacy.v1 import privacy_pb2
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.grpc_client import call, make_channel
from sdr_common.grpc_errors import RemoteError
from tests.integration.routing.conftest import ACCOUNT, Routing, a_hand_off, a_request


async def retry(routing: Routing, delivery_id: str) -> pb.Delivery:
    request = pb.RetryDeliveryRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, delivery_id=delivery_id)
    return (await call(routing.stub.RetryDelivery, request, timeout_s=20)).delivery


async def dead_letters(routing: Routing, page_size: int = 0, token: str = "") -> pb.ListDeadLettersResponse:
    request = pb.ListDeadLettersRequest(account_id=ACCOUNT, page_size=page_size, page_token=token)
    return await call(routing.stub.ListDeadLetters, request, timeout_s=20)


async def test_a_conversation_that_is_gone_makes_a_dead_letter(routing: Routing) -> None:
    who = await routing.new_lead()
    who.conversation_id = 999
    accepted = await routing.deliver(a_request(who))
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DEAD
    message = delivery.writes[-1]
    assert (message.state, message.detail) == (
        pb.DELIVERY_STATE_DEAD,
        "o Chatwoot recusou (404): Resource could not be found",
    )
    page = await dead_letters(routing)
    assert [row.delivery_id for row in page.deliveries] == [accepted.delivery_id]
    (settled,) = [event for event in await routing.events() if event.WhichOneof("payload") == "delivery_settled"]
    assert settled.delivery_settled.outcome == "dead"


async def test_a_dead_letter_does_not_hold_up_later_deliveries(routing: Routing) -> None:
    who = await routing.new_lead()
    gone = a_request(who)
    gone.conversation.conversation_id = 999
    first = await routing.deliver(gone)
    second = await routing.deliver(a_request(who, turn_id=2))
    assert (await routing.settled(first.delivery_id)).state == pb.DELIVERY_STATE_DEAD
    assert (await routing.settled(second.delivery_id)).state == pb.DELIVERY_STATE_DONE


async def test_a_missing_team_is_mended_by_making_it_and_trying_again(routing: Routing) -> None:
    await routing.put_settings(pb.RoutingSettings(team_rules=[pb.TeamRule(team="Vendas")]))
    who = await routing.new_lead()
    accepted = await routing.deliver(a_hand_off(who))
    assert (await routing.settled(accepted.delivery_id)).state == pb.DELIVERY_STATE_DEAD
    await routing.chatwoot.ask("POST", "/teams", {"name": "vendas", "allow_auto_assign": False})
    assert (await retry(routing, accepted.delivery_id)).state == pb.DELIVERY_STATE_PENDING
    assert (await routing.settled(accepted.delivery_id)).state == pb.DELIVERY_STATE_DONE
    conversation = routing.conversation(who.conversation_id)
    assert routing.chatwoot.core.state.teams[conversation.team_id].name == "vendas"
    assert len(routing.messages(who.conversation_id)) == 1


async def test_a_revoked_token_kills_and_a_new_connection_with_a_retry_mends(routing: Routing) -> None:
    who = await routing.new_lead()
    bot = next(iter(routing.chatwoot.core.state.agent_bots.values()))
    actors = routing.chatwoot.core.index.actor_by_token
    del actors[bot.access_token]
    accepted = await routing.deliver(a_request(who))
    delivery = await routing.settled(accepted.delivery_id)
    assert delivery.state == pb.DELIVERY_STATE_DEAD
    assert delivery.writes[1].detail.startswith("o Chatwoot recusou o token (401)")
    bot.access_token = "um-token-novo"
    actors[bot.access_token] = bot
    await routing.connect()
    await retry(routing, accepted.delivery_id)
    assert (await routing.settled(accepted.delivery_id)).state == pb.DELIVERY_STATE_DONE
    assert len(routing.messages(who.conversation_id)) == 1


async def test_attributes_that_died_are_written_by_the_next_delivery_and_not_turned_back_by_a_retry(
    routing: Routing,
) -> None:
    who = await routing.new_lead()
    dying = a_request(who)
    dying.conversation.contact_id = who.contact_id
    contacts = routing.chatwoot.core.state.contacts
    contact = contacts.pop(who.contact_id)
    rows = routing.chatwoot.core.state.conversations
    conversation = rows.pop(who.conversation_id)
    first = await routing.deliver(dying)
    assert (await routing.settled(first.delivery_id)).state == pb.DELIVERY_STATE_DEAD
    contacts[who.contact_id], rows[who.conversation_id] = contact, conversation
    state = lead.LeadState(known_count=2, status=lead.LEAD_STATUS_IN_PROGRESS)
    second = await routing.deliver(a_request(who, turn_id=2, lead=state))
    await routing.settled(second.delivery_id)
    assert routing.attributes(who.contact_id)["sdr_ia_progresso"] == "2/5"
    await retry(routing, first.delivery_id)
    assert (await routing.settled(first.delivery_id)).state == pb.DELIVERY_STATE_DONE
    attributes = routing.attributes(who.contact_id)
    assert attributes["sdr_ia_progresso"] == "2/5"
    assert attributes["sdr_ia_interesse"] == "botox"


async def test_only_a_dead_delivery_can_be_retried(routing: Routing) -> None:
    who = await routing.new_lead()
    accepted = await routing.deliver(a_request(who))
    await routing.settled(accepted.delivery_id)
    with pytest.raises(RemoteError) as caught:
        await retry(routing, accepted.delivery_id)
    assert caught.value.reason == "DELIVERY_NOT_DEAD"
    with pytest.raises(RemoteError) as caught:
        await retry(routing, str(uuid.uuid4()))
    assert caught.value.reason == "DELIVERY_NOT_FOUND"


async def test_dead_letters_come_in_pages_newest_first(routing: Routing) -> None:
    who = await routing.new_lead()
    who.conversation_id = 999
    ids = []
    for turn in range(1, 6):
        accepted = await routing.deliver(a_request(who, turn_id=turn))
        ids.append(accepted.delivery_id)
        await routing.settled(accepted.delivery_id)
    first = await dead_letters(routing, 2)
    second = await dead_letters(routing, 2, first.next_page_token)
    third = await dead_letters(routing, 2, second.next_page_token)
    seen = [row.delivery_id for page in (first, second, third) for row in page.deliveries]
    assert seen == ids[::-1]
    assert third.next_page_token == ""
    with pytest.raises(RemoteError) as caught:
        await dead_letters(routing, 2, "bm9wZQ==")
    assert caught.value.reason == "INVALID_PAGE_TOKEN"


async def test_a_foreign_account_sees_nothing(routing: Routing) -> None:
    who = await routing.new_lead()
    accepted = await routing.deliver(a_request(who))
    request = pb.GetDeliveryRequest(account_id=ACCOUNT + 1, delivery_id=accepted.delivery_id)
    with pytest.raises(RemoteError) as caught:
        await call(routing.stub.GetDelivery, request, timeout_s=5)
    assert caught.value.reason == "DELIVERY_NOT_FOUND"


async def _two_dead(routing: Routing) -> list[str]:
    """One without its team, one without its conversation; the oldest first."""
    await routing.put_settings(pb.RoutingSettings(team_rules=[pb.TeamRule(team="Vendas")]))
    handed = await routing.deliver(a_hand_off(await routing.new_lead()))
    gone = a_request(await routing.new_lead())
    gone.conversation.conversation_id = 999
    lost = await routing.deliver(gone)
    ids = [handed.delivery_id, lost.delivery_id]
    for delivery_id in ids:
        assert (await routing.settled(delivery_id)).state == pb.DELIVERY_STATE_DEAD
    return ids


async def test_dead_letters_are_taken_up_again_together_by_what_failed_and_never_more_than_asked(
    routing: Routing,
) -> None:
    without_team, lost = await _two_dead(routing)
    await routing.chatwoot.ask("POST", "/teams", {"name": "vendas", "allow_auto_assign": False})
    request = pb.RetryDeadLettersRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, kind="team")
    answer = await call(routing.stub.RetryDeadLetters, request, timeout_s=20)
    assert (list(answer.delivery_ids), answer.more) == ([without_team], False)
    assert (await routing.settled(without_team)).state == pb.DELIVERY_STATE_DONE
    assert await call(routing.stub.RetryDeadLetters, request, timeout_s=20) == answer
    trail = await routing.fetch("select action, detail from audit where action = 'retry_dead_letters'")
    assert trail == [{"action": "retry_dead_letters", "detail": {"conversation_id": 0, "kind": "team", "count": 1}}]
    assert [row.delivery_id for row in (await dead_letters(routing)).deliveries] == [lost]


async def test_a_bounded_retry_takes_the_oldest_and_says_that_there_are_more(routing: Routing) -> None:
    oldest, newest = await _two_dead(routing)
    request = pb.RetryDeadLettersRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, limit=1)
    answer = await call(routing.stub.RetryDeadLetters, request, timeout_s=20)
    assert (list(answer.delivery_ids), answer.more) == ([oldest], True)
    assert newest in [row.delivery_id for row in (await dead_letters(routing)).deliveries]


@pytest.mark.thorough
async def test_an_operator_lists_shows_and_retries_by_command(routing: Routing) -> None:
    without_team, lost = await _two_dead(routing)
    listed = await _command(routing, "list")
    assert "não saiu time, porque o time “Vendas” não existe no Chatwoot" in listed
    assert listed.index(lost) < listed.index(without_team)
    shown = await _command(routing, "show", without_team)
    assert "closer" in shown or "2. time: falhou: o time “Vendas” não existe" in shown
    assert await _command(routing, "list", "--kind", "labels") == "Nada falhou.\n"
    assert "espera de novo" in await _command(routing, "retry", lost)
    assert "Entregas que esperam de novo: " in await _command(routing, "retry-all", "--kind", "team")


async def _command(routing: Routing, action: str, *rest: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sdr_routing", "dead-letters", action, "--target", routing.target),
        *("--account", str(ACCOUNT), *rest),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return out.decode()


async def test_a_conversations_deliveries_are_listed_page_by_page_newest_first(routing: Routing) -> None:
    who = await routing.new_lead()
    ids = [(await routing.deliver(a_request(who, turn_id=turn))).delivery_id for turn in (1, 2, 3)]
    await routing.deliver(a_request(await routing.new_lead()))
    seen, token = [], ""
    while True:
        request = pb.ListDeliveriesRequest(
            account_id=ACCOUNT, conversation_id=who.conversation_id, page_size=2, page_token=token
        )
        page = await call(routing.stub.ListDeliveries, request, timeout_s=20)
        seen += [row.delivery_id for row in page.deliveries]
        token = page.next_page_token
        if not token:
            break
    assert seen == ids[::-1]
    with pytest.raises(RemoteError, match="not one of this list"):
        await dead_letters(routing, token="Y29udmVyc2F0aW9uIDE6Mw==")


async def test_old_deliveries_go_by_age_and_those_that_were_given_up_stay(routing: Routing) -> None:
    without_team, lost = await _two_dead(routing)
    done = await routing.deliver(a_request(await routing.new_lead()))
    young = await routing.deliver(a_request(await routing.new_lead()))
    for accepted in (done, young):
        assert (await routing.settled(accepted.delivery_id)).state == pb.DELIVERY_STATE_DONE
    async with await routing.sql() as conn:
        await conn.execute(
            "update delivery set settled_at = settled_at - interval '40 days' where delivery_id <> %s",
            [young.delivery_id],
        )
    async with make_channel(routing.target) as channel:
        request = privacy_pb2.PurgeRecordsRequest(account_id=ACCOUNT, days=31)
        answer = await call(PrivacyServiceStub(channel).PurgeRecords, request, timeout_s=20)
    assert {row.what: row.record_count for row in answer.purged}["delivery"] == 1
    left = await routing.fetch("select delivery_id::text as id from delivery")
    assert {row["id"] for row in left} == {without_team, lost, young.delivery_id}
