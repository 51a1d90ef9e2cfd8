"""The main job on the whole stack: a hundred leads, and what killing a process does to them."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.conftest import IDLE_S
from tests.e2e.conversation import Played, faults_of, handoff_faults, play_all, whole, whole_faults_of
from tests.e2e.personas import hundred_leads
from tests.support.chatwoot import Chatwoot
from tests.support.net import eventually
from tests.support.stack import RunningStack

pytestmark = pytest.mark.e2e

AT_ONCE = 25


def test_the_hundred_are_what_was_asked_for() -> None:
    counted: dict[str, int] = {}
    for persona in hundred_leads():
        counted[persona.temperature] = counted.get(persona.temperature, 0) + 1
    assert counted == {"quente": 20, "morno": 40, "frio": 25, "muito_frio": 15}


@pytest.mark.thorough
@pytest.mark.timeout(300)
async def test_every_lead_is_answered_once_per_burst_and_ends_where_it_belongs(
    stack: RunningStack, chatwoot: Chatwoot
) -> None:
    played = await play_all(chatwoot, hundred_leads(), AT_ONCE)

    async def all_handed_off() -> list[str]:
        export = await chatwoot.sandbox("GET", "/export")
        faults = [fault for one in played for fault in handoff_faults(export, one)]
        assert not faults
        return ["done"]

    await eventually(all_handed_off, timeout_s=30, interval_s=0.5)
    export = await chatwoot.sandbox("GET", "/export")
    judged = _whole(stack, played)
    assert [fault for one in played for fault in faults_of(export, one, torn=one not in judged)] == []
    assert [fault for one in judged for fault in whole_faults_of(export, one)] == []


@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.parametrize("victim", ["gateway", "dialogue", "scoring", "routing", "reporting"])
async def test_killing_a_service_during_the_run_costs_nothing_but_time(
    victim: str, stack: RunningStack, chatwoot: Chatwoot
) -> None:
    run = asyncio.create_task(play_all(chatwoot, hundred_leads(), AT_ONCE, timeout_s=120))
    await _kill_midway(stack, chatwoot, [victim])
    await _assert_nothing_changed(stack, chatwoot, await run)


@pytest.mark.thorough
@pytest.mark.timeout(300)
async def test_killing_every_service_once_during_the_run_costs_nothing_but_time(
    stack: RunningStack, chatwoot: Chatwoot
) -> None:
    leads = hundred_leads()[::3]
    run = asyncio.create_task(play_all(chatwoot, leads, AT_ONCE, timeout_s=120))
    await _kill_midway(stack, chatwoot, ["routing", "dialogue", "gateway", "scoring", "reporting"])
    await _assert_nothing_changed(stack, chatwoot, await run)


def _whole(stack: RunningStack, played: list[Played]) -> list[Played]:
    """Those that can be judged burst by burst: on a quiet machine all; with half there is still a verdict."""
    found = whole(stack, played, IDLE_S)
    assert len(found) >= len(played) * 0.5, f"only {len(found)} of {len(played)} conversations kept their bursts"
    return found


async def _kill_midway(stack: RunningStack, chatwoot: Chatwoot, victims: list[str]) -> None:
    """Kills the victims one after another, each while conversations are under way."""
    before = len((await chatwoot.sandbox("GET", "/export"))["conversations"])

    async def under_way() -> bool:
        return len((await chatwoot.sandbox("GET", "/export"))["conversations"]) >= before + 10

    await eventually(under_way, timeout_s=60, interval_s=0.2)
    for victim in victims:
        dead = stack.kill(victim)
        await asyncio.to_thread(stack.wait_restarted, victim, dead)


async def _assert_nothing_changed(stack: RunningStack, chatwoot: Chatwoot, played: list[Played]) -> None:
    judged = _whole(stack, played)

    async def all_well() -> bool:
        export = await chatwoot.sandbox("GET", "/export")
        faults = [fault for one in played for fault in faults_of(export, one, torn=one not in judged)]
        faults += [fault for one in played for fault in handoff_faults(export, one)]
        assert faults + [fault for one in judged for fault in whole_faults_of(export, one)] == []
        return True

    await eventually(all_well, timeout_s=60, interval_s=0.5)
