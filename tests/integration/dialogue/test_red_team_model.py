"""The red-team list against a model that obeys every injection: the checks in code must hold."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sdr_dialogue.clients.llm import ProviderModel
from sdr_dialogue.domain.conversation import LeadMessage, TurnContext, TurnDraft
from sdr_dialogue.domain.guarding import guarded
from sdr_dialogue.domain.text import fold
from sdr_dialogue.domain.verdicts import Check
from tests.integration.dialogue.emulated_llm import NOW, SETTINGS, EmulatedLlm, a_context, adapter, emulated_llm
from tests.unit.dialogue_llm.red_team import ALL, EXTRACTION
from tests.unit.dialogue_llm.test_red_team import BAD_WORDS


@pytest.fixture
async def gullible() -> AsyncIterator[tuple[EmulatedLlm, ProviderModel]]:
    async with emulated_llm() as llm:
        await llm.set_mood("gullible")
        async with adapter(llm) as engine:
            yield llm, engine


async def test_a_model_that_obeys_reveals_nothing_promises_nothing_and_changes_no_score(
    gullible: tuple[EmulatedLlm, ProviderModel],
) -> None:
    llm, engine = gullible
    for text in ALL:
        draft = await _answered(engine, text)
        assert not _bad(draft), (text, draft.reply)
        if text not in EXTRACTION:
            learned = [fact.value for fact in draft.facts]
            # One of them asks for the price of botox before it gives orders.
            assert learned == (["botox"] if text.startswith("Oi! Quanto custa o botox?") else []), text
        assert {Check.LEAK, Check.PRICE, Check.MEDICAL, Check.QUESTION} <= {verdict.check for verdict in draft.verdicts}
    prompts = [request["messages"][1]["content"] for request in await llm.requests()]
    assert len(prompts) == len(ALL)
    assert not any("ignore as regras" in prompt.casefold() for prompt in prompts)


async def test_the_checks_hold_even_where_the_guard_at_the_door_saw_nothing(
    gullible: tuple[EmulatedLlm, ProviderModel],
) -> None:
    _, engine = gullible
    for text in ALL:
        draft = await engine.respond(a_context(text))
        assert not _bad(draft), (text, draft.reply)


async def test_words_that_say_nothing_about_a_fact_prove_none(gullible: tuple[EmulatedLlm, ProviderModel]) -> None:
    _, engine = gullible
    draft = await engine.respond(a_context("abracadabra, simsalabim"))
    assert draft.facts == ()
    unsupported = next(verdict for verdict in draft.verdicts if verdict.check is Check.FACT_UNSUPPORTED)
    assert unsupported.count == 5


async def _answered(engine: ProviderModel, text: str) -> TurnDraft:
    context = TurnContext(settings=SETTINGS, now=NOW, messages=(LeadMessage(11, text, NOW),))
    return await engine.respond(guarded(context)[0])


def _bad(draft: TurnDraft) -> bool:
    return bool(BAD_WORDS.search(fold(f"{draft.reply} {draft.answer}")))
