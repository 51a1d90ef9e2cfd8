"""Plays a simulated lead against an engine through the rules that the service itself uses around it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace

from sdr_common.lead import Disqualification, EndReason, Fact, FactKind, Sentiment, Temperature
from sdr_dialogue.domain.answering import conclude, prepare
from sdr_dialogue.domain.conversation import LeadMessage, Speaker
from sdr_dialogue.domain.judging import judge, transcript
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.turn import Answer, Burst, ConversationRef, Lead, Loaded, PastTurn, StoredLine
from sdr_dialogue.ports import LanguageModel
from sdr_scoring.domain.qualification import qualify
from sdr_scoring.domain.rubric import DEFAULT_RUBRIC
from tests.evaluation.leads import SimulatedLead

_HERE = ConversationRef(account_id=1, conversation_id=1, contact_id=1)
MOST_TURNS = 22


@dataclass
class Played:
    """One conversation and what it came to."""

    lead: SimulatedLead
    script: list[tuple[Speaker, str]] = field(default_factory=list)
    facts: dict[FactKind, Fact] = field(default_factory=dict)
    temperature: Temperature | None = None
    """None: escalated or opted out before there was one."""
    outcome: str = ""
    """As `SimulatedLead.outcome`; `unfinished` after too many turns."""
    turns: int = 0
    asked_again: int = 0
    """Questions for what the lead had told for good."""
    cpu_ms: list[float] = field(default_factory=list)
    """CPU milliseconds per answer."""
    moods: list[Sentiment] = field(default_factory=list)
    engines: Counter[str] = field(default_factory=Counter)
    """Answers per engine: a chain falls back to the scripted one."""


async def play(model: LanguageModel, lead: SimulatedLead, settings: AccountSettings) -> Played:
    """Lead one conversation to its end, then judge and score it."""
    played = Played(lead)
    loaded = Loaded(now=lead.now, lead=Lead(), exists=True)
    burst: tuple[str, ...] = lead.opening
    for _ in range(MOST_TURNS):
        loaded, answer = await _turn(model, played, loaded, burst, settings)
        played.outcome = _outcome(answer)
        if answer.ended is not None or played.outcome:
            break
        if answer.asks is None:
            played.outcome = "unfinished"
            break
        played.asked_again += answer.asks in lead.told
        burst = lead.answer(answer.asks)
    else:
        played.outcome = "unfinished"
    await _judge(model, played, loaded, settings)
    return played


async def _turn(
    model: LanguageModel,
    played: Played,
    loaded: Loaded,
    texts: tuple[str, ...],
    settings: AccountSettings,
) -> tuple[Loaded, Answer]:
    turn_id = len(loaded.turns) + 1
    now, first = loaded.now, 100 * turn_id
    messages = tuple(LeadMessage(first + index, text, now) for index, text in enumerate(texts))
    burst = Burst(_HERE, turn_id, messages, contact_name=played.lead.push_name)
    prepared = prepare(burst, loaded, settings)
    began = time.process_time()
    draft = await model.respond(prepared.context)
    played.cpu_ms.append((time.process_time() - began) * 1000)
    outcome = conclude(prepared, draft)
    answer = outcome.answer
    played.turns += 1
    played.engines[answer.engine] += 1
    played.script += [(Speaker.LEAD, text) for text in texts]
    if answer.reply:
        played.script.append((Speaker.BOT, answer.reply))
    if answer.sentiment is not None:
        played.moods.append(answer.sentiment)
    played.facts = dict(outcome.lead.facts)
    said = tuple(StoredLine(message.message_id, Speaker.LEAD, message.text, now, now) for message in messages)
    bot = StoredLine(first + 50, Speaker.BOT, answer.reply, now, now, asks=answer.asks)
    turn = PastTurn(
        turn_id,
        tuple(message.message_id for message in messages),
        now,
        reply=answer.reply,
        asks=answer.asks,
        confirmed=True,
        learned=outcome.learned,
        before=outcome.before,
        ended=answer.ended,
        opted_out=answer.opted_out,
        disqualification=answer.disqualification,
    )
    lines = (*loaded.lines, *said, bot) if answer.reply else (*loaded.lines, *said)
    return replace(loaded, lead=outcome.lead, lines=lines, turns=(*loaded.turns, turn)), answer


def _outcome(answer: Answer) -> str:
    if answer.escalation is not None:
        return answer.escalation.value
    if answer.opted_out:
        return "opt_out"
    return answer.disqualification.kind.value if answer.disqualification is not None else ""


async def _judge(model: LanguageModel, played: Played, loaded: Loaded, settings: AccountSettings) -> None:
    ended = loaded.turns[-1].ended
    if ended is None:
        return
    draft = await model.analyze(transcript(loaded, settings))
    judgement = judge(_HERE, loaded.turns[-1].turn_id, loaded, draft, settings)
    played.facts = dict(judgement.lead.facts)
    disqualified = judgement.disqualification
    played.temperature = temperature_of(played.facts, disqualified, ended)


def temperature_of(facts: dict[FactKind, Fact], disqualified: Disqualification | None, ended: EndReason) -> Temperature:
    """What scoring makes of facts by the published rubric."""
    return qualify(facts, disqualified, ended, DEFAULT_RUBRIC).temperature
