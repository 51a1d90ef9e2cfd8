"""A provider's model behind the port: OpenAI (or any server with its API), Anthropic, Google."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from sdr_common.address_guard import AddressGuard
from sdr_common.metrics import METER, TOKENS
from sdr_common.telemetry import TRACER
from sdr_dialogue.clients.outputs import analysis_draft, turn_draft
from sdr_dialogue.clients.prompt import Prompt, Prompts
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
from sdr_dialogue.domain.models import Provider, Strength, strength_of

O = TypeVar("O")  # noqa: E741  (an output)

if TYPE_CHECKING:  # weighs much: loaded by the first call
    from pydantic_ai import Agent
    from pydantic_ai.models import Model
    from pydantic_ai.usage import RunUsage

    from sdr_dialogue.clients.agents import Agents

    Pick = Callable[[Agents], tuple[Agent[object, O], Model | None]]
    """Who makes a call: an agent, and another model than its own."""

_CALLS = METER.create_counter(
    "sdr.dialogue.model_calls",
    ("model", "purpose", "outcome"),
    description="Calls to a provider's model: answered or failed.",
)
_DURATION = METER.create_histogram(
    "gen_ai.client.operation.duration",
    ("gen_ai.provider.name", "gen_ai.request.model"),
    unit="s",
    description="Time of a call to a provider's model, its repair included.",
)
_TOKENS = METER.create_histogram(
    "gen_ai.client.token.usage",
    ("gen_ai.request.model", "gen_ai.token.type"),
    bounds=TOKENS,
    description="Tokens of a call, input or output.",
)
_COST = METER.create_counter(
    "sdr.dialogue.model_cost", ("model", "purpose"), unit="USD", description="List price of what was asked for."
)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which models of one provider to call, where and for how long."""

    api_key: str = field(repr=False)
    base_url: str
    """Empty: the provider's own."""
    model: str
    """The cheap one: ordinary turns."""
    analysis_model: str
    """The strong one: the judgement at the end, and turns that are not simple."""
    deadline_s: float
    """Seconds of one answer, its repair included."""
    analysis_deadline_s: float
    reasoning_effort: str = ""
    provider: Provider = Provider.OPENAI
    guard: AddressGuard | None = None
    """Says whom may be connected to, where an account gave the address; None: the operator did."""


_PROVIDER_NAMES = {
    Provider.OPENAI: "openai",
    Provider.ANTHROPIC: "anthropic",
    Provider.GOOGLE: "gcp.gemini",
}
"""As OpenTelemetry's conventions spell them."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One call that is to be made."""

    purpose: str
    model: str
    prompt: Prompt
    deadline_s: float


