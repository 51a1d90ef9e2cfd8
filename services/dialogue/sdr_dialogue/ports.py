"""What dialogue needs from outside, in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sdr_common.postgres import Connection
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft
from sdr_dialogue.domain.costs import Budget, Costs, MonthTold, Spending
from sdr_dialogue.domain.documents import Asking, Content, Document, Unanswered
from sdr_dialogue.domain.fitting import Vocabulary
from sdr_dialogue.domain.hearing_audio import Heard, Place
from sdr_dialogue.domain.knowledge import Found
from sdr_dialogue.domain.model_keys import KeptKey
from sdr_dialogue.domain.models import Provider
from sdr_dialogue.domain.searching import Candidates, ToEmbed
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.turn import (
    Burst,
    ConversationRef,
    Judgement,
    Lead,
    Learning,
    Loaded,
    Nudge,
    Observation,
    Outcome,
    Seen,
    TurnRecord,
)


class LanguageModel(Protocol):
    """Understands and answers. Adapters: a provider's model, the scripted engine, a chain of them.

    An adapter raises `EngineUnavailable` (sdr_dialogue.domain.errors) when it cannot answer within
    its deadline; it never invents an answer.
    """

    @property
    def name(self) -> str:
        """The word `scripted`, or provider and model, such as `openai:gpt-5-mini`."""
        ...

    async def respond(self, context: TurnContext) -> TurnDraft:
        """One structured answer to a burst."""
        ...

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """The judgement of a whole conversation."""
        ...


class Conversations(Protocol):
    """Where leads, lines and turns are kept; never commits."""

    async def load(self, conn: Connection, burst: Burst) -> Loaded:
        """What a burst needs: the lead, the newest lines without the burst's own, the turns."""
        ...

    async def load_whole(self, conn: Connection, conversation: ConversationRef, line_limit: int) -> Loaded:
        """A conversation with its newest `line_limit` lines; `contact_id` 0: the lead whose it is."""
        ...

    async def save(self, conn: Connection, outcome: Outcome) -> bool:
        """Writes an answered burst; False, and nothing written, if the lead was written meanwhile."""
        ...

    async def load_seen(
        self, conn: Connection, seen: Sequence[tuple[ConversationRef, Sequence[Observation]]]
    ) -> list[Loaded]:
        """What observations need, in their order: the lines that they name, the newest turns."""
        ...

    async def save_seen(self, conn: Connection, seen: Sequence[Seen]) -> None:
        """Writes what observations change; conversations that are new become known."""
        ...

    async def save_judgement(self, conn: Connection, judgement: Judgement) -> bool:
        """Writes a judgement; False, and nothing written, if the lead was written meanwhile."""
        ...

    async def save_nudge(self, conn: Connection, nudge: Nudge) -> None:
        """Keeps a reminder, which must have words."""
        ...

    async def turns(
        self, conn: Connection, account_id: int, conversation_id: int, before_turn_id: int, limit: int
    ) -> list[TurnRecord]:
        """Turns with a lower number, newest first; 0: from the newest."""
        ...


class AccountSettingsSource(Protocol):
    """The accounts' settings, versioned."""

    async def active(self, account_id: int) -> AccountSettings:
        """The active version; may be some seconds old.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        ...

    async def find(self, conn: Connection, account_id: int, version: int) -> AccountSettings | None:
        """One version, or the newest for 0."""
        ...

    async def put(self, conn: Connection, account_id: int, settings: AccountSettings) -> tuple[int, bool]:
        """Stores a version unless it equals the newest: the active version, and whether it is new."""
        ...

    def forget(self, account_id: int) -> None:
        """Makes the next `active` see what was just stored."""
        ...


class Transcriber(Protocol):
    """Hears recordings."""

    async def listen(self, url: str) -> Heard:
        """A recording as text, or why it never will be. An adapter raises `EngineUnavailable` when it cannot now."""
        ...


class Transcripts(Protocol):
    """What was heard in recordings; never commits."""

    async def find(self, conn: Connection, account_id: int, places: Sequence[Place]) -> dict[Place, str]:
        """What was heard before."""
        ...

    async def keep(self, conn: Connection, conversation: ConversationRef, place: Place, heard: Heard) -> bool:
        """Keeps what was heard; False if another call has kept it already."""
        ...


class CostBook(Protocol):
    """What models cost; never commits."""

    async def record(self, conn: Connection, spending: Spending, budget: Budget) -> MonthTold:
        """Adds a spending to its turn and the account's month."""
        ...

    async def of(self, conn: Connection, account_id: int, since: datetime, until: datetime) -> Costs:
        """What an account spent in a period."""
        ...


class Events(Protocol):
    """What happened, for reporting; written in the transaction of its cause."""

    async def facts_learned(self, conn: Connection, learning: Learning) -> None:
        """Facts have new values; nothing happens when there are none."""
        ...

    async def model_used(self, conn: Connection, spending: Spending) -> None:
        """Calls to models cost something."""
        ...

    async def budget_reached(self, conn: Connection, spending: Spending, told: MonthTold) -> None:
        """A limit of the account's month was reached, told once."""
        ...


class Memory(Protocol):
    """Which contacts are one lead; never commits."""

    async def owner_of(self, conn: Connection, ref: ConversationRef, phone: str) -> int:
        """The lead that had a phone first; the conversation's own lead if nobody had it."""
        ...

    async def unite(self, conn: Connection, account_id: int, kept: int, gone: int) -> None:
        """Makes two contacts one lead, kept under the first one's; doing it again changes nothing."""
        ...

    async def move(self, conn: Connection, ref: ConversationRef) -> None:
        """Notes that a conversation is another contact's now."""
        ...

    async def known_of(
        self, conn: Connection, account_id: int, contact_ids: Sequence[int]
    ) -> tuple[set[int], datetime]:
        """Of whom something is stored, under their own number or another's; and the database's clock, aware UTC."""
        ...

    async def begin(self, conn: Connection, account_id: int, contact_id: int, lead: Lead) -> bool:
        """Stores a lead of whom nothing is known; False: something is by now, and stays."""
        ...


