"""What scoring reads from its environment."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from sdr_common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Scoring's settings: `SDR_SCORING_…`, `DATABASE_URL`, `SDR_REPORTING_TARGET`, `SDR_LOG_LEVEL`."""

    model_config = SettingsConfigDict(env_prefix="SDR_SCORING_", frozen=True, extra="ignore", populate_by_name=True)
