"""Plays a conversation through the same rules and engines as production, in memory alone: nothing is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from sdr_common.clock import utc_now
from sdr_common.errors import InvalidField
from sdr_common.lead import EndReason
from sdr_dialogue.domain.answering import Prepared, conclude, prepare
from sdr_dialogue.domain.conversation import LeadMessage, Speaker, TurnContext, TurnDraft
from sdr_dialogue.domain.judging import judge, transcript
from sdr_dialogue.domain.knowledge import Found
from sdr_dialogue.domain.merge import Reader
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.turn import Answer, Burst, ConversationRef, Judgement, Loaded, PastTurn, StoredLine
from sdr_dialogue.ports import LanguageModel

_CONTACT = 1
_CONVERSATION = 1
_PAUSE = timedelta(minutes=1)
"""Between the bursts of a conversation that is played at a given time."""
_DRAFT: TypeAdapter[TurnDraft] = TypeAdapter(TurnDraft)


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of a prompt."""

    name: str
    text: str
    tokens: int


Assembler = Callable[[TurnContext], Sequence[ShownPart]]
"""The prompt that a model gets for a turn."""


class SettingsByPrompt(Protocol):
    """The accounts' settings, with any version of the prompt."""

    async def with_prompt(self, account_id: int, number: int) -> AccountSettings:
        """The active version with another version of the prompt; 0: the published one.

        Raises:
            AccountNotFound: the account was never set up here.
            VersionNotFound: it has no such version.
        """
        ...


class Searcher(Protocol):
    """Looks into the account's knowledge for a turn's questions."""

    async def searched(self, prepared: Prepared) -> Prepared:
        """The burst with what was found."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One simulated turn."""

    answer: Answer
    prompt: tuple[ShownPart, ...]
    """As a model gets it, whoever answered."""
    found: tuple[Found, ...]
    elapsed_ms: int
    replay: str
    """What the engine made of the burst, for `Played.replay`; empty: no engine was asked."""


@dataclass(frozen=True, slots=True)
class Played:
    """A burst to play."""

    texts: tuple[str, ...]
    replay: str = ""
    """Of an earlier call; no engine is asked then."""


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation to play."""

    account_id: int
    bursts: tuple[Played, ...]
    contact_name: str = ""
    engine: str = ""
    """A name of `Playground`'s models."""
    prompt_number: int = 0
    """Version of the account's prompt; 0: the published one."""
    at: datetime | None = None
    """When the lead writes; None: now."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated conversation."""

    steps: tuple[Step, ...]
    judgement: Judgement | None
    """Where the conversation came to an end."""


class Playground:
    """Simulates.

    Args:
        settings: The accounts' settings.
        models: Engines by name: "" is production's, "scripted" the scripted one.
        searcher: Looks into the knowledge.
        assemble: Shows the prompt.
        read: As in production.
    """

    def __init__(
        self,
        *,
        settings: SettingsByPrompt,
        models: dict[str, LanguageModel],
        searcher: Searcher,
        assemble: Assembler,
        read: Reader | None,
    ) -> None:
        self._settings = settings
        self._models = models
        self._searcher = searcher
        self._assemble = assemble
        self._read = read

    async def play(self, script: Script) -> Simulated:
        """Plays bursts of a lead's messages, until the qualification ends or they do.

        Raises:
            AccountNotFound: the account was never set up here.
            VersionNotFound: it has no such version of the prompt.
            InvalidField: a replay is none of an earlier call's.
            EngineUnavailable: no engine answered.
        """
        settings = await self._settings.with_prompt(script.account_id, script.prompt_number)
        model = self._models[script.engine]
        ref = ConversationRef(script.account_id, _CONVERSATION, _CONTACT)
        loaded = Loaded(now=script.at or utc_now(), exists=True, contact_id=_CONTACT)
        steps: list[Step] = []
        number = 0
        for turn_id, played in enumerate(script.bursts, start=1):
            loaded = replace(loaded, now=loaded.now + _PAUSE if script.at else utc_now())
            messages = tuple(
                LeadMessage(number + place, text, loaded.now) for place, text in enumerate(played.texts, start=1)
            )
            number += len(messages) + 1
            burst = Burst(ref, turn_id, messages, contact_name=script.contact_name)
            draft = _read_replay(played.replay, turn_id) if played.replay else None
            step, loaded = await self._turn(burst, loaded, settings, model, draft)
            steps.append(step)
            if step.answer.ended is not None:
                return Simulated(tuple(steps), await self._judged(ref, turn_id, loaded, settings, model))
        return Simulated(tuple(steps), None)

    async def _turn(
        self,
        burst: Burst,
        loaded: Loaded,
        settings: AccountSettings,
        model: LanguageModel,
        draft: TurnDraft | None,
    ) -> tuple[Step, Loaded]:
        began = time.monotonic()
        prepared = prepare(burst, loaded, settings, self._read)
        if not prepared.silence:
            prepared = await self._searcher.searched(prepared)
            draft = draft or await model.respond(prepared.context)
        outcome = conclude(prepared, draft)
        answer = outcome.answer
        elapsed_ms = round((time.monotonic() - began) * 1000)
        replay = _DRAFT.dump_json(draft).decode() if draft is not None else ""
        step = Step(answer, tuple(self._assemble(prepared.context)), prepared.context.found, elapsed_ms, replay)
        lines = [*loaded.lines, *(line for line in outcome.seen.lines)]
        last = max(message.message_id for message in burst.messages)
        if answer.reply:
            lines.append(StoredLine(last + 1, Speaker.BOT, answer.reply, loaded.now, loaded.now, asks=answer.asks))
        turn = PastTurn(
            turn_id=burst.turn_id,
            message_ids=tuple(message.message_id for message in burst.messages),
            answered_at=loaded.now,
            reply=answer.reply,
            asks=answer.asks,
            confirmed=True,
            learned=outcome.learned,
            before=outcome.before,
            ended=answer.ended,
            disqualification=answer.disqualification,
        )
        after = replace(loaded, lead=outcome.lead, lines=tuple(lines), turns=(*loaded.turns, turn))
        return step, after

    async def _judged(
        self,
        ref: ConversationRef,
        turn_id: int,
        loaded: Loaded,
        settings: AccountSettings,
        model: LanguageModel,
    ) -> Judgement | None:
        if loaded.turns[-1].ended is EndReason.DISQUALIFIED and not loaded.lead.facts:
            return None
        draft = await model.analyze(replace(transcript(loaded, settings, turn_id), account_id=ref.account_id))
        return judge(ref, turn_id, loaded, draft, settings)


def _read_replay(text: str, turn_id: int) -> TurnDraft:
    try:
        return _DRAFT.validate_json(text)
    except ValidationError:
        raise InvalidField(f"bursts[{turn_id - 1}].replay", "is not the replay of an earlier step") from None
