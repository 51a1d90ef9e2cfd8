"""pydantic-ai's agents for each provider's own API; imported on first use, because each SDK weighs much."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic_ai import Agent, NativeOutput
from pydantic_ai.exceptions import ContentFilterError, ModelHTTPError, OutputTokenLimitExceeded, UnexpectedModelBehavior
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from sdr_common.address_guard import AddressGuard
from sdr_dialogue.clients.guarded_http import guarded_client
from sdr_dialogue.clients.outputs import AnalysisOutput, TurnOutput
from sdr_dialogue.domain.models import BASE_URLS, Provider

_TURN_TOKENS = 3_000
_ANALYSIS_TOKENS = 6_000


@dataclass(frozen=True, slots=True)
class Agents:
    """Built once per process and provider: schemas, connections."""

    turn: Agent[object, TurnOutput]
    strong: Model
    """Answers a turn that is not simple."""
    analysis: Agent[object, AnalysisOutput]
    close: Callable[[], Awaitable[None]]
    """Closes the connections."""

    def usage(self) -> RunUsage:
        """An empty count, which a run adds to even when it fails."""
        return RunUsage()


def build_agents(
    provider: Provider,
    *,
    api_key: str,
    base_url: str,
    model: str,
    analysis_model: str,
    reasoning_effort: str,
    guard: AddressGuard | None = None,
) -> Agents:
    """Agents with one repair each: an output that breaks the schema is sent back once with what is wrong.

    Args:
        provider: Whose API.
        api_key: Its key.
        base_url: Empty: the provider's own.
        model: Answers.
        analysis_model: Judges, and answers what is not simple.
        reasoning_effort: Empty: not sent.
        guard: Says whom may be connected to at a `base_url` that an account gave, of OpenAI's API alone; None: the
            operator gave it.
    """
    cost_micro_usd(RunUsage(), model, provider)  # loads the price tables
    make, close = _FACTORIES[provider](api_key, base_url, reasoning_effort, guard)
    return Agents(
        turn=Agent(
            make(model, _TURN_TOKENS),
            output_type=NativeOutput(TurnOutput, name="turn", strict=True),
            retries=1,
            name="turn",
        ),
        strong=make(analysis_model, _TURN_TOKENS),
        analysis=Agent(
            make(analysis_model, _ANALYSIS_TOKENS),
            output_type=NativeOutput(AnalysisOutput, name="analysis", strict=True),
            retries=1,
            name="analysis",
        ),
        close=close,
    )


Make = Callable[[str, int], Model]
"""A model's name and the most tokens that it may write, to the model."""


def _openai(
    api_key: str, base_url: str, reasoning_effort: str, guard: AddressGuard | None
) -> tuple[Make, Callable[[], Awaitable[None]]]:
    from openai import AsyncOpenAI  # noqa: PLC0415  (an SDK is loaded when its provider is used)
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings  # noqa: PLC0415
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

    # Retries are the chain's: another engine answers sooner than a second try. So in each provider below.
    http_client = guarded_client(guard) if guard is not None else None
    client = AsyncOpenAI(
        api_key=api_key, base_url=base_url or BASE_URLS[Provider.OPENAI], max_retries=0, http_client=http_client
    )
    provider = OpenAIProvider(openai_client=client)

    def make(model: str, tokens: int) -> Model:
        settings = OpenAIChatModelSettings(max_tokens=tokens)
        if reasoning_effort and model.startswith(("gpt-5", "gpt-6", "o1", "o3", "o4")):
            # It has passed the pattern of `Settings.reasoning_effort`, which a type checker cannot see.
            settings["openai_reasoning_effort"] = reasoning_effort  # type: ignore[typeddict-item]
        return OpenAIChatModel(model, provider=provider, settings=settings)

    return make, client.close


def _anthropic(
    api_key: str, base_url: str, _reasoning_effort: str, _guard: AddressGuard | None
) -> tuple[Make, Callable[[], Awaitable[None]]]:
    from anthropic import AsyncAnthropic  # noqa: PLC0415
    from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings  # noqa: PLC0415
    from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415

    client = AsyncAnthropic(api_key=api_key, base_url=base_url or BASE_URLS[Provider.ANTHROPIC], max_retries=0)
    provider = AnthropicProvider(anthropic_client=client)

    def make(model: str, tokens: int) -> Model:
        # The instructions are the same for every turn of an account: kept by the provider for five minutes.
        settings = AnthropicModelSettings(max_tokens=tokens, anthropic_cache_instructions=True)
        return AnthropicModel(model, provider=provider, settings=settings)

    return make, client.close


def _google(
    api_key: str, base_url: str, reasoning_effort: str, _guard: AddressGuard | None
) -> tuple[Make, Callable[[], Awaitable[None]]]:
    from google.genai.types import HttpRetryOptions  # noqa: PLC0415
    from httpx2 import AsyncClient  # noqa: PLC0415
    from pydantic_ai.models.google import GoogleModel, GoogleModelSettings  # noqa: PLC0415
    from pydantic_ai.providers.google import GoogleProvider  # noqa: PLC0415

    # A client of its own, because the SDK would take aiohttp where it is installed, in a way aiohttp warns about.
    client = AsyncClient(timeout=60.0)
    provider = GoogleProvider(
        api_key=api_key,
        base_url=base_url or BASE_URLS[Provider.GOOGLE],
        http_client=client,
        retry_options=HttpRetryOptions(attempts=1),
    )

    def make(model: str, tokens: int) -> Model:
        # "Off" becomes the least that the model allows.
        settings = GoogleModelSettings(max_tokens=tokens, thinking=reasoning_effort in {"medium", "high"})
        return GoogleModel(model, provider=provider, settings=settings)

    return make, client.aclose


_FACTORIES = {Provider.OPENAI: _openai, Provider.ANTHROPIC: _anthropic, Provider.GOOGLE: _google}


def problem_of(error: Exception) -> tuple[str, float]:
    """What went wrong in a word or two without any content, and the seconds to wait that the provider named."""
    if isinstance(error, ModelHTTPError):
        return f"status {error.status_code}", float(error.retry_after or 0.0)
    if isinstance(error, ContentFilterError):
        return "refusal", 0.0
    if isinstance(error, OutputTokenLimitExceeded):
        return "cut off", 0.0
    kind = "unusable output" if isinstance(error, UnexpectedModelBehavior) else "no answer"
    return f"{kind} ({type(error).__name__})", 0.0


def cost_micro_usd(usage: RunUsage, model: str, provider: Provider) -> int:
    """The list price of a run in millionths of a US dollar; 0 for a model that nobody prices."""
    from genai_prices import calc_price  # noqa: PLC0415  (its tables are loaded where a price is due)

    try:
        price = calc_price(usage, model, provider_id=provider.value)
    except LookupError:
        return 0
    return round(price.total_price * 1_000_000)
