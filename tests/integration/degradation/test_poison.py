"""A message that nothing can be made of: its conversation gets a human, the others do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr_common.errors import InvalidField
from tests.support.gateway import a_reply, fake_services, running_gateway
from tests.support.net import eventually
from tests.support.payloads import a_contact, a_message

POISONED = 300
OTHERS = range(301, 313)


async def test_a_poisonous_message_calls_a_human_and_holds_nobody_else_up(
    service_database: Callable[[str], str],
) -> None:
    async with fake_services() as services:
        others_are_served = asyncio.Event()

        async def answer(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
            if request.conversation.conversation_id == POISONED:
                await others_are_served.wait()
                raise InvalidField("messages", "cannot be read")
            return a_reply()

        services.answer = answer
        async with running_gateway(service_database("gateway"), services, poison_attempts=2) as door:
            for number in (POISONED, *OTHERS):
                await door.tell(a_message(number, conversation_id=number, contact=a_contact(number)))

            def others_answered() -> bool:
                answered = {request.conversation.conversation_id for request in services.delivers if request.reply}
                return answered == set(OTHERS)

            await eventually(others_answered, timeout_s=30, what="an answer to each other lead")
            others_are_served.set()

            def human_called() -> bool:
                return any(request.escalation for request in services.delivers)

            await eventually(human_called, timeout_s=40, what="a call for a human")
    # All others were served while this one was being worked on.
    *served, called = services.delivers
    assert {request.conversation.conversation_id for request in served} == set(OTHERS)
    assert called.conversation.conversation_id == POISONED
    assert called.escalation == lead.ESCALATION_REASON_PRODUCT_FAILURE
    assert called.reply == ""
