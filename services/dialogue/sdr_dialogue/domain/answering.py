"""One burst from what is stored to what is said and kept: pure, around the call to an engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sdr_common.lead import EndReason, Fact, FactKind, FactSource, InterestLevel, LeadStatus
from sdr_dialogue.domain.conversation import LeadMessage, Line, Speaker, TurnContext, TurnDraft
from sdr_dialogue.domain.guarding import guarded, guarded_passages
from sdr_dialogue.domain.knowledge import Found, citations_of
from sdr_dialogue.domain.merge import Reader, detect_human_edits, merge_facts, procedure_slug
from sdr_dialogue.domain.mood_trend import trend_of
from sdr_dialogue.domain.observing import take_in
from sdr_dialogue.domain.progress import count_ask, end_of
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.superseding import (
    attempts_of,
    being_sent,
    is_overtaken,
    lead_message_count,
    superseded_by,
    undo,
)
from sdr_dialogue.domain.turn import (
    HISTORY_LINES,
    Answer,
    Burst,
    Lead,
    LeadState,
    Loaded,
    Outcome,
    PastTurn,
    Seen,
    StoredLine,
)
from sdr_dialogue.domain.verdicts import Action, Check, Verdict

STATUS_ATTRIBUTE = "sdr_ia_status"
"""The contact attribute that publishes where a lead stands."""
WRITTEN_LIMIT = 40
"""Values per fact that are remembered as written by us."""
_JUDGED = {word.value: word for word in (LeadStatus.QUALIFIED, LeadStatus.COMPLETE, LeadStatus.INCOMPLETE)}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A burst ready for an engine, or a reason to stay silent."""

    burst: Burst
    settings: AccountSettings
    lead: Lead
    """Without what superseded turns did, with what humans edited."""
    turns: tuple[PastTurn, ...]
    """Oldest first, superseded ones left out."""
    context: TurnContext
    seen: Seen
    superseded: tuple[int, ...]
    edited: dict[FactKind, Fact]
    loaded: Loaded
    silence: str = ""
    """Why no engine is asked: opted_out, nothing_new; empty: one is."""
    overtaken: bool = False
    """True: a later turn answered these messages already; nothing may change."""
    verdicts: tuple[Verdict, ...] = ()
    """What was kept from the engine."""


def prepare(burst: Burst, loaded: Loaded, settings: AccountSettings, read: Reader | None = None) -> Prepared:
    """Take in what was seen, take back what was never sent, and lay out what an engine may know.

    Args:
        burst: What is to be answered.
        loaded: The conversation as stored.
        settings: The account's.
        read: Reads levels of a value that a human wrote; None: only published words have one.
    """
    taken = take_in(burst.observations, loaded.lines, loaded.turns, loaded.now)
    replaced = superseded_by(burst, taken.turns)
    turns = tuple(turn for turn in taken.turns if turn not in replaced and not turn.superseded)
    lead = undo(loaded.lead, replaced)
    lead, edited = _with_human_edits(lead, burst.attributes, settings, loaded, read)
    overtaken = is_overtaken(burst, loaded.turns)
    context, verdicts = guarded(
        _context(burst=burst, lead=lead, turns=turns, lines=taken.lines, settings=settings, loaded=loaded)
    )
    return Prepared(
        burst=burst,
        settings=settings,
        lead=lead,
        turns=turns,
        context=context,
        seen=Seen(burst.conversation, taken.new_lines, taken.changes, taken.confirmed),
        superseded=tuple(turn.turn_id for turn in replaced if turn.turn_id != burst.turn_id),
        edited=edited,
        loaded=loaded,
        silence="nothing_new" if overtaken else _silence(burst, lead),
        overtaken=overtaken,
        verdicts=verdicts,
    )


def with_found(prepared: Prepared, found: tuple[Found, ...]) -> Prepared:
    """The burst with what the account's knowledge says to its questions, without passages that give instructions."""
    clean, poisoned = guarded_passages(found)
    verdicts = (Verdict(Check.INJECTED_KNOWLEDGE, Action.IGNORED, poisoned),) if poisoned else ()
    known = tuple(verdict for verdict in prepared.verdicts if verdict.check is not Check.INJECTED_KNOWLEDGE)
    return replace(prepared, context=replace(prepared.context, found=clean), verdicts=(*known, *verdicts))


def _silence(burst: Burst, lead: Lead) -> str:
    if lead.opted_out or burst.attributes.get(STATUS_ATTRIBUTE) == LeadStatus.OPT_OUT:
        return "opted_out"
    if not any(message.text.strip() or message.attachment_types for message in burst.messages):
        return "nothing_new"
    return ""


