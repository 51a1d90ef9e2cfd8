"""Outages, crashes, poison, closed clinics: nothing lost, nothing answered twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.gateway.v1.gateway_pb2 import GatewaySettings as AccountPart
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.errors import InvalidField, StoreUnavailable
from sdr_common.postgres import make_pool, transaction
from sdr_gateway.domain.hours import WEEKDAYS
from tests.support.gateway import (
    Door,
    Services,
    a_reply,
    ended_with,
    has_outcomes,
    phase,
    running_gateway,
)
from tests.support.net import eventually
from tests.support.payloads import (
    Json,
    a_bot,
    a_human_line,
    a_message,
)


async def _silent_unless(url: str, weekdays: list[str]) -> None:
    """Lets account 1 answer only on some weekdays."""
    part = AccountPart(silent_outside_hours=True)
    for weekday in weekdays:
        part.hours.add(weekday=weekday, opens="00:00", closes="23:59")
    clinic = lead.Clinic(name="Bella Pele", assistant_name="Bella", time_zone="UTC")
    async with make_pool(url, "gateway", name="test") as pool, transaction(pool) as conn:
        await AccountSettingsStore(AccountPart).put(conn, 1, clinic, part)


async def test_an_outage_of_dialogue_never_counts_and_the_answer_comes_when_it_ends(
    door: Door, services: Services
) -> None:
    async def away(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        if len(services.responds) < 8:
            raise StoreUnavailable
        return a_reply()

    services.answer = away
    await door.tell(a_message(101))
    await eventually(lambda: has_outcomes(door, ["answered"]), timeout_s=30)
    assert await door.rows("select attempt from mailbox_turn") == [{"attempt": 1}]
    assert len({request.request_id for request in services.responds}) == 1


async def test_messages_of_an_outage_are_answered_together_when_it_ends(door: Door, services: Services) -> None:
    failing = True

    async def away(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        if failing:
            raise StoreUnavailable
        return a_reply()

    services.answer = away
    await door.tell(a_message(101))
    await eventually(lambda: services.responds)
    await door.tell(a_message(102, "alô?"))
    failing = False
    await eventually(lambda: has_outcomes(door, ["answered"]), timeout_s=20)
    assert [m.message_id for m in services.responds[-1].messages] == [101, 102]


async def test_a_turn_that_fails_too_often_calls_a_human(database: str, services: Services) -> None:
    async def broken(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        raise InvalidField("messages", "cannot be read")

    services.answer = broken
    async with running_gateway(database, services, poison_attempts=2) as door:
        await door.tell(a_message(101))
        await eventually(lambda: has_outcomes(door, ["poison"]), timeout_s=30)
        assert len(services.responds) == 2
        (delivered,) = services.delivers
        assert delivered.escalation == lead.ESCALATION_REASON_PRODUCT_FAILURE
        assert delivered.lead.status == lead.LEAD_STATUS_ESCALATED
        assert delivered.reply == ""
        assert [o.message_id for o in services.observations] == [101]
        assert await phase(door) == "handed_off"


async def test_a_sealed_answer_that_routing_refuses_for_ever_becomes_a_call_for_a_human(
    database: str, services: Services
) -> None:
    async def refuse(request: routing.DeliverRequest) -> None:
        if not request.escalation:
            raise InvalidField("reply", "cannot be sent")

    services.accept = refuse
    async with running_gateway(database, services, poison_attempts=1) as door:
        await door.tell(a_message(101))
        await eventually(lambda: has_outcomes(door, ["poison"]), timeout_s=30)
    assert [d.escalation for d in services.delivers][-1] == lead.ESCALATION_REASON_PRODUCT_FAILURE


async def test_after_a_crash_between_seal_and_delivery_the_same_delivery_is_repeated_and_nothing_asked_again(
    database: str, services: Services
) -> None:
    reached = asyncio.Event()

    async def hang(request: routing.DeliverRequest) -> None:
        reached.set()
        await asyncio.Event().wait()

    services.accept = hang
    async with running_gateway(database, services, drain_s=0) as door:
        await door.tell(a_message(101))
        await asyncio.wait_for(reached.wait(), 10)
        await door.tell(a_message(102, "e aí?"))
    services.accept = None
    async with running_gateway(database, services, account=False) as door:
        await eventually(lambda: has_outcomes(door, ["answered", "answered"]), timeout_s=20)
    first, again, after = services.delivers
    assert again == first
    assert after.turn_id > first.turn_id
    assert [[m.message_id for m in r.messages] for r in services.responds] == [[101], [102]]


def _refused(message_id: int, **changes: Any) -> Json:
    attributes = {"sdr_key": "d/1", "external_error": "(#131056) Pair rate limit hit"}
    return a_message(
        message_id, direction="outgoing", sender=a_bot(), event="message_updated", attributes=attributes, **changes
    )


async def test_what_the_channel_refused_is_told_to_routing_once_and_taken_out_of_the_history(
    door: Door, services: Services
) -> None:
    refused = _refused(102)
    await door.tell(refused, refused)
    await eventually(lambda: has_outcomes(door, ["observed"]), timeout_s=20)
    (told,) = services.refusals
    assert (told.account_id, told.conversation_id, told.message_id) == (1, 241, 102)
    assert (told.sdr_key, told.problem, told.bridged) == ("d/1", "(#131056) Pair rate limit hit", False)
    assert [(note.message_id, note.kind) for note in services.observations] == [
        (102, dialogue.OBSERVATION_KIND_DELETED)
    ]
    assert services.responds == []


async def test_a_refusal_that_routing_cannot_see_to_yet_is_told_again(door: Door, services: Services) -> None:
    services.refuse_refusals = 2
    await door.tell(_refused(102))
    await eventually(lambda: has_outcomes(door, ["observed"]), timeout_s=20)
    assert len(services.refusals) == 3
    assert len({told.request_id for told in services.refusals}) == 1


async def test_a_delivery_that_is_not_answered_is_repeated_as_it_was(door: Door, services: Services) -> None:
    async def flaky(request: routing.DeliverRequest) -> None:
        if len(services.delivers) < 3:
            raise StoreUnavailable

    services.accept = flaky
    await door.tell(a_message(101))
    await eventually(lambda: has_outcomes(door, ["answered"]), timeout_s=20)
    assert len(services.responds) == 1
    assert services.delivers[0] == services.delivers[1] == services.delivers[2]


async def test_a_clinic_that_wants_no_answers_while_closed_answers_all_when_it_opens(
    database: str, services: Services
) -> None:
    today = datetime.now(UTC).weekday()
    await _silent_unless(database, [WEEKDAYS[(today + 3) % 7]])
    async with running_gateway(database, services) as door:
        await door.tell(a_message(101, "boa noite"))

        async def waits() -> bool:
            return await door.rows(
                "select owner, attempt from mailbox where held_until > now() + interval '1 minute'"
            ) == [{"owner": None, "attempt": 0}]

        await eventually(waits)
        await door.tell(a_message(102, "aguardo"))
        assert services.responds == []
        # The clinic opens: its hours now cover today, and the pause is over.
        await _silent_unless(database, list(WEEKDAYS))

        async def answered() -> bool:
            await door.rows(
                "update mailbox set held_until = now(), since = now() - interval '1 hour' "
                "where held_until > now() + interval '1 minute' returning 1"
            )
            return await has_outcomes(door, ["answered"])

        await eventually(answered, timeout_s=20)
    (asked,) = services.responds
    assert [m.message_id for m in asked.messages] == [101, 102]


async def test_what_came_while_a_turn_waited_long_is_taken_in_before_anything_is_said(
    database: str, services: Services
) -> None:
    async def away(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        raise StoreUnavailable

    services.answer = away
    async with running_gateway(database, services) as door:
        await door.tell(a_message(101))
        await eventually(lambda: services.responds)
        await door.tell(a_human_line(102))
        # An outage longer than the seal's patience: a seal would no longer see the human's message.
        await door.rows("update mailbox set since = now() - interval '1 hour' returning 1")
        await eventually(lambda: ended_with(door, "paused"), timeout_s=30)
    assert [d for d in services.delivers if not d.silent] == []
