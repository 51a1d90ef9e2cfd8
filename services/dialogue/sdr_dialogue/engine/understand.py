"""What a burst tells: every fact of every message, with the question before it as context."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sdr_common.lead import (
    Disqualification,
    DisqualificationKind,
    EscalationReason,
    Fact,
    FactKind,
    FactSource,
    LocationLevel,
    Sentiment,
)
from sdr_dialogue.domain.conversation import FactDraft, LeadMessage
from sdr_dialogue.domain.merge import merge_facts
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import plain
from sdr_dialogue.engine.hearing import Hearing, is_evasion, is_unknown
from sdr_dialogue.engine.intents import (
    disqualification_of,
    escalation_of,
    opts_out,
    wants_deletion,
)
from sdr_dialogue.engine.interest import read_interest, wanted
from sdr_dialogue.engine.knowledge import read_knowledge
from sdr_dialogue.engine.location import read_location
from sdr_dialogue.engine.mood import Anger, anger_of, mood_of
from sdr_dialogue.engine.motivation import read_motivation
from sdr_dialogue.engine.name import is_only_a_name, read_name
from sdr_dialogue.engine.normalise import normalise
from sdr_dialogue.engine.topics import Question, questions_in
from sdr_dialogue.engine.urgency import read_urgency

_READERS: tuple[tuple[FactKind, Callable[[Hearing], FactDraft | None]], ...] = (
    (FactKind.NAME, read_name),
    (FactKind.INTEREST, read_interest),
    (FactKind.URGENCY, read_urgency),
    (FactKind.KNOWLEDGE, read_knowledge),
    (FactKind.LOCATION, read_location),
    (FactKind.MOTIVATION, read_motivation),
)
_HANGING = re.compile(
    r" (?:(?P<name>meu nome(?: e)?|me chamo|sou a|sou o|pode me chamar de)|(?P<place>moro (?:em|no|na)|"
    r"sou (?:de|do|da)|meu bairro e)) $"
)
_ALARMS = (EscalationReason.EMERGENCY, EscalationReason.LEGAL)
_MOODS = (Sentiment.IRRITATED, Sentiment.NEGATIVE, Sentiment.POSITIVE)
_GRAVITY = (
    EscalationReason.EMERGENCY,
    EscalationReason.LEGAL,
    EscalationReason.MINOR,
    EscalationReason.HUMAN_REQUESTED,
    EscalationReason.IRRITATION,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a burst is read against."""

    settings: AccountSettings
    now: datetime
    """Aware, in the account's zone."""
    facts: Mapping[FactKind, Fact]
    asked: FactKind | None
    language: str
    contact_name: str = ""
    bot_line: str = ""
    asked_before: frozenset[FactKind] = frozenset()
    """Every fact that was asked for so far: a bare name or place may answer an earlier question."""
    times_asked: int = 0
    """How often `asked` was asked, the last time included."""
    earlier: tuple[str, ...] = ()
    """What the lead wrote in this conversation before the burst, oldest first."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that a burst tells."""

    drafts: tuple[FactDraft, ...]
    """New or corrected facts, the last statement of each kind."""
    facts: dict[FactKind, Fact]
    """What is known with them."""
    questions: tuple[Question, ...]
    disqualification: Disqualification | None
    escalation: EscalationReason | None
    opted_out: bool
    wants_deletion: bool
    sentiment: Sentiment
    corrected: bool
    evasive: bool
    hearings: tuple[Hearing, ...]


def understand(messages: tuple[LeadMessage, ...], ground: Ground) -> Understanding:
    """Read a burst, oldest message first."""
    facts = dict(ground.facts)
    drafts: dict[FactKind, FactDraft] = {}
    hearings: list[Hearing] = []
    disqualification: Disqualification | None = None
    asked = ground.asked
    for message in messages:
        hearing = _hearing(message, ground, facts, asked)
        hearings.append(hearing)
        disqualification = _latest(hearing, disqualification)
        for draft in _facts_of(hearing, ground.asked_before):
            merged = merge_facts(facts, (draft,), now=ground.now, settings=ground.settings, source=FactSource.LEAD)
            if merged.learned:
                facts = merged.facts
                drafts[draft.kind] = draft
        asked = _asked_next(hearing, asked, drafts)
    return _gathered(hearings, drafts, facts, disqualification, ground)


