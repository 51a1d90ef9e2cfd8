"""`import-plugin settings | leads`: what an installation of the original plugin leaves, taken over."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import yaml

from sdr.dialogue.v1 import importing_pb2 as pb
from sdr.dialogue.v1.importing_pb2_grpc import ImportServiceStub
from sdr_common.chatwoot.client import ACCOUNT, ChatwootAccess, ChatwootCaller
from sdr_common.chatwoot.errors import ChatwootDenied, ChatwootRefused, ChatwootUnavailable
from sdr_common.chatwoot.model import Contact, ContactList
from sdr_common.chatwoot.transport import ChatwootHttp, ChatwootOptions, decode
from sdr_common.client_commands import fail, run_client, say
from sdr_common.grpc_client import call
from sdr_gateway.convert import attribute_texts
from sdr_gateway.domain.errors import InvalidDocument, InvalidExport
from sdr_gateway.domain.plugin_export import Converted, convert_export
from sdr_gateway.operations.document import read_document

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.dialogue.v1.importing_pb2_grpc import ImportServiceAsyncStub

_CONTACTS = ACCOUNT + "/contacts"
_TIMEOUT_S = 60.0


def run_plugin_import(words: Sequence[str]) -> int:
    """Runs one of the commands; gives the exit status, as `run_client` says."""
    arguments = _parser().parse_args(words)
    if arguments.action == "settings":
        return _settings(arguments)
    return run_client("dialogue", _leads, arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sdr_gateway import-plugin", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    settings = actions.add_parser("settings", help="make an account document of the plugin's settings; stores nothing")
    settings.add_argument(
        "export", help="JSON file: the answer of the plugin's …/sdr_ia/settings; - reads standard input"
    )
    settings.add_argument("--out", type=Path, help="where the document goes; without it: standard output")
    settings.add_argument("--team", action="append", default=[], metavar="ID=NAME", help="a team's name in Chatwoot")
    settings.add_argument("--time-zone", default="America/Sao_Paulo", help="the clinic's IANA time zone")
    settings.add_argument("--allow-unknown", action="store_true", help="go on although the export has unknown keys")
    leads = actions.add_parser(
        "leads",
        help="take contacts' attributes over; the administrator's token comes from CHATWOOT_ADMIN_TOKEN or stdin",
    )
    leads.add_argument("--account", type=int, required=True, help="our account id")
    leads.add_argument("--chatwoot-url", required=True, help="such as https://chat.example.com")
    leads.add_argument("--chatwoot-account", type=int, required=True, help="Chatwoot's own account id")
    leads.add_argument("--store", action="store_true", help="really store; without it: only tell what would be taken")
    leads.add_argument("--from-page", type=int, default=1, help="go on where an earlier run stopped")
    leads.add_argument("--per-minute", type=int, default=300, help="requests to Chatwoot a minute (15 contacts each)")
    leads.add_argument(
        "--target",
        default=os.environ.get("SDR_DIALOGUE_TARGET", "127.0.0.1:8082"),
        help="host:port of dialogue (SDR_DIALOGUE_TARGET)",
    )
    return parser


def _settings(arguments: argparse.Namespace) -> int:
    try:
        text = sys.stdin.read() if arguments.export == "-" else Path(arguments.export).read_text(encoding="utf-8")
        teams = {int(number): name for number, _, name in (item.partition("=") for item in arguments.team)}
        converted = convert_export(json.loads(text), teams=teams, time_zone=arguments.time_zone)
        document = yaml.safe_dump(converted.document, sort_keys=False, allow_unicode=True, width=110)
        read_document(document)
    except (OSError, UnicodeDecodeError):
        return fail(f"{arguments.export} cannot be read as a text file", 2)
    except json.JSONDecodeError as error:
        return fail(f"{arguments.export}: no JSON: line {error.lineno}, column {error.colno}", 1)
    except ValueError:
        return fail("--team wants ID=NAME, such as 3=closers", 2)
    except (InvalidExport, InvalidDocument) as error:
        return fail(str(error), 1)
    _tell(converted)
    if converted.unknown and not arguments.allow_unknown:
        return fail("nothing was written: the plugin never had these keys; look at them, then say --allow-unknown", 1)
    if arguments.out is None:
        sys.stdout.write(document)
        return 0
    arguments.out.write_text(document, encoding="utf-8")
    if converted.knowledge:
        knowledge = arguments.out.with_suffix(".conhecimento.md")
        knowledge.write_text(converted.knowledge + "\n", encoding="utf-8")
        sys.stderr.write(f"knowledge base: {knowledge}; add it with python -m sdr_dialogue knowledge add\n")
    return 0


def _tell(converted: Converted) -> None:
    """What was taken and what was not, on standard error: the document may go to standard output."""
    for key in converted.taken:
        sys.stderr.write(f"taken    {key}\n")
    for key, why in converted.left:
        sys.stderr.write(f"left out {key}: {why}\n")
    for key in converted.unknown:
        sys.stderr.write(f"unknown  {key}\n")


async def _leads(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    token = os.environ.get("CHATWOOT_ADMIN_TOKEN", "")
    if not token and not sys.stdin.isatty():
        token = (await asyncio.to_thread(sys.stdin.readline)).strip()
    if not token:
        return fail("an administrator's token is needed: set CHATWOOT_ADMIN_TOKEN or write it to standard input", 2)
    if arguments.from_page < 1 or arguments.per_minute < 1:
        return fail("--from-page and --per-minute are at least 1", 2)
    http = ChatwootHttp(ChatwootOptions(requests_per_minute=arguments.per_minute, client="sdr-import"))
    caller = ChatwootCaller(http, ChatwootAccess(arguments.chatwoot_url, arguments.chatwoot_account, token))
    page = arguments.from_page
    seen: Counter[str] = Counter()
    try:
        while contacts := await _contacts(caller, page):
            await _import(arguments, ImportServiceStub(channel), contacts, seen)
            page += 1
    except (ChatwootUnavailable, ChatwootDenied, ChatwootRefused) as error:
        status = 3 if isinstance(error, ChatwootUnavailable) else 1
        return fail(f"Chatwoot: {error}; go on with --from-page {page}", status)
    finally:
        await http.aclose()
    _sum_up(arguments, seen)
    return 0


async def _contacts(caller: ChatwootCaller, page: int) -> list[Contact]:
    """A page of contacts, oldest first, so that new ones move no page."""
    query: dict[str, str | int] = {"page": page, "sort": "created_at"}
    answer = await caller.ask("GET", _CONTACTS, token=caller.access.admin_token, query=query)
    return decode(answer, ContactList).payload


async def _import(
    arguments: argparse.Namespace, stub: ImportServiceAsyncStub, contacts: Sequence[Contact], seen: Counter[str]
) -> None:
    request = pb.ImportLeadsRequest(
        request_id=str(uuid.uuid4()),
        account_id=arguments.account,
        contacts=[
            pb.ContactAttributes(contact_id=contact.id, attributes=attribute_texts(contact.custom_attributes)[0])
            for contact in contacts
        ],
        dry_run=not arguments.store,
    )
    for lead in (await call(stub.ImportLeads, request, timeout_s=_TIMEOUT_S)).leads:
        seen[pb.ImportOutcome.Name(lead.outcome).removeprefix("IMPORT_OUTCOME_").lower()] += 1
        if lead.not_understood:
            say(f"contact {lead.contact_id}: not understood: {', '.join(lead.not_understood)}")


def _sum_up(arguments: argparse.Namespace, seen: Counter[str]) -> None:
    taken = "taken over" if arguments.store else "would be taken over"
    say(f"{seen['taken']} {taken}, {seen['known']} known already, {seen['empty']} without the plugin's attributes")
    if not arguments.store:
        say("nothing was stored; say --store to do it")
