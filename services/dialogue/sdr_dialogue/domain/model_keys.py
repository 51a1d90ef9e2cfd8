"""An account's own keys for language models: what is kept, what is told of it, what a trial says. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sdr_common.errors import InvalidField
from sdr_dialogue.domain.models import Provider

_TOLD_FROM = 12
"""Characters from which the last four of a key are told: of a shorter one they would be too much of it."""


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """A way to a provider, as it may be used now."""

    provider: Provider
    api_key: str = field(default="", repr=False)
    """Empty: the server asks for none."""
    base_url: str = ""
    """Of a server with OpenAI's API; empty: the provider's own."""
    model: str = ""
    """Empty: the installation's."""
    analysis_model: str = ""
    """Empty: the installation's."""


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A row of the store; the key stays sealed."""

    provider: Provider
    sealed: bytes | None = field(repr=False)
    """None: the server asks for no key."""
    last_four: str
    base_url: str
    model: str
    analysis_model: str
    changed_at: datetime | None = None


class Trial(StrEnum):
    """What came of trying a key."""

    WORKS = "works"
    NO_KEY = "no_key"
    KEY_REFUSED = "key_refused"
    NO_CREDIT = "no_credit"
    NO_SUCH_MODEL = "no_such_model"
    TOO_MANY = "too_many"
    ADDRESS_FORBIDDEN = "address_forbidden"
    UNREACHABLE = "unreachable"
    PROVIDER_FAULT = "provider_fault"
    OTHER_API = "other_api"


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial's outcome."""

    outcome: Trial
    model: str = ""
    status: int = 0
    """HTTP status; 0: there was no answer."""
    elapsed_ms: int = 0


def last_four(api_key: str) -> str:
    """What is told of a key; empty where it is too short to tell any of it."""
    return api_key[-4:] if len(api_key) >= _TOLD_FROM else ""


def check_choice(choice: KeyChoice, *, kept_key: bool) -> None:
    """Refuses what nobody could use.

    Args:
        choice: As it was given.
        kept_key: Whether a key is kept that goes with it.

    Raises:
        InvalidField: an address for a provider that has one place alone, or no key where one is needed.
    """
    if choice.base_url and choice.provider is not Provider.OPENAI:
        raise InvalidField("base_url", f"{choice.provider} has one place alone; only openai may be elsewhere")
    if not (choice.api_key or kept_key or choice.base_url):
        raise InvalidField("api_key", "is needed; only a server of one's own may ask for none")


def outcome_of(status: int, body: str) -> Trial:
    """What a provider's answer means.

    Args:
        status: HTTP status.
        body: What was answered; only searched for the providers' own words.
    """
    said = body.lower()
    if status == 200:
        return Trial.WORKS
    if any(word in said for word in ("insufficient_quota", "credit balance", "billing_hard_limit", "billing details")):
        return Trial.NO_CREDIT
    if status in {401, 403} or "api key not valid" in said or "api_key_invalid" in said:
        return Trial.KEY_REFUSED
    if "model" in said and (status == 404 or "model_not_found" in said or "does not exist" in said):
        return Trial.NO_SUCH_MODEL
    if status == 429:
        return Trial.TOO_MANY
    return Trial.PROVIDER_FAULT if status >= 500 else Trial.OTHER_API
