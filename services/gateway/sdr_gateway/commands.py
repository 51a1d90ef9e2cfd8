"""`account import | export | connect`: thin clients of the account service, with words for people."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from sdr.gateway.v1 import gateway_pb2 as pb
from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceStub
from sdr_common.client_commands import fail, run_client, say
from sdr_common.grpc_client import call

if TYPE_CHECKING:
    from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceAsyncStub

_IMPORT_TIMEOUT_S = 60.0
_CONNECT_TIMEOUT_S = 180.0


def add_account_commands(account: argparse.ArgumentParser) -> None:
    """Adds what `account` can do.

    Args:
        account: The parser of `account`.
    """
    account.add_argument("-h", "--help", action="help", help="show this and end")
    account.add_argument(
        "--target",
        default=os.environ.get("SDR_GATEWAY_TARGET", "127.0.0.1:8081"),
        help="host:port of the gateway's account service (SDR_GATEWAY_TARGET)",
    )
    actions = account.add_subparsers(dest="action", required=True)
    bring = actions.add_parser("import", help="store an account document")
    bring.add_argument("file", help="YAML file; - reads standard input")
    bring.add_argument("--account", type=int, required=True, help="our account id")
    bring.add_argument("--dry-run", action="store_true", help="only check it")
    bring.set_defaults(run=_import)
    give = actions.add_parser("export", help="print the account document")
    give.add_argument("--account", type=int, required=True, help="our account id")
    give.set_defaults(run=_export)
    connect = actions.add_parser(
        "connect", help="connect to Chatwoot; the administrator's token comes from CHATWOOT_ADMIN_TOKEN or stdin"
    )
    connect.add_argument("--account", type=int, required=True, help="our account id")
    connect.add_argument("--chatwoot-url", required=True, help="such as https://chat.example.com")
    connect.add_argument("--chatwoot-account", type=int, required=True, help="Chatwoot's own account id")
    connect.add_argument("--inbox", type=int, action="append", default=[], help="only this inbox; may be repeated")
    connect.add_argument("--create-missing-teams", action="store_true", help="make teams that the document names")
    connect.set_defaults(run=_connect)


def run_account_command(arguments: argparse.Namespace) -> int:
    """Runs one of the commands.

    Returns:
        Exit status: 0 done, 1 refused (the input must change), 2 wrong use, 3 a service does not answer.
    """
    run: Callable[[argparse.Namespace, AccountServiceAsyncStub], Awaitable[int]] = arguments.run

    async def with_stub(_: argparse.Namespace, channel: grpc.aio.Channel) -> int:
        return await run(arguments, AccountServiceStub(channel))

    return run_client("the gateway", with_stub, arguments)


async def _import(arguments: argparse.Namespace, stub: AccountServiceAsyncStub) -> int:
    text = await asyncio.to_thread(_read, arguments.file)
    if text is None:
        return fail(f"{arguments.file} cannot be read as a text file", 2)
    request = pb.ImportAccountRequest(
        request_id=str(uuid.uuid4()), account_id=arguments.account, yaml=text, dry_run=arguments.dry_run
    )
    answer = await call(stub.ImportAccount, request, timeout_s=_IMPORT_TIMEOUT_S)
    changed = "would change" if arguments.dry_run else "stored"
    for part in answer.parts:
        say(f"{part.part}: {changed if part.changed else 'unchanged'}, version {part.version}")
    return 0


def _read(file: str) -> str | None:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


async def _export(arguments: argparse.Namespace, stub: AccountServiceAsyncStub) -> int:
    request = pb.ExportAccountRequest(account_id=arguments.account)
    answer = await call(stub.ExportAccount, request, timeout_s=_IMPORT_TIMEOUT_S)
    sys.stdout.write(answer.yaml)
    return 0


async def _connect(arguments: argparse.Namespace, stub: AccountServiceAsyncStub) -> int:
    token = os.environ.get("CHATWOOT_ADMIN_TOKEN", "")
    if not token and not sys.stdin.isatty():
        token = sys.stdin.readline().strip()
    if not token:
        return fail("an administrator's token is needed: set CHATWOOT_ADMIN_TOKEN or write it to standard input", 2)
    request = pb.ConnectAccountRequest(
        request_id=str(uuid.uuid4()),
        account_id=arguments.account,
        chatwoot_url=arguments.chatwoot_url,
        chatwoot_account_id=arguments.chatwoot_account,
        admin_token=token,
        inbox_ids=arguments.inbox,
        create_missing_teams=arguments.create_missing_teams,
        bot_token=os.environ.get("CHATWOOT_BOT_TOKEN", ""),
    )
    answer = await call(stub.ConnectAccount, request, timeout_s=_CONNECT_TIMEOUT_S)
    inboxes = ", ".join(map(str, answer.inbox_ids)) or "none"
    say(f"connected to Chatwoot {answer.chatwoot_version}; inboxes: {inboxes}")
    for step in answer.steps:
        say(f"  {step.name}: {step.outcome}{f' ({step.advice})' if step.advice else ''}")
    return 0
