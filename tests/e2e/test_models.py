"""A running stack whose model providers are killed one by one: every lead is answered, fittingly and in time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import QUICK, connect
from tests.integration.dialogue.emulated_llm import EmulatedLlm, emulated_llm
from tests.support.chatwoot import Chatwoot, Phone
from tests.support.net import eventually
from tests.support.stack import RunningStack, running_stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ANSWERS = {
    "nome": "me chamo Mariana",
    "urgencia": "essa semana",
    "conhecimento": "já fiz uma vez",
    "localizacao": "moro em Moema",
}
WITHIN_S = 10.0
"""Seconds from a lead's message to the answer on its phone, the wait for the end of its burst included."""


@dataclass
class Modelled:
    """A stack with three emulated providers."""

    llm: EmulatedLlm
    stack: RunningStack
    chatwoot: Chatwoot


@pytest.fixture
async def modelled() -> AsyncIterator[Modelled]:
    async with emulated_llm() as llm:
        for provider in ("openai", "anthropic", "google"):
            await llm.set_mood("helpful", provider)
        keys = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "GEMINI_API_KEY": "k"}
        urls = {"OPENAI_BASE_URL": f"{llm.url}/v1", "ANTHROPIC_BASE_URL": llm.url, "GEMINI_BASE_URL": llm.url}
        # No embeddings are emulated, and the reply cache would answer without a provider.
        others = {"SDR_DIALOGUE_EMBEDDING_MODEL": "", "SDR_DIALOGUE_REPLY_CACHE_S": "0"}
        with running_stack(**QUICK, **keys, **urls, **others) as stack:
            async with connect(stack).listening() as chatwoot:
                yield Modelled(llm, stack, chatwoot)


async def test_killing_providers_one_by_one_leaves_no_lead_without_a_fitting_answer(modelled: Modelled) -> None:
    llm = modelled.llm
    # The first lead waits for what a provider's library loads; a busy machine takes long for it.
    await _answered(modelled, within_s=60)
    turns = await _qualified(modelled)
    models = [request["model"] for request in await llm.requests()]
    assert models == ["gpt-5-mini"] * (1 + turns) + ["gpt-5"]

    await llm.script({"kind": "hang", "seconds": 60}, forever=True)
    assert await _answered(modelled) == "anthropic:claude-haiku-4-5"
    await llm.script({"kind": "error", "status": 529}, forever=True, provider="anthropic")
    assert await _answered(modelled) == "google:gemini-2.5-flash"
    await llm.script({"kind": "reset"}, forever=True, provider="google")
    assert await _answered(modelled) == "scripted"


async def _answered(modelled: Modelled, within_s: float = WITHIN_S) -> str:
    """Who answered a new lead, fittingly and in time."""
    phone = await modelled.chatwoot.new_phone("Mari")
    began = time.monotonic()
    await phone.send("oi, queria saber do botox")
    message = await phone.next_message(within_s + 5)
    assert time.monotonic() - began < within_s
    assert message["content_attributes"]["sdr_asks"] in ANSWERS
    assert "?" in message["content"]
    return _engines(modelled.stack)[-1]


def _engines(stack: RunningStack) -> list[str]:
    lines = [line for line in stack.log("dialogue").splitlines() if '"turn_answered"' in line]
    return [line.split('"engine":')[1].split('"')[1] for line in lines]


async def _qualified(modelled: Modelled) -> int:
    """Leads a conversation to its end and judgement; gives the number of turns."""
    phone = await modelled.chatwoot.new_phone("Mari")
    turns = await _led(phone)

    async def judged() -> bool:
        return "conversation_judged" in modelled.stack.log("dialogue")

    await eventually(judged, timeout_s=30, what="the judgement")
    return turns


async def _led(phone: Phone) -> int:
    await phone.send("oi, queria saber do botox")
    for turn in range(1, 9):
        message = await phone.next_message()
        asked = message["content_attributes"]["sdr_asks"]
        if not asked:
            return turn
        await phone.send(ANSWERS[asked])
    raise AssertionError("the conversation did not end")
