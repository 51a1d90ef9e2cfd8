"""The use cases of the account's knowledge: taking documents in, searching them, learning what is missing."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from sdr_common.errors import DomainError, InvalidPageToken, StoreUnavailable
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_dialogue.domain.documents import (
    Content,
    Document,
    DocumentKind,
    DocumentOrigin,
    Unanswered,
    frequent_questions,
)
from sdr_dialogue.domain.errors import DocumentNotFound, EngineUnavailable, UnansweredNotFound
from sdr_dialogue.domain.fitting import Vocabulary, read_question
from sdr_dialogue.domain.knowledge import Found
from sdr_dialogue.domain.searching import lookup, rank
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.ports import AccountSettingsSource, Embedder, KnowledgeStore, UnansweredStore

QUESTION_LIMIT = 500
"""Characters of a question that are searched."""
TURN_PASSAGES = 3
"""Passages per question that an engine gets."""
_KEPT_VOCABULARIES = 100
_EMBED_BATCH = 64
_EMBED_BATCH_WITHIN_S = 30.0
_EMBED_LEASE_S = 120.0
_LOG = structlog.get_logger()

Finish = Callable[[Connection, Document, bool], Awaitable[None]]
"""Stores the answer of a call inside the transaction of its effect."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Questions with what their search needs."""

    account_id: int
    settings: AccountSettings
    questions: Sequence[str]
    interest: str
    limit: int
    vectors: Sequence[Sequence[float]]
    """One per question; none: full text alone."""


