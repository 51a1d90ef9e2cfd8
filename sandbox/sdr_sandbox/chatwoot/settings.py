"""Settings of the emulated Chatwoot, read once from the environment."""

import secrets
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ChatwootSettings(BaseSettings):
    """Where the emulator listens, what it starts with, and which limits it applies."""

    model_config = SettingsConfigDict(env_prefix="SDR_SANDBOX_", frozen=True, extra="ignore", populate_by_name=True)

    host: str = Field(default="127.0.0.1", validation_alias="SDR_SANDBOX_CHATWOOT_HOST")
    """Address to listen on. Loopback by default: the emulator is no hardened server."""
    port: Annotated[int, Ge(0), Le(65535)] = Field(default=3000, validation_alias="SDR_SANDBOX_CHATWOOT_PORT")
    """TCP port; 0 takes any free one."""
    admin_token: Annotated[str, Field(min_length=8)] = Field(default_factory=lambda: secrets.token_urlsafe(18))
    """API token of the administrator, also the key to the `/sandbox` endpoints. Random if unset."""
    inbox_identifier: Annotated[str, Field(min_length=4)] = Field(default_factory=lambda: secrets.token_urlsafe(18))
    """Public identifier of the WhatsApp inbox (a `Channel::Api`). Random if unset."""
    data_dir: Path | None = None
    """Folder of the snapshot that survives a restart; unset keeps everything in memory only."""
    snapshot_interval_s: Annotated[float, Gt(0)] = 5.0
    """Seconds between two snapshots, taken only if something changed."""
    account_name: str = "Clínica Bella Pele"
    """Name of account 1 (an invented clinic)."""
    webhook_timeout_s: Annotated[float, Gt(0)] = 5.0
    """Connect and read time limit of a webhook delivery (`WEBHOOK_TIMEOUT` of Chatwoot)."""
    bot_retry_delay_s: Annotated[float, Ge(0)] = 3.0
    """Pause before an agent-bot delivery is tried again after a 429 or 500."""
    dispatch_jitter_ms: Annotated[float, Ge(0)] = 8.0
    """Upper bound of the random queueing time of a webhook job, which makes the order of deliveries arbitrary."""
    rate_limit_per_minute: Annotated[int, Gt(0)] | None = None
    """Requests a minute and address before `429 Retry later`; unset is no limit, as Chatwoot has for loopback."""
    messages_per_minute: Annotated[int, Gt(0)] = 200
    """Messages of any kind a minute in one conversation before "Too many messages"."""
