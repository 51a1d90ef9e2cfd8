from __future__ import annotations

from sdr_dialogue.domain.conversation import Usage
from tests.integration.dialogue.conftest import (
    ObedientModel,
    a_bot_line,
    a_message,
    a_request,
    a_settings_request,
    running,
)
from tests.integration.dialogue.statement_counter import counting


async def test_a_turn_that_learns_costs_five_statements_and_one_that_does_not_four(
    database: str, model: ObedientModel
) -> None:
    model.usage = Usage()
    async with counting(database) as counter, running(counter.url, model, settings_ttl_s=60) as service:
        await service.put_settings(a_settings_request())
        first = await service.respond(a_request(1, a_message(10, "oi")))
        counter.clear()
        await service.respond(a_request(2, a_message(12, "nome=Maria;"), observations=(a_bot_line(11, first.reply),)))
        learned = len(counter.effective)
        counter.clear()
        await service.respond(a_request(3, a_message(14, "hum")))
        assert (learned, len(counter.effective)) == (5, 4)


async def test_a_model_that_costs_adds_two_statements_its_cost_and_the_event(
    database: str, model: ObedientModel
) -> None:
    async with counting(database) as counter, running(counter.url, model, settings_ttl_s=60) as service:
        await service.put_settings(a_settings_request())
        await service.respond(a_request(1, a_message(10, "oi")))
        counter.clear()
        await service.respond(a_request(2, a_message(12, "hum")))
        assert len(counter.effective) == 6