def _with_human_edits(
    lead: Lead, attributes: Mapping[str, str], settings: AccountSettings, loaded: Loaded, read: Reader | None
) -> tuple[Lead, dict[FactKind, Fact]]:
    own = {
        kind: (*lead.written.get(kind, ()), *(spellings(lead.facts[kind], settings) if kind in lead.facts else ()))
        for kind in FactKind
    }
    edits = detect_human_edits(attributes, own, now=loaded.now, settings=settings, read=read)
    edited = {fact.kind: fact for fact in edits}
    return (replace(lead, facts=lead.facts | edited) if edited else lead), edited


def spellings(fact: Fact, settings: AccountSettings) -> tuple[str, ...]:
    """Every form in which the product may write a fact into Chatwoot."""
    names = tuple(item.name for item in settings.procedures if fact.canonical and item.slug == fact.canonical)
    return tuple(dict.fromkeys(text for text in (fact.value, fact.level, fact.canonical, *names) if text))


def _context(
    *,
    burst: Burst,
    lead: Lead,
    turns: Sequence[PastTurn],
    lines: Sequence[StoredLine],
    settings: AccountSettings,
    loaded: Loaded,
) -> TurnContext:
    sending = being_sent(turns, lines)
    asked_now = {message.message_id for message in burst.messages}
    history = shown(lines, sending)
    earlier = tuple(line for line in history if line.message_id not in asked_now)
    return TurnContext(
        settings=settings,
        now=loaded.now.astimezone(ZoneInfo(settings.time_zone)),
        messages=burst.messages,
        history=earlier[-HISTORY_LINES:],
        facts=dict(lead.facts),
        attempts=attempts_of(turns, sending),
        asked=last_asked(lines, sending),
        contact_name=burst.contact_name,
        earlier=loaded.earlier,
        account_id=burst.conversation.account_id,
        already_qualified=lead.ended is not None,
        greeted=sending is not None
        or any(turn.confirmed for turn in turns)
        or any(line.speaker is Speaker.BOT for line in earlier),
    )


def shown(lines: Iterable[StoredLine], sending: PastTurn | None) -> tuple[Line, ...]:
    """The history as an engine sees it, oldest first: the reply being sent stands behind what it answers."""
    history = [Line(line.speaker, line.text, line.said_at, line.message_id) for line in lines if line.text]
    if sending is not None:
        answered = max(sending.message_ids, default=0)
        place = sum(1 for line in history if line.message_id <= answered)
        history.insert(place, Line(Speaker.BOT, sending.reply, sending.answered_at))
    return tuple(history)


def last_asked(lines: Sequence[StoredLine], sending: PastTurn | None) -> FactKind | None:
    """What our last line asked for, unless a human has spoken since."""
    if sending is not None:
        return sending.asks
    for line in reversed(lines):
        if line.speaker is not Speaker.LEAD and not line.deleted:
            return line.asks if line.speaker is Speaker.BOT else None
    return None


def conclude(prepared: Prepared, draft: TurnDraft | None) -> Outcome:
    """Decide what is said and kept.

    Args:
        prepared: The burst.
        draft: What an engine made of it; None when none was asked (`prepared.silence`).
    """
    if draft is None:
        return _silent(prepared)
    context, settings, lead = prepared.context, prepared.settings, prepared.lead
    merged = merge_facts(
        lead.facts,
        draft.facts,
        now=prepared.loaded.now,
        settings=settings,
        source=FactSource.LEAD,
        quotes_from=_lead_words(context),
    )
    ended = _ended(prepared, draft, merged.facts)
    asks = draft.asks if _may_ask(prepared, draft, ended) else None
    if asks in merged.facts:
        asks = None
    status = _status(prepared, draft)
    learned = {kind: merged.facts[kind] for kind in merged.learned}
    after = replace(
        lead,
        facts=merged.facts,
        written=with_written(lead, merged.facts, settings),
        ended=lead.ended or ended,
        opted_out=lead.opted_out or draft.opted_out,
        status=status,
        started_at=lead.started_at or prepared.loaded.now,
    )
    answer = Answer(
        lead=LeadState(merged.facts, count_ask(context.attempts, asks), status, after.started_at),
        reply=_reply(prepared, draft, ended),
        answer=draft.answer,
        asks=asks,
        ended=ended,
        disqualification=draft.disqualification,
        escalation=draft.escalation,
        opted_out=draft.opted_out,
        sentiment=draft.sentiment,
        sentiment_trend=trend_of([turn.sentiment for turn in prepared.turns if turn.sentiment], draft.sentiment),
        language=draft.language,
        unanswered_question=draft.unanswered_question,
        engine=draft.engine,
        prompt_version=draft.prompt_version,
        usage=draft.usage,
        already_qualified=context.already_qualified,
        verdicts=(*prepared.verdicts, *draft.verdicts),
        new_interest=_has_new_interest(prepared, draft, merged.facts.get(FactKind.INTEREST)),
        citations=citations_of(context.found, draft.cited, answered=bool(draft.answer)),
        knowledge_version=max((found.version for found in context.found), default=0),
    )
    before = {kind: lead.facts[kind] for kind in learned if kind in lead.facts}
    return _outcome(prepared, after, answer, learned, before)