class Knowledge:
    """What an account's assistant may say.

    Args:
        pool: The service's pool.
        store: Where it is kept.
        unanswered: Where questions are kept that nothing answered.
        settings: The accounts' settings.
        embedder: Turns texts into vectors; None: full text alone.
        embed_within_s: Seconds that the embedding of a lead's question may take.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        store: KnowledgeStore,
        unanswered: UnansweredStore,
        settings: AccountSettingsSource,
        embedder: Embedder | None = None,
        embed_within_s: float = 1.5,
    ) -> None:
        self._pool = pool
        self._store = store
        self._unanswered = unanswered
        self._settings = settings
        self._embedder = embedder
        self._embed_within_s = embed_within_s
        self._vocabularies: OrderedDict[int, tuple[int, Vocabulary]] = OrderedDict()

    async def put(self, account_id: int, document_id: int, content: Content, finish: Finish) -> tuple[Document, bool]:
        """Takes a document in: as it is now, and whether anything changed.

        Raises:
            AccountNotFound: the account was never set up here.
            DocumentNotFound: there is no `document_id`.
            DocumentFromSettings: the document is the settings' own.
            InvalidField: another document has the same source or question.
            KnowledgeFull: there is no room for its passages.
        """
        await self._settings.active(account_id)
        async with transaction(self._pool) as conn:
            document, changed = await self._store.put(conn, account_id, content, document_id)
            await finish(conn, document, changed)
        if changed:
            _LOG.info(
                "document_put",
                account_id=account_id,
                document_id=document.document_id,
                kind=document.kind.value,
                passages=document.passage_count,
                version=document.version,
            )
        return document, changed

    async def delete(self, conn: Connection, account_id: int, document_id: int) -> int:
        """Forgets a document inside the caller's transaction: the knowledge's version then.

        Raises:
            DocumentNotFound: there is none.
            DocumentFromSettings: it is the settings' own.
        """
        return await self._store.delete(conn, account_id, document_id)

    async def document(self, account_id: int, document_id: int) -> tuple[Document, str]:
        """A document with its text.

        Raises:
            DocumentNotFound: there is none.
        """
        async with connection(self._pool) as conn:
            found = await self._store.find(conn, account_id, document_id)
        if found is None:
            raise DocumentNotFound(account_id, document_id)
        return found

    async def documents(self, account_id: int, page_size: int, page_token: str) -> tuple[list[Document], str, int]:
        """One page of documents, the token of the next one (empty: the last), and the knowledge's version.

        Raises:
            InvalidPageToken: not a token of this list.
        """
        before = _moment_and_number(page_token)
        async with connection(self._pool) as conn:
            documents = await self._store.page(conn, account_id, before, page_size + 1)
            version = await self._store.version(conn, account_id)
        if len(documents) <= page_size:
            return documents, "", version
        last = documents[page_size - 1]
        return documents[:page_size], f"{last.changed_at.isoformat()}~{last.document_id}", version

    async def search(self, account_id: int, question: str, interest: str, limit: int) -> Found:
        """Tries a question.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        settings = await self._settings.active(account_id)
        (found,) = await self.answers(account_id, settings, (question,), interest, limit=limit)
        return found

    async def answers(
        self,
        account_id: int,
        settings: AccountSettings,
        questions: Sequence[str],
        interest: str = "",
        *,
        limit: int = TURN_PASSAGES,
        within_s: float | None = None,
    ) -> tuple[Found, ...]:
        """What the knowledge says to each question, in their order; one embedding call for all of them.

        Args:
            account_id: Whose knowledge.
            settings: The account's.
            questions: The lead's words.
            interest: Slug of what the lead wants.
            limit: Passages per question at most.
            within_s: Seconds that the caller has left for an embedding; None: as set.
        """
        asked = [question[:QUESTION_LIMIT] for question in questions]
        if not asked:
            return ()
        version, vocabulary = await self._vocabulary(account_id)
        if version == 0:
            return tuple(Found(question) for question in questions)
        vectors = await self._vectors(asked, within_s)
        found = await self._look(_Wanted(account_id, settings, asked, interest, limit, vectors), vocabulary)
        if any(one.version != version for one in found):
            # The knowledge changed since its terms were counted: once more with the new counts.
            self._vocabularies.pop(account_id, None)
            version, vocabulary = await self._vocabulary(account_id)
            found = await self._look(_Wanted(account_id, settings, asked, interest, limit, vectors), vocabulary)
        return tuple(replace(one, question=question) for one, question in zip(found, questions, strict=True))

    async def _look(self, wanted: _Wanted, vocabulary: Vocabulary) -> list[Found]:
        found = []
        model = self._embedder.model if self._embedder is not None else ""
        procedures = wanted.settings.procedures
        async with connection(self._pool) as conn:
            for place, question in enumerate(wanted.questions):
                asked = read_question(question, procedures, vocabulary, wanted.interest)
                vector = wanted.vectors[place] if wanted.vectors else None
                candidates = await self._store.candidates(
                    conn, wanted.account_id, lookup(asked, vocabulary), vector, model
                )
                found.append(
                    rank(
                        question,
                        asked,
                        candidates,
                        procedures,
                        vocabulary,
                        limit=wanted.limit,
                        by_meaning=vector is not None,
                    )
                )
        return found

    async def _vectors(self, questions: Sequence[str], within_s: float | None) -> Sequence[Sequence[float]]:
        """Embeddings of the questions; none where there is no model, or it does not answer in time."""
        within_s = self._embed_within_s if within_s is None else min(self._embed_within_s, within_s)
        if self._embedder is None or within_s <= 0:
            return ()
        try:
            return await self._embedder.embed(questions, within_s)
        except EngineUnavailable as error:
            _LOG.warning("embedding_left_out", engine=error.engine, problem=error.problem)
            return ()

    async def _vocabulary(self, account_id: int) -> tuple[int, Vocabulary]:
        known = self._vocabularies.get(account_id)
        if known is None:
            async with connection(self._pool) as conn:
                known = await self._store.vocabulary(conn, account_id)
            if known[0] == 0:
                return known  # No search would tell that a knowledge began.
            self._vocabularies[account_id] = known
            while len(self._vocabularies) > _KEPT_VOCABULARIES:
                self._vocabularies.popitem(last=False)
        self._vocabularies.move_to_end(account_id)
        return known

    async def unanswered(self, account_id: int, page_size: int, page_token: str) -> tuple[list[Unanswered], str]:
        """One page of open questions, most asked first, and the token of the next one (empty: the last).

        Raises:
            InvalidPageToken: not a token of this list.
        """
        before = _two_numbers(page_token)
        async with connection(self._pool) as conn:
            questions = await self._unanswered.page(conn, account_id, before, page_size + 1)
        if len(questions) <= page_size:
            return questions, ""
        last = questions[page_size - 1]
        return questions[:page_size], f"{last.asked_count}~{last.unanswered_id}"

    async def approve(
        self, conn: Connection, account_id: int, unanswered_id: int, question: str, answer: str
    ) -> Document:
        """Makes a frequent question of an open one, inside the caller's transaction.

        Raises:
            UnansweredNotFound: there is no such open question.
            KnowledgeFull: there is no room for it.
        """
        if not await self._unanswered.settle(conn, account_id, unanswered_id, "approved"):
            raise UnansweredNotFound(account_id, unanswered_id)
        content = Content(DocumentKind.FAQ, question, answer, origin=DocumentOrigin.SUGGESTION)
        document, _ = await self._store.put(conn, account_id, content)
        return document

    async def reject(self, conn: Connection, account_id: int, unanswered_id: int) -> None:
        """Takes an open question off the list, inside the caller's transaction.

        Raises:
            UnansweredNotFound: there is no such open question.
        """
        if not await self._unanswered.settle(conn, account_id, unanswered_id, "rejected"):
            raise UnansweredNotFound(account_id, unanswered_id)

    async def keep(self) -> bool:
        """Does one piece of what has to be done behind the calls; False: nothing was due.

        Accounts whose settings were stored before there was a knowledge get theirs; documents that an earlier
        analysis cut are cut anew; then a document is embedded, with the network call outside any transaction.
        """
        async with connection(self._pool) as conn:
            unsynced, stale = await self._store.unsynced(conn), await self._store.stale(conn)
        for account_id in unsynced:
            contents = frequent_questions(await self._settings.active(account_id))
            async with transaction(self._pool) as conn:
                await self._store.sync_settings(conn, account_id, contents)
        for account_id, document_id in stale:
            async with transaction(self._pool) as conn:
                await self._store.renew(conn, account_id, document_id)
        return bool(unsynced or stale) or await self._embed_one()

    async def _embed_one(self) -> bool:
        if self._embedder is None:
            return False
        model = self._embedder.model
        async with connection(self._pool) as conn:
            job = await self._store.claim_embedding(conn, model, _EMBED_LEASE_S)
        if job is None:
            return False
        keys = list(job.texts)
        vectors: dict[str, list[float]] = {}
        try:
            for start in range(0, len(keys), _EMBED_BATCH):
                batch = keys[start : start + _EMBED_BATCH]
                made = await self._embedder.embed([job.texts[key] for key in batch], _EMBED_BATCH_WITHIN_S)
                vectors |= dict(zip(batch, made, strict=True))
        except EngineUnavailable as error:
            # The claim ends by itself and waits longer each time; until then full text finds the document.
            _LOG.warning("document_not_embedded", document_id=job.document_id, problem=error.problem)
            return True
        async with transaction(self._pool) as conn:
            await self._store.embed(conn, job, model, vectors)
        _LOG.info("document_embedded", account_id=job.account_id, document_id=job.document_id, texts=len(keys))
        return True

    async def run(self, stop: asyncio.Event, every_s: float) -> None:
        """Keeps the knowledge until `stop` is set; looks again after so many seconds when nothing was due."""
        while not stop.is_set():
            try:
                if await self.keep():
                    continue
            except StoreUnavailable:
                pass  # The next round does it.
            except DomainError as error:
                _LOG.warning("knowledge_not_kept", problem=error.reason)
            try:
                await asyncio.wait_for(stop.wait(), every_s)
            except TimeoutError:
                continue


def _moment_and_number(token: str) -> tuple[datetime, int] | None:
    if not token:
        return None
    moment, _, number = token.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise InvalidPageToken from None
    if at.tzinfo is None or not _is_number(number):
        raise InvalidPageToken
    return at, int(number)


def _two_numbers(token: str) -> tuple[int, int] | None:
    if not token:
        return None
    first, _, second = token.partition("~")
    if not (_is_number(first) and _is_number(second)):
        raise InvalidPageToken
    return int(first), int(second)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 2**63
