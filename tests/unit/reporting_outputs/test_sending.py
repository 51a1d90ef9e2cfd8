"""What becomes of a sending after a failed attempt."""

from __future__ import annotations

from datetime import timedelta

from sdr_reporting.outputs.domain.sending import ATTEMPTS, State, Undelivered, Verdict, verdict_of


def test_what_may_help_is_tried_again_after_growing_pauses_and_then_given_up() -> None:
    failure = Undelivered("http_503", again=True)
    found = [verdict_of(failure, attempt, 1.0) for attempt in range(1, ATTEMPTS + 1)]
    assert [each.pause for each in found] == [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(hours=1),
        timedelta(hours=1),
        None,
    ]
    assert [each.state for each in found] == [State.WAITING] * 5 + [State.FAILED]


def test_the_other_side_may_ask_for_a_pause_within_reason() -> None:
    asked = Undelivered("http_429", again=True, pause=timedelta(seconds=90))
    assert verdict_of(asked, 1, 1.0).pause == timedelta(seconds=90)
    endless = Undelivered("http_429", again=True, pause=timedelta(days=300))
    assert verdict_of(endless, 1, 1.0).pause == timedelta(hours=6)


def test_a_final_no_fails_at_once() -> None:
    assert verdict_of(Undelivered("recipients_refused"), 1, 1.0) == Verdict(State.FAILED, "recipients_refused")


def test_what_may_have_arrived_is_never_repeated_by_itself() -> None:
    lost = Undelivered("smtp_interrupted", again=True, uncertain=True)
    assert verdict_of(lost, 1, 1.0) == Verdict(State.UNCERTAIN, "smtp_interrupted")
