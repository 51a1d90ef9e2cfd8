"""One part of the set, dev or held-out, measured against an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sdr_common.lead import Disqualification, DisqualificationKind, EndReason, Fact, FactKind, FactSource, Temperature
from sdr_dialogue.domain.conversation import LeadMessage, Line, Speaker, TurnContext, TurnDraft
from sdr_dialogue.domain.merge import merge_facts
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.ports import LanguageModel
from tests.evaluation.figures import Counts, FactFigures
from tests.evaluation.gold import TODAY, GoldFact, GoldMessage, clinics, gold_messages, gold_moods, morning
from tests.evaluation.leads import SimulatedLead, simulated_leads
from tests.evaluation.playing import Played, play, temperature_of

_ESCALATIONS = frozenset(("human_requested", "irritation", "emergency", "legal", "minor", "data_deletion"))
_AT_ONCE = 8
"""Calls that wait at the same time."""
T = TypeVar("T")
_DISQUALIFICATIONS = frozenset(kind.value for kind in DisqualificationKind)


@dataclass
class Measured:
    """Everything that was counted."""

    part: str
    conversations: list[Played] = field(default_factory=list)
    message_count: int = 0
    leads: FactFigures = field(default_factory=FactFigures)
    messages: FactFigures = field(default_factory=FactFigures)
    joint_strict: list[bool] = field(default_factory=list)
    joint_lenient: list[bool] = field(default_factory=list)
    temperatures: list[tuple[Temperature, Temperature]] = field(default_factory=list)
    """(gold, found) of every conversation that was scored."""
    escalation: Counts = field(default_factory=Counts)
    outcomes: list[bool] = field(default_factory=list)
    """Of leads that are not qualified: whether the right thing became of them."""
    moods: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What went wrong, in words."""


async def measure(model: LanguageModel, part: str) -> Measured:
    """Play all leads of a part, then try its single messages and moods."""
    measured, every = Measured(part), clinics()
    for played in await _at_once([play(model, lead, every[lead.clinic]) for lead in simulated_leads(part)]):
        _take_lead(measured, played)
    messages, moods = gold_messages(part), gold_moods(part)
    drafts = await _at_once([model.respond(_context_of(message, every["bella"])) for message in messages])
    for message, draft in zip(messages, drafts, strict=True):
        _take_message(measured, message, draft, every["bella"])
    drafts = await _at_once([model.respond(_context(text, None, every["bella"])) for _, text in moods])
    for (mood, text), draft in zip(moods, drafts, strict=True):
        measured.moods.append((mood, draft.sentiment.value))
        if draft.sentiment.value != mood:
            measured.faults.append(f"mood {draft.sentiment.value}, not {mood}: {text}")
    return measured


