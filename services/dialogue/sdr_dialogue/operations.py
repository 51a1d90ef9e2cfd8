"""The use cases of dialogue: load, decide (domain), save. Transactions begin and end here."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import structlog

from sdr_common.errors import AccountNotFound, InvalidPageToken, WriteConflict
from sdr_common.grpc_client import inbound_deadline
from sdr_common.lead import FactKind
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_dialogue.domain.answering import Prepared, conclude, prepare, with_found
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft, Usage
from sdr_dialogue.domain.costs import Budget, Spending
from sdr_dialogue.domain.documents import Asking, frequent_questions
from sdr_dialogue.domain.errors import ConversationNotFound
from sdr_dialogue.domain.judging import TRANSCRIPT_LINES, judge, transcript
from sdr_dialogue.domain.merge import Reader
from sdr_dialogue.domain.nudging import Worder, nudge_of
from sdr_dialogue.domain.observing import take_in
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.settings_rules import check_settings
from sdr_dialogue.domain.showing import lines_for_people
from sdr_dialogue.domain.superseding import abandoned_by, attempts_of, being_sent
from sdr_dialogue.domain.turn import (
    HISTORY_LINES,
    Answer,
    Burst,
    ConversationRef,
    Judgement,
    LeadState,
    Learning,
    Loaded,
    Nudge,
    Observation,
    Outcome,
    Seen,
    ShownConversation,
    TurnRecord,
)
from sdr_dialogue.ears import Ears
from sdr_dialogue.ledger import Ledger
from sdr_dialogue.operations_memory import TRIES, Remembering
from sdr_dialogue.ports import (
    AccountSettingsSource,
    Conversations,
    Events,
    KnowledgeSearch,
    KnowledgeStore,
    LanguageModel,
    Memory,
    UnansweredStore,
)

_LOG = structlog.get_logger()
T = TypeVar("T")
Finish = Callable[[Connection, T], Awaitable[None]]
"""Stores the answer of a call inside the transaction of its effect."""

Questions = Callable[[TurnContext], Sequence[str]]
"""Gives the questions of a burst that the account's knowledge may answer, in the lead's words."""


class Dialogue:
    """What is said to leads, and what is kept of what they said.

    Args:
        pool: The service's pool.
        conversations: Where it is kept.
        settings: The accounts' settings.
        events: For reporting.
        model: What answers.
        ledger: What models cost.
        ears: Hears recordings.
        read: Reads levels of a value that a human wrote into Chatwoot; None: only published words have one.
        word_nudge: Words a reminder; no model is asked for one.
        knowledge: What a turn's questions are searched in.
        store: Where the settings' frequent questions become knowledge.
        unanswered: Where questions are kept that nothing answered.
        questions: Gives the questions of a burst that the knowledge may answer.
        memory: Which contacts are one lead.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        conversations: Conversations,
        settings: AccountSettingsSource,
        events: Events,
        model: LanguageModel,
        ledger: Ledger,
        ears: Ears,
        read: Reader | None = None,
        word_nudge: Worder,
        knowledge: KnowledgeSearch,
        store: KnowledgeStore,
        unanswered: UnansweredStore,
        questions: Questions,
        memory: Memory,
    ) -> None:
        self._pool = pool
        self._conversations = conversations
        self._settings = settings
        self._events = events
        self._model = model
        self._ledger = ledger
        self._ears = ears
        self._read = read
        self._word_nudge = word_nudge
        self._knowledge = knowledge
        self._store = store
        self._unanswered = unanswered
        self._questions = questions
        self._remembering = Remembering(pool, conversations, memory)

    async def respond(self, burst: Burst, finish: Finish[Answer]) -> Answer:
        """Answers a burst.

        The engine is asked without a transaction. If the lead was written meanwhile, everything is decided
        again on what is stored now, and the engine is asked again only if that changes what it had to know.

        Raises:
            AccountNotFound: the account was never set up here.
            EngineUnavailable: no engine answered.
            WriteConflict: the lead is written too often.
        """
        settings = await self._settings.active(burst.conversation.account_id)
        before: Prepared | None = None
        draft: TurnDraft | None = None
        spent, budget = Usage(), self._ledger.budget(settings)
        burst = await self._ears.heard(burst, budget)
        for _ in range(TRIES):
            loaded = await self._remembering.load(burst)
            prepared = prepare(burst, loaded, settings, self._read)
            if prepared.silence:
                draft = None
            elif draft is None or before is None or not _same_question(before, prepared):
                prepared = await self.searched(prepared)
                allowed = budget.allows_models(loaded.spent_micro_usd)
                draft = await self._model.respond(replace(prepared.context, models_allowed=allowed))
                spent += draft.usage
            else:
                prepared = with_found(prepared, before.context.found)
            before = prepared
            outcome = conclude(prepared, draft)
            engine = (draft.engine, draft.prompt_version) if draft else ("", "")
            paid = Spending(burst.conversation, burst.turn_id, "turn", *engine, spent)
            if await self._save(prepared, outcome, finish, paid, budget):
                _log_answer(outcome)
                return outcome.answer
        raise WriteConflict

    async def searched(self, prepared: Prepared) -> Prepared:
        """The burst with what the knowledge says to its questions; most bursts ask nothing."""
        questions = self._questions(prepared.context)
        if not questions:
            return prepared
        interest = prepared.context.facts.get(FactKind.INTEREST)
        deadline = inbound_deadline.get()
        found = await self._knowledge.answers(
            prepared.burst.conversation.account_id,
            prepared.settings,
            questions,
            interest.canonical if interest is not None else "",
            # The engine answers after it: the search gets a third of what the caller left.
            within_s=None if deadline is None else (deadline - time.monotonic()) / 3,
        )
        return with_found(prepared, found)

    async def _save(
        self, prepared: Prepared, outcome: Outcome, finish: Finish[Answer], paid: Spending, budget: Budget
    ) -> bool:
        conversation, turn_id = outcome.burst.conversation, outcome.burst.turn_id
        async with transaction(self._pool) as conn:
            if prepared.overtaken:
                await self._conversations.save_seen(conn, [outcome.seen])
            elif not await self._conversations.save(conn, outcome):
                return False
            else:
                answer, learned = outcome.answer, outcome.edited | outcome.learned
                learning = Learning(conversation, turn_id, "respond", learned, answer.lead, answer.engine, answer.usage)
                await self._events.facts_learned(conn, learning)
                await self._note_unanswered(conn, outcome)
            await self._ledger.pay(conn, paid, budget)
            await finish(conn, outcome.answer)
        return True

    async def _note_unanswered(self, conn: Connection, outcome: Outcome) -> None:
        ref, turn_id, question = outcome.burst.conversation, outcome.burst.turn_id, outcome.answer.unanswered_question
        if outcome.superseded:
            await self._unanswered.take_back(conn, ref, outcome.superseded)
        if question:
            asking = Asking(ref.account_id, ref.conversation_id, turn_id, ref.contact_id, question)
            await self._unanswered.note(conn, asking)

    async def analyze(self, conversation: ConversationRef, turn_id: int, finish: Finish[Judgement]) -> Judgement:
        """Judges a whole conversation.

        Raises:
            AccountNotFound: the account was never set up here.
            ConversationNotFound: nothing is known of the conversation.
            EngineUnavailable: no engine answered.
            WriteConflict: the lead is written too often.
        """
        settings = await self._settings.active(conversation.account_id)
        asked: AnalysisContext | None = None
        draft: AnalysisDraft | None = None
        spent, budget = Usage(), self._ledger.budget(settings)
        for _ in range(TRIES):
            loaded = await self._whole(conversation, TRANSCRIPT_LINES)
            context = transcript(loaded, settings, turn_id)
            if draft is None or asked is None or (asked.lines, asked.facts) != (context.lines, context.facts):
                allowed = budget.allows_models(loaded.spent_micro_usd)
                draft = await self._model.analyze(
                    replace(context, models_allowed=allowed, account_id=conversation.account_id)
                )
                spent += draft.usage
            asked = context
            judgement = judge(conversation, turn_id, loaded, draft, settings)
            async with transaction(self._pool) as conn:
                if not await self._conversations.save_judgement(conn, judgement):
                    continue
                told = judgement.learned, judgement.state, judgement.engine, judgement.usage
                await self._events.facts_learned(conn, Learning(conversation, turn_id, "analyze", *told))
                paid = Spending(conversation, turn_id, "analysis", draft.engine, draft.prompt_version, spent)
                await self._ledger.pay(conn, paid, budget)
                await finish(conn, judgement)
            _LOG.info(
                "conversation_judged",
                account_id=conversation.account_id,
                conversation_id=conversation.conversation_id,
                turn_id=turn_id,
                engine=judgement.engine,
                behaviour=judgement.behaviour.value,
            )
            return judgement
        raise WriteConflict

    async def nudge(self, conn: Connection, conversation: ConversationRef, turn_id: int) -> Nudge:
        """Words a reminder and keeps it, inside the caller's transaction; see `check_accounts`.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        settings = await self._settings.active(conversation.account_id)
        loaded = await self._conversations.load_whole(conn, conversation, HISTORY_LINES)
        nudge = nudge_of(conversation, turn_id, loaded, settings, self._word_nudge)
        if nudge.reply:
            await self._conversations.save_nudge(conn, nudge)
        _LOG.info(
            "nudge_worded",
            account_id=conversation.account_id,
            conversation_id=conversation.conversation_id,
            turn_id=turn_id,
            asks=nudge.asks.value if nudge.asks else "",
        )
        return nudge

    async def observe(self, conn: Connection, seen: Sequence[tuple[ConversationRef, Sequence[Observation]]]) -> None:
        """Takes in what happened outside turns, inside the caller's transaction.

        Raises:
            AccountNotFound: one of the accounts was never set up here.
        """
        changes = []
        for (conversation, observations), loaded in zip(
            seen, await self._conversations.load_seen(conn, seen), strict=True
        ):
            taken = take_in(observations, loaded.lines, loaded.turns, loaded.now)
            abandoned = abandoned_by(observations, taken.turns)
            changes.append(Seen(conversation, taken.new_lines, taken.changes, taken.confirmed, abandoned))
        await self._conversations.save_seen(conn, changes)

    async def check_accounts(self, account_ids: Sequence[int]) -> None:
        """Makes sure that accounts are set up here; to be called before a transaction begins.

        Raises:
            AccountNotFound: one of them is not.
        """
        for account_id in dict.fromkeys(account_ids):
            await self._settings.active(account_id)

    async def conversation(self, account_id: int, conversation_id: int, line_limit: int) -> ShownConversation:
        """A conversation for people, with its newest `line_limit` lines.

        Raises:
            ConversationNotFound: nothing is known of it.
        """
        loaded = await self._whole(ConversationRef(account_id, conversation_id, 0), line_limit)
        turns = tuple(turn for turn in loaded.turns if not turn.superseded)
        sending = being_sent(turns, loaded.lines)
        lead = loaded.lead
        judged = lead.ended is not None and not lead.opted_out
        status = None if judged else lead.status
        state = LeadState(lead.facts, attempts_of(turns, sending), status, lead.started_at)
        return ShownConversation(lines_for_people(loaded), state, loaded.summary, loaded.behaviour, lead.ended)

    async def turns(
        self, account_id: int, conversation_id: int, page_size: int, page_token: str
    ) -> tuple[list[TurnRecord], str]:
        """One page of turns, newest first, and the token of the next one (empty: the last).

        Raises:
            InvalidPageToken: not a token of this list.
        """
        if page_token and not (page_token.isascii() and page_token.isdigit() and 0 < int(page_token) < 2**63):
            raise InvalidPageToken
        async with connection(self._pool) as conn:
            turns = await self._conversations.turns(
                conn, account_id, conversation_id, int(page_token or 0), page_size + 1
            )
        more = len(turns) > page_size
        return turns[:page_size], str(turns[page_size - 1].turn_id) if more else ""

    async def settings(self, account_id: int, version: int) -> AccountSettings:
        """One version of an account's settings, or the active one for 0.

        Raises:
            AccountNotFound: there is none.
        """
        async with connection(self._pool) as conn:
            found = await self._settings.find(conn, account_id, version)
        if found is None:
            raise AccountNotFound(account_id)
        return found

    async def put_settings(self, conn: Connection, account_id: int, settings: AccountSettings) -> tuple[int, bool]:
        """Stores settings inside the caller's transaction: the active version, and whether it is new.

        Raises:
            InvalidSettings: they contradict themselves.
        """
        check_settings(settings)
        stored = await self._settings.put(conn, account_id, settings)
        await self._store.sync_settings(conn, account_id, frequent_questions(settings))
        return stored

    async def try_settings(self, account_id: int, settings: AccountSettings) -> int:
        """Only validates; gives the active version, 0: none yet.

        Raises:
            InvalidSettings: they contradict themselves.
        """
        check_settings(settings)
        async with connection(self._pool) as conn:
            found = await self._settings.find(conn, account_id, 0)
        return 0 if found is None else found.version

    def forget_settings(self, account_id: int) -> None:
        """Makes the next turn see settings that were just committed."""
        self._settings.forget(account_id)

    async def _whole(self, conversation: ConversationRef, line_limit: int) -> Loaded:
        async with connection(self._pool) as conn:
            loaded = await self._conversations.load_whole(conn, conversation, line_limit)
        if not loaded.exists:
            raise ConversationNotFound(conversation.account_id, conversation.conversation_id)
        return loaded


def _same_question(before: Prepared, now: Prepared) -> bool:
    """Whether what an engine was told still holds; a line that only became confirmed does not matter."""
    first, second = before.context, now.context
    return (first.messages, first.facts, first.attempts, first.already_qualified) == (
        second.messages,
        second.facts,
        second.attempts,
        second.already_qualified,
    )


def _log_answer(outcome: Outcome) -> None:
    answer = outcome.answer
    _LOG.info(
        "turn_answered",
        account_id=outcome.burst.conversation.account_id,
        conversation_id=outcome.burst.conversation.conversation_id,
        turn_id=outcome.burst.turn_id,
        engine=answer.engine,
        asks=answer.asks.value if answer.asks else "",
        learned=[kind.value for kind in outcome.learned],
        ended=answer.ended.value if answer.ended else "",
        silence=answer.silence,
        superseded=len(outcome.superseded),
    )
