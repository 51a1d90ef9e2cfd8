"""What reporting reads from its environment."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Gt, Le
from pydantic_settings import SettingsConfigDict

from sdr_reporting.outputs.settings import OutputSettings


class Settings(OutputSettings):
    """Reporting's settings: `SDR_REPORTING_…`, `DATABASE_URL`, `SDR_LOG_LEVEL`."""

    model_config = SettingsConfigDict(env_prefix="SDR_REPORTING_", frozen=True, extra="ignore", populate_by_name=True)

    count_days_every_s: Annotated[float, Gt(0), Le(86400)] = 300.0
    """Pause between two looks for days that are over and not counted yet, or changed since; reports are right at once,
    and quick where days are counted."""
