"""`python -m sdr_gateway serve | work | all | migrate | check-config | account …`."""

from __future__ import annotations

import argparse

import uvloop

from sdr_common.logs import configure_logs
from sdr_common.migrate import migrate
from sdr_common.settings import load_settings
from sdr_common.telemetry import start_telemetry
from sdr_gateway.commands import add_account_commands, run_account_command
from sdr_gateway.settings import GatewaySettings


def main() -> None:
    """Runs one command; a wrong configuration ends with status 2 and a line per fault."""
    parser = argparse.ArgumentParser(prog="sdr_gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="the webhook door and the account service")
    commands.add_parser("work", help="turns and sweeps")
    commands.add_parser("all", help="both in one process")
    commands.add_parser("migrate", help="bring the schema up to date")
    commands.add_parser("check-config", help="check the settings and end")
    add_account_commands(commands)
    arguments = parser.parse_args()
    if arguments.command == "account":
        raise SystemExit(run_account_command(arguments))
    settings = load_settings(GatewaySettings)
    if arguments.command == "check-config":
        print("configuration is complete")
        return
    configure_logs("gateway", settings.log_level)
    # Imported here: the commands above need no web server.
    from sdr_gateway.app import SCHEMA, Role, run  # noqa: PLC0415

    if arguments.command == "migrate":
        applied = migrate(settings.database_url.get_secret_value(), SCHEMA, "sdr_gateway")
        print("\n".join(applied) or "nothing to migrate")
        return
    start_telemetry("sdr-gateway")
    uvloop.run(run(settings, {"serve": Role.SERVE, "work": Role.WORK, "all": Role.ALL}[arguments.command]))


if __name__ == "__main__":
    main()
