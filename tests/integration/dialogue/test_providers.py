"""Anthropic's and Google's APIs over real sockets, and the chain of three: whoever fails, the next one answers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from sdr_common.lead import FactKind
from sdr_dialogue.clients.chain import ModelChain
from sdr_dialogue.clients.llm import ProviderModel
from sdr_dialogue.domain.conversation import AnalysisContext, LeadMessage, Line, Speaker, TurnContext
from sdr_dialogue.domain.errors import EngineUnavailable
from sdr_dialogue.domain.models import Provider
from tests.integration.dialogue.emulated_llm import (
    NOW,
    SETTINGS,
    EmulatedLlm,
    a_chain,
    a_context,
    adapter,
    an_output,
    emulated_llm,
)

OTHERS = (Provider.ANTHROPIC, Provider.GOOGLE)
FAULTS: list[tuple[str, list[dict[str, Any]]]] = [
    ("refusal", [{"kind": "refusal"}]),
    ("cut off", [{"kind": "length"}]),
    ("unusable output", [{"kind": "answer", "content": "{oops"}] * 2),
    ("unusable output", [{"kind": "tool_call"}] * 2),
    ("status 401", [{"kind": "error", "status": 401}]),
    ("status 429", [{"kind": "error", "status": 429, "retry_after_s": 7}]),
    ("status 529", [{"kind": "error", "status": 529}]),
    ("no answer", [{"kind": "reset"}]),
]


@pytest.fixture
async def llm() -> AsyncIterator[EmulatedLlm]:
    async with emulated_llm() as server:
        yield server


@pytest.mark.parametrize("provider", OTHERS)
async def test_a_provider_answers_in_its_own_wire_format(llm: EmulatedLlm, provider: Provider) -> None:
    numbers = {"prompt_tokens": 1_000_000, "completion_tokens": 100_000, "cached_tokens": 400_000}
    await llm.script({"kind": "answer", "content": an_output(), **numbers}, provider=provider)
    async with adapter(llm, provider=provider) as engine:
        draft = await engine.respond(a_context())
    assert draft.reply == "Prazer, Ana!\nO botox sai a partir de R$ 900.\nPara quando você pensa em fazer?"
    assert [(fact.kind, fact.value) for fact in draft.facts] == [(FactKind.NAME, "Ana"), (FactKind.INTEREST, "Botox")]
    usage = draft.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens) == (1_000_000, 100_000, 400_000)
    # List prices per million read, read again, and written: 1, 0.1 and 5 dollars; 0.3, 0.03 and 2.5 dollars.
    assert (draft.engine, usage.cost_micro_usd) == {
        Provider.ANTHROPIC: ("anthropic:claude-haiku-4-5", 1_140_000),
        Provider.GOOGLE: ("google:gemini-2.5-flash", 442_000),
    }[provider]


async def test_anthropic_is_asked_for_its_structured_output_and_keeps_the_instructions(llm: EmulatedLlm) -> None:
    await llm.script({"kind": "answer", "content": an_output()}, provider="anthropic")
    async with adapter(llm, provider=Provider.ANTHROPIC) as engine:
        await engine.respond(a_context())
    (request,) = await llm.requests("anthropic")
    assert (request["model"], request["max_tokens"]) == ("claude-haiku-4-5", 3000)
    assert request["output_config"]["format"]["type"] == "json_schema"
    assert request["system"][-1]["cache_control"] == {"type": "ephemeral", "ttl": "5m"}
    assert "tools" not in request


async def test_google_is_asked_for_its_structured_output_and_little_thought(llm: EmulatedLlm) -> None:
    await llm.script({"kind": "answer", "content": an_output()}, provider="google")
    async with adapter(llm, provider=Provider.GOOGLE) as engine:
        await engine.respond(a_context())
    (request,) = await llm.requests("google")
    wanted = request["generationConfig"]
    assert (wanted["responseMimeType"], wanted["maxOutputTokens"]) == ("application/json", 3000)
    assert "comment" in wanted["responseJsonSchema"]["properties"]
    assert wanted["thinkingConfig"] == {"thinking_budget": 0}


@pytest.mark.parametrize("provider", OTHERS)
async def test_each_fault_of_a_provider_is_told_without_content(llm: EmulatedLlm, provider: Provider) -> None:
    for _, steps in FAULTS:
        await llm.script(*steps, provider=provider)
    problems, waits = [], []
    async with adapter(llm, provider=provider) as engine:
        for _ in FAULTS:
            with pytest.raises(EngineUnavailable) as failed:
                await engine.respond(a_context())
            problems.append(failed.value.problem.split(" (")[0])
            waits.append(failed.value.retry_after_s)
        await llm.script({"kind": "hang", "seconds": 30}, provider=provider)
        with pytest.raises(EngineUnavailable, match="deadline"):
            await engine.respond(a_context(), 0.3)
    assert problems == [problem for problem, _ in FAULTS]
    assert [wait for wait in waits if wait] == [7.0]


async def test_a_long_story_is_answered_by_the_strong_model(llm: EmulatedLlm) -> None:
    await llm.script({"kind": "answer", "content": an_output()}, forever=True)
    story = "Oi, sou a Ana, quanto custa o botox? " + "Faz anos que penso nisso. " * 60
    async with adapter(llm) as engine:
        short, long = await engine.respond(a_context()), await engine.respond(a_context(story))
    assert (short.engine, long.engine) == ("openai:gpt-5-mini", "openai:gpt-5")


@pytest.fixture
async def three(llm: EmulatedLlm) -> AsyncIterator[list[ProviderModel]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(adapter(llm, provider=provider)) for provider in Provider]


async def test_killing_providers_one_by_one_moves_the_answer_down_the_chain(
    llm: EmulatedLlm, three: list[ProviderModel]
) -> None:
    for provider in Provider:
        await llm.script({"kind": "answer", "content": an_output()}, provider=provider)
    chain = a_chain(*three)
    engines = []
    for provider in (None, *Provider):
        if provider is not None:
            await llm.script({"kind": "reset"}, forever=True, provider=provider)
        draft = await chain.respond(a_context())
        engines.append(draft.engine)
        assert draft.reply
        assert draft.asks is FactKind.URGENCY
    assert engines == ["openai:gpt-5-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash", "scripted"]


async def test_providers_that_hang_share_the_turn_s_time(llm: EmulatedLlm, three: list[ProviderModel]) -> None:
    for provider in Provider:
        await llm.script({"kind": "hang", "seconds": 30}, forever=True, provider=provider)
    chain = a_chain(*three, turn_s=4)
    begin = time.monotonic()
    draft = await chain.respond(a_context())
    assert draft.engine == "scripted"
    assert 3.9 < time.monotonic() - begin < 5.5
    assert [len(await llm.requests(provider)) for provider in Provider] == [1, 1, 1]


async def test_what_a_failed_call_cost_is_not_forgotten(llm: EmulatedLlm, three: list[ProviderModel]) -> None:
    useless = {"kind": "answer", "content": {"comment": "x"}, "prompt_tokens": 1000, "completion_tokens": 100}
    await llm.script(useless, useless)
    good = {"kind": "answer", "content": an_output(), "prompt_tokens": 500, "completion_tokens": 50}
    await llm.script(good, provider="anthropic")
    draft = await a_chain(*three).respond(a_context())
    assert draft.engine == "anthropic:claude-haiku-4-5"
    assert (draft.usage.input_tokens, draft.usage.output_tokens) == (2500, 250)
    # Two calls of gpt-5-mini at 450 and one of claude-haiku at 750 millionths of a dollar.
    assert draft.usage.cost_micro_usd == 2 * 450 + 750


async def test_a_judgement_gets_what_the_lead_has_not_waited_for_yet(
    llm: EmulatedLlm, three: list[ProviderModel]
) -> None:
    await llm.script({"kind": "answer", "content": _judged()}, forever=True)
    chain = a_chain(*three, lead_s=9)
    engines = [(await chain.analyze(_transcript(waited_s))).engine for waited_s in (0.5, 8.9, 3600.0)]
    assert engines == ["openai:gpt-5", "scripted", "openai:gpt-5"]


async def test_a_turn_is_one_call_and_a_judgement_one_more(llm: EmulatedLlm, three: list[ProviderModel]) -> None:
    await llm.script({"kind": "answer", "content": an_output()}, {"kind": "answer", "content": _judged()})
    chain: ModelChain = a_chain(*three)
    await chain.respond(a_context())
    assert len(await llm.requests()) == 1
    await chain.analyze(_transcript(0.5))
    assert [request["model"] for request in await llm.requests()] == ["gpt-5-mini", "gpt-5"]
    assert [len(await llm.requests(provider)) for provider in OTHERS] == [0, 0]


async def test_an_account_that_may_not_spend_is_answered_by_the_scripted_engine(
    llm: EmulatedLlm, three: list[ProviderModel]
) -> None:
    chain = a_chain(*three)
    draft = await chain.respond(a_context(models_allowed=False))
    assert (draft.engine, await llm.requests()) == ("scripted", [])


async def test_a_prompt_stays_within_its_budget_and_keeps_the_newest(llm: EmulatedLlm) -> None:
    await llm.script({"kind": "answer", "content": an_output()})
    history = tuple(
        Line(Speaker.LEAD if number % 2 else Speaker.BOT, f"linha {number} " + "palavra " * 200, NOW, number)
        for number in range(1, 31)
    )
    flood = tuple(LeadMessage(100 + number, f"mensagem {number} " + "mais " * 2000, NOW) for number in range(20))
    context = TurnContext(settings=SETTINGS, now=NOW, messages=flood, history=history)
    async with adapter(llm) as engine:
        await engine.respond(context)
    (request,) = await llm.requests()
    said = request["messages"][1]["content"]
    assert len(said) + len(request["messages"][0]["content"]) < 3 * 8_000
    assert "mensagem 19" in said
    assert "linha 30" in said
    assert "linha 1 " not in said


def _judged() -> dict[str, Any]:
    return {
        "facts": [],
        "behaviour": "cooperativo",
        "summary": "Quer botox.",
        "disqualification": "none",
        "disqualification_quote": "",
    }


def _transcript(waited_s: float) -> AnalysisContext:
    lines = (Line(Speaker.LEAD, "quero botox essa semana", NOW, 10),)
    return AnalysisContext(settings=SETTINGS, now=NOW, lines=lines, waited_s=waited_s)
