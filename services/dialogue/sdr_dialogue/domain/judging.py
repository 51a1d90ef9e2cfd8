"""A whole conversation from what is stored to its judgement: pure, around the call to an engine."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from sdr_common.lead import Disqualification, EndReason, FactSource
from sdr_dialogue.domain.answering import shown, with_written
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, Speaker
from sdr_dialogue.domain.guarding import guarded_lines
from sdr_dialogue.domain.merge import merge_facts
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.superseding import attempts_of, being_sent
from sdr_dialogue.domain.text import cut
from sdr_dialogue.domain.turn import ConversationRef, Judgement, LeadState, Loaded, PastTurn

SUMMARY_LIMIT = 1500
"""Characters of a summary, the longest that a text attribute of Chatwoot takes."""
TRANSCRIPT_LINES = 1000
"""Lines of a conversation that are judged at most, the newest."""


def transcript(loaded: Loaded, settings: AccountSettings, turn_id: int = 0) -> AnalysisContext:
    """All that an engine may know when it judges a conversation.

    Args:
        loaded: The conversation as stored.
        settings: The account's.
        turn_id: The turn that ended the qualification; 0: nobody waits for one.
    """
    turns = tuple(turn for turn in loaded.turns if not turn.superseded)
    sending = being_sent(turns, loaded.lines)
    return AnalysisContext(
        settings=settings,
        now=loaded.now.astimezone(ZoneInfo(settings.time_zone)),
        lines=guarded_lines(shown(loaded.lines, sending)),
        facts=dict(loaded.lead.facts),
        attempts=attempts_of(turns, sending),
        asks={line.message_id: line.asks for line in loaded.lines if line.asks is not None},
        waited_s=max(
            ((loaded.now - turn.answered_at).total_seconds() for turn in turns if turn.turn_id == turn_id), default=0.0
        ),
    )


def judge(
    conversation: ConversationRef, turn_id: int, loaded: Loaded, draft: AnalysisDraft, settings: AccountSettings
) -> Judgement:
    """Apply precedence to an analysis: a human's value, then the analysis with a quote, then what was known."""
    context = transcript(loaded, settings)
    merged = merge_facts(
        loaded.lead.facts,
        draft.facts,
        now=loaded.now,
        settings=settings,
        source=FactSource.SYSTEM,
        quotes_from=[line.text for line in context.lines if line.speaker is Speaker.LEAD],
    )
    turn = next((turn for turn in loaded.turns if turn.turn_id == turn_id), None)
    learned = {kind: merged.facts[kind] for kind in merged.learned}
    before = {
        kind: fact
        for kind in learned
        if (fact := (turn.before if turn and kind in turn.learned else loaded.lead.facts).get(kind)) is not None
    }
    lead = loaded.lead
    return Judgement(
        conversation=conversation,
        turn_id=turn_id,
        lead=replace(lead, facts=merged.facts, written=with_written(lead, merged.facts, settings)),
        state=LeadState(merged.facts, context.attempts, lead.status, lead.started_at),
        behaviour=draft.behaviour,
        summary=cut(draft.summary.replace("\x00", ""), SUMMARY_LIMIT),
        disqualification=draft.disqualification or _told_by(turn),
        engine=draft.engine,
        usage=draft.usage,
        now=loaded.now,
        learned=learned,
        before=before,
    )


def _told_by(turn: PastTurn | None) -> Disqualification | None:
    """The sign that ended the qualification in the turn itself."""
    return turn.disqualification if turn is not None and turn.ended is EndReason.DISQUALIFIED else None