def _gathered(
    hearings: list[Hearing],
    drafts: dict[FactKind, FactDraft],
    facts: dict[FactKind, Fact],
    disqualification: Disqualification | None,
    ground: Ground,
) -> Understanding:
    reasons = {reason for hearing in hearings if (reason := escalation_of(hearing)) is not None}
    if disqualification is not None and disqualification.kind is not DisqualificationKind.REFUSAL:
        reasons.discard(EscalationReason.HUMAN_REQUESTED)  # Whoever sells something asks for the owner.
    if _has_had_enough(hearings, ground):
        reasons.add(EscalationReason.IRRITATION)
    moods = {mood_of(hearing) for hearing in hearings}
    evasive = any(is_evasion(hearing.said) or is_unknown(hearing.said) for hearing in hearings) and not drafts
    return Understanding(
        drafts=tuple(drafts.values()),
        facts=facts,
        questions=tuple(
            question for hearing in hearings for question in questions_in(hearing.said, hearing.message_id)
        ),
        disqualification=disqualification,
        escalation=next((reason for reason in _GRAVITY if reason in reasons), None),
        opted_out=any(opts_out(hearing) for hearing in hearings),
        wants_deletion=any(wants_deletion(hearing) for hearing in hearings),
        sentiment=next((mood for mood in _MOODS if mood in moods), Sentiment.NEUTRAL),
        corrected=bool(drafts) and any(hearing.corrects for hearing in hearings),
        evasive=evasive,
        hearings=tuple(hearings),
    )


def _has_had_enough(hearings: list[Hearing], ground: Ground) -> bool:
    """Whether the lead is angry for good: strongly once, or for the second time."""
    anger = [anger_of(hearing) for hearing in hearings]
    if max(anger, default=Anger.NONE) is Anger.STRONG or anger.count(Anger.MILD) > 1:
        return True
    return Anger.MILD in anger and any(
        anger_of(Hearing(0, normalise(text, ground.language), ground.settings, ground.now)) is not Anger.NONE
        for text in ground.earlier
    )


def _hearing(message: LeadMessage, ground: Ground, facts: Mapping[FactKind, Fact], asked: FactKind | None) -> Hearing:
    return Hearing(
        message_id=message.message_id,
        said=normalise(message.text, ground.language),
        settings=ground.settings,
        now=ground.now,
        asked=asked,
        facts=facts,
        contact_name=ground.contact_name,
        bot_line=ground.bot_line,
        language=ground.language,
        times_asked=ground.times_asked if asked is ground.asked else 0,
    )


def _facts_of(hearing: Hearing, asked_before: frozenset[FactKind]) -> list[FactDraft]:
    if not hearing.said.tokens:
        return []
    found = [draft for _, reader in _READERS if (draft := reader(hearing)) is not None]
    if not found:
        found = _late(hearing, asked_before)
    if disqualification_of(hearing) is not None or escalation_of(hearing) in _ALARMS:
        # "Sou representante da Botox", "o laser me queimou": no wish.
        found = [draft for draft in found if draft.kind is FactKind.NAME]
    if anger_of(hearing) is not Anger.NONE:
        found = [draft for draft in found if draft.confidence >= 0.9]  # "Que saco!" is no place.
    if hearing.asked is None:
        return found
    answered = [draft for draft in found if draft.kind is hearing.asked]
    if answered and len(hearing.said.words) <= 2:
        return answered  # A bare answer answers what was asked, whatever else the word could mean.
    return found


def _late(hearing: Hearing, asked_before: frozenset[FactKind]) -> list[FactDraft]:
    """A bare name or place that answers another question than the last, or none, if it is surely one."""
    if len(hearing.said.words) > 4 or "?" in hearing.said.tokens:
        return []
    for kind, reader, sure in ((FactKind.NAME, read_name, 0.9), (FactKind.LOCATION, read_location, 0.95)):
        if kind in hearing.facts or kind is hearing.asked:
            continue
        draft = reader(replace(hearing, asked=kind))
        if draft is None or draft.confidence < sure:
            continue
        if kind is FactKind.NAME and plain(draft.value) == plain(hearing.settings.called):
            continue  # "Oi Bella" greets the assistant.
        listed = draft.level in (LocationLevel.NEAR, LocationLevel.FAR)
        if kind in asked_before or listed or (kind is FactKind.NAME and is_only_a_name(draft.value)):
            return [draft]
    return []


def _asked_next(hearing: Hearing, asked: FactKind | None, drafts: Mapping[FactKind, FactDraft]) -> FactKind | None:
    """What the next message of the burst may answer: still the question, or its own unfinished sentence."""
    hanging = _HANGING.search(hearing.text)
    if hanging is not None:
        return FactKind.NAME if hanging["name"] else FactKind.LOCATION
    return None if asked in drafts else asked


def _latest(hearing: Hearing, before: Disqualification | None) -> Disqualification | None:
    """The lead's latest explicit statement wins: a wish after a refusal takes it back."""
    found = disqualification_of(hearing)
    if found is not None:
        kind, sign = found
        return Disqualification(kind, sign.quote, sign.message_id)
    if before is not None and any(not mention.done for mention in wanted(hearing)):
        return None
    return before


def with_facts(ground: Ground, facts: Mapping[FactKind, Fact], asked: FactKind | None, bot_line: str) -> Ground:
    """The same ground a burst later."""
    return replace(ground, facts=facts, asked=asked, bot_line=bot_line)
