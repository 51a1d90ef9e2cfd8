"""What comes in: dedupe, coalescing, quiet entries, typing, wakes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sdr_common.clock import utc_now
from sdr_common.mailbox import Close, EntryRefused, Extension, NewEntry
from sdr_common.postgres import transaction
from tests.integration.mailbox.box import SLOW_S, Box, echo, exts, message


async def test_an_entry_that_comes_again_is_stored_once(box: Box) -> None:
    first = await box.put(message(1))
    again = await box.put(message(1), message(2), message(2))
    assert [entry.ext for entry in first.new] == [1]
    assert [entry.ext for entry in again.new] == [2]
    assert [entry.ext for entry in again.repeated] == [1, 2]
    assert exts((await box.claim()).entries) == [1, 2]


async def test_another_version_of_the_same_thing_is_another_entry(box: Box) -> None:
    edit = NewEntry(1, 7, "message_updated", 1, {"text": "b"}, version="hash-b")
    assert len((await box.put(message(1), edit)).new) == 2
    assert [(entry.event, entry.version) for entry in (await box.claim()).entries] == [
        ("message_created", ""),
        ("message_updated", "hash-b"),
    ]


async def test_the_same_ids_of_two_accounts_do_not_meet(box: Box) -> None:
    other = NewEntry(2, 7, "message_created", 1, {"text": "other"})
    assert len((await box.put(message(1), other)).new) == 2
    claims = await box.mailbox.claim("anna", 10)
    assert [(claim.account_id, claim.key_id, exts(claim.entries)) for claim in claims] == [(1, 7, [1]), (2, 7, [1])]


async def test_a_turn_sees_its_entries_in_the_outside_order_with_all_they_came_with(box: Box) -> None:
    late = NewEntry(1, 7, "message_created", 9, {"n": {"x": [1, None, "é"]}}, traceparent="00-ab-cd-01")
    await box.put(late)
    await box.put(message(4))
    claim = await box.claim()
    assert exts(claim.entries) == [4, 9]
    assert claim.entries[1].body == {"n": {"x": [1, None, "é"]}}
    assert claim.entries[1].traceparent == "00-ab-cd-01"
    assert claim.entries[1].arrived_at == claim.since
    assert (claim.attempt, claim.sealed, claim.answer, claim.wake_reason) == (1, False, None, "")


async def test_a_burst_waits_for_silence_but_never_past_the_cap(box: Box) -> None:
    await box.put(message(1, idle_s=20.0, cap_s=80.0))
    assert await box.seconds_until("due_at") == pytest.approx(20.0, abs=SLOW_S)
    await box.hurry("first_at", by_s=70.0)
    await box.hurry("cap_at", by_s=70.0)
    await box.put(message(2, idle_s=20.0, cap_s=80.0))
    assert await box.seconds_until("due_at") == pytest.approx(10.0, abs=SLOW_S)


async def test_an_entry_without_idle_is_due_at_once_and_nothing_puts_it_off(box: Box) -> None:
    await box.put(message(1, idle_s=60.0, cap_s=600.0))
    await box.claim_none()
    await box.put(message(2, idle_s=0.0))
    await box.put(message(3, idle_s=60.0, cap_s=600.0))
    async with transaction(box.pool) as conn:
        await box.mailbox.extend(conn, [Extension(1, 7, 60.0)])
    assert exts((await box.claim()).entries) == [1, 2, 3]


async def test_what_comes_during_a_turn_is_due_by_its_own_idle_and_cap(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(message(2, idle_s=30.0, cap_s=60.0))
    assert await box.close(claim)
    assert await box.seconds_until("due_at") == pytest.approx(30.0, abs=SLOW_S)


async def test_typing_puts_a_burst_off_up_to_its_cap_and_never_brings_it_forward(box: Box) -> None:
    await box.put(message(1, idle_s=20.0, cap_s=80.0))
    for idle_s, due_s in ((40.0, 40.0), (10.0, 40.0), (600.0, 80.0)):
        async with transaction(box.pool) as conn:
            await box.mailbox.extend(conn, [Extension(1, 7, idle_s), Extension(1, 7, 0.5), Extension(1, 99, 5.0)])
        assert await box.seconds_until("due_at") == pytest.approx(due_s, abs=SLOW_S)


async def test_typing_alone_makes_nothing_due_and_leaves_an_open_turn_alone(box: Box) -> None:
    await box.put(echo(1, quiet_s=100.0))
    async with transaction(box.pool) as conn:
        await box.mailbox.extend(conn, [Extension(1, 7, 20.0)])
    assert await box.seconds_until("due_at") == pytest.approx(100.0, abs=SLOW_S)
    await box.put(message(2))
    claim = await box.claim()
    await box.put(message(3, idle_s=20.0, cap_s=80.0))
    async with transaction(box.pool) as conn:
        await box.mailbox.extend(conn, [Extension(1, 7, 70.0)])
    assert await box.seconds_until("due_at") == pytest.approx(60.0, abs=SLOW_S)
    assert await box.close(claim)
    assert await box.seconds_until("due_at") == pytest.approx(20.0, abs=SLOW_S)


async def test_a_quiet_entry_is_taken_along_with_the_next_turn(box: Box) -> None:
    await box.put(echo(1, quiet_s=100.0))
    await box.claim_none()
    await box.put(message(2))
    claim = await box.claim()
    assert [(entry.ext, entry.stirring) for entry in claim.entries] == [(1, False), (2, True)]
    assert await box.close(claim)
    assert await box.seconds_until("due_at") is None


async def test_a_quiet_entry_that_nothing_takes_along_becomes_due_by_itself(box: Box) -> None:
    await box.put(echo(1, quiet_s=100.0))
    assert await box.seconds_until("due_at") == pytest.approx(100.0, abs=SLOW_S)
    await box.hurry("quiet_at")
    claim = await box.claim()
    assert (exts(claim.entries), claim.since) == ([1], None)


async def test_a_quiet_entry_during_a_turn_neither_makes_it_stale_nor_is_left_behind(box: Box) -> None:
    await box.put(message(1))
    claim = await box.claim()
    await box.put(echo(2, quiet_s=100.0))
    assert await box.mailbox.seal(claim, b"answer")
    assert (await box.mailbox.supersede(claim)).turn == claim.turn
    assert await box.close(claim)
    assert await box.seconds_until("due_at") == pytest.approx(100.0, abs=SLOW_S)
    await box.hurry("quiet_at")
    assert exts((await box.claim()).entries) == [2]


async def test_a_wake_is_a_turn_without_entries_with_a_number_of_its_own(box: Box) -> None:
    await box.put(message(1))
    first = await box.claim()
    assert await box.close(first, Close("answered", utc_now() + timedelta(hours=1), "nudge"))
    assert await box.seconds_until("due_at") == pytest.approx(3600, abs=60)
    await box.hurry("wake_at", by_s=4000)
    woken = await box.claim()
    assert (woken.entries, woken.wake_reason) == ((), "nudge")
    assert woken.turn > first.turn
    assert await box.close(woken)
    assert await box.seconds_until("due_at") is None


async def test_a_redone_wake_still_knows_why_it_woke(box: Box) -> None:
    await box.put(message(1))
    assert await box.close(await box.claim(), Close("answered", utc_now() - timedelta(seconds=1), "nudge"))
    woken = await box.claim()
    await box.hurry("held_until")
    again = await box.claim("berta")
    assert (again.turn, again.wake_reason, again.attempt) == (woken.turn, "nudge", 2)


async def test_a_message_clears_a_wake_and_a_quiet_entry_does_not(box: Box) -> None:
    await box.put(message(1))
    assert await box.close(await box.claim(), Close("answered", utc_now() + timedelta(hours=1), "nudge"))
    await box.put(echo(2, quiet_s=0.0))
    quiet = await box.claim()
    assert (exts(quiet.entries), quiet.wake_reason) == ([2], "")
    assert await box.close(quiet)
    assert (await box.row())["wake_reason"] == "nudge"
    await box.put(message(3))
    assert await box.close(await box.claim())
    assert await box.seconds_until("due_at") is None


async def test_a_close_may_cancel_a_wake(box: Box) -> None:
    await box.put(message(1))
    assert await box.close(await box.claim(), Close("answered", utc_now() + timedelta(hours=1), "nudge"))
    await box.put(echo(2, quiet_s=0.0))
    assert await box.close(await box.claim(), Close("seen", cancel_wake=True))
    assert (await box.row())["due_at"] is None


async def test_a_message_during_a_wake_turn_makes_it_an_ordinary_one(box: Box) -> None:
    await box.put(message(1))
    assert await box.close(await box.claim(), Close("answered", utc_now() - timedelta(seconds=1), "nudge"))
    woken = await box.claim()
    await box.put(message(2))
    assert not await box.mailbox.seal(woken, b"are you still there?")
    now = await box.mailbox.supersede(woken)
    assert (exts(now.entries), now.wake_reason) == ([2], "")
    assert now.turn > woken.turn


@pytest.mark.parametrize("body", [{"text": "a\0b"}, {"text": "\ud800"}, {"n": 10**5000}, {"x": object()}])
async def test_a_body_that_cannot_be_stored_is_refused_and_nothing_of_it_stays(
    box: Box, body: dict[str, object]
) -> None:
    with pytest.raises(EntryRefused):
        await box.put(message(1), NewEntry(1, 7, "message_created", 2, body))
    await box.claim_none()
    assert len((await box.put(message(1))).new) == 1


async def test_no_entries_are_no_work(box: Box) -> None:
    result = await box.put()
    assert (result.new, result.repeated) == ((), ())
