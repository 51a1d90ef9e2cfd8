"""What dialogue reads from its environment."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from sdr_common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Dialogue's settings: `SDR_DIALOGUE_…`, and what several services share under its own name."""

    model_config = SettingsConfigDict(env_prefix="SDR_DIALOGUE_", frozen=True, extra="ignore", populate_by_name=True)

    openai_api_key: Annotated[SecretStr, Field(validation_alias="OPENAI_API_KEY")] = SecretStr("")
    """Key of OpenAI or of a server that speaks its API; empty: the scripted engine answers alone."""
    openai_base_url: Annotated[str, Field(validation_alias="OPENAI_BASE_URL", pattern=r"^$|^https?://\S+$")] = ""
    """Base URL of an OpenAI-compatible server (Azure, vLLM, Ollama, LiteLLM); empty: OpenAI's own."""
    model: Annotated[str, Field(min_length=1)] = "gpt-5-mini"
    """Model of a turn's answer: cheap and quick."""
    analysis_model: Annotated[str, Field(min_length=1)] = "gpt-5"
    """Model of the judgement at the end of a qualification: once per lead."""
    reasoning_effort: Annotated[str, Field(pattern="^(|none|minimal|low|medium|high)$")] = "low"
    """How long reasoning models (gpt-5…, o…) may think; empty: not sent. Leads wait for it."""
    model_deadline_s: Annotated[float, Ge(0.05), Le(120)] = 12.0
    """Seconds that a model gets for one answer, its repair included; then the scripted engine answers."""
    analysis_deadline_s: Annotated[float, Ge(0.05), Le(300)] = 30.0
    """Seconds that a model gets for one judgement, its repair included."""
    breaker_failures: Annotated[int, Ge(1), Le(100)] = 5
    """Failures in a row after which a model is left alone for a while."""
    breaker_pause_s: Annotated[float, Ge(0.05), Le(3600)] = 30.0
    """Seconds that it is left alone."""
    lease_s: Annotated[float, Ge(0), Le(600)] = 0.0
    """Seconds after which a call whose process died may be taken over; 0: the longest deadline and 8 more."""
    settings_ttl_s: Annotated[float, Ge(0), Le(60)] = 2.0
    """Seconds after which a change of an account's settings by another replica is seen."""
    fake_latency_ms: Annotated[int, Ge(0), Le(60_000), Field(validation_alias="SDR_FAKE_LLM_LATENCY_MS")] = 0
    """Milliseconds that the scripted engine waits before it answers, for benchmarks; 0 in production."""

    def lease(self) -> float:
        """Seconds of a call's lease."""
        return self.lease_s or max(self.model_deadline_s, self.analysis_deadline_s) + 8.0
