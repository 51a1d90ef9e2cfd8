from __future__ import annotations

import pytest
from pydantic import ValidationError

from sdr_sandbox.chatwoot.misbehaviour import Faults, Misbehaviour

PATH = "/api/v1/accounts/1/conversations/1/messages"


def faults(**wanted: object) -> Faults:
    made = Faults()
    made.set(Misbehaviour.model_validate(wanted))
    return made


def test_nothing_goes_wrong_by_default() -> None:
    made = Faults()
    assert {made.for_message_create(PATH, str(number)) for number in range(200)} == {None}
    webhook = made.for_webhook("x")
    assert (webhook.dropped, webhook.duplicated, webhook.delay_s) == (False, False, 0.0)
    assert made.latency_s(PATH) == 0.0


def test_ratios_are_met_about_as_often_as_asked() -> None:
    made = faults(seed=3, message_create={"error_after_save_ratio": 0.2, "timeout_ratio": 0.3})
    drawn = [made.for_message_create(PATH, str(number)) for number in range(2000)]
    assert 0.16 < drawn.count("error_after_save") / 2000 < 0.24
    assert 0.26 < drawn.count("timeout") / 2000 < 0.34
    assert set(drawn) == {None, "error_after_save", "timeout"}


def test_what_falls_depends_on_the_key_and_not_on_the_order() -> None:
    wanted = {"seed": 5, "message_create": {"reject_429_ratio": 0.5}}
    keys = [str(number) for number in range(50)]
    forwards, backwards = faults(**wanted), faults(**wanted)
    first = {key: forwards.for_message_create(PATH, key) for key in keys}
    second = {key: backwards.for_message_create(PATH, key) for key in reversed(keys)}
    assert first == second
    assert len(set(first.values())) == 2


def test_a_repeated_key_gets_a_draw_of_its_own() -> None:
    made = faults(seed=5, message_create={"reject_429_ratio": 0.5})
    assert len({made.for_message_create(PATH, "a") for _ in range(30)}) == 2


def test_a_delay_lies_within_its_range() -> None:
    made = faults(seed=1, webhook_delay_ms=[100, 200], delay_ratio=1)
    delays = [made.for_webhook(str(number)).delay_s for number in range(100)]
    assert min(delays) >= 0.1
    assert max(delays) <= 0.2


@pytest.mark.parametrize(
    "wanted",
    [
        {"webhook_drop_ratio": 1.1},
        {"webhook_drop_ratio": -0.1},
        {"webhook_delay_ms": [5, 1]},
        {"message_create": {"timeout_ratio": 0.6, "late_save_ratio": 0.6}},
        {"path_filter": "("},
        {"down": "talvez"},
        {"webhok_drop_ratio": 0.1},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(wanted: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Misbehaviour.model_validate(wanted)


@pytest.mark.parametrize(("given", "meant"), [(True, "503"), (False, "no"), ("reset", "reset"), (503, "503")])
def test_down_may_be_said_in_several_ways(given: object, meant: str) -> None:
    assert Misbehaviour.model_validate({"down": given}).down == meant
