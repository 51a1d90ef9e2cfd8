"""OpenAI, or any server that speaks its chat completions (Azure, vLLM, Ollama, LiteLLM), behind the port."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from sdr_common.telemetry import TRACER
from sdr_dialogue.clients.outputs import analysis_draft, turn_draft
from sdr_dialogue.clients.prompt import Prompts
from sdr_dialogue.domain.conversation import (
    AnalysisContext,
    AnalysisDraft,
    Speaker,
    TurnContext,
    TurnDraft,
    Usage,
)
from sdr_dialogue.domain.draft_checks import Questions, checked
from sdr_dialogue.domain.errors import EngineUnavailable

if TYPE_CHECKING:  # weighs much: loaded by the first call
    from pydantic_ai import Agent

    from sdr_dialogue.clients.openai_agents import Agents

O = TypeVar("O")  # noqa: E741  (an output)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which models to call, where and for how long."""

    api_key: str
    base_url: str
    """Empty: OpenAI's own."""
    model: str
    analysis_model: str
    deadline_s: float
    """Seconds of one answer, its repair included."""
    analysis_deadline_s: float
    reasoning_effort: str = ""

    def __repr__(self) -> str:
        """Without the key."""
        return f"ModelChoice({self.model}, {self.analysis_model})"


class OpenAiModel:
    """The port `LanguageModel` over pydantic-ai: structured output, one repair, a deadline, usage and price.

    Args:
        choice: Which models.
        ask: The product's words for a question, where the model's own cannot be used.
        prompts: The parts to use.
        tracer: Makes the spans of calls.
    """

    def __init__(
        self, choice: ModelChoice, *, ask: Questions, prompts: Prompts | None = None, tracer: Tracer = TRACER
    ) -> None:
        self._choice = choice
        self._ask = ask
        self._prompts = prompts or Prompts()
        self._tracer = tracer
        self._loading = asyncio.Lock()
        self._agents: Agents | None = None

    @property
    def name(self) -> str:
        """Provider and model of a turn."""
        return f"openai:{self._choice.model}"

    async def warm_up(self) -> None:
        """Loads the library and builds the agents; takes some seconds the first time, and nobody else's."""
        await self._ready()

    async def _ready(self) -> Agents:
        if self._agents is None:
            async with self._loading:
                if self._agents is None:
                    self._agents = await asyncio.to_thread(_load, self._choice)
        return self._agents

    async def close(self) -> None:
        """Closes the connections."""
        if self._agents is not None:
            await self._agents.client.close()

    async def respond(self, context: TurnContext, within_s: float | None = None) -> TurnDraft:
        """See the port.

        Raises:
            EngineUnavailable: no usable answer in time.
        """
        agents = await self._ready()
        instructions, said = self._prompts.turn(context)
        output, usage = await self._run(
            agents.turn, self._choice.model, instructions, said, _shorter(self._choice.deadline_s, within_s)
        )
        burst = [(message.message_id, message.text) for message in context.messages]
        draft = checked(turn_draft(output, burst, usage, self.name), output.question, context, self._ask)
        if not draft.reply and draft.disqualification is None:
            raise EngineUnavailable(self.name, "empty reply")
        return replace(draft, prompt_version=self._prompts.version)

    async def analyze(self, context: AnalysisContext, within_s: float | None = None) -> AnalysisDraft:
        """See the port.

        Raises:
            EngineUnavailable: no usable answer in time.
        """
        agents = await self._ready()
        instructions, said = self._prompts.analysis(context)
        output, usage = await self._run(
            agents.analysis,
            self._choice.analysis_model,
            instructions,
            said,
            _shorter(self._choice.analysis_deadline_s, within_s),
        )
        lines = [(line.message_id, line.text) for line in context.lines if line.speaker is Speaker.LEAD]
        draft = analysis_draft(output, lines, usage, f"openai:{self._choice.analysis_model}")
        if not draft.summary:
            raise EngineUnavailable(draft.engine, "empty summary")
        return draft

    async def _run(
        self, agent: Agent[object, O], model: str, instructions: str, said: str, deadline_s: float
    ) -> tuple[O, Usage]:
        """One run of an agent, as a GenAI client span without any content."""
        from sdr_dialogue.clients import openai_agents  # noqa: PLC0415  (weighs much; loaded by `_ready`)

        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
            "gen_ai.output.type": "json",
        }
        # The stack of a failed call quotes what the model returned, and with it the lead.
        with self._tracer.start_as_current_span(
            f"chat {model}", kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
        ) as span:
            try:
                async with asyncio.timeout(deadline_s):
                    result = await agent.run(said, instructions=instructions)
            except TimeoutError:
                raise _failed(span, model, "deadline", 0.0) from None
            except Exception as error:
                # Whatever a provider or its library makes of a call, another engine answers the lead.
                problem, retry_after_s = openai_agents.problem_of(error)
                raise _failed(span, model, problem, retry_after_s) from error
            used = result.usage
            usage = Usage(used.input_tokens, used.output_tokens, openai_agents.cost_micro_usd(used, model))
            span.set_attribute("gen_ai.response.model", result.response.model_name or model)
            span.set_attribute("gen_ai.response.finish_reasons", [result.response.finish_reason or "stop"])
            span.set_attribute("gen_ai.usage.input_tokens", usage.input_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", usage.output_tokens)
            return result.output, usage


def _load(choice: ModelChoice) -> Agents:
    from sdr_dialogue.clients.openai_agents import build_agents  # noqa: PLC0415  (weighs much)

    return build_agents(
        api_key=choice.api_key,
        base_url=choice.base_url,
        model=choice.model,
        analysis_model=choice.analysis_model,
        reasoning_effort=choice.reasoning_effort,
    )


def _shorter(deadline_s: float, within_s: float | None) -> float:
    return deadline_s if within_s is None else min(deadline_s, within_s)


def _failed(span: Span, model: str, problem: str, retry_after_s: float) -> EngineUnavailable:
    span.set_attribute("error.type", problem)
    span.set_status(StatusCode.ERROR)
    return EngineUnavailable(f"openai:{model}", problem, retry_after_s)
