"""Settings every service shares. Built once at start, passed on explicitly, all faults told at once."""

from __future__ import annotations

import sys
from typing import Annotated, TypeVar

from annotated_types import Ge, Le
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What each service needs. Subclasses set the prefix `SDR_<SERVICE>_` and add their own fields."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    database_url: Annotated[SecretStr, Field(validation_alias="DATABASE_URL")]
    """Postgres, as a `postgresql://` URL; every service keeps to its own schema."""
    grpc_host: str = "127.0.0.1"
    """Address the gRPC server binds to."""
    grpc_port: Annotated[int, Ge(0), Le(65535)] = 0
    """Port of the gRPC server; 0: any free one."""
    pool_max_size: Annotated[int, Ge(1), Le(200)] = 10
    """Database connections at most."""
    log_level: Annotated[str, Field(validation_alias="SDR_LOG_LEVEL", pattern="^(debug|info|warning|error)$")] = "info"
    """debug, info, warning or error."""
    drain_s: Annotated[float, Ge(0), Le(120)] = 5.0
    """Seconds that running calls get to finish after SIGTERM."""


S = TypeVar("S", bound=BaseSettings)


def load_settings(cls: type[S]) -> S:
    """Reads settings from the environment.

    Raises:
        SystemExit: with one line per fault on standard error, naming the variable and what it must be.
    """
    try:
        return cls()
    except ValidationError as error:
        prefix = str(cls.model_config.get("env_prefix", ""))
        for fault in error.errors():
            place = ".".join(str(part) for part in fault["loc"])
            field = cls.model_fields.get(place)
            alias = field.validation_alias if field is not None else None
            name = alias if isinstance(alias, str) else place if place.isupper() else f"{prefix}{place}".upper()
            sys.stderr.write(f"{name}: {fault['msg']}\n")
        raise SystemExit(2) from None
