"""What dialogue reads from its environment."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from sdr_common.secret_box import SecretBox
from sdr_common.settings import AllowedNetworks, ServiceSettings
from sdr_dialogue.domain.models import Provider

_URL = r"^$|^https?://\S+$"
_PROVIDER = "(openai|anthropic|google)"
_CHAIN = f"^{_PROVIDER}(,{_PROVIDER}){{0,2}}$"


class Settings(ServiceSettings):
    """Dialogue's settings: `SDR_DIALOGUE_…`, and what several services share under its own name."""

    model_config = SettingsConfigDict(env_prefix="SDR_DIALOGUE_", frozen=True, extra="ignore", populate_by_name=True)

    secret_key: Annotated[SecretStr, Field(validation_alias="SDR_SECRET_KEY")] = SecretStr("")
    """Fernet keys, comma-separated, the newest first: they seal accounts' own keys for models; empty: none of these can
    be kept."""
    model_chain: Annotated[str, Field(pattern=_CHAIN)] = "openai,anthropic,google"
    """Providers in the order in which they are asked; one without a key (OpenAI: or base URL) is left out. Behind
    the last one stands the scripted engine."""
    openai_api_key: Annotated[SecretStr, Field(validation_alias="OPENAI_API_KEY")] = SecretStr("")
    """Key of OpenAI or of a server that speaks its API."""
    openai_base_url: Annotated[str, Field(validation_alias="OPENAI_BASE_URL", pattern=_URL)] = ""
    """Base URL of an OpenAI-compatible server (Azure, vLLM, Ollama, LiteLLM); empty: OpenAI's own."""
    anthropic_api_key: Annotated[SecretStr, Field(validation_alias="ANTHROPIC_API_KEY")] = SecretStr("")
    """Key of Anthropic."""
    anthropic_base_url: Annotated[str, Field(validation_alias="ANTHROPIC_BASE_URL", pattern=_URL)] = ""
    """Base URL of a server with Anthropic's API; empty: Anthropic's own."""
    google_api_key: Annotated[SecretStr, Field(validation_alias="GEMINI_API_KEY")] = SecretStr("")
    """Key of Google's Gemini API."""
    google_base_url: Annotated[str, Field(validation_alias="GEMINI_BASE_URL", pattern=_URL)] = ""
    """Base URL of a server with the Gemini API; empty: Google's own."""
    model: Annotated[str, Field(min_length=1)] = "gpt-5-mini"
    """OpenAI's model of a turn's answer: cheap and quick."""
    analysis_model: Annotated[str, Field(min_length=1)] = "gpt-5"
    """OpenAI's model of the judgement at the end of a qualification, once per lead, and of long turns."""
    anthropic_model: Annotated[str, Field(min_length=1)] = "claude-haiku-4-5"
    """Anthropic's model of a turn's answer."""
    anthropic_analysis_model: Annotated[str, Field(min_length=1)] = "claude-sonnet-4-6"
    """Anthropic's model of a judgement, and of long turns."""
    google_model: Annotated[str, Field(min_length=1)] = "gemini-2.5-flash"
    """Google's model of a turn's answer."""
    google_analysis_model: Annotated[str, Field(min_length=1)] = "gemini-2.5-pro"
    """Google's model of a judgement, and of long turns."""
    reasoning_effort: Annotated[str, Field(pattern="^(|none|minimal|low|medium|high)$")] = "low"
    """How long OpenAI's reasoning models (gpt-5…, o…) may think; empty: not sent. Leads wait for it. Google's think as
    little as they can unless it is medium or high; Anthropic's do not think."""
    model_deadline_s: Annotated[float, Ge(0.05), Le(120)] = 7.0
    """Seconds that all models together get for one answer, repairs included; then the scripted engine answers."""
    analysis_deadline_s: Annotated[float, Ge(0.05), Le(300)] = 9.0
    """Seconds that all models together get for one judgement, repairs included."""
    lead_deadline_s: Annotated[float, Ge(0.05), Le(600)] = 9.0
    """Seconds of answer and judgement together, where a turn ends a qualification: so long a lead waits at most."""
    prompt_budget_tokens: Annotated[int, Ge(3_000), Le(200_000)] = 8_000
    """Estimated tokens of a turn's prompt at most; what does not fit is left out by rule, the oldest lines first."""
    transcription_model: str = "gpt-4o-mini-transcribe"
    """Model that hears voice messages; empty: they are asked for in writing. Chatwoot's own goes first."""
    transcription_base_url: Annotated[str, Field(pattern=_URL)] = ""
    """Base URL of another server with OpenAI's `/audio/transcriptions`; empty: `OPENAI_BASE_URL`."""
    transcription_api_key: SecretStr = SecretStr("")
    """Its key; empty: `OPENAI_API_KEY`. Without any key or base URL nothing is transcribed."""
    transcription_deadline_s: Annotated[float, Ge(0.05), Le(120)] = 6.0
    """Seconds to fetch and hear one recording; leads wait for it."""
    audio_limit_mb: Annotated[int, Ge(1), Le(25)] = 16
    """Megabytes of a recording at most; WhatsApp's own limit is 16."""
    brl_per_usd: Annotated[float, Ge(0.01), Le(1000)] = 5.5
    """Reais for a dollar: accounts set their budgets in reais, providers charge dollars."""
    reply_cache_s: Annotated[int, Ge(0), Le(2_592_000)] = 86_400
    """Seconds that a model's answer to an impersonal question is given again without a call; 0: never."""
    breaker_failures: Annotated[int, Ge(1), Le(100)] = 5
    """Failures in a row after which a model is left alone for a while."""
    breaker_pause_s: Annotated[float, Ge(0.05), Le(3600)] = 30.0
    """Seconds that it is left alone."""
    allowed_networks: AllowedNetworks = ""
    """Private networks, comma-separated, from which web pages may be taken into the knowledge and where accounts'
    own model servers may be, such as "10.0.0.0/8"; every other address must be a public one."""
    embedding_model: Annotated[str, Field(pattern=r"^\S*$")] = "text-embedding-3-small"
    """Model that finds knowledge by meaning, with the key above; empty: full text alone."""
    embedding_dimensions: Annotated[int, Ge(0), Le(4000)] = 512
    """Numbers per vector that are asked for; 0: not sent, for servers that do not know the parameter."""
    embedding_deadline_s: Annotated[float, Ge(0.05), Le(30)] = 1.5
    """Seconds that the embedding of a lead's question may take; then full text alone is searched."""
    document_deadline_s: Annotated[float, Ge(1), Le(300)] = 30.0
    """Seconds that fetching, and then reading, one document may take."""
    knowledge_poll_s: Annotated[float, Ge(0.05), Le(600)] = 5.0
    """Seconds between looks for documents that wait to be embedded."""
    lease_s: Annotated[float, Ge(0.1), Le(600)] = 10.0
    """Seconds after which a call whose process died may be taken over; a living one keeps its lease."""
    settings_ttl_s: Annotated[float, Ge(0), Le(60)] = 2.0
    """Seconds after which a change of an account's settings by another replica is seen."""
    fake_latency_ms: Annotated[int, Ge(0), Le(60_000), Field(validation_alias="SDR_FAKE_LLM_LATENCY_MS")] = 0
    """Milliseconds that the scripted engine waits before it answers, for benchmarks; 0 in production."""

    @field_validator("secret_key")
    @classmethod
    def _keys_are_fernet(cls, value: SecretStr) -> SecretStr:
        try:
            if value.get_secret_value().strip(", "):
                SecretBox(value.get_secret_value())
        except ValueError:
            raise ValueError("every key must be 32 url-safe base64-encoded bytes") from None
        return value

    def order(self) -> list[Provider]:
        """Providers in the order in which they are asked."""
        return list(dict.fromkeys(Provider(name) for name in self.model_chain.split(",")))

    def providers(self) -> list[Provider]:
        """Providers with a key, in their order."""
        there = {
            Provider.OPENAI: bool(self.openai_api_key.get_secret_value() or self.openai_base_url),
            Provider.ANTHROPIC: bool(self.anthropic_api_key.get_secret_value()),
            Provider.GOOGLE: bool(self.google_api_key.get_secret_value()),
        }
        return [provider for provider in self.order() if there[provider]]
