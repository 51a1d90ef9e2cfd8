"""Sales told by labels and answers to surveys: told to reporting, and never to the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1.reporting_pb2 import Event
from sdr_gateway.app import Role
from tests.support.gateway import Door, Services, running_gateway
from tests.support.payloads import Json, a_contact, a_conversation, a_message


@pytest.fixture
async def door(database: str, services: Services) -> AsyncIterator[Door]:
    """A door alone: what it tells waits."""
    async with running_gateway(database, services, role=Role.SERVE) as made:
        yield made


def relabelled(before: list[str], after: list[str], updated_at: float = 1_772_000_000.5) -> Json:
    """`conversation_updated` after its labels changed."""
    change = {"label_list": {"previous_value": before, "current_value": after}}
    body = a_conversation(status="open", labels=after, updated_at=updated_at)
    return {**body, "event": "conversation_updated", "changed_attributes": [change]}


def rated(rating: object, feedback: str = "", *, direction: str = "template") -> Json:
    """`message_updated` after a survey was answered."""
    answer = {"csat_survey_response": {"rating": rating, "feedback_message": feedback}}
    body = a_message(
        900, "Avalie", direction=direction, attributes={"submitted_values": answer}, event="message_updated"
    )
    return {**body, "content_type": "input_csat"}


async def told(door: Door) -> list[Event]:
    """What waits to be told to reporting."""
    rows = await door.rows("select body from event_outbox order by seq")
    return [Event.FromString(bytes(row["body"])) for row in rows]


async def test_a_label_that_is_put_on_tells_of_a_sale_once(door: Door) -> None:
    await door.tell(relabelled(["vip"], ["vip", "venda-ganha"]))
    await door.tell(relabelled(["vip"], ["vip", "venda-ganha"]))
    (event,) = await told(door)
    assert (event.outcome_recorded.outcome, event.outcome_recorded.source) == (lead.LEAD_OUTCOME_WON, "etiqueta")
    assert event.occurred_at.ToMicroseconds() == 1_772_000_000_500_000
    assert event.conversation == lead.ConversationRef(
        account_id=1,
        conversation_id=241,
        contact_id=a_contact()["id"],
        inbox_id=12,
        channel=lead.CHANNEL_WHATSAPP,
    )
    assert await door.rows("select 1 from mailbox_entry") == []


async def test_a_label_that_is_taken_off_takes_the_word_back(door: Door) -> None:
    await door.tell(relabelled(["venda-perdida"], []))
    (event,) = await told(door)
    assert event.outcome_recorded.outcome == lead.LEAD_OUTCOME_OPEN


async def test_other_labels_tell_nothing(door: Door) -> None:
    await door.tell(relabelled(["venda-ganha"], ["venda-ganha", "temperatura-quente"]), relabelled([], ["vip"]))
    assert await told(door) == []


async def test_an_answer_to_a_survey_is_told_once_and_a_changed_one_anew(door: Door) -> None:
    await door.tell(rated(5, "Ótimo!"))
    await door.tell(rated(5, "Ótimo!"))
    await door.tell(rated(2, "Demorou"))
    answers = [event.survey_answered for event in await told(door)]
    assert [(each.message_id, each.rating, each.feedback) for each in answers] == [
        (900, 5, "Ótimo!"),
        (900, 2, "Demorou"),
    ]


@pytest.mark.parametrize("body", [rated(6), rated("5"), rated(True), rated(5, direction="incoming")])
async def test_what_is_no_answer_to_a_survey_tells_nothing(door: Door, body: Json) -> None:
    await door.tell(body)
    assert await told(door) == []


async def test_what_happened_before_a_lead_asked_to_be_forgotten_is_not_told(door: Door) -> None:
    await door.execute(
        "insert into forgotten_lead (account_id, contact_id, forgotten_at, request_id)"
        " values (1, 881, to_timestamp(1772000001), gen_random_uuid())"
    )
    await door.tell(relabelled([], ["venda-ganha"]))
    assert await told(door) == []
