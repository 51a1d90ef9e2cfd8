"""`timeline`, `failed-turns`, `lead forget | export` and `audit`: what an operator asks of the running product."""

from __future__ import annotations

import argparse
import os
import sys
import uuid

import grpc

from sdr.audit.v1 import audit_pb2
from sdr.audit.v1.audit_pb2_grpc import AuditServiceStub
from sdr.gateway.v1 import operations_pb2
from sdr.gateway.v1.gateway_pb2 import ResumeConversationRequest
from sdr.gateway.v1.gateway_pb2_grpc import ConversationServiceStub
from sdr.gateway.v1.operations_pb2_grpc import OperationsServiceStub
from sdr.privacy.v1 import privacy_pb2
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr_common.client_commands import fail, say
from sdr_common.grpc_client import call

_TIMEOUT_S = 120.0


def add_operator_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds them.

    Args:
        commands: The subparsers of the gateway's command line.
    """
    lead = commands.add_parser("lead", help="forget a lead, or give out what is stored of it (LGPD)")
    actions = lead.add_subparsers(dest="action", required=True)
    forget = actions.add_parser("forget", help="erase a lead in every service, for good")
    _add_lead(forget)
    forget.add_argument("--yes", action="store_true", help="do not ask")
    forget.add_argument("--request-id", default="", help="UUID of an earlier call, to go on where it stopped")
    forget.set_defaults(run=_forget)
    export = actions.add_parser("export", help="print everything that is stored of a lead as JSON")
    _add_lead(export)
    export.set_defaults(run=_export)
    conversation = commands.add_parser("conversation", help="give a conversation back to the bot")
    actions = conversation.add_subparsers(dest="action", required=True)
    resume = actions.add_parser("resume", help="nobody is assigned any more, and the bot has the word")
    _add_target(resume)
    resume.add_argument("--account", type=int, required=True, help="our account id")
    resume.add_argument("--conversation", type=int, required=True, help="Chatwoot's number of the conversation")
    resume.set_defaults(run=_resume)
    timeline = commands.add_parser("timeline", help="say why the bot did (not) answer in a conversation, step by step")
    _add_target(timeline)
    timeline.add_argument("--account", type=int, required=True, help="our account id")
    timeline.add_argument("--conversation", type=int, required=True, help="Chatwoot's display id")
    timeline.add_argument("--turns", type=int, default=20, help="turns at most, 1-50")
    timeline.set_defaults(run=_timeline)
    failed = commands.add_parser("failed-turns", help="print turns that failed so often that a human was called")
    _add_target(failed)
    failed.add_argument("--account", type=int, required=True, help="our account id")
    failed.add_argument("--limit", type=int, default=50, help="turns at most, 1-200")
    failed.set_defaults(run=_failed)
    audit = commands.add_parser("audit", help="print who did what when, newest first")
    _add_target(audit)
    audit.add_argument("--account", type=int, default=0, help="our account id; 0: the whole installation")
    audit.add_argument("--limit", type=int, default=50, help="entries at most, 1-200")
    audit.set_defaults(run=_audit)


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        default=os.environ.get("SDR_GATEWAY_TARGET", "127.0.0.1:8081"),
        help="host:port of the gateway's gRPC services (SDR_GATEWAY_TARGET)",
    )


def _add_lead(parser: argparse.ArgumentParser) -> None:
    _add_target(parser)
    parser.add_argument("--account", type=int, required=True, help="our account id")
    parser.add_argument("--contact", type=int, required=True, help="Chatwoot's contact id")


async def _forget(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    who = f"contact {arguments.contact} of account {arguments.account}"
    if not arguments.yes:
        if not sys.stdin.isatty():
            return fail("nothing was erased: say --yes, or run it in a terminal", 2)
        say(f"Everything about {who} is erased for good. Type the contact's id to go on:")
        if sys.stdin.readline().strip() != str(arguments.contact):
            return fail("nothing was erased", 2)
    request_id = arguments.request_id or str(uuid.uuid4())
    say(f"request {request_id}")
    request = privacy_pb2.ForgetLeadRequest(
        request_id=request_id, account_id=arguments.account, contact_id=arguments.contact
    )
    answer = await call(PrivacyServiceStub(channel).ForgetLead, request, timeout_s=_TIMEOUT_S)
    for row in answer.erased:
        if row.record_count:
            say(f"  {row.what}: {row.record_count}")
    say(f"{who} is forgotten; what was on its way is erased within minutes")
    return 0


async def _export(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = privacy_pb2.ExportLeadRequest(account_id=arguments.account, contact_id=arguments.contact)
    say((await call(PrivacyServiceStub(channel).ExportLead, request, timeout_s=_TIMEOUT_S)).json)
    return 0


async def _resume(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = ResumeConversationRequest(
        request_id=str(uuid.uuid4()), account_id=arguments.account, conversation_id=arguments.conversation
    )
    answer = await call(ConversationServiceStub(channel).ResumeConversation, request, timeout_s=_TIMEOUT_S)
    say(f"conversation {arguments.conversation} goes back to the bot (it was {answer.phase_before})")
    return 0


async def _audit(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = audit_pb2.ListAuditEntriesRequest(account_id=arguments.account, page_size=arguments.limit)
    for entry in (await call(AuditServiceStub(channel).ListAuditEntries, request, timeout_s=_TIMEOUT_S)).entries:
        words = [entry.done_at.ToJsonString(), entry.actor, entry.action, entry.subject, entry.detail]
        say("  ".join(word for word in words if word and word != "{}"))
    return 0


async def _timeline(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = operations_pb2.GetTimelineRequest(
        account_id=arguments.account, conversation_id=arguments.conversation, page_size=arguments.turns
    )
    page = await call(OperationsServiceStub(channel).GetTimeline, request, timeout_s=_TIMEOUT_S)
    for item in page.items:
        turn = f"turno {item.turn_id}" if item.turn_id else "-"
        named = f"  [{', '.join(map(str, item.message_ids))}]" if item.message_ids else ""
        say(f"{item.happened_at.ToJsonString()}  {turn:<10}  {item.text}{named}")
    if page.next_page_token:
        say("Há turnos mais antigos; aumente --turns.")
    say(f"\n{page.verdict}")
    return 0


async def _failed(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = operations_pb2.ListFailedTurnsRequest(account_id=arguments.account, page_size=arguments.limit)
    page = await call(OperationsServiceStub(channel).ListFailedTurns, request, timeout_s=_TIMEOUT_S)
    for turn in page.turns:
        say(f"{turn.given_up_at.ToJsonString()}  conversa {turn.conversation_id}  {turn.text}")
    if not page.turns:
        say("Nenhum turno falhou.")
    return 0
