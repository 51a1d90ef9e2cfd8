"""The command line that every service has; light, so that `migrate` and `check-config` start quickly."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from sdr_common.errors import DomainError
from sdr_common.settings import ServiceSettings, load_settings

S = TypeVar("S", bound=ServiceSettings)


def run_command(
    service: str,
    settings_class: type[S],
    commands: Sequence[str],
    doc: str | None,
    arguments: Sequence[str] | None = None,
) -> None:
    """A service's command line: `migrate`, `check-config`, and the commands that run it.

    Args:
        service: Short name: schema, package suffix and log name.
        settings_class: What it reads from its environment.
        commands: Those that `sdr_<service>.server.run(settings, command)` knows.
        doc: Shown by `--help`.
        arguments: Instead of the process's own.

    Raises:
        SystemExit: the configuration is wrong (status 2, a line per fault).
    """
    parser = argparse.ArgumentParser(prog=f"sdr_{service}", description=doc)
    parser.add_argument("command", choices=[*commands, "migrate", "check-config"])
    command = parser.parse_args(arguments).command
    settings = load_settings(settings_class)
    if command == "check-config":
        sys.stdout.write("configuration is complete\n")
        return
    if command == "migrate":
        migrate_service(settings, service)
        return
    start(settings, service, command)
    # Imported here: the commands above need neither an event loop nor a server.
    import uvloop  # noqa: PLC0415

    uvloop.run(import_module(f"sdr_{service}.server").run(settings, command))


def reseal_secrets(service: str, resealed: Callable[[], Coroutine[Any, Any, dict[str, int]]]) -> None:
    """Runs a service's resealing and says how many secrets it was.

    Args:
        service: Short name.
        resealed: Does it, in one transaction; gives the number of secrets per kind.

    Raises:
        SystemExit: a secret cannot be read, or the database cannot be reached; nothing was changed.
    """
    try:
        counts = asyncio.run(resealed())
    except DomainError as error:
        raise SystemExit(f"sdr_{service}: nothing was resealed: {error.message}") from None
    for kind, count in counts.items():
        sys.stdout.write(f"{kind}: {count}\n")
    sys.stdout.write("every secret is sealed with the first key of SDR_SECRET_KEY; the others may go\n")


def start(settings: ServiceSettings, service: str, command: str) -> None:
    """Logs and telemetry of a process that is about to run."""
    from sdr_common.logs import LogFile, configure_logs  # noqa: PLC0415
    from sdr_common.telemetry import start_telemetry  # noqa: PLC0415
    from sdr_common.trace_keeping import TraceRules  # noqa: PLC0415

    file = None
    if settings.log_dir:
        path = Path(settings.log_dir) / f"{service}-{command}.log"
        file = LogFile(path, settings.log_file_mb, settings.log_files)
    configure_logs(service, settings.log_level, file=file, per_second=settings.log_lines_per_second)
    rules = TraceRules(settings.trace_ratio, settings.trace_slow_s, settings.trace_held_spans)
    start_telemetry(f"sdr-{service}", rules)


def migrate_service(settings: ServiceSettings, service: str) -> None:
    """Migrates a service's schema and says what was applied.

    Raises:
        SystemExit: the database cannot be reached or a migration is broken; one sentence says so.
    """
    import psycopg  # noqa: PLC0415

    from sdr_common.migrate import migrate  # noqa: PLC0415

    try:
        applied = migrate(settings.database_url.get_secret_value(), service, f"sdr_{service}")
    except (DomainError, RuntimeError, psycopg.Error) as error:
        first_line = str(error).partition("\n")[0]
        raise SystemExit(f"sdr_{service}: the schema was not brought up to date: {first_line}") from None
    sys.stdout.write(("\n".join(applied) or "nothing to migrate") + "\n")
