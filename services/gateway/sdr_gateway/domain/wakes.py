"""When a conversation is looked at again though nobody wrote: nudge, abandonment, return to the bot. Pure.

Exactly one wake is pending per conversation; any message clears it, and the turn that takes the message
sets the next one from what is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sdr_gateway.domain.aside import SALE_LABELS, SaleLabels
from sdr_gateway.domain.conversation import ConversationState, HandOff, Phase
from sdr_gateway.domain.hours import BusinessHours

POSTPONED_S = 600.0
"""A wake that comes at a bad moment comes again after this long at most."""


class WakeReason(StrEnum):
    """What a wake is for."""

    NUDGE = "nudge"
    """The lead left our question unanswered: one reminder."""
    ABANDONMENT = "abandonment"
    """The lead never came back: it is judged on what is known."""
    RETURN = "return"
    """No human has said anything for long: the conversation goes back to the bot."""


@dataclass(frozen=True, slots=True)
class Wake:
    """One wake."""

    at: float
    """Seconds since 1970."""
    reason: WakeReason


@dataclass(frozen=True, slots=True)
class NudgeRule:
    """When a reminder may go out."""

    after_s: float = 600.0
    earliest: time = time(8)
    latest: time = time(20)
    """After `earliest`, in the same zone."""

    def due(self, since: float, zone: ZoneInfo) -> float:
        """The first allowed moment that is `after_s` after `since`; both in seconds since 1970."""
        return self.allowed_from(since + self.after_s, zone)

    def allowed_from(self, moment: float, zone: ZoneInfo) -> float:
        """The first allowed moment from `moment` on, seconds since 1970."""
        local = datetime.fromtimestamp(moment, UTC).astimezone(zone)
        if local.time() < self.earliest:
            return _at(local, self.earliest)
        if local.time() > self.latest:
            return _at(local + timedelta(days=1), self.earliest)
        return moment


def _at(day: datetime, moment: time) -> float:
    return datetime.combine(day.date(), moment, day.tzinfo).timestamp()


@dataclass(frozen=True, slots=True)
class ConversationRules:
    """What an account sets about conversations beside the bot's answers."""

    zone: ZoneInfo
    nudge: NudgeRule | None
    """None: never."""
    abandon_after_s: float | None
    """None: never."""
    return_after_s: float | None = None
    """Silence of humans after which a pause ends by itself; None: never."""
    answers_handed_off: bool = True
    """A lead that was handed off is answered as long as nobody has it."""
    notice_every_s: float | None = 1800.0
    """At most one note about such a lead in so long; None: none."""
    hours: BusinessHours | None = None
    """When somebody is there; None: always."""
    sale_labels: SaleLabels = SALE_LABELS
    """Labels that tell of a sale."""


DEFAULT_RULES = ConversationRules(zone=ZoneInfo("America/Sao_Paulo"), nudge=NudgeRule(), abandon_after_s=86_400.0)
"""The product's."""


def next_wake(state: ConversationState, rules: ConversationRules, now: float) -> Wake | None:
    """The wake that a turn leaves behind; None: none.

    Args:
        state: After the turn.
        rules: The account's.
        now: Seconds since 1970.
    """
    if state.phase is Phase.PAUSED and rules.return_after_s is not None and state.human_at:
        return Wake(max(now, state.human_at + rules.return_after_s), WakeReason.RETURN)
    if state.phase is not Phase.ACTIVE or not state.waiting_since:
        return None
    gone_at = None if rules.abandon_after_s is None else state.waiting_since + rules.abandon_after_s
    if rules.nudge is not None and state.question_open and not state.nudged:
        due = max(now, rules.nudge.due(state.waiting_since, rules.zone))
        if gone_at is None or due < gone_at:
            return Wake(due, WakeReason.NUDGE)
    return None if gone_at is None else Wake(max(now, gone_at), WakeReason.ABANDONMENT)


def postponed(reason: WakeReason, rules: ConversationRules, now: float) -> Wake:
    """The same wake again, because it came at a bad moment: after its own time once more, at most ten minutes."""
    own_s = {
        WakeReason.NUDGE: rules.nudge.after_s if rules.nudge is not None else None,
        WakeReason.ABANDONMENT: rules.abandon_after_s,
        WakeReason.RETURN: rules.return_after_s,
    }[reason]
    return Wake(now + min(POSTPONED_S, own_s or POSTPONED_S), reason)


def nudge_allowed_at(rules: ConversationRules, now: float) -> float | None:
    """When a reminder that is due may go out: `now`, or later; None: the account wants none any more."""
    return None if rules.nudge is None else rules.nudge.allowed_from(now, rules.zone)


def notice_due(state: ConversationState, rules: ConversationRules, now: float) -> bool:
    """Whether a lead that was handed off, and that no human has answered yet, is worth a note when it writes."""
    waits = state.phase is Phase.HANDED_OFF and state.handed_off_for is HandOff.QUALIFIED
    return waits and is_notice_time(state, rules, now)


def is_notice_time(state: ConversationState, rules: ConversationRules, now: float) -> bool:
    """Whether the last note about a lead is long enough ago."""
    return rules.notice_every_s is not None and now - state.noticed_at >= rules.notice_every_s