async def _at_once(calls: Sequence[Awaitable[T]]) -> list[T]:
    """All calls, a few at a time: a provider's model takes seconds for each."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(call: Awaitable[T]) -> T:
        async with gate:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))


def _take_lead(measured: Measured, played: Played) -> None:
    lead = played.lead
    measured.conversations.append(played)
    _count_escalation(measured.escalation, lead.outcome, played.outcome)
    if lead.outcome:
        measured.outcomes.append(played.outcome == lead.outcome)
    if played.outcome != lead.outcome:
        measured.faults.append(
            f"{lead.name}: became {played.outcome or 'qualified'}, not {lead.outcome or 'qualified'}"
        )
    gold_temperature = _gold_temperature(lead, played)
    if gold_temperature is not None:
        # Whoever was to be scored and was escalated instead has no temperature; it counts as the coldest.
        found = played.temperature or Temperature.VERY_COLD
        measured.temperatures.append((gold_temperature, found))
        if found is not gold_temperature:
            measured.faults.append(f"{lead.name}: {found.value}, not {gold_temperature.value}")
    if lead.outcome:
        return
    wrong = measured.leads.take(lead.gold, played.facts)
    measured.joint_strict.append(not wrong)
    measured.joint_lenient.append(_levels_are_right(lead, played))
    for kind in wrong:
        measured.faults.append(f"{lead.name}: {kind.value} {_told(played.facts, kind)}, not {lead.gold.get(kind)}")


def _levels_are_right(lead: SimulatedLead, played: Played) -> bool:
    figures = FactFigures()
    figures.take(lead.gold, played.facts)
    counts = figures.micro(lenient=True)
    return not counts.superfluous and not counts.missed


def _gold_temperature(lead: SimulatedLead, played: Played) -> Temperature | None:
    if lead.outcome in _ESCALATIONS or lead.outcome == "opt_out":
        return None
    facts = facts_of(lead.gold, lead.now)
    if lead.any_motivation and FactKind.MOTIVATION in played.facts:
        facts[FactKind.MOTIVATION] = played.facts[FactKind.MOTIVATION]
    if lead.outcome in _DISQUALIFICATIONS:
        sign = Disqualification(DisqualificationKind(lead.outcome), "gold", 10_000)
        return temperature_of(facts, sign, EndReason.DISQUALIFIED)
    return temperature_of(facts, None, EndReason.FACTS_COMPLETE)


def facts_of(gold: Mapping[FactKind, GoldFact], now: datetime) -> dict[FactKind, Fact]:
    """Gold as facts that the lead told."""
    return {
        kind: Fact(
            kind=kind,
            value=told.words[0].title() if told.words else "dito",
            level=told.levels[0] if told.levels else "",
            evidence="gold",
            source_message_id=1,
            confidence=0.9,
            source=FactSource.LEAD,
            set_at=now,
            canonical=told.words[0] if told.words else "",
        )
        for kind, told in gold.items()
    }


def _count_escalation(counts: Counts, gold: str, found: str) -> None:
    counts.right += gold in _ESCALATIONS and found in _ESCALATIONS
    counts.missed += gold in _ESCALATIONS and found not in _ESCALATIONS
    counts.superfluous += gold not in _ESCALATIONS and found in _ESCALATIONS


def _context_of(message: GoldMessage, settings: AccountSettings) -> TurnContext:
    return _context(message.text, message.asked, settings, facts_of(message.before, morning(TODAY)))


def _take_message(measured: Measured, message: GoldMessage, draft: TurnDraft, settings: AccountSettings) -> None:
    now = morning(TODAY)
    known = facts_of(message.before, now)
    merged = merge_facts(known, draft.facts, now=now, settings=settings, source=FactSource.LEAD)
    drafted = {fact.kind for fact in draft.facts}
    found = {kind: fact for kind, fact in merged.facts.items() if kind in drafted or kind in message.facts}
    measured.message_count += 1
    wrong = measured.messages.take(message.facts, found)
    escalation = draft.escalation.value if draft.escalation is not None else ""
    _count_escalation(measured.escalation, message.escalation, escalation)
    disqualification = draft.disqualification.kind.value if draft.disqualification is not None else ""
    opted_out = draft.opted_out and escalation != "data_deletion"
    if message.disqualification or message.opts_out:
        measured.outcomes.append((disqualification, opted_out) == (message.disqualification, message.opts_out))
    signs = (escalation, disqualification, opted_out)
    expected = (message.escalation, message.disqualification, message.opts_out)
    shown = f"[{message.asked.value if message.asked else '-'}] {message.text}"
    if signs != expected:
        measured.faults.append(f"{shown}: {signs}, not {expected}")
    for kind in wrong:
        measured.faults.append(f"{shown}: {kind.value} {_told(found, kind)}, not {message.facts.get(kind)}")


def _context(
    text: str, asked: FactKind | None, settings: AccountSettings, facts: dict[FactKind, Fact] | None = None
) -> TurnContext:
    now = morning(TODAY)
    return TurnContext(
        settings=settings,
        now=now,
        messages=(LeadMessage(10, text, now),),
        history=(Line(Speaker.BOT, "Oi! Aqui é a Bella, assistente virtual da Clínica Bella Pele.", now, 1),),
        facts=facts or {},
        attempts={asked: 1} if asked else {},
        asked=asked,
        greeted=True,
    )


def _told(facts: dict[FactKind, Fact], kind: FactKind) -> str:
    fact = facts.get(kind)
    return f"“{fact.value}” {fact.level or '-'} {fact.canonical}" if fact else "unknown"
