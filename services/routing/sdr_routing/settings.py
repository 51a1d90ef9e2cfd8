"""What routing reads from its environment."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from sdr_common.secret_box import SecretBox
from sdr_common.settings import AllowedNetworks, ServiceSettings


class Settings(ServiceSettings):
    """Routing's settings.

    Variables: `SDR_ROUTING_…`, `DATABASE_URL`, `SDR_SECRET_KEY`, `SDR_REPORTING_TARGET`, `SDR_LOG_LEVEL`.
    """

    model_config = SettingsConfigDict(env_prefix="SDR_ROUTING_", frozen=True, extra="ignore", populate_by_name=True)

    secret_key: Annotated[SecretStr, Field(validation_alias="SDR_SECRET_KEY")]
    """Fernet keys, comma-separated: the first encrypts Chatwoot's tokens, all decrypt."""
    allowed_networks: AllowedNetworks = ""
    """Private networks, comma-separated, in which a Chatwoot may be, such as "10.0.0.0/8"; every other address that we
    are given must be a public one."""
    chatwoot_requests_per_minute: Annotated[int, Ge(1)] = 2400
    """Requests to one Chatwoot host and process; Chatwoot's own limit is 3,000 per address."""
    chatwoot_connect_timeout_s: Annotated[float, Gt(0), Le(60)] = 5.0
    """Longest wait for a connection to Chatwoot."""
    chatwoot_read_timeout_s: Annotated[float, Gt(0), Le(120)] = 20.0
    """Longest wait for Chatwoot's answer."""
    settle_after_s: Annotated[float, Gt(0), Le(600)] = 20.0
    """After an attempt of unknown outcome, absence of the message counts only so many seconds later; above the
    time after which Chatwoot gives a request up (`RACK_TIMEOUT_SERVICE_TIMEOUT`, 15 s)."""
    attempts: Annotated[int, Ge(1), Le(100)] = 8
    """Failures of our own making, crashes included, after which a delivery is given up; outages never count."""
    give_up_faults: Annotated[int, Ge(1), Le(1000)] = 10
    """Answers 5xx to one write, while Chatwoot carries out the same kind of write for others, after which the write
    is given up; an outage, where nothing works, never counts."""
    give_up_after_s: Annotated[float, Gt(0), Le(30 * 86_400)] = 86_400.0
    """Seconds after the first answer 5xx to a write after which it is given up, whatever else works."""
    resend_most: Annotated[int, Ge(0), Le(10)] = 2
    """Times that a message is sent again which the channel refused after Chatwoot had taken it."""
    resend_within_s: Annotated[float, Gt(0), Le(86_400)] = 3600.0
    """A refusal that is told later than this after the message was sent is shown to people and not sent again."""
    resend_pace: Annotated[float, Ge(0), Le(100)] = 1.0
    """Factor on the pauses before a refused message is sent again (15 s or, over a rate limit, 60 s at first)."""
    in_flight: Annotated[int, Ge(1), Le(5000)] = 200
    """Contacts that a worker process serves at a time."""
    lease_s: Annotated[float, Gt(0), Le(600)] = 10.0
    """A dead worker's contacts are taken up after so many seconds; a living one prolongs its leases at a third
    of it."""
    poll_s: Annotated[float, Gt(0), Le(10)] = 0.1
    """Longest pause between two looks for work."""
    setback_ceiling_s: Annotated[float, Gt(0), Le(3600)] = 30.0
    """Longest pause between two attempts while Chatwoot is away."""

    @field_validator("secret_key")
    @classmethod
    def _is_fernet(cls, value: SecretStr) -> SecretStr:
        try:
            SecretBox(value.get_secret_value())
        except (ValueError, IndexError):
            raise ValueError("must be url-safe base64 of 32 bytes, or several, comma-separated") from None
        if not value.get_secret_value().strip(", "):
            raise ValueError("must not be empty")
        return value
