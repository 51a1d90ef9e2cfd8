"""The gRPC face of the knowledge: convert in, one use case under its request id, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.dialogue.v1 import knowledge_pb2 as pb
from sdr.dialogue.v1 import knowledge_pb2_grpc
from sdr_common.idempotency import Finish, Idempotency
from sdr_common.postgres import Connection
from sdr_dialogue import convert_knowledge as convert
from sdr_dialogue.domain.documents import Content, Document
from sdr_dialogue.operations_knowledge import TURN_PASSAGES, Knowledge
from sdr_dialogue.ports import DocumentReader

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""

_PAGE = 50


class KnowledgeServicer(knowledge_pb2_grpc.KnowledgeServiceServicer):
    """Serves `sdr.dialogue.v1.KnowledgeService`; errors are mapped by the server's edge."""

    def __init__(self, knowledge: Knowledge, reader: DocumentReader, idempotency: Idempotency) -> None:
        self._knowledge = knowledge
        self._reader = reader
        self._idempotency = idempotency

    async def PutDocument(self, request: pb.PutDocumentRequest, context: Context) -> pb.PutDocumentResponse:
        """Takes a document in."""

        async def work(finish: Finish[pb.PutDocumentResponse]) -> pb.PutDocumentResponse:
            async def keep(conn: Connection, document: Document, changed: bool) -> None:
                await finish(conn, _put_response(document, changed))

            content = await self._content(request)
            document, changed = await self._knowledge.put(request.account_id, request.document_id, content, keep)
            return _put_response(document, changed)

        return await self._idempotency.leased(request, pb.PutDocumentResponse, work)

    async def _content(self, request: pb.PutDocumentRequest) -> Content:
        title = request.title.strip()
        if request.HasField("file"):
            return await self._reader.read_file(request.file.name, request.file.data, title)
        if request.HasField("url"):
            return await self._reader.read_page(request.url, title)
        return convert.faq_from_wire(request.faq)

    async def ListDocuments(self, request: pb.ListDocumentsRequest, context: Context) -> pb.ListDocumentsResponse:
        """Lists documents, latest change first."""
        documents, token, version = await self._knowledge.documents(
            request.account_id, request.page_size or _PAGE, request.page_token
        )
        return pb.ListDocumentsResponse(
            documents=[convert.document_to_wire(document) for document in documents],
            next_page_token=token,
            version=version,
        )

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Context) -> pb.GetDocumentResponse:
        """Reads a document."""
        document, text = await self._knowledge.document(request.account_id, request.document_id)
        return pb.GetDocumentResponse(document=convert.document_to_wire(document), text=text)

    async def DeleteDocument(self, request: pb.DeleteDocumentRequest, context: Context) -> pb.DeleteDocumentResponse:
        """Forgets a document."""

        async def work(conn: Connection) -> pb.DeleteDocumentResponse:
            version = await self._knowledge.delete(conn, request.account_id, request.document_id)
            return pb.DeleteDocumentResponse(version=version)

        return await self._idempotency.once(request, pb.DeleteDocumentResponse, work)

    async def SearchKnowledge(self, request: pb.SearchKnowledgeRequest, context: Context) -> pb.SearchKnowledgeResponse:
        """Tries a question."""
        found = await self._knowledge.search(
            request.account_id, request.question, request.interest, request.limit or TURN_PASSAGES
        )
        return convert.search_response(found)

    async def ListUnanswered(self, request: pb.ListUnansweredRequest, context: Context) -> pb.ListUnansweredResponse:
        """Lists questions that nothing answered."""
        questions, token = await self._knowledge.unanswered(
            request.account_id, request.page_size or _PAGE, request.page_token
        )
        return pb.ListUnansweredResponse(
            questions=[convert.unanswered_to_wire(question) for question in questions], next_page_token=token
        )

    async def ApproveSuggestion(
        self, request: pb.ApproveSuggestionRequest, context: Context
    ) -> pb.ApproveSuggestionResponse:
        """Makes a frequent question of an open one."""

        async def work(conn: Connection) -> pb.ApproveSuggestionResponse:
            document = await self._knowledge.approve(
                conn,
                request.account_id,
                request.unanswered_id,
                request.faq.question.strip(),
                request.faq.answer.strip(),
            )
            return pb.ApproveSuggestionResponse(document=convert.document_to_wire(document))

        return await self._idempotency.once(request, pb.ApproveSuggestionResponse, work)

    async def RejectSuggestion(
        self, request: pb.RejectSuggestionRequest, context: Context
    ) -> pb.RejectSuggestionResponse:
        """Takes an open question off the list."""

        async def work(conn: Connection) -> pb.RejectSuggestionResponse:
            await self._knowledge.reject(conn, request.account_id, request.unanswered_id)
            return pb.RejectSuggestionResponse()

        return await self._idempotency.once(request, pb.RejectSuggestionResponse, work)


def _put_response(document: Document, changed: bool) -> pb.PutDocumentResponse:
    return pb.PutDocumentResponse(document=convert.document_to_wire(document), changed=changed)
