"""`python -m sdr_reporting serve | migrate | check-config`."""

from __future__ import annotations

import argparse

import uvloop

from sdr_common.logs import configure_logs
from sdr_common.migrate import migrate
from sdr_common.settings import load_settings
from sdr_common.telemetry import start_telemetry
from sdr_reporting.server import SCHEMA, run
from sdr_reporting.settings import Settings


def main() -> None:
    """Runs one command; a wrong configuration ends with status 2 and a line per fault."""
    parser = argparse.ArgumentParser(prog="sdr_reporting", description=__doc__)
    parser.add_argument("command", choices=["serve", "migrate", "check-config"])
    command = parser.parse_args().command
    settings = load_settings(Settings)
    if command == "check-config":
        print("configuration is complete")
        return
    configure_logs("reporting", settings.log_level)
    if command == "migrate":
        applied = migrate(settings.database_url.get_secret_value(), SCHEMA, "sdr_reporting")
        print("\n".join(applied) or "nothing to migrate")
        return
    start_telemetry("sdr-reporting")
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()
