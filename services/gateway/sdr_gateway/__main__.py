"""`python -m sdr_gateway serve | work | all | migrate | check-config | account … | import-plugin … | timeline | …`."""

from __future__ import annotations

import argparse
import sys

from sdr_common.commands import migrate_service, reseal_secrets, start
from sdr_common.settings import load_settings
from sdr_gateway.settings import GatewaySettings

_OPERATOR_COMMANDS = {
    "timeline": "say why the bot did (not) answer in a conversation, step by step",
    "failed-turns": "print turns that failed so often that a human was called",
    "lead": "forget a lead, or give out what is stored of it (LGPD)",
    "conversation": "give a conversation back to the bot",
    "audit": "print who did what when, newest first",
}


def main() -> None:
    """Runs one command; a wrong configuration ends with status 2 and a line per fault."""
    parser = argparse.ArgumentParser(prog="sdr_gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="the webhook door and the account service")
    commands.add_parser("work", help="turns and sweeps")
    commands.add_parser("all", help="both in one process")
    commands.add_parser("migrate", help="bring the schema up to date")
    commands.add_parser("check-config", help="check the settings and end")
    commands.add_parser("reseal-secrets", help="seal every stored secret with the newest key")
    account = commands.add_parser("account", help="set an account up", add_help=False)
    if sys.argv[1:2] == ["account"]:
        # A client of the service alone: it needs no settings, and the other commands need no client.
        from sdr_gateway.commands import add_account_commands, run_account_command  # noqa: PLC0415

        add_account_commands(account)
        raise SystemExit(run_account_command(parser.parse_args()))
    commands.add_parser("import-plugin", help="take over what the original plugin leaves", add_help=False)
    if sys.argv[1:2] == ["import-plugin"]:
        from sdr_gateway.plugin_commands import run_plugin_import  # noqa: PLC0415  (as above)

        raise SystemExit(run_plugin_import(sys.argv[2:]))
    if sys.argv[1:2] and sys.argv[1] in _OPERATOR_COMMANDS:
        from sdr_common.client_commands import run_client  # noqa: PLC0415
        from sdr_gateway.operator_commands import add_operator_commands  # noqa: PLC0415

        add_operator_commands(commands)
        arguments = parser.parse_args()
        raise SystemExit(run_client("the gateway", arguments.run, arguments))
    for name, what in _OPERATOR_COMMANDS.items():
        commands.add_parser(name, help=what)
    command = parser.parse_args().command
    settings = load_settings(GatewaySettings)
    if command == "check-config":
        print("configuration is complete")
    elif command == "migrate":
        migrate_service(settings, "gateway")
    elif command == "reseal-secrets":
        from sdr_gateway.store.secrets import reseal  # noqa: PLC0415  (as below)

        reseal_secrets("gateway", lambda: reseal(settings))
    else:
        _run(settings, command)


def _run(settings: GatewaySettings, command: str) -> None:
    start(settings, "gateway", command)
    # Imported here: the commands above need neither an event loop nor a server.
    import uvloop  # noqa: PLC0415

    from sdr_gateway.app import Role, run  # noqa: PLC0415

    uvloop.run(run(settings, {"serve": Role.SERVE, "work": Role.WORK, "all": Role.ALL}[command]))


if __name__ == "__main__":
    main()
