"""The emulated providers on a loopback socket, and adapters that can reach nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from opentelemetry.trace import Tracer

from sdr_common.lead import FactKind
from sdr_common.telemetry import TRACER
from sdr_dialogue.clients.breaker import CircuitBreaker
from sdr_dialogue.clients.chain import Deadlines, Link, ModelChain
from sdr_dialogue.clients.llm import ModelChoice, ProviderModel
from sdr_dialogue.domain.conversation import LeadMessage, TurnContext
from sdr_dialogue.domain.models import Provider
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion, Procedure
from sdr_dialogue.engine.scripted import ScriptedEngine
from sdr_sandbox.llm.app import make_app
from sdr_sandbox.llm.script import ModelState
from tests.support.net import PLAIN, eventually

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
SETTINGS = AccountSettings(
    clinic_name="Clínica Aurora",
    assistant_name="Bia",
    time_zone="America/Sao_Paulo",
    clinic_city="São Paulo",
    procedures=(Procedure("botox", "Botox", ("toxina",)),),
    near=("Moema",),
    frequent_questions=(FrequentQuestion("Quanto custa o botox?", "A partir de R$ 900, em até 6x."),),
)

_MODELS = {
    Provider.OPENAI: ("/v1", "gpt-5-mini", "gpt-5"),
    Provider.ANTHROPIC: ("", "claude-haiku-4-5", "claude-sonnet-4-6"),
    Provider.GOOGLE: ("", "gemini-2.5-flash", "gemini-2.5-pro"),
}


@dataclass
class EmulatedLlm:
    """A running emulation; driven as any test of another language would drive it."""

    url: str

    async def script(self, *steps: dict[str, Any], forever: bool = False, provider: str = "openai") -> None:
        """Steps as the control endpoint takes them; values are JSON of any kind."""
        await self._control("POST", "script", provider, json={"steps": list(steps), "forever": forever})

    async def requests(self, provider: str = "openai") -> list[dict[str, Any]]:
        """Bodies of the requests so far."""
        async with httpx.AsyncClient(verify=PLAIN) as client:
            answer = await client.get(f"{self.url}/control/requests", params={"provider": provider})
        requests: list[dict[str, Any]] = answer.json()["requests"]
        return requests

    async def set_key(self, key: str, provider: str = "openai") -> None:
        await self._control("PUT", "key", provider, content=key)

    async def set_mood(self, mood: str, provider: str = "openai") -> None:
        await self._control("PUT", "mood", provider, content=mood)

    async def _control(self, method: str, path: str, provider: str, **body: Any) -> None:
        async with httpx.AsyncClient(verify=PLAIN) as client:
            answer = await client.request(method, f"{self.url}/control/{path}", params={"provider": provider}, **body)
        answer.raise_for_status()


@asynccontextmanager
async def emulated_llm() -> AsyncIterator[EmulatedLlm]:
    server = uvicorn.Server(
        uvicorn.Config(make_app(ModelState()), host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started, what="the emulated model")
        yield EmulatedLlm(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def adapter(
    llm: EmulatedLlm,
    *,
    deadline_s: float = 20,
    model: str = "",
    key: str = "test-key",
    tracer: Tracer = TRACER,
    provider: Provider = Provider.OPENAI,
) -> AsyncIterator[ProviderModel]:
    """The real adapter; a base URL outside this machine is refused before anything is sent."""
    if urlsplit(llm.url).hostname != "127.0.0.1":
        raise AssertionError("tests call models on the loopback interface alone")
    path, cheap, strong = _MODELS[provider]
    choice = ModelChoice(
        provider=provider,
        api_key=key,
        base_url=f"{llm.url}{path}",
        model=model or cheap,
        analysis_model=strong,
        deadline_s=deadline_s,
        analysis_deadline_s=deadline_s,
        reasoning_effort="low",
    )
    engine = ProviderModel(choice, ask=product_question, tracer=tracer)
    await engine.warm_up()
    try:
        yield engine
    finally:
        await engine.close()


def a_chain(*models: ProviderModel, turn_s: float = 7, failures: int = 5, **changes: Any) -> ModelChain:
    """A chain of adapters with the scripted engine behind them; a clock may be given."""
    clock = changes.pop("clock", time.monotonic)
    links = [Link(model, CircuitBreaker(failures, 30, clock)) for model in models]
    deadlines = Deadlines(turn_s, changes.pop("analysis_s", 9), changes.pop("lead_s", 9))
    return ModelChain(links, ScriptedEngine(), deadlines)


def product_question(kind: FactKind, context: TurnContext, language: str) -> str:
    return f"[{language}] Pergunta sobre {kind.value}?"


def an_output(**changes: Any) -> dict[str, Any]:  # the values of a JSON object
    """What a well-behaved model returns to "Oi, sou a Ana, quanto custa o botox?"."""
    output = {
        "comment": "Prazer, Ana!",
        "answer": "O botox sai a partir de R$ 900.",
        "question": "Para quando você pensa em fazer?",
        "asks": "urgencia",
        "facts": [
            {
                "kind": "nome",
                "value": "Ana",
                "level": "",
                "evidence": "sou a Ana",
                "message_id": 11,
                "confidence": 0.98,
                "canonical": "",
            },
            {
                "kind": "interesse",
                "value": "Botox",
                "level": "especifico",
                "evidence": "botox",
                "message_id": 11,
                "confidence": 0.95,
                "canonical": "botox",
            },
        ],
        "sentiment": "positive",
        "language": "pt",
        "intent": "conversation",
        "intent_quote": "",
        "unanswered_question": "",
    }
    return {**output, **changes}


def a_context(text: str = "Oi, sou a Ana, quanto custa o botox?", **changes: Any) -> TurnContext:
    """One message; any field of a context may be changed."""
    values: dict[str, Any] = {"settings": SETTINGS, "now": NOW, "messages": (LeadMessage(11, text, NOW),)}
    return TurnContext(**(values | changes))
