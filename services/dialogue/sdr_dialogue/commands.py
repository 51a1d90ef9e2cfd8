"""`python -m sdr_dialogue knowledge …`: an account's knowledge from the command line, by calls to the service."""

from __future__ import annotations

import argparse
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from sdr.dialogue.v1 import knowledge_pb2 as pb
from sdr.dialogue.v1.knowledge_pb2_grpc import KnowledgeServiceStub
from sdr_common.client_commands import fail, run_client, say
from sdr_common.grpc_client import call

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.dialogue.v1.knowledge_pb2_grpc import KnowledgeServiceAsyncStub

_TIMEOUT_S = 120.0
_PAGE = 200


def run_knowledge(words: Sequence[str]) -> int:
    """Runs one command: add, list, search or delete; gives the exit status."""
    arguments = _parser().parse_args(words)
    return run_client("dialogue", arguments.run, arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sdr_dialogue knowledge", description="An account's knowledge.")
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--account", type=int, required=True, help="our account id")
    every.add_argument(
        "--target",
        default=os.environ.get("SDR_DIALOGUE_TARGET", "127.0.0.1:8082"),
        help="host:port of dialogue (SDR_DIALOGUE_TARGET)",
    )
    commands = parser.add_subparsers(required=True)
    add = commands.add_parser("add", parents=[every], help="take in a file (.txt, .md, .pdf, .docx) or a web page")
    add.add_argument("source", help="the file's path, or an http(s) address")
    add.add_argument("--title", default="", help="how citations name it")
    add.set_defaults(run=_add)
    listing = commands.add_parser("list", parents=[every], help="list the documents, latest change first")
    listing.set_defaults(run=_list)
    search = commands.add_parser("search", parents=[every], help="try a question")
    search.add_argument("question")
    search.set_defaults(run=_search)
    delete = commands.add_parser("delete", parents=[every], help="forget a document")
    delete.add_argument("document", type=int, help="its number, as `list` shows it")
    delete.set_defaults(run=_delete)
    return parser


def _stub(channel: grpc.aio.Channel) -> KnowledgeServiceAsyncStub:
    stub: KnowledgeServiceAsyncStub = KnowledgeServiceStub(channel)
    return stub


async def _add(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.PutDocumentRequest(request_id=str(uuid.uuid4()), account_id=arguments.account, title=arguments.title)
    if arguments.source.startswith(("http://", "https://")):
        request.url = arguments.source
    else:
        path = Path(arguments.source)
        try:
            request.file.CopyFrom(pb.FileContent(name=path.name, data=path.read_bytes()))  # noqa: ASYNC240  (a command does nothing beside it)
        except OSError as error:
            return fail(f"{path}: {error.strerror}", 2)
    answer = await call(_stub(channel).PutDocument, request, timeout_s=_TIMEOUT_S)
    say(f"{'stored' if answer.changed else 'unchanged'}: {_line(answer.document)}")
    return 0


async def _list(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.ListDocumentsRequest(account_id=arguments.account, page_size=_PAGE)
    while True:
        page = await call(_stub(channel).ListDocuments, request, timeout_s=_TIMEOUT_S)
        for document in page.documents:
            say(_line(document))
        if not page.next_page_token:
            say(f"knowledge version {page.version}")
            return 0
        request.page_token = page.next_page_token


async def _search(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.SearchKnowledgeRequest(account_id=arguments.account, question=arguments.question)
    found = await call(_stub(channel).SearchKnowledge, request, timeout_s=_TIMEOUT_S)
    for passage in found.passages:
        say(f"{passage.fit:.2f} {'answers' if passage.answers else 'no answer'}: {passage.title}\n  {passage.text}")
    say(f"{'answered' if found.answered else 'not answered'}, knowledge version {found.version}")
    return 0


async def _delete(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.DeleteDocumentRequest(
        request_id=str(uuid.uuid4()), account_id=arguments.account, document_id=arguments.document
    )
    answer = await call(_stub(channel).DeleteDocument, request, timeout_s=_TIMEOUT_S)
    say(f"deleted, knowledge version {answer.version}")
    return 0


def _line(document: pb.Document) -> str:
    kind = pb.DocumentKind.Name(document.kind).removeprefix("DOCUMENT_KIND_").lower()
    return f"{document.document_id}  {kind}  {document.passage_count} passages  {document.title}"
