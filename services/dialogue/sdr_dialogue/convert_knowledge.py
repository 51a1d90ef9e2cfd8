"""Knowledge between contract and domain."""

from __future__ import annotations

from sdr.dialogue.v1 import knowledge_pb2 as pb
from sdr_dialogue.domain.documents import Content, Document, DocumentKind, DocumentOrigin, Unanswered
from sdr_dialogue.domain.knowledge import Citation, Found, Passage

_KINDS = {
    DocumentKind.TEXT: pb.DOCUMENT_KIND_TEXT,
    DocumentKind.MARKDOWN: pb.DOCUMENT_KIND_MARKDOWN,
    DocumentKind.PDF: pb.DOCUMENT_KIND_PDF,
    DocumentKind.DOCX: pb.DOCUMENT_KIND_DOCX,
    DocumentKind.URL: pb.DOCUMENT_KIND_URL,
    DocumentKind.FAQ: pb.DOCUMENT_KIND_FAQ,
}
_ORIGINS = {
    DocumentOrigin.UPLOAD: pb.DOCUMENT_ORIGIN_UPLOAD,
    DocumentOrigin.SETTINGS: pb.DOCUMENT_ORIGIN_SETTINGS,
    DocumentOrigin.SUGGESTION: pb.DOCUMENT_ORIGIN_SUGGESTION,
}


def faq_from_wire(faq: pb.FaqContent) -> Content:
    """A frequent question."""
    return Content(DocumentKind.FAQ, faq.question.strip(), faq.answer.strip())


def document_to_wire(document: Document) -> pb.Document:
    """A document as it is listed."""
    wire = pb.Document(
        document_id=document.document_id,
        kind=_KINDS[document.kind],
        origin=_ORIGINS[document.origin],
        title=document.title,
        source=document.source,
        character_count=document.character_count,
        passage_count=document.passage_count,
        version=document.version,
        embedded=document.embedded,
    )
    wire.changed_at.FromDatetime(document.changed_at)
    return wire


def passage_to_wire(passage: Passage) -> pb.Passage:
    """A passage with its fit."""
    return pb.Passage(
        passage_id=passage.passage_id,
        document_id=passage.document_id,
        title=passage.title,
        text=passage.text,
        fit=passage.fit,
        answers=passage.answers,
    )


def search_response(found: Found) -> pb.SearchKnowledgeResponse:
    """What a search found."""
    return pb.SearchKnowledgeResponse(
        passages=[passage_to_wire(passage) for passage in found.passages],
        answered=found.answered,
        version=found.version,
        by_meaning=found.by_meaning,
    )


def unanswered_to_wire(question: Unanswered) -> pb.UnansweredQuestion:
    """A question that nothing answered."""
    wire = pb.UnansweredQuestion(
        unanswered_id=question.unanswered_id, question=question.question, asked_count=question.asked_count
    )
    wire.first_asked_at.FromDatetime(question.first_asked_at)
    wire.last_asked_at.FromDatetime(question.last_asked_at)
    return wire


def citation_to_wire(citation: Citation) -> pb.Citation:
    """A citation."""
    return pb.Citation(passage_id=citation.passage_id, document_id=citation.document_id, title=citation.title)
