"""What the way out reads from its environment, in reporting's settings."""

from __future__ import annotations

from typing import Annotated, Self

from annotated_types import Ge, Gt, Le
from pydantic import Field, SecretStr, field_validator, model_validator

from sdr_common.secret_box import SecretBox
from sdr_common.settings import AllowedNetworks, ServiceSettings


class OutputSettings(ServiceSettings):
    """Mail server, secrets and pace of what goes out; a base of reporting's `Settings`."""

    secret_key: Annotated[SecretStr, Field(validation_alias="SDR_SECRET_KEY")] = SecretStr("")
    """Fernet keys, comma-separated, the newest first: they seal webhooks' addresses and keys of schedules and alerts;
    empty: none of these can be kept."""
    allowed_networks: AllowedNetworks = ""
    """Private networks, comma-separated, in which webhooks may be, such as "10.0.0.0/8"; every other address that we
    are given must be a public one."""
    panel_url: Annotated[str, Field(validation_alias="SDR_GATEWAY_PUBLIC_URL", pattern=r"^(https?://[^\s?#]+)?$")] = ""
    """Where people reach the gateway, which serves the panel: for links in messages; empty: no links."""
    smtp_host: str = ""
    """The mail server; empty: this installation sends no e-mail."""
    smtp_port: Annotated[int, Ge(1), Le(65535)] = 587
    """Its port."""
    smtp_security: Annotated[str, Field(pattern="^(starttls|tls|none)$")] = "starttls"
    """starttls, tls, or none (for a server on the same machine)."""
    smtp_username: str = ""
    """Empty: no login."""
    smtp_password: SecretStr = SecretStr("")
    """Goes with the user name."""
    smtp_from: Annotated[str, Field(pattern=r"^$|^[^\r\n]*@[^\r\n]*$")] = ""
    """Whom mails come from: an address, or a name with one in angle brackets; needed with a mail server."""
    outputs_poll_s: Annotated[float, Gt(0), Le(60)] = 1.0
    """Pause between two looks for what is to be sent."""
    outputs_pace: Annotated[float, Ge(0), Le(100)] = 1.0
    """Factor on the pauses between attempts (1, 5, 15, 60 minutes)."""
    watch_every_s: Annotated[float, Gt(0), Le(3600)] = 30.0
    """Pause between two looks at an account's alert rules."""
    slack_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+/$")] = "https://hooks.slack.com/"
    """What addresses of Slack's incoming webhooks begin with."""
    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105  (an address)
    """Where tokens of Google's service accounts come from."""
    google_sheets_url: str = "https://sheets.googleapis.com"
    """Google Sheets' API."""

    @field_validator("secret_key")
    @classmethod
    def _keys_are_fernet(cls, value: SecretStr) -> SecretStr:
        try:
            if value.get_secret_value().strip(", "):
                SecretBox(value.get_secret_value())
        except ValueError:
            raise ValueError("every key must be 32 url-safe base64-encoded bytes") from None
        return value

    @model_validator(mode="after")
    def _mails_have_a_sender(self) -> Self:
        if self.smtp_host and not self.smtp_from:
            raise ValueError("SDR_REPORTING_SMTP_FROM is needed with SDR_REPORTING_SMTP_HOST")
        return self
