"""A reminder to a lead who left our last question unanswered: whether there is one, and what it asks. Pure."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from sdr_common.lead import FactKind
from sdr_dialogue.domain.answering import last_asked, shown
from sdr_dialogue.domain.conversation import LeadMessage, Speaker, TurnContext
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.superseding import attempts_of, being_sent
from sdr_dialogue.domain.turn import HISTORY_LINES, ConversationRef, LeadState, Loaded, Nudge

Worder = Callable[[TurnContext, FactKind], tuple[str, str]]
"""Words a reminder that asks for a fact: the text, and the lead's language."""


def nudge_of(
    conversation: ConversationRef, turn_id: int, loaded: Loaded, settings: AccountSettings, word: Worder
) -> Nudge:
    """One reminder; without words where no question of ours is open.

    Args:
        conversation: Whose.
        turn_id: The turn that the reminder is.
        loaded: The conversation as stored.
        settings: The account's.
        word: Finds the words.
    """
    lead = loaded.lead
    turns = tuple(turn for turn in loaded.turns if not turn.superseded)
    sending = being_sent(turns, loaded.lines)
    attempts = attempts_of(turns, sending)
    asks = last_asked(loaded.lines, sending)
    lines = shown(loaded.lines, sending)
    last = next((line for line in reversed(lines) if line.speaker is Speaker.LEAD), None)
    reply, language = "", "pt"
    if last is None or lead.opted_out or lead.ended is not None or asks in lead.facts:
        asks = None
    elif asks is not None:
        context = TurnContext(
            settings=settings,
            now=loaded.now.astimezone(ZoneInfo(settings.time_zone)),
            messages=(LeadMessage(last.message_id, last.text, last.said_at),),
            history=lines[-HISTORY_LINES:],
            facts=dict(lead.facts),
            attempts=attempts,
            asked=asks,
            greeted=True,
        )
        reply, language = word(context, asks)
    return Nudge(
        conversation=conversation,
        turn_id=turn_id,
        message_ids=turns[-1].message_ids if turns else (),
        reply=reply,
        asks=asks,
        state=LeadState(lead.facts, attempts, lead.status, lead.started_at),
        language=language,
        settings_version=settings.version,
        now=loaded.now,
    )
