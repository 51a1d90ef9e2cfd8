"""Documents, passages and their index in Postgres: full text over our own lexemes, meaning by pgvector."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sdr_common.errors import InvalidField
from sdr_common.postgres import Connection, Queries
from sdr_dialogue.domain.documents import (
    PASSAGES_LIMIT,
    Content,
    Document,
    DocumentKind,
    DocumentOrigin,
    text_hash,
)
from sdr_dialogue.domain.errors import DocumentFromSettings, DocumentNotFound, KnowledgeFull
from sdr_dialogue.domain.fitting import Vocabulary
from sdr_dialogue.domain.searching import Candidate, Candidates, ToEmbed
from sdr_dialogue.domain.terms import ANALYSIS, lexemes_of

QUERIES = Queries.load("sdr_dialogue.store", "knowledge.sql")

_CANDIDATES = 24
Row = Mapping[str, Any]
"""A row: its values' types are the tables' own."""


class PostgresKnowledge:
    """The port `KnowledgeStore` over named queries; never commits."""

    async def put(
        self, conn: Connection, account_id: int, content: Content, document_id: int = 0
    ) -> tuple[Document, bool]:
        """See the port."""
        parameters = {"account_id": account_id, "document_id": document_id, "key": content.key}
        room = await _one(conn, "lock", parameters)
        known = await (await conn.execute(QUERIES["find_document"], parameters)).fetchall()
        old = next((row for row in known if row["document_id"] == document_id), None) if document_id else None
        if document_id and old is None:
            raise DocumentNotFound(account_id, document_id)
        twin = next((row for row in known if row["key"] == content.key), None)
        if old is not None and twin is not None and old is not twin:
            raise InvalidField("document_id", f"document {twin['document_id']} has this source or question already")
        old = old or twin
        if old is not None and content.origin is DocumentOrigin.UPLOAD and old["origin"] == DocumentOrigin.SETTINGS:
            raise DocumentFromSettings(old["document_id"])
        if old is not None and old["content_hash"] == content.hash:
            return await self._document(conn, account_id, old["document_id"]), False
        stored = await self._store(conn, account_id, content, old, room)
        return await self._document(conn, account_id, stored), True

    async def _store(self, conn: Connection, account_id: int, content: Content, old: Row | None, room: Row) -> int:
        pieces = content.pieces()
        before = old["passage_count"] if old is not None else 0
        after = room["passage_count"] - before + len(pieces)
        if after > PASSAGES_LIMIT:
            raise KnowledgeFull(after, PASSAGES_LIMIT)
        account = {"account_id": account_id}
        version = (await _one(conn, "bump", account | {"passages": len(pieces) - before}))["version"]
        parameters = account | {
            "document_id": old["document_id"] if old is not None else None,
            "key": content.key,
            "kind": content.kind.value,
            "origin": content.origin.value,
            "title": content.title,
            "source": content.source,
            "text": content.text,
            "content_hash": content.hash,
            "passage_count": len(pieces),
            "version": version,
            "analysis": ANALYSIS,
        }
        if old is not None:
            await conn.execute(QUERIES["drop_passages"], parameters)
        row = await _one(conn, "put_document" if old is None else "replace_document", parameters)
        passages = [
            {
                "position": position,
                "title": piece.title,
                "text": piece.text,
                "text_hash": text_hash(piece.title, piece.text),
                "lexemes": sorted(lexemes_of(piece.title, piece.text)),
            }
            for position, piece in enumerate(pieces)
        ]
        indexed = {
            "document_id": row["document_id"],
            "faq": content.kind is DocumentKind.FAQ,
            "passages": _json(passages),
        }
        await conn.execute(QUERIES["add_passages"], account | indexed)
        await conn.execute(QUERIES["drop_terms"], account)
        return int(row["document_id"])

    async def delete(self, conn: Connection, account_id: int, document_id: int, *, even_settings: bool = False) -> int:
        """See the port."""
        parameters = {"account_id": account_id, "document_id": document_id, "key": ""}
        await _one(conn, "lock", parameters)
        row = await (await conn.execute(QUERIES["find_document"], parameters)).fetchone()
        if row is None:
            raise DocumentNotFound(account_id, document_id)
        if row["origin"] == DocumentOrigin.SETTINGS and not even_settings:
            raise DocumentFromSettings(document_id)
        version = (await _one(conn, "bump", parameters | {"passages": -row["passage_count"]}))["version"]
        for name in ("drop_passages", "drop_terms", "delete_document"):
            await conn.execute(QUERIES[name], parameters)
        return int(version)

    async def sync_settings(self, conn: Connection, account_id: int, contents: Sequence[Content]) -> None:
        """See the port."""
        account = {"account_id": account_id}
        await _one(conn, "lock", account)
        kept = {
            row["key"]: row for row in await (await conn.execute(QUERIES["settings_documents"], account)).fetchall()
        }
        wanted = {content.key: content for content in contents}
        for key, row in kept.items():
            if key not in wanted:
                await self.delete(conn, account_id, row["document_id"], even_settings=True)
        for key, content in wanted.items():
            if key not in kept or kept[key]["content_hash"] != content.hash:
                await self.put(conn, account_id, content)

    async def find(self, conn: Connection, account_id: int, document_id: int) -> tuple[Document, str] | None:
        """See the port."""
        parameters = {"account_id": account_id, "document_id": document_id}
        row = await (await conn.execute(QUERIES["document"], parameters)).fetchone()
        return None if row is None else (_document(row), row["text"])

    async def page(
        self, conn: Connection, account_id: int, before: tuple[datetime, int] | None, limit: int
    ) -> list[Document]:
        """See the port."""
        before_at, before_id = before or (None, None)
        parameters = {"account_id": account_id, "before_at": before_at, "before_id": before_id, "limit": limit}
        return [_document(row) for row in await (await conn.execute(QUERIES["documents"], parameters)).fetchall()]

    async def version(self, conn: Connection, account_id: int) -> int:
        """See the port."""
        row = await (await conn.execute(QUERIES["version"], {"account_id": account_id})).fetchone()
        return 0 if row is None else int(row["version"])

    async def vocabulary(self, conn: Connection, account_id: int) -> tuple[int, Vocabulary]:
        """See the port."""
        row = await _one(conn, "terms", {"account_id": account_id})
        return row["version"] or 0, Vocabulary(row["passage_count"] or 0, row["counts"])

    async def candidates(
        self,
        conn: Connection,
        account_id: int,
        weights: Mapping[str, float],
        vector: Sequence[float] | None,
        model: str,
    ) -> Candidates:
        """See the port."""
        parameters = {
            "account_id": account_id,
            "lexemes": list(weights),
            "weights": list(weights.values()),
            "vector": None if vector is None else vector_text(vector),
            "model": model,
            "candidates": _CANDIDATES,
        }
        rows = await (await conn.execute(QUERIES["search"], parameters)).fetchall()
        return Candidates(
            rows[0]["version"] if rows else 0,
            tuple(
                Candidate(
                    row["passage_id"],
                    row["document_id"],
                    row["title"],
                    row["text"],
                    row["faq"],
                    frozenset(row["words"]),
                    row["meaning_place"] or 0,
                )
                for row in rows
                if row["passage_id"] is not None
            ),
        )

    async def claim_embedding(self, conn: Connection, model: str, lease_s: float) -> ToEmbed | None:
        """See the port."""
        row = await (await conn.execute(QUERIES["claim_embedding"], {"model": model, "lease_s": lease_s})).fetchone()
        if row is None:
            return None
        parameters = {"account_id": row["account_id"], "document_id": row["document_id"], "model": model}
        texts = await (await conn.execute(QUERIES["unembedded"], parameters)).fetchall()
        return ToEmbed(
            row["account_id"],
            row["document_id"],
            row["version"],
            {text["text_hash"]: f"{text['title']}\n{text['text']}" for text in texts},
        )

    async def embed(self, conn: Connection, job: ToEmbed, model: str, vectors: Mapping[str, Sequence[float]]) -> None:
        """See the port."""
        stored = [{"text_hash": key, "vector": vector_text(vector)} for key, vector in vectors.items()]
        parameters = {
            "account_id": job.account_id,
            "document_id": job.document_id,
            "version": job.version,
            "model": model,
            "vectors": _json(stored),
        }
        await conn.execute(QUERIES["embed"], parameters)

    async def stale(self, conn: Connection) -> list[tuple[int, int]]:
        """See the port."""
        rows = await (await conn.execute(QUERIES["stale"], {"analysis": ANALYSIS})).fetchall()
        return [(row["account_id"], row["document_id"]) for row in rows]

    async def renew(self, conn: Connection, account_id: int, document_id: int) -> None:
        """See the port."""
        parameters = {"account_id": account_id, "document_id": document_id, "key": ""}
        room = await _one(conn, "lock", parameters)
        old = await (await conn.execute(QUERIES["find_document"], parameters)).fetchone()
        row = await (await conn.execute(QUERIES["content"], parameters)).fetchone()
        if old is not None and row is not None:
            await self._store(conn, account_id, _content(row), old, room)

    async def unsynced(self, conn: Connection) -> list[int]:
        """See the port."""
        return [row["account_id"] for row in await (await conn.execute(QUERIES["unsynced"])).fetchall()]

    async def _document(self, conn: Connection, account_id: int, document_id: int) -> Document:
        return _document(await _one(conn, "document", {"account_id": account_id, "document_id": document_id}))


async def _one(conn: Connection, name: str, parameters: Mapping[str, object]) -> Row:
    """The one row of a statement that always gives one."""
    row = await (await conn.execute(QUERIES[name], parameters)).fetchone()
    if row is None:
        raise AssertionError(f"{name} gave no row")
    return row


def vector_text(vector: Sequence[float]) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{number:.6g}" for number in vector) + "]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _document(row: Row) -> Document:
    return Document(
        document_id=row["document_id"],
        kind=DocumentKind(row["kind"]),
        origin=DocumentOrigin(row["origin"]),
        title=row["title"],
        source=row["source"],
        character_count=row["character_count"],
        passage_count=row["passage_count"],
        version=row["version"],
        embedded=row["embedded"],
        changed_at=row["changed_at"],
    )


def _content(row: Row) -> Content:
    return Content(DocumentKind(row["kind"]), row["title"], row["text"], row["source"], DocumentOrigin(row["origin"]))
