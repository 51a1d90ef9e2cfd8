"""pydantic-ai's agents for OpenAI's chat completions; imported on first use, because it weighs much."""

from __future__ import annotations

from dataclasses import dataclass

from openai import AsyncOpenAI
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.exceptions import ContentFilterError, ModelAPIError, ModelHTTPError, OutputTokenLimitExceeded
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import RunUsage

from sdr_dialogue.clients.outputs import AnalysisOutput, TurnOutput

OPENAI_URL = "https://api.openai.com/v1"
_TURN_TOKENS = 3_000
_ANALYSIS_TOKENS = 6_000


@dataclass(frozen=True, slots=True)
class Agents:
    """Built once per process: schemas, connections."""

    turn: Agent[object, TurnOutput]
    analysis: Agent[object, AnalysisOutput]
    client: AsyncOpenAI


def build_agents(*, api_key: str, base_url: str, model: str, analysis_model: str, reasoning_effort: str) -> Agents:
    """Agents with one repair each: an output that breaks the schema is sent back once with what is wrong."""
    # Retries are the chain's: a second engine answers sooner than a second try.
    cost_micro_usd(RunUsage(), model)  # loads the price tables
    client = AsyncOpenAI(api_key=api_key, base_url=base_url or OPENAI_URL, max_retries=0)
    provider = OpenAIProvider(openai_client=client)
    return Agents(
        turn=Agent(
            OpenAIChatModel(model, provider=provider, settings=_settings(model, reasoning_effort, _TURN_TOKENS)),
            output_type=NativeOutput(TurnOutput, name="turn", strict=True),
            retries=1,
            name="turn",
        ),
        analysis=Agent(
            OpenAIChatModel(
                analysis_model,
                provider=provider,
                settings=_settings(analysis_model, reasoning_effort, _ANALYSIS_TOKENS),
            ),
            output_type=NativeOutput(AnalysisOutput, name="analysis", strict=True),
            retries=1,
            name="analysis",
        ),
        client=client,
    )


def _settings(model: str, reasoning_effort: str, tokens: int) -> OpenAIChatModelSettings:
    settings = OpenAIChatModelSettings(max_tokens=tokens)
    if reasoning_effort and model.startswith(("gpt-5", "o1", "o3", "o4")):
        # The setting has passed the pattern of `Settings.reasoning_effort`, which a type checker cannot see.
        settings["openai_reasoning_effort"] = reasoning_effort  # type: ignore[typeddict-item]
    return settings


def problem_of(error: Exception) -> tuple[str, float]:
    """What went wrong in a word or two without any content, and the seconds to wait that the provider named."""
    if isinstance(error, ModelHTTPError):
        return f"status {error.status_code}", float(error.retry_after or 0.0)
    if isinstance(error, ContentFilterError):
        return "refusal", 0.0
    if isinstance(error, OutputTokenLimitExceeded):
        return "cut off", 0.0
    if isinstance(error, ModelAPIError):
        return f"no answer ({type(error).__name__})", 0.0
    return f"unusable output ({type(error).__name__})", 0.0


def cost_micro_usd(usage: RunUsage, model: str) -> int:
    """The list price of a run in millionths of a US dollar; 0 for a model that nobody prices."""
    from genai_prices import calc_price  # noqa: PLC0415  (its tables are loaded where a price is due)

    try:
        price = calc_price(usage, model, provider_id="openai")
    except LookupError:
        return 0
    return round(price.total_price * 1_000_000)
