"""The judge of the torture finds every kind of broken promise."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.integration.mailbox.torture.checker import Effect, Evidence, Sent, Stored, Turn, violations


def answer(*exts: int, reason: str = "") -> str:
    return json.dumps({"exts": exts, "reason": reason, "outcome": "answered"})


GOOD = Evidence(
    sent={1: Sent(7), 2: Sent(7), 3: Sent(7, poison=True)},
    refused=frozenset({9}),
    stored=[Stored(1, 7, 10), Stored(2, 7, 10), Stored(3, 7, 30)],
    effects=[
        Effect(1, 7, 10, 1, answer(1, 2)),
        Effect(2, 7, 10, 2, answer(1, 2)),
        Effect(3, 7, 20, 3, answer(reason="nudge")),
        Effect(4, 7, 10, 1, answer(1, 2)),
        Effect(5, 7, 30, 8, answer(3)),
    ],
    turns=[Turn(10, 7, (1, 2), "waking", 2), Turn(20, 7, (), "answered", 1), Turn(30, 7, (3,), "handed_over", 5)],
    open_keys=[],
)


def test_kept_promises_are_no_violation() -> None:
    assert violations(GOOD) == []


BROKEN = {
    "entry 4 was acknowledged and is not stored": replace(GOOD, sent={**GOOD.sent, 4: Sent(7)}),
    "entry 9 was refused and is stored": replace(GOOD, stored=[*GOOD.stored, Stored(9, 7, 10)]),
    "an entry is stored twice": replace(GOOD, stored=[*GOOD.stored, Stored(1, 7, 10)]),
    "entry 2 was never taken": replace(GOOD, stored=[Stored(1, 7, 10), Stored(2, 7, None), Stored(3, 7, 30)]),
    "key 7 is not at rest": replace(GOOD, open_keys=[7]),
    "turn 10 was answered in 2 ways": replace(GOOD, effects=[*GOOD.effects, Effect(6, 7, 10, 1, answer(1))]),
    "entry 1 was answered in 2 turns": replace(
        GOOD,
        effects=[*GOOD.effects, Effect(6, 7, 40, 9, answer(1))],
        turns=[*GOOD.turns, Turn(40, 7, (1,), "answered", 1)],
    ),
    "entry 3 was answered in 0 turns": replace(GOOD, effects=GOOD.effects[:4], turns=GOOD.turns[:2]),
    "entry 5 was answered and never acknowledged": replace(
        GOOD, effects=[*GOOD.effects, Effect(6, 7, 40, 9, answer(5))], turns=[*GOOD.turns, Turn(40, 7, (5,), "x", 1)]
    ),
    "entry 1 was answered to another key": replace(GOOD, effects=[*GOOD.effects, Effect(6, 8, 10, 9, answer(1, 2))]),
    "turn 5 of key 7 was answered after turn 30": replace(
        GOOD, effects=[*GOOD.effects, Effect(6, 7, 5, 9, answer(reason="nudge"))]
    ),
    "turn 40 was answered or closed, not both": replace(
        GOOD, effects=[*GOOD.effects, Effect(6, 7, 40, 9, answer(reason="nudge"))]
    ),
    "a turn is closed twice": replace(GOOD, turns=[*GOOD.turns, GOOD.turns[1]]),
    "turn 10 was answered for other entries than it holds": replace(
        GOOD, turns=[Turn(10, 7, (1,), "waking", 2), *GOOD.turns[1:]]
    ),
    "turn 20 has neither entries nor a reason": replace(
        GOOD, effects=[*GOOD.effects[:2], Effect(3, 7, 20, 3, answer()), *GOOD.effects[3:]]
    ),
    "turn 30 ended as answered, poison True": replace(GOOD, turns=[*GOOD.turns[:2], Turn(30, 7, (3,), "answered", 5)]),
    "turn 30 was handed over at attempt 2": replace(GOOD, turns=[*GOOD.turns[:2], Turn(30, 7, (3,), "handed_over", 2)]),
    "key 7 never woke after turn 40": replace(
        GOOD,
        sent={**GOOD.sent, 4: Sent(7)},
        stored=[*GOOD.stored, Stored(4, 7, 40)],
        effects=[*GOOD.effects, Effect(6, 7, 40, 9, answer(4))],
        turns=[*GOOD.turns, Turn(40, 7, (4,), "waking", 1)],
    ),
}


@pytest.mark.parametrize("violation", sorted(BROKEN))
def test_a_broken_promise_is_named(violation: str) -> None:
    assert violation in violations(BROKEN[violation])
