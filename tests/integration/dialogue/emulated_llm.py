"""The emulated OpenAI on a loopback socket, and an adapter that can reach nothing else."""

from __future__ import annotations

import asyncio
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
from sdr_dialogue.clients.llm import ModelChoice, OpenAiModel
from sdr_dialogue.domain.conversation import LeadMessage, TurnContext
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion, Procedure
from sdr_sandbox.llm.app import make_app
from sdr_sandbox.llm.script import ModelState
from tests.support.net import eventually

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


@dataclass
class EmulatedLlm:
    """A running emulation; driven as any test of another language would drive it."""

    url: str

    async def script(self, *steps: dict[str, Any], forever: bool = False) -> None:
        """Steps as the control endpoint takes them; values are JSON of any kind."""
        await self._control("POST", "script", {"steps": list(steps), "forever": forever})

    async def requests(self) -> list[dict[str, Any]]:
        """Bodies of the requests so far."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.url}/control/requests")
        requests: list[dict[str, Any]] = answer.json()["requests"]
        return requests

    async def set_key(self, key: str) -> None:
        async with httpx.AsyncClient() as client:
            (await client.put(f"{self.url}/control/key", content=key)).raise_for_status()

    async def _control(self, method: str, path: str, body: object) -> None:
        async with httpx.AsyncClient() as client:
            (await client.request(method, f"{self.url}/control/{path}", json=body)).raise_for_status()


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
    model: str = "gpt-5-mini",
    key: str = "test-key",
    tracer: Tracer = TRACER,
) -> AsyncIterator[OpenAiModel]:
    """The real adapter; a base URL outside this machine is refused before anything is sent."""
    if urlsplit(llm.url).hostname != "127.0.0.1":
        raise AssertionError("tests call models on the loopback interface alone")
    choice = ModelChoice(
        api_key=key,
        base_url=f"{llm.url}/v1",
        model=model,
        analysis_model="gpt-5",
        deadline_s=deadline_s,
        analysis_deadline_s=deadline_s,
        reasoning_effort="low",
    )
    engine = OpenAiModel(choice, ask=product_question, tracer=tracer)
    await engine.warm_up()
    try:
        yield engine
    finally:
        await engine.close()


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
