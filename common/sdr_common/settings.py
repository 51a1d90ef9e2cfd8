"""Settings every service shares. Built once at start, passed on explicitly, all faults told at once."""

from __future__ import annotations

import sys
from typing import Annotated, TypeVar

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from sdr_common.address_guard import networks
from sdr_common.transport import TARGET, TransportSettings


class ServiceSettings(TransportSettings):
    """What each service needs. Subclasses set the prefix `SDR_<SERVICE>_` and add their own fields."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    database_url: Annotated[SecretStr, Field(validation_alias="DATABASE_URL")]
    """Postgres, as a `postgresql://` URL; every service keeps to its own schema."""
    reporting_target: Annotated[str, Field(validation_alias="SDR_REPORTING_TARGET", pattern=rf"^$|^{TARGET}$")] = ""
    """`host:port` of reporting, which gets this service's events; or `dns:///name:port` (every address of the name), or
    `ipv4:a:port,b:port`; empty: the events wait in the database."""
    grpc_host: str = "127.0.0.1"
    """Address the gRPC server binds to."""
    grpc_port: Annotated[int, Ge(0), Le(65535)] = 0
    """Port of the gRPC server; 0: any free one."""
    ops_host: str = "127.0.0.1"
    """Address of the operators' port."""
    ops_port: Annotated[int, Ge(-1), Le(65535)] = -1
    """Port with `/metrics` for Prometheus, plain HTTP for the inside of a network; 0: any free one; -1: none."""
    ops_token: Annotated[SecretStr, Field(validation_alias="SDR_OPS_TOKEN")] = SecretStr("")
    """Who sends it to the operators' port may change what is logged; empty: nobody may."""
    pool_max_size: Annotated[int, Ge(1), Le(200)] = 10
    """Database connections at most."""
    log_level: Annotated[str, Field(validation_alias="SDR_LOG_LEVEL", pattern="^(debug|info|warning|error)$")] = "info"
    """debug, info, warning or error; single modules for a while: `python -m sdr_common.log_levels`."""
    log_dir: Annotated[str, Field(validation_alias="SDR_LOG_DIR")] = ""
    """Folder for the lines, a file per service and command, where no container collects them; empty: standard error."""
    log_file_mb: Annotated[int, Field(validation_alias="SDR_LOG_FILE_MB"), Ge(1), Le(10_000)] = 50
    """Megabytes at which a file is put aside."""
    log_files: Annotated[int, Field(validation_alias="SDR_LOG_FILES"), Ge(0), Le(1000)] = 5
    """Files that are put aside; older ones go."""
    log_lines_per_second: Annotated[int, Field(validation_alias="SDR_LOG_LINES_PER_SECOND"), Ge(0), Le(100_000)] = 100
    """Lines of one event that pass in a second, warnings and errors apart; how many were left out is told. 0: all."""
    redis_url: Annotated[str, Field(validation_alias="REDIS_URL")] = ""
    """`redis://…`, where processes count together what sources ask, share answers to impersonal questions, tell open
    panels of changes and each other which traces to keep; empty: each does so alone. No work is lost with it."""
    trace_ratio: Annotated[float, Field(validation_alias="OTEL_TRACES_SAMPLER_ARG"), Ge(0), Le(1)] = 1.0
    """Share of traces that are kept from their first span, where OTEL_EXPORTER_OTLP_ENDPOINT names who takes them."""
    trace_slow_s: Annotated[float, Field(validation_alias="SDR_TRACE_SLOW_S"), Gt(0), Le(3600)] = 10.0
    """Seconds: a turn or a delivery that waited for its worker and took longer has its trace kept, like one that failed
    and one that was escalated."""
    trace_held_spans: Annotated[int, Field(validation_alias="SDR_TRACE_HELD_SPANS"), Ge(0), Le(200_000)] = 5_000
    """Spans of all other traces that a process holds back, some 3 kB each, until it is known what became of them; 0:
    only the share is recorded."""
    drain_s: Annotated[float, Ge(0), Le(120)] = 5.0
    """Seconds that running calls get to finish after SIGTERM."""

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value


def _are_networks(value: str) -> str:
    try:
        networks(value)
    except ValueError as error:
        raise ValueError(f"must be comma-separated networks such as 10.0.0.0/8: {error}") from None
    return value


AllowedNetworks = Annotated[
    str, Field(default="", validation_alias="SDR_ALLOWED_NETWORKS"), AfterValidator(_are_networks)
]
"""The setting of `sdr_common.address_guard`."""


S = TypeVar("S", bound=BaseSettings)


def load_settings(cls: type[S]) -> S:
    """Reads settings from the environment.

    Raises:
        SystemExit: with one line per fault on standard error, naming the variable and what it must be.
    """
    try:
        return cls()
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False, include_context=False):
            sys.stderr.write(f"{_variable(cls, fault['loc'])}: {fault['msg']}\n")
        raise SystemExit(2) from None
    except SettingsError as error:  # a list or mapping that is not JSON
        sys.stderr.write(f"{cls.__name__}: {error}\n")
        raise SystemExit(2) from None


def _variable(cls: type[BaseSettings], loc: tuple[int | str, ...]) -> str:
    """The environment variable behind a fault; the settings as a whole where no single one is at fault."""
    if not loc:
        return cls.__name__
    place, *rest = (str(part) for part in loc)
    field = cls.model_fields.get(place)
    alias = field.validation_alias if field is not None else None
    prefix = str(cls.model_config.get("env_prefix", ""))
    name = alias if isinstance(alias, str) else place if field is None else f"{prefix}{place}".upper()
    return ".".join([name, *rest])
