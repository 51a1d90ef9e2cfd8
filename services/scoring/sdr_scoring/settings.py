"""What scoring reads from its environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from sdr_common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Scoring's settings: `SDR_SCORING_…`, `DATABASE_URL`, `SDR_REPORTING_TARGET`, `SDR_LOG_LEVEL`."""

    model_config = SettingsConfigDict(env_prefix="SDR_SCORING_", frozen=True, extra="ignore", populate_by_name=True)

    reporting_target: Annotated[
        str, Field(validation_alias="SDR_REPORTING_TARGET", pattern=r"^$|^(dns:///)?[A-Za-z0-9.\-]+:[0-9]{1,5}$")
    ] = ""
    """`host:port` of reporting, which gets this service's events; empty: they wait in the database."""

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value
