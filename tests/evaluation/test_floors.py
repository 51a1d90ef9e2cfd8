"""The development set keeps the quality that was reached; the whole measurement is `make eval`."""

from __future__ import annotations

import asyncio
from functools import cache

import pytest

from sdr_dialogue.engine.scripted import ScriptedEngine
from tests.evaluation.figures import macro_f1, percentile, weighted_kappa
from tests.evaluation.gold import gold_messages, gold_moods
from tests.evaluation.leads import simulated_leads
from tests.evaluation.measuring import Measured, measure

pytestmark = pytest.mark.thorough


@cache
def development() -> Measured:
    return asyncio.run(measure(ScriptedEngine(), "dev"))


def test_the_set_is_as_large_as_it_is_said_to_be_and_a_third_is_held_out() -> None:
    leads = {part: len(simulated_leads(part)) for part in ("dev", "heldout")}
    messages = {part: len(gold_messages(part)) for part in ("dev", "heldout")}
    moods = {part: len(gold_moods(part)) for part in ("dev", "heldout")}
    assert sum(leads.values()) >= 150
    assert sum(messages.values()) >= 500
    assert sum(moods.values()) >= 300
    for size in (leads, messages, moods):
        assert size["heldout"] * 3 >= sum(size.values())


def test_facts_are_understood_as_well_as_when_this_was_written() -> None:
    measured = development()
    assert measured.leads.micro().f1 >= 0.97
    assert measured.messages.micro().f1 >= 0.97
    assert sum(measured.joint_strict) / len(measured.joint_strict) >= 0.93
    assert weighted_kappa(measured.temperatures) >= 0.95


def test_nobody_who_needs_a_human_is_overlooked_and_hardly_anybody_else_is_handed_over() -> None:
    measured = development()
    assert measured.escalation.recall == 1.0
    assert measured.escalation.precision >= 0.95
    assert sum(measured.outcomes) / len(measured.outcomes) >= 0.95


def test_moods_are_told_apart() -> None:
    assert macro_f1(development().moods)[0] >= 0.9


def test_answers_cost_little_time() -> None:
    spent = [each for played in development().conversations for each in played.cpu_ms]
    assert sum(spent) / len(spent) < 20
    assert percentile(spent, 0.99) < 100
