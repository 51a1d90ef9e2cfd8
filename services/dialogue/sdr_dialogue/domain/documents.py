"""What an account puts into its knowledge, and what it may not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sdr_dialogue.domain.chunking import Piece, cut_document
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import plain

TEXT_LIMIT = 2_000_000
"""Characters of one document."""
PASSAGES_LIMIT = 20_000
"""Passages of one account."""


class DocumentKind(StrEnum):
    """What a document is made of."""

    TEXT = "text"
    MARKDOWN = "markdown"
    PDF = "pdf"
    DOCX = "docx"
    URL = "url"
    FAQ = "faq"


class DocumentOrigin(StrEnum):
    """Where a document comes from."""

    UPLOAD = "upload"
    SETTINGS = "settings"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class Content:
    """A document before it is stored."""

    kind: DocumentKind
    title: str
    """Of a frequent question, the question."""
    text: str
    """Of a frequent question, the answer."""
    source: str = ""
    """File name or address; empty for a frequent question."""
    origin: DocumentOrigin = DocumentOrigin.UPLOAD

    @property
    def key(self) -> str:
        """What makes two puts mean the same document: its address, its file name, or its question."""
        if self.kind is DocumentKind.FAQ:
            return "faq:" + hashlib.sha256(plain(self.title).encode()).hexdigest()[:32]
        return f"{'url' if self.kind is DocumentKind.URL else 'file'}:{self.source}"

    @property
    def hash(self) -> str:
        """Equal for equal content."""
        parts = (self.kind.value, self.title, self.text, self.source, self.origin.value)
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()

    def pieces(self) -> tuple[Piece, ...]:
        """Its passages; a frequent question is one."""
        if self.kind is DocumentKind.FAQ:
            return (Piece(self.title, self.text),)
        return cut_document(self.title, self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document, without its text."""

    document_id: int
    kind: DocumentKind
    origin: DocumentOrigin
    title: str
    source: str
    character_count: int
    passage_count: int
    version: int
    embedded: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """A question of a lead that nothing answered."""

    account_id: int
    conversation_id: int
    turn_id: int
    contact_id: int
    question: str
    """The lead's words."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One question that nothing answered, as often as it was asked."""

    unanswered_id: int
    question: str
    asked_count: int
    first_asked_at: datetime
    last_asked_at: datetime


def text_hash(title: str, text: str) -> str:
    """Under which the embedding of a passage is kept."""
    return hashlib.sha256(f"{title}\x00{text}".encode()).hexdigest()


def frequent_questions(settings: AccountSettings) -> list[Content]:
    """The frequent questions of the account's own document, as the knowledge keeps them."""
    return [
        Content(DocumentKind.FAQ, item.question, item.answer, origin=DocumentOrigin.SETTINGS)
        for item in settings.frequent_questions
    ]