class ProviderModel:
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
        return self._named(self._choice.model)

    def _named(self, model: str) -> str:
        return f"{self._choice.provider.value}:{model}"

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
            await self._agents.close()

    async def respond(self, context: TurnContext, within_s: float | None = None) -> TurnDraft:
        """See the port.

        Raises:
            EngineUnavailable: no usable answer in time.
        """
        strong = strength_of(context) is Strength.STRONG
        model = self._choice.analysis_model if strong else self._choice.model
        output, usage = await self._run(
            _Work("turn", model, self._prompts.turn(context), _shorter(self._choice.deadline_s, within_s)),
            lambda agents: (agents.turn, agents.strong if strong else None),
        )
        burst = [(message.message_id, message.text) for message in context.messages]
        draft = turn_draft(output, burst, usage, self._named(model))
        draft = checked(draft, output.question, context, self._ask, self._prompts.private)
        if not draft.reply and draft.disqualification is None:
            raise EngineUnavailable(self._named(model), "empty reply", usage=usage)
        return replace(draft, prompt_version=self._prompts.version)

    async def analyze(self, context: AnalysisContext, within_s: float | None = None) -> AnalysisDraft:
        """See the port.

        Raises:
            EngineUnavailable: no usable answer in time.
        """
        model = self._choice.analysis_model
        within_s = _shorter(self._choice.analysis_deadline_s, within_s)
        output, usage = await self._run(
            _Work("analysis", model, self._prompts.analysis(context), within_s), lambda agents: (agents.analysis, None)
        )
        lines = [(line.message_id, line.text) for line in context.lines if line.speaker is Speaker.LEAD]
        draft = analysis_draft(output, lines, usage, self._named(model))
        if not draft.summary:
            raise EngineUnavailable(draft.engine, "empty summary", usage=usage)
        return replace(draft, prompt_version=self._prompts.version)

    async def _run(self, work: _Work, pick: Pick[O]) -> tuple[O, Usage]:
        """One run of an agent, as a GenAI client span without any content."""
        model = work.model
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _PROVIDER_NAMES[self._choice.provider],
            "gen_ai.request.model": model,
            "gen_ai.output.type": "json",
        }
        started = time.monotonic()
        # The stack of a failed call quotes what the model returned, and with it the lead.
        with self._tracer.start_as_current_span(
            f"chat {model}", kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
        ) as span:
            try:
                output, usage = await self._asked(work, pick, span)
            except EngineUnavailable as error:
                span.set_attribute("error.type", error.problem)
                span.set_status(StatusCode.ERROR)
                _CALLS.add(1, {"model": model, "purpose": work.purpose, "outcome": "failed"})
                self._measure(work, time.monotonic() - started, error.usage)
                raise
            _CALLS.add(1, {"model": model, "purpose": work.purpose, "outcome": "answered"})
            self._measure(work, time.monotonic() - started, usage)
            return output, usage

    def _measure(self, work: _Work, took_s: float, usage: Usage) -> None:
        provider = _PROVIDER_NAMES[self._choice.provider]
        _DURATION.record(took_s, {"gen_ai.provider.name": provider, "gen_ai.request.model": work.model})
        if usage.input_tokens or usage.output_tokens:
            _TOKENS.record(usage.input_tokens, {"gen_ai.request.model": work.model, "gen_ai.token.type": "input"})
            _TOKENS.record(usage.output_tokens, {"gen_ai.request.model": work.model, "gen_ai.token.type": "output"})
            _COST.add(usage.cost_micro_usd / 1_000_000, {"model": work.model, "purpose": work.purpose})

    async def _asked(self, work: _Work, pick: Pick[O], span: Span) -> tuple[O, Usage]:
        engine = self._named(work.model)
        spent: RunUsage | None = None
        try:
            async with asyncio.timeout(work.deadline_s):
                agents = await self._ready()
                spent = agents.usage()
                agent, model = pick(agents)
                result = await agent.run(
                    work.prompt.said, instructions=work.prompt.instructions, usage=spent, model=model
                )
        except TimeoutError:
            raise EngineUnavailable(engine, "deadline", usage=self._priced(spent, work.model)) from None
        except Exception as error:
            # Whatever a provider or its library makes of a call, another engine answers the lead.
            from sdr_dialogue.clients.agents import problem_of  # noqa: PLC0415  (weighs much)

            problem, retry_after_s = problem_of(error)
            usage = self._priced(spent, work.model)
            raise EngineUnavailable(engine, problem, retry_after_s, usage) from error
        usage = self._priced(result.usage, work.model)
        span.set_attribute("gen_ai.response.model", result.response.model_name or work.model)
        span.set_attribute("gen_ai.response.finish_reasons", [result.response.finish_reason or "stop"])
        span.set_attribute("gen_ai.usage.input_tokens", usage.input_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", usage.output_tokens)
        return result.output, usage

    def _priced(self, spent: RunUsage | None, model: str) -> Usage:
        if spent is None or not (spent.input_tokens or spent.output_tokens):
            return Usage()
        from sdr_dialogue.clients.agents import cost_micro_usd  # noqa: PLC0415  (weighs much)

        price = cost_micro_usd(spent, model, self._choice.provider)
        return Usage(spent.input_tokens, spent.output_tokens, price, spent.cache_read_tokens)


def _load(choice: ModelChoice) -> Agents:
    from sdr_dialogue.clients.agents import build_agents  # noqa: PLC0415  (weighs much)

    return build_agents(
        choice.provider,
        api_key=choice.api_key,
        base_url=choice.base_url,
        model=choice.model,
        analysis_model=choice.analysis_model,
        reasoning_effort=choice.reasoning_effort,
        guard=choice.guard,
    )


def _shorter(deadline_s: float, within_s: float | None) -> float:
    return deadline_s if within_s is None else min(deadline_s, within_s)
