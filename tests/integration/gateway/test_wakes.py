"""Reminders and abandonment: what happens when nobody writes, on a real database and over real gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from google.protobuf import json_format

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.gateway.v1.gateway_pb2 import GatewaySettings
from tests.support.gateway import Door, Services, a_lead, a_reply, ended_with, has_outcomes, running_gateway
from tests.support.gateway_chatwoot import ListedChatwoot, listed_chatwoot
from tests.support.net import eventually
from tests.support.payloads import a_human_line, a_message

ALL_DAY = {"earliest": "00:00", "latest": "23:59"}
REMINDED = {"nudge": {"after": "1s", **ALL_DAY}, "abandonment": {"after": "3s"}}
NO_NUDGE = {"nudge": {"off": True}, "abandonment": {"after": "1s"}}


def a_part(settings: dict[str, Any]) -> GatewaySettings:
    return json_format.ParseDict(settings, GatewaySettings())


@pytest.fixture
async def chatwoot() -> AsyncIterator[ListedChatwoot]:
    async with listed_chatwoot() as listed:
        yield listed


@asynccontextmanager
async def a_door(
    database: str, services: Services, chatwoot: ListedChatwoot, settings: dict[str, Any]
) -> AsyncIterator[Door]:
    async with running_gateway(
        database,
        services,
        chatwoot_url=chatwoot.url,
        settings=a_part(settings),
        coalesce_idle_ms=50,
        reporting_target=services.target,
    ) as door:
        yield door


async def asked(door: Door, services: Services, chatwoot: ListedChatwoot) -> None:
    """A lead wrote, our question went out, and Chatwoot has it."""
    chatwoot.add_message(101, "oi")
    chatwoot.add_message(102, "Oi! Qual é o seu nome?", direction="outgoing", attributes={"sdr_key": "k/1"})
    await door.tell(a_message(101))
    await eventually(lambda: services.delivers)


async def wake_of(door: Door) -> str:
    rows = await door.rows("select wake_reason from mailbox")
    return str(rows[0]["wake_reason"])


async def test_a_silent_lead_is_reminded_once_and_then_judged_without_a_word(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    services.temperature = lead.TEMPERATURE_WARM
    async with a_door(database, services, chatwoot, REMINDED) as door:
        await asked(door, services, chatwoot)
        await eventually(lambda: ended_with(door, "abandoned"), timeout_s=15)
        assert [outcome for outcome in await door.outcomes() if outcome != "observed"] == [
            "answered",
            "nudged",
            "abandoned",
        ]
        await eventually(lambda: services.events)
    question, reminder, last = services.delivers
    assert (reminder.reply, reminder.asks) == ("Oi, Mariana! Quando puder, me diz seu nome?", lead.FACT_KIND_NAME)
    assert reminder.only_in_silence
    assert reminder.last_message_id in {101, 102}  # our own question too, where the sweep has told of it already
    assert list(reminder.labels) == ["vip"]
    assert reminder.contact.name == "Mariana Souza Lima"
    assert reminder.turn_id == services.nudges[0].turn_id > question.turn_id
    assert (last.reply, last.escalation, last.silent) == ("", lead.ESCALATION_REASON_UNSPECIFIED, False)
    assert last.qualification.ended == lead.END_REASON_ABANDONED
    assert last.summary == "Quer botox."
    assert [judged.ended for judged in services.qualifies] == [lead.END_REASON_ABANDONED]
    assert len(services.nudges) == 1
    assert len({d.request_id for d in services.delivers}) == 3
    # Nobody wrote in the later two: reporting counts one turn.
    finished = [event.turn_finished for event in services.events if event.HasField("turn_finished")]
    assert [turn.outcome for turn in finished] == ["answered"]


async def test_an_abandoned_lead_that_returns_goes_on_and_may_be_reminded_again(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, NO_NUDGE) as door:
        await asked(door, services, chatwoot)
        await eventually(lambda: ended_with(door, "abandoned"), timeout_s=15)
        assert await door.rows("select phase, waiting_since, nudged from conversation") == [
            {"phase": "active", "waiting_since": 0.0, "nudged": False}
        ]
        await door.tell(a_message(110, "voltei!"))
        await eventually(lambda: len(services.responds) == 2)
        await eventually(lambda: ended_with(door, "answered"))
        assert await wake_of(door) == "abandonment"


async def test_any_message_of_the_lead_puts_the_reminder_off(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    settings = {"nudge": {"after": "300s", **ALL_DAY}}
    async with a_door(database, services, chatwoot, settings) as door:
        await asked(door, services, chatwoot)
        await eventually(lambda: has_outcomes(door, ["answered"]))
        (first,) = await door.rows("select wake_at, wake_reason from mailbox")
        assert first["wake_reason"] == "nudge"
        await door.tell(a_message(103, "Mariana"))
        await eventually(lambda: has_outcomes(door, ["answered", "answered"]))
        (second,) = await door.rows("select wake_at, wake_reason from mailbox")
        assert second["wake_reason"] == "nudge"
        assert second["wake_at"] > first["wake_at"]


@pytest.mark.parametrize("sign", ["a human's message", "an opt-out", "an escalation", "the end"])
async def test_where_the_bot_lost_the_word_nobody_is_reminded(
    database: str, services: Services, chatwoot: ListedChatwoot, sign: str
) -> None:
    async with a_door(database, services, chatwoot, {"nudge": {"after": "300s", **ALL_DAY}}) as door:
        await asked(door, services, chatwoot)
        await eventually(lambda: has_outcomes(door, ["answered"]))
        ends = {
            "an opt-out": a_reply(opted_out=True, lead=a_lead(lead.LEAD_STATUS_OPT_OUT)),
            "an escalation": a_reply(escalation=lead.ESCALATION_REASON_HUMAN_REQUESTED),
            "the end": a_reply("", ended=lead.END_REASON_FACTS_COMPLETE),
        }
        if sign in ends:

            async def last(_: dialogue.RespondRequest) -> dialogue.RespondResponse:
                return ends[sign]

            services.answer = last
            await door.tell(a_message(103))
        else:
            await door.tell(a_human_line(103))
        await eventually(lambda: _has_turns(door, 2))
        assert await wake_of(door) == ""


async def _has_turns(door: Door, count: int) -> bool:
    return len(await door.outcomes()) == count


@pytest.mark.parametrize(
    "change",
    [
        {"status": "open"},
        {"status": "resolved"},
        {"assignee": {"id": 2, "name": "Camila", "type": "user"}},
        {"can_reply": False},
    ],
)
async def test_what_chatwoot_shows_right_before_decides(
    database: str, services: Services, chatwoot: ListedChatwoot, change: dict[str, Any]
) -> None:
    async with a_door(database, services, chatwoot, {"nudge": {"after": "1s", **ALL_DAY}}) as door:
        await asked(door, services, chatwoot)
        chatwoot.add_conversation(**change)
        await eventually(lambda: _has_turns(door, 2), timeout_s=15)
    assert services.nudges == []
    assert [d.reply for d in services.delivers if d.reply] == ["Oi! Qual é o seu nome?"]


async def test_a_question_that_is_not_there_yet_is_not_repeated(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, {"nudge": {"after": "1s", **ALL_DAY}}) as door:
        chatwoot.add_message(101, "oi")
        await door.tell(a_message(101))
        await eventually(lambda: has_outcomes(door, ["answered", "observed"]), timeout_s=15)
        assert await wake_of(door) == "nudge"
    assert services.nudges == []


async def test_a_message_whose_webhook_was_lost_stops_both(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, NO_NUDGE) as door:
        await asked(door, services, chatwoot)
        chatwoot.add_message(103, "Mariana")
        await eventually(lambda: has_outcomes(door, ["answered", "observed"]), timeout_s=15)
        assert await wake_of(door) == "abandonment"
    assert services.qualifies == []


async def test_a_lead_that_writes_while_it_is_being_reminded_gets_an_answer_instead(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, {"nudge": {"after": "1s", **ALL_DAY}}) as door:
        await asked(door, services, chatwoot)

        async def meanwhile(request: dialogue.NudgeRequest) -> None:
            await door.tell(a_message(103, "Mariana"))

        services.before_nudge = meanwhile
        await eventually(lambda: len(services.delivers) == 2, timeout_s=15)
    assert [d.only_in_silence for d in services.delivers] == [False, False]
    assert [m.text for m in services.responds[1].messages] == ["Mariana"]


async def test_while_chatwoot_is_away_a_wake_waits(database: str, services: Services, chatwoot: ListedChatwoot) -> None:
    async with a_door(database, services, chatwoot, NO_NUDGE) as door:
        await asked(door, services, chatwoot)
        chatwoot.down = True
        shown = "/api/v1/accounts/3/conversations/241"
        await eventually(lambda: shown in chatwoot.requests, timeout_s=15)
        assert await wake_of(door) == ""
        assert "abandoned" not in await door.outcomes()
        chatwoot.down = False
        await eventually(lambda: ended_with(door, "abandoned"), timeout_s=15)


@pytest.mark.parametrize("over", ["it asked for silence", "it was judged"])
async def test_a_lead_that_came_further_in_another_conversation_is_not_judged_as_gone(
    database: str, services: Services, chatwoot: ListedChatwoot, over: str
) -> None:
    if over == "it was judged":
        services.known_ended = lead.END_REASON_FACTS_COMPLETE
    else:
        services.known_lead = a_lead(lead.LEAD_STATUS_OPT_OUT)
    async with a_door(database, services, chatwoot, NO_NUDGE) as door:
        await asked(door, services, chatwoot)
        await eventually(lambda: ended_with(door, "observed"), timeout_s=15)
        await eventually(lambda: _is_forgotten(door), timeout_s=15)
    assert services.qualifies == []
    assert len(services.delivers) == 1


async def _is_forgotten(door: Door) -> bool:
    return await door.rows("select waiting_since as w from conversation") == [{"w": 0.0}]


async def test_a_conversation_that_is_gone_is_forgotten(
    database: str, services: Services, chatwoot: ListedChatwoot
) -> None:
    async with a_door(database, services, chatwoot, NO_NUDGE) as door:
        await door.tell(a_message(101))
        await eventually(lambda: has_outcomes(door, ["answered", "observed"]), timeout_s=15)
        assert await wake_of(door) == ""
