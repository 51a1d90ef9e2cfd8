"""What moves the local stack. Two stacks run side by side when data directory and two ports differ."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Ge(1), Le(65535)]


class StackSettings(BaseSettings):
    """Read from the environment; every field says its variable."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    data_dir: Annotated[Path, Field(validation_alias="SDR_DATA_DIR")] = Path(".sdr")
    """Everything the stack keeps: database, logs, tokens. `make clean` removes it."""
    gateway_port: Annotated[Port, Field(validation_alias="SDR_GATEWAY_HTTP_PORT")] = 8080
    """HTTP port of the gateway."""
    chatwoot_port: Annotated[Port, Field(validation_alias="SDR_SANDBOX_CHATWOOT_PORT")] = 3000
    """HTTP port of the emulated Chatwoot."""
    sandbox: Annotated[bool, Field(validation_alias="SANDBOX")] = True
    """False (`SANDBOX=0`): use the Chatwoot that CHATWOOT_URL names."""
    admin_token: Annotated[str | None, Field(validation_alias="SDR_SANDBOX_ADMIN_TOKEN")] = None
    """Administrator's token of the emulated Chatwoot; made and kept when unset."""
    inbox_identifier: Annotated[str | None, Field(validation_alias="SDR_SANDBOX_INBOX_IDENTIFIER")] = None
    """Identifier of the emulated inbox; made and kept when unset."""
    workers: Annotated[int, Ge(0), Le(8), Field(validation_alias="SDR_STACK_WORKERS")] = 0
    """Further worker processes of the gateway and of routing, so many of each."""
    replicas: Annotated[int, Ge(1), Le(4), Field(validation_alias="SDR_REPLICAS")] = 1
    """Processes of each service; the gateway's stand behind one address. Clients spread their calls over the others."""
    database_url: Annotated[str | None, Field(validation_alias="DATABASE_URL")] = None
    """A Postgres to use instead of the bundled one."""
    allowed_networks: Annotated[str, Field(validation_alias="SDR_ALLOWED_NETWORKS")] = (
        "127.0.0.0/8, ::1/128, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7"
    )
    """Networks in which a Chatwoot may be: on a developer's machine all private ones."""
    redis_url: Annotated[str | None, Field(validation_alias="REDIS_URL")] = None
    """A Redis to use instead of the bundled one."""
    secret_key: Annotated[SecretStr | None, Field(validation_alias="SDR_SECRET_KEY")] = None
    """Key that secrets are encrypted with; made and kept when unset."""
    chatwoot_url: Annotated[str | None, Field(validation_alias="CHATWOOT_URL")] = None
    """With SANDBOX=0: address of the real Chatwoot."""
    chatwoot_account: Annotated[int, Ge(1), Field(validation_alias="CHATWOOT_ACCOUNT_ID")] = 1
    """With SANDBOX=0: Chatwoot's account id."""
    chatwoot_admin_token: Annotated[SecretStr | None, Field(validation_alias="CHATWOOT_ADMIN_TOKEN")] = None
    """With SANDBOX=0: an administrator's API token."""
    chatwoot_bot_token: Annotated[SecretStr | None, Field(validation_alias="CHATWOOT_BOT_TOKEN")] = None
    """With SANDBOX=0: a bot's token to use instead of provisioning a bot."""
    public_url: Annotated[str | None, Field(validation_alias="SDR_GATEWAY_PUBLIC_URL")] = None
    """Address at which Chatwoot reaches the gateway; with the sandbox it is known."""
    keeps_traces: Annotated[bool, Field(validation_alias="SDR_STACK_TRACES")] = True
    """Keeps the last traces and shows them as waterfalls, unless OTEL_EXPORTER_OTLP_ENDPOINT names who takes them."""
    otlp_endpoint: Annotated[str, Field(validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")] = ""
    """Who takes the services' spans by OTLP over gRPC, such as http://localhost:4317; empty: the stack itself, or
    outside of the stack nobody: then nothing is recorded."""
    trace_url_template: Annotated[str, Field(validation_alias="SDR_TRACE_URL_TEMPLATE")] = ""
    """Where a trace is seen, as for the gateway; empty: the stack's own page of it, if it keeps traces."""
    account_document: Annotated[Path | None, Field(validation_alias="SDR_ACCOUNT_DOCUMENT")] = None
    """YAML document of the clinic; unset: the invented clinic."""

    @model_validator(mode="after")
    def _a_real_chatwoot_needs_an_address_and_a_token(self) -> StackSettings:
        if not self.sandbox:
            missing = [
                name
                for name, value in (
                    ("CHATWOOT_URL", self.chatwoot_url),
                    ("CHATWOOT_ADMIN_TOKEN", self.chatwoot_admin_token),
                    ("SDR_GATEWAY_PUBLIC_URL", self.public_url),
                )
                if not value
            ]
            if missing:
                raise ValueError(f"SANDBOX=0 needs {', '.join(missing)}")
        return self


def load_stack_settings() -> StackSettings:
    """Reads the environment.

    Raises:
        SystemExit: with one line per fault.
    """
    try:
        return StackSettings()
    except ValidationError as error:
        for fault in error.errors():
            name = ".".join(str(part) for part in fault["loc"])
            problem = fault["msg"].removeprefix("Value error, ")
            sys.stderr.write(f"{name}: {problem}\n" if name else f"{problem}\n")
        raise SystemExit(2) from None