def _has_new_interest(prepared: Prepared, draft: TurnDraft, after: Fact | None) -> bool:
    """Whether an already qualified lead names another procedure than the one that it was judged on."""
    over = draft.escalation is not None or draft.opted_out or draft.disqualification is not None
    if not prepared.context.already_qualified or over:
        return False
    if after is None or after.level != InterestLevel.SPECIFIC or not after.canonical:
        return False
    before = prepared.lead.facts.get(FactKind.INTEREST)
    known = set() if before is None else _procedures(before, prepared.settings)
    return not _procedures(after, prepared.settings) <= known


def _procedures(interest: Fact, settings: AccountSettings) -> set[str]:
    """Slugs of the procedures that an interest names: "Botox, peeling" are two."""
    offered = {procedure.slug for procedure in settings.procedures}
    named = {procedure_slug(name, settings) for name in interest.value.split(", ")}
    return {slug for slug in (interest.canonical, *(named & offered)) if slug}


def _silent(prepared: Prepared) -> Outcome:
    lead = prepared.lead
    status = LeadStatus.OPT_OUT if prepared.silence == "opted_out" else lead.status
    after = replace(
        lead,
        status=status,
        written=with_written(lead, lead.facts, prepared.settings),
        started_at=lead.started_at or prepared.loaded.now,
    )
    state = LeadState(lead.facts, prepared.context.attempts, status, after.started_at)
    return _outcome(prepared, after, Answer(lead=state, silence=prepared.silence), {}, {})


def _outcome(
    prepared: Prepared,
    after: Lead,
    answer: Answer,
    learned: dict[FactKind, Fact],
    before: dict[FactKind, Fact],
) -> Outcome:
    own = tuple(_stored(message) for message in prepared.burst.messages)
    asked = {line.message_id for line in own}
    others = tuple(line for line in prepared.seen.lines if line.message_id not in asked)
    return Outcome(
        burst=prepared.burst,
        seen=replace(
            prepared.seen,
            lines=(*others, *own),
            # The burst has its messages as they are now.
            changes=tuple(change for change in prepared.seen.changes if change.message_id not in asked),
        ),
        lead=after,
        answer=answer,
        settings_version=prepared.settings.version,
        now=prepared.loaded.now,
        superseded=prepared.superseded,
        learned=learned,
        before=before,
        edited=prepared.edited,
    )


def _stored(message: LeadMessage) -> StoredLine:
    return StoredLine(
        message.message_id,
        Speaker.LEAD,
        message.text,
        message.sent_at,
        message.sent_at,
        attachments=message.attachment_types,
    )


def _lead_words(context: TurnContext) -> tuple[str, ...]:
    said = tuple(line.text for line in context.history if line.speaker is Speaker.LEAD)
    own = tuple(message.text for message in context.messages)
    # An engine may read a burst as one text.
    return (*said, *own, "\n".join(own))


def _ended(prepared: Prepared, draft: TurnDraft, facts: Mapping[FactKind, Fact]) -> EndReason | None:
    if prepared.context.already_qualified or draft.escalation is not None or draft.opted_out:
        return None
    return end_of(
        facts,
        prepared.context.attempts,
        disqualification=draft.disqualification,
        lead_message_count=lead_message_count(prepared.turns, prepared.burst),
        settings=prepared.settings,
    )


def _may_ask(prepared: Prepared, draft: TurnDraft, ended: EndReason | None) -> bool:
    over = ended is not None or prepared.context.already_qualified
    return not over and draft.escalation is None and not draft.opted_out


def _reply(prepared: Prepared, draft: TurnDraft, ended: EndReason | None) -> str:
    """The engine's words, without a question that may no longer be asked: the closing follows an end."""
    if draft.asks is None:
        return draft.reply
    if ended is not None:
        return draft.answer
    if prepared.context.already_qualified:
        return draft.answer or draft.reply
    return draft.reply


def _status(prepared: Prepared, draft: TurnDraft) -> LeadStatus | None:
    if draft.opted_out:
        return LeadStatus.OPT_OUT
    if draft.escalation is not None:
        return LeadStatus.ESCALATED
    if prepared.lead.ended is not None:
        return _JUDGED.get(prepared.burst.attributes.get(STATUS_ATTRIBUTE, ""))
    return LeadStatus.IN_PROGRESS


def with_written(
    lead: Lead, facts: Mapping[FactKind, Fact], settings: AccountSettings
) -> dict[FactKind, tuple[str, ...]]:
    """The values that the product may have written once it knows `facts`; a human's are not among them."""
    written = dict(lead.written)
    for kind, fact in facts.items():
        if fact.locked:
            continue
        values = dict.fromkeys((*written.get(kind, ()), *spellings(fact, settings)))
        written[kind] = tuple(values)[-WRITTEN_LIMIT:]
    return written
