"""Two sessions meet in a forced order: what broke earlier versions, one race each.

A race takes a box and asserts. `test_races` runs each on the real statements; `test_mutations` runs
some on sabotaged ones, where they must fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from sdr_common.clock import utc_now
from sdr_common.mailbox import Claim, Close, Extension, Failure, LeaseLost, NewEntry
from sdr_common.postgres import connection
from tests.integration.mailbox.box import SLOW_S, Box, echo, exts, message

Race = Callable[[Box], Awaitable[None]]

IN_AN_HOUR = timedelta(hours=1)


async def an_arrival_does_not_end_a_lease(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(message(2))
    await box.claim_none()
    assert await box.close(claim)
    assert exts((await box.claim()).entries) == [2]


async def an_arrival_does_not_end_a_backoff(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.mailbox.fail(claim, Failure(counted=True, retry_after_s=60.0))
    await box.put(message(2))
    await box.claim_none()
    await box.hurry("held_until")
    again = await box.claim("berta")
    assert (again.turn, exts(again.entries), again.attempt) == (claim.turn, [1], 2)


async def an_arrival_that_a_close_waited_for_is_due(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    async with box.session() as arriving:
        await box.mailbox.ingest(arriving, [message(2)])
        closing = await box.blocked(lambda: box.close(claim))
    assert await closing
    second = await box.claim()
    assert exts(second.entries) == [2]
    assert await box.close(second)
    await box.claim_none()


async def a_quiet_arrival_that_a_close_waited_for_is_due_by_itself(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    async with box.session() as arriving:
        await box.mailbox.ingest(arriving, [echo(2, quiet_s=100.0)])
        closing = await box.blocked(lambda: box.close(claim))
    assert await closing
    await box.claim_none()
    assert await box.seconds_until("due_at") == pytest.approx(100.0, abs=SLOW_S)
    await box.hurry("quiet_at")
    second = await box.claim()
    assert exts(second.entries) == [2]
    assert await box.close(second)
    assert await box.seconds_until("due_at") is None


async def an_arrival_that_a_close_waited_for_clears_its_wake(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    async with box.session() as arriving:
        await box.mailbox.ingest(arriving, [message(2)])
        closing = await box.blocked(lambda: box.close(claim, Close("answered", utc_now() + IN_AN_HOUR, "nudge")))
    assert await closing
    assert await box.close(await box.claim())
    assert await box.seconds_until("due_at") is None


async def an_arrival_clears_a_wake(box: Box) -> None:
    await box.put(message(1))
    assert await box.close(await box.claim(), Close("answered", utc_now() + IN_AN_HOUR, "nudge"))
    await box.put(message(2))
    assert await box.close(await box.claim())
    assert await box.seconds_until("due_at") is None


async def a_quiet_arrival_leaves_a_wake(box: Box) -> None:
    await box.put(message(1))
    assert await box.close(await box.claim(), Close("answered", utc_now() + IN_AN_HOUR, "nudge"))
    await box.put(echo(2, quiet_s=0.0))
    assert await box.close(await box.claim())
    await box.hurry("wake_at", by_s=4000)
    assert (await box.claim()).wake_reason == "nudge"


async def a_wake_is_due_once(box: Box) -> None:
    await box.put(message(1))
    assert await box.close(await box.claim(), Close("answered", utc_now() - IN_AN_HOUR, "nudge"))
    assert await box.close(await box.claim())
    await box.claim_none()


async def superseding_takes_what_it_waited_for(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(message(2))
    async with box.session() as arriving:
        await box.mailbox.ingest(arriving, [message(3), echo(4)])
        superseding = await box.blocked(lambda: box.mailbox.supersede(claim))
    now = await superseding
    assert exts(now.entries) == [1, 2, 3, 4]
    assert now.turn > claim.turn
    assert await box.mailbox.seal(now, b"answer")
    assert await box.close(now)
    assert await box.seconds_until("due_at") is None


async def superseding_without_newer_messages_changes_nothing(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(echo(2, quiet_s=0.0))
    now = await box.mailbox.supersede(claim)
    assert (now.turn, exts(now.entries)) == (claim.turn, [1])
    assert await box.close(now)
    assert exts((await box.claim()).entries) == [2]


async def sealing_that_waited_for_an_arrival_is_stale(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    async with box.session() as arriving:
        await box.mailbox.ingest(arriving, [message(2)])
        sealing = await box.blocked(lambda: box.mailbox.seal(claim, b"answer to 1"))
    assert not await sealing
    assert not (await box.row())["sealed"]


async def an_arrival_that_a_seal_made_wait_is_the_next_turn(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    async with box.session() as sealing:
        parameters = {"account_id": 1, "key_id": 7, "owner": "anna", "epoch": claim.epoch}
        await sealing.execute(box.queries["seal"], {**parameters, "answer": b"answer to 1", "patience_s": 60.0})
        arriving = await box.blocked(lambda: box.put(message(2)))
    await arriving
    now = await box.mailbox.supersede(claim)
    assert (now.turn, exts(now.entries), now.sealed) == (claim.turn, [1], True)
    assert await box.close(now)
    assert exts((await box.claim()).entries) == [2]


async def a_sealed_answer_stands_in_every_redo(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    assert await box.mailbox.seal(claim, b"first")
    assert await box.mailbox.seal(claim, b"second")
    await box.put(message(2))
    assert await box.mailbox.seal(claim, b"third")
    await box.hurry("held_until")
    redo = await box.claim("berta")
    assert (redo.turn, exts(redo.entries), redo.sealed, redo.answer) == (claim.turn, [1], True, b"first")
    assert await box.close(redo)
    later = await box.claim()
    assert (exts(later.entries), later.sealed, later.answer) == ([2], False, None)


async def a_stale_answer_is_not_put_off_for_ever(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(message(2))
    assert not await box.mailbox.seal(claim, b"answer")
    await box.hurry("since", by_s=61.0)
    assert await box.mailbox.seal(claim, b"answer")
    assert await box.close(claim)
    assert exts((await box.claim()).entries) == [2]


async def an_answer_that_was_stale_is_never_a_redo_s(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(message(2))
    assert not await box.mailbox.seal(claim, b"stale")
    await box.hurry("held_until")
    redo = await box.claim("berta")
    assert (redo.sealed, redo.answer) == (False, None)
    now = await box.mailbox.supersede(redo)
    assert await box.mailbox.seal(now, b"fresh")
    assert (await box.mailbox.supersede(now)).answer == b"fresh"


async def a_late_lower_id_is_not_swallowed(box: Box) -> None:
    await box.put(message(5))
    first = await box.claim()
    async with box.session() as arriving:
        await box.mailbox.ingest(arriving, [message(3)])
        closing = await box.blocked(lambda: box.close(first))
    assert await closing
    second = await box.claim()
    assert exts(second.entries) == [3]
    assert second.turn > first.turn


async def two_claimers_never_wait_and_never_share(box: Box) -> None:
    await box.put(message(1))
    async with box.session() as first:
        parameters = {"owner": "anna", "limit": 10, "lease_s": 60.0}
        rows = await (await first.execute(box.queries["claim"], parameters)).fetchall()
        assert len(rows) == 1
        await asyncio.wait_for(box.claim_none(), 2)
    await box.claim_none()


async def a_thawed_process_that_claims_its_own_key_again_is_fenced(box: Box) -> None:
    await box.put(message(1))
    old = await box.claim("anna")
    await box.hurry("held_until")
    new = await box.claim("anna")
    assert new.attempt == 2
    await _assert_fenced(box, old)
    row = await box.row()
    assert (row["owner"], row["epoch"], row["sealed"], row["turn"]) == ("anna", new.epoch, False, new.turn)
    assert await box.mailbox.seal(new, b"answer")
    assert await box.close(new)


async def one_who_put_the_turn_back_is_fenced(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim("anna")
    await box.mailbox.fail(claim, Failure(counted=False, retry_after_s=60.0))
    await _assert_fenced(box, claim)
    row = await box.row()
    assert (row["owner"], row["turn"], row["attempt"]) == (None, claim.turn, 0)
    await box.claim_none()


async def _assert_fenced(box: Box, old: Claim) -> None:
    assert await box.mailbox.beat([old]) == set()
    with pytest.raises(LeaseLost):
        await box.mailbox.seal(old, b"old")
    with pytest.raises(LeaseLost):
        await box.mailbox.supersede(old)
    with pytest.raises(LeaseLost):
        await box.mailbox.fail(old, Failure(counted=True))
    assert await box.mailbox.release([old]) == set()
    assert not await box.close(old)


async def outages_and_stops_are_not_poison(box: Box) -> None:
    await box.put(message(1))
    attempts = []
    for _ in range(3):
        claim = await box.claim()
        attempts.append(claim.attempt)
        await box.mailbox.fail(claim, Failure(counted=False, retry_after_s=0.0))
        claim = await box.claim()
        attempts.append(claim.attempt)
        await box.mailbox.release([claim])
    assert attempts == [1] * 6
    await box.mailbox.fail(await box.claim(), Failure(counted=True, retry_after_s=0.0))
    claim = await box.claim()
    assert claim.attempt == 2
    assert await box.close(claim)
    await box.put(message(2))
    assert (await box.claim()).attempt == 1


async def typing_leaves_what_an_open_turn_made_wait(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(message(2, idle_s=20.0, cap_s=80.0))
    async with connection(box.pool) as conn:
        await box.mailbox.extend(conn, [Extension(1, 7, 70.0)])
    assert await box.close(claim)
    assert await box.seconds_until("due_at") == pytest.approx(20.0, abs=SLOW_S)


async def typing_never_passes_the_cap(box: Box) -> None:
    await box.put(message(1, idle_s=20.0, cap_s=80.0))
    async with connection(box.pool) as conn:
        await box.mailbox.extend(conn, [Extension(1, 7, 3600.0)])
    assert await box.seconds_until("due_at") == pytest.approx(80.0, abs=SLOW_S)


async def taking_reads_its_own_keys_entries_only(box: Box) -> None:
    others = [NewEntry(1, ext - 3000, "message_created", ext, {}, idle_s=3600, cap_s=3600) for ext in range(3000)]
    await box.put(*others)
    async with connection(box.pool) as conn:
        await conn.execute("analyze mailbox_entry")
        await conn.execute("analyze mailbox")
    await box.put(message(1))
    async with box.session() as conn:
        await conn.execute(box.queries["claim"], {"owner": "anna", "limit": 1, "lease_s": 60.0})
        explain = "explain (analyze, timing off, format json) " + box.queries["take"]
        row = await (await conn.execute(explain, {"accounts": [1], "keys": [7]})).fetchone()
    assert row is not None
    assert _entries_read(row["QUERY PLAN"][0]["Plan"]) < 20


def _entries_read(plan: dict[str, object]) -> float:
    total = 0.0
    if plan.get("Relation Name") == "mailbox_entry" and plan["Node Type"] != "ModifyTable":
        rows = plan["Actual Rows"], plan.get("Rows Removed by Filter", 0)
        total += sum(float(str(number)) for number in rows) * float(str(plan["Actual Loops"]))
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    return total + sum(_entries_read(part) for part in below)
