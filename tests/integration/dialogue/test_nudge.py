"""Reminders on a real database: asked again, said once, no attempt, and gone when the lead answers."""

from __future__ import annotations

import uuid

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_common.grpc_client import call
from sdr_common.lead import FactKind
from tests.integration.dialogue.conftest import (
    Dialogue,
    ObedientModel,
    a_bot_line,
    a_conversation,
    a_message,
    a_request,
    attempts,
)


def a_nudge(turn_id: int = 2) -> pb.NudgeRequest:
    return pb.NudgeRequest(request_id=str(uuid.uuid4()), conversation=a_conversation(), turn_id=turn_id)


async def test_a_reminder_asks_again_is_repeated_word_for_word_and_counts_as_no_attempt(dialogue: Dialogue) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.observe(a_bot_line(11, first.reply))
    request = a_nudge()
    nudge = await call(dialogue.stub.Nudge, request, timeout_s=30)
    assert nudge.asks == first.asks != lead.FACT_KIND_UNSPECIFIED
    assert nudge.reply
    assert await call(dialogue.stub.Nudge, request, timeout_s=30) == nudge

    await dialogue.observe(a_bot_line(12, nudge.reply))
    known = await dialogue.conversation()
    assert [line.text for line in known.lines] == ["oi", first.reply, nudge.reply]
    assert attempts(known.lead) == attempts(first.lead)
    (reminder, _) = (await dialogue.turns()).turns
    assert (reminder.turn_id, reminder.asks, reminder.engine) == (2, first.asks, "scripted")


async def test_the_answer_to_a_reminder_is_read_as_the_answer_to_its_question(
    dialogue: Dialogue, model: ObedientModel
) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.observe(a_bot_line(11, first.reply))
    nudge = await call(dialogue.stub.Nudge, a_nudge(), timeout_s=30)
    await dialogue.observe(a_bot_line(12, nudge.reply))
    await dialogue.respond(a_request(3, a_message(13, "sim")))
    assert first.asks == lead.FACT_KIND_INTEREST
    assert model.calls[-1].asked is FactKind.INTEREST


async def test_of_a_conversation_that_nobody_began_there_is_nothing_to_say(dialogue: Dialogue) -> None:
    nudge = await call(dialogue.stub.Nudge, a_nudge(), timeout_s=30)
    assert (nudge.reply, nudge.asks) == ("", lead.FACT_KIND_UNSPECIFIED)
