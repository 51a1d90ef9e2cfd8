"""When a conversation is looked at though nobody wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from sdr_gateway.domain.conversation import ConversationState, HandOff, Phase
from sdr_gateway.domain.wakes import (
    DEFAULT_RULES,
    NudgeRule,
    Wake,
    WakeReason,
    next_wake,
    notice_due,
    nudge_allowed_at,
    postponed,
)

ZONE = ZoneInfo("America/Sao_Paulo")
MINUTE, HOUR = 60.0, 3600.0


def at(text: str) -> float:
    """An instant of the clinic's day, as seconds since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


NOON = at("2026-06-18 12:00")
ASKED = ConversationState(chatwoot_status="pending", last_message_id=5, waiting_since=NOON, question_open=True)


def test_ten_minutes_after_our_question_the_lead_is_reminded() -> None:
    assert next_wake(ASKED, DEFAULT_RULES, NOON) == Wake(NOON + 10 * MINUTE, WakeReason.NUDGE)


def test_once_reminded_it_counts_as_gone_a_day_after_our_question() -> None:
    reminded = replace(ASKED, nudged=True)
    assert next_wake(reminded, DEFAULT_RULES, NOON + 10 * MINUTE) == Wake(NOON + 24 * HOUR, WakeReason.ABANDONMENT)


def test_without_an_open_question_nobody_is_reminded() -> None:
    wake = next_wake(replace(ASKED, question_open=False), DEFAULT_RULES, NOON)
    assert wake == Wake(NOON + 24 * HOUR, WakeReason.ABANDONMENT)


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.HANDED_OFF, Phase.OPTED_OUT])
def test_where_the_bot_has_not_the_word_nothing_wakes(phase: Phase) -> None:
    assert next_wake(replace(ASKED, phase=phase), DEFAULT_RULES, NOON) is None


def test_a_lead_that_owes_nothing_wakes_nothing() -> None:
    assert next_wake(replace(ASKED, waiting_since=0.0), DEFAULT_RULES, NOON) is None


def test_each_can_be_switched_off() -> None:
    no_nudge = replace(DEFAULT_RULES, nudge=None)
    assert next_wake(ASKED, no_nudge, NOON) == Wake(NOON + 24 * HOUR, WakeReason.ABANDONMENT)
    assert next_wake(ASKED, replace(no_nudge, abandon_after_s=None), NOON) is None
    for_ever = replace(DEFAULT_RULES, abandon_after_s=None)
    assert next_wake(ASKED, for_ever, NOON) == Wake(NOON + 10 * MINUTE, WakeReason.NUDGE)
    assert nudge_allowed_at(no_nudge, NOON) is None


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-06-18 07:45", "2026-06-18 08:00"),
        ("2026-06-18 07:55", "2026-06-18 08:05"),
        ("2026-06-18 19:50", "2026-06-18 20:00"),
        ("2026-06-18 19:51", "2026-06-19 08:00"),
        ("2026-06-18 23:55", "2026-06-19 08:00"),
        ("2026-06-30 21:00", "2026-07-01 08:00"),
    ],
)
def test_a_reminder_waits_for_the_allowed_hours_of_the_clinics_day(asked: str, due: str) -> None:
    assert NudgeRule().due(at(asked), ZONE) == at(due)


def test_a_reminder_that_would_come_after_the_lead_counts_as_gone_is_left_out() -> None:
    evening = replace(ASKED, waiting_since=at("2026-06-18 20:30"))
    soon = replace(DEFAULT_RULES, abandon_after_s=2 * HOUR)
    assert next_wake(evening, soon, evening.waiting_since) == Wake(at("2026-06-18 22:30"), WakeReason.ABANDONMENT)


def test_what_is_overdue_is_due_now() -> None:
    late = NOON + 30 * HOUR
    assert next_wake(ASKED, DEFAULT_RULES, late) == Wake(late, WakeReason.ABANDONMENT)
    reminder_day = replace(DEFAULT_RULES, nudge=NudgeRule(60.0, time(9), time(18)))
    assert nudge_allowed_at(reminder_day, at("2026-06-18 21:00")) == at("2026-06-19 09:00")
    assert nudge_allowed_at(reminder_day, NOON) == NOON


def test_a_pause_ends_by_itself_only_where_the_account_says_so() -> None:
    paused = replace(ASKED, phase=Phase.PAUSED, human_at=NOON)
    assert next_wake(paused, DEFAULT_RULES, NOON) is None
    after_two_hours = replace(DEFAULT_RULES, return_after_s=2 * HOUR)
    assert next_wake(paused, after_two_hours, NOON + HOUR) == Wake(NOON + 2 * HOUR, WakeReason.RETURN)
    assert next_wake(replace(paused, human_at=0.0), after_two_hours, NOON) is None
    assert next_wake(replace(paused, phase=Phase.HANDED_OFF), after_two_hours, NOON) is None


def test_the_closer_is_told_of_a_lead_of_theirs_once_in_half_an_hour() -> None:
    waiting = ConversationState(Phase.HANDED_OFF, handed_off_for=HandOff.QUALIFIED, noticed_at=NOON)
    assert not notice_due(waiting, DEFAULT_RULES, NOON + 29 * MINUTE)
    assert notice_due(waiting, DEFAULT_RULES, NOON + 30 * MINUTE)
    assert not notice_due(waiting, replace(DEFAULT_RULES, notice_every_s=None), NOON + HOUR)
    assert not notice_due(replace(waiting, handed_off_for=HandOff.ESCALATED), DEFAULT_RULES, NOON + HOUR)
    assert not notice_due(replace(waiting, phase=Phase.PAUSED), DEFAULT_RULES, NOON + HOUR)


def test_a_wake_at_a_bad_moment_comes_again_after_its_own_time_or_ten_minutes() -> None:
    quick = replace(DEFAULT_RULES, nudge=NudgeRule(60.0), return_after_s=5.0)
    assert postponed(WakeReason.NUDGE, quick, NOON) == Wake(NOON + MINUTE, WakeReason.NUDGE)
    assert postponed(WakeReason.ABANDONMENT, quick, NOON) == Wake(NOON + 10 * MINUTE, WakeReason.ABANDONMENT)
    assert postponed(WakeReason.RETURN, quick, NOON) == Wake(NOON + 5, WakeReason.RETURN)