class KnowledgeStore(Protocol):
    """Where documents, passages and their index are kept; never commits."""

    async def put(
        self, conn: Connection, account_id: int, content: Content, document_id: int = 0
    ) -> tuple[Document, bool]:
        """Stores a document with all of its passages: as it is now, and whether anything changed.

        Raises:
            DocumentNotFound: there is no `document_id`.
            DocumentFromSettings: the document is the settings' own.
            InvalidField: another document has the same source or question.
            KnowledgeFull: there is no room for its passages.
        """
        ...

    async def delete(self, conn: Connection, account_id: int, document_id: int) -> int:
        """Forgets a document: the knowledge's version then.

        Raises:
            DocumentNotFound: there is none.
            DocumentFromSettings: it is the settings' own.
        """
        ...

    async def sync_settings(self, conn: Connection, account_id: int, contents: Sequence[Content]) -> None:
        """Makes these the documents that come from the account's settings."""
        ...

    async def find(self, conn: Connection, account_id: int, document_id: int) -> tuple[Document, str] | None:
        """A document with its text."""
        ...

    async def page(
        self, conn: Connection, account_id: int, before: tuple[datetime, int] | None, limit: int
    ) -> list[Document]:
        """Documents, latest change first, from behind a moment and number."""
        ...

    async def version(self, conn: Connection, account_id: int) -> int:
        """The knowledge's version; 0: there is none."""
        ...

    async def vocabulary(self, conn: Connection, account_id: int) -> tuple[int, Vocabulary]:
        """How common each term is, and the version that it goes with."""
        ...

    async def candidates(
        self,
        conn: Connection,
        account_id: int,
        weights: Mapping[str, float],
        vector: Sequence[float] | None,
        model: str,
    ) -> Candidates:
        """What the index offers.

        Args:
            conn: A connection.
            account_id: Whose knowledge.
            weights: Lexemes with their weights.
            vector: The question's embedding; None: full text alone.
            model: The model that made it.
        """
        ...

    async def claim_embedding(self, conn: Connection, model: str, lease_s: float) -> ToEmbed | None:
        """Takes a document that is not embedded by the model, for so many seconds; None: there is none."""
        ...

    async def embed(self, conn: Connection, job: ToEmbed, model: str, vectors: Mapping[str, Sequence[float]]) -> None:
        """Stores a document's embeddings, unless it changed meanwhile."""
        ...

    async def stale(self, conn: Connection) -> list[tuple[int, int]]:
        """Accounts and documents that an earlier analysis cut, some of them."""
        ...

    async def renew(self, conn: Connection, account_id: int, document_id: int) -> None:
        """Cuts a document again."""
        ...

    async def unsynced(self, conn: Connection) -> list[int]:
        """Accounts whose settings are older than their knowledge, some of them."""
        ...


class KnowledgeSearch(Protocol):
    """What a turn asks the account's knowledge."""

    async def answers(
        self,
        account_id: int,
        settings: AccountSettings,
        questions: Sequence[str],
        interest: str = "",
        *,
        within_s: float | None = None,
    ) -> tuple[Found, ...]:
        """What the knowledge says to each question, in their order; at most one embedding call for all of them."""
        ...


class UnansweredStore(Protocol):
    """Where questions are kept that nothing answered; never commits."""

    async def note(self, conn: Connection, asking: Asking) -> None:
        """Counts a question, once per turn, with those that ask the same."""
        ...

    async def take_back(self, conn: Connection, conversation: ConversationRef, turn_ids: Sequence[int]) -> None:
        """Forgets what turns noted that were never sent."""
        ...

    async def page(
        self, conn: Connection, account_id: int, before: tuple[int, int] | None, limit: int
    ) -> list[Unanswered]:
        """Open questions, most asked first, from behind a count and number."""
        ...

    async def settle(self, conn: Connection, account_id: int, unanswered_id: int, state: str) -> bool:
        """Takes a question off the list as approved or rejected; False: there is no such open one."""
        ...


class ModelKeys(Protocol):
    """Where accounts' own keys for models are kept, sealed; never commits."""

    async def find(self, conn: Connection, account_id: int) -> dict[Provider, KeptKey]:
        """An account's, by provider."""
        ...

    async def put(self, conn: Connection, account_id: int, key: KeptKey) -> None:
        """Keeps one in the place of the one that was there."""
        ...

    async def delete(self, conn: Connection, account_id: int, provider: Provider) -> bool:
        """Forgets one; False: there was none."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors. An adapter raises `EngineUnavailable` when it cannot in time."""

    @property
    def model(self) -> str:
        """Names the model and its dimensions: vectors of different ones are never compared."""
        ...

    async def embed(self, texts: Sequence[str], within_s: float) -> list[list[float]]:
        """One vector per text, in their order; one call."""
        ...


class DocumentReader(Protocol):
    """Reads files and pages into text, under limits of size, time and memory."""

    async def read_file(self, name: str, data: bytes, title: str) -> Content:
        """A file's text.

        Raises:
            UnreadableDocument: it is none that can be read, or beyond a limit.
        """
        ...

    async def read_page(self, url: str, title: str) -> Content:
        """A web page's text.

        Raises:
            UnreadableDocument: it cannot be fetched or read.
        """
