"""What reporting reads from its environment."""

from __future__ import annotations

from pydantic import SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from sdr_common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Reporting's settings: `SDR_REPORTING_…`, `DATABASE_URL`, `SDR_LOG_LEVEL`."""

    model_config = SettingsConfigDict(env_prefix="SDR_REPORTING_", frozen=True, extra="ignore", populate_by_name=True)

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value
