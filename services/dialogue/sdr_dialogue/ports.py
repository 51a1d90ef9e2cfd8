"""What dialogue needs from outside, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sdr_common.postgres import Connection
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.turn import (
    Burst,
    ConversationRef,
    Judgement,
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


class Events(Protocol):
    """What happened, for reporting; written in the transaction of its cause."""

    async def facts_learned(self, conn: Connection, learning: Learning) -> None:
        """Facts have new values; nothing happens when there are none."""
        ...
