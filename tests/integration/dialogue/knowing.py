"""A caller's view of the knowledge, and files of every kind."""

from __future__ import annotations

import io
import uuid
from typing import TYPE_CHECKING

from docx import Document

from sdr.dialogue.v1 import knowledge_pb2 as pb
from sdr.dialogue.v1.knowledge_pb2_grpc import KnowledgeServiceStub
from sdr_common.grpc_client import call
from tests.integration.dialogue.conftest import ACCOUNT, Dialogue

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.dialogue.v1.knowledge_pb2_grpc import KnowledgeServiceAsyncStub


class Knowledge:
    """The service's knowledge, of one account."""

    def __init__(self, service: Dialogue, account_id: int = ACCOUNT) -> None:
        self.stub: KnowledgeServiceAsyncStub = KnowledgeServiceStub(service.channel)
        self.account_id = account_id

    async def put_faq(self, question: str, answer: str, document_id: int = 0) -> pb.PutDocumentResponse:
        faq = pb.FaqContent(question=question, answer=answer)
        return await self.put(pb.PutDocumentRequest(document_id=document_id, faq=faq))

    async def put_file(self, name: str, data: bytes, title: str = "") -> pb.PutDocumentResponse:
        return await self.put(pb.PutDocumentRequest(title=title, file=pb.FileContent(name=name, data=data)))

    async def put(self, request: pb.PutDocumentRequest) -> pb.PutDocumentResponse:
        request.account_id = self.account_id
        request.request_id = request.request_id or str(uuid.uuid4())
        return await call(self.stub.PutDocument, request, timeout_s=60)

    async def delete(self, document_id: int) -> pb.DeleteDocumentResponse:
        request = pb.DeleteDocumentRequest(
            request_id=str(uuid.uuid4()), account_id=self.account_id, document_id=document_id
        )
        return await call(self.stub.DeleteDocument, request, timeout_s=30)

    async def documents(self, page_size: int = 0, page_token: str = "") -> pb.ListDocumentsResponse:
        request = pb.ListDocumentsRequest(account_id=self.account_id, page_size=page_size, page_token=page_token)
        return await call(self.stub.ListDocuments, request, timeout_s=30)

    async def text(self, document_id: int) -> str:
        request = pb.GetDocumentRequest(account_id=self.account_id, document_id=document_id)
        return (await call(self.stub.GetDocument, request, timeout_s=30)).text

    async def search(self, question: str, interest: str = "", limit: int = 0) -> pb.SearchKnowledgeResponse:
        request = pb.SearchKnowledgeRequest(
            account_id=self.account_id, question=question, interest=interest, limit=limit
        )
        return await call(self.stub.SearchKnowledge, request, timeout_s=30)

    async def unanswered(self, page_size: int = 0, page_token: str = "") -> pb.ListUnansweredResponse:
        request = pb.ListUnansweredRequest(account_id=self.account_id, page_size=page_size, page_token=page_token)
        return await call(self.stub.ListUnanswered, request, timeout_s=30)

    async def approve(self, unanswered_id: int, question: str, answer: str) -> pb.ApproveSuggestionResponse:
        request = pb.ApproveSuggestionRequest(
            request_id=str(uuid.uuid4()),
            account_id=self.account_id,
            unanswered_id=unanswered_id,
            faq=pb.FaqContent(question=question, answer=answer),
        )
        return await call(self.stub.ApproveSuggestion, request, timeout_s=30)

    async def reject(self, unanswered_id: int) -> None:
        request = pb.RejectSuggestionRequest(
            request_id=str(uuid.uuid4()), account_id=self.account_id, unanswered_id=unanswered_id
        )
        await call(self.stub.RejectSuggestion, request, timeout_s=30)


def a_docx(*paragraphs: tuple[str, str]) -> bytes:
    """A Word file of (style, text); "table" makes a row of cells parted by |."""
    document = Document()
    for style, text in paragraphs:
        if style == "table":
            cells = text.split("|")
            table = document.add_table(rows=1, cols=len(cells))
            for cell, words in zip(table.rows[0].cells, cells, strict=True):
                cell.text = words
        else:
            document.add_paragraph(text, style=style)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def a_pdf(*lines: str, pages: int = 1) -> bytes:
    """A PDF with these lines on every page, as small as one can be."""
    shown = " ".join(f"({line}) ' " for line in lines)
    content = f"BT /F1 12 Tf 50 700 Td 14 TL {shown}ET".encode("latin-1")
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body = f"{4 + pages} 0 R".encode()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents "
    objects += [page + body + b" >>"] * pages
    objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
