"""Many callers, few commits; each gets its own answer."""

from __future__ import annotations

import asyncio

import pytest

from sdr_common.errors import StoreUnavailable
from sdr_common.mailbox import GroupCommit, Mailbox, MailboxFull, NewEntry, Receipt
from sdr_common.postgres import make_pool
from tests.integration.mailbox.box import SLOW_S, Box, exts, message


async def test_callers_that_wait_share_a_commit_and_each_gets_its_answer(box: Box) -> None:
    commits = []
    async with GroupCommit(box.mailbox, on_commit=lambda: commits.append(1)) as commit:
        receipts = await asyncio.gather(*(commit.add(message(ext)) for ext in (1, 2, 2, 3, 1)))
    assert receipts == [
        Receipt.ACCEPTED,
        Receipt.ACCEPTED,
        Receipt.REPEATED,
        Receipt.ACCEPTED,
        Receipt.REPEATED,
    ]
    assert len(commits) == 1
    assert exts((await box.claim()).entries) == [1, 2, 3]


async def test_a_bad_body_fails_alone_and_its_neighbours_are_stored(box: Box) -> None:
    async with GroupCommit(box.mailbox) as commit:
        bad = [NewEntry(1, 7, "message_created", ext, {"text": "a\0"}) for ext in (3, 6)]
        good = [message(ext) for ext in (1, 2, 4, 5, 7, 8)]
        entries = sorted([*bad, *good], key=lambda entry: entry.ext)
        receipts = await asyncio.gather(*(commit.add(entry) for entry in entries))
    assert [receipt is Receipt.REFUSED for receipt in receipts] == [
        False,
        False,
        True,
        False,
        False,
        True,
        False,
        False,
    ]
    assert exts((await box.claim()).entries) == [1, 2, 4, 5, 7, 8]


async def test_typing_is_committed_after_the_entries_that_came_with_it(box: Box) -> None:
    async with GroupCommit(box.mailbox) as commit:
        await asyncio.gather(commit.add(message(1, idle_s=20.0, cap_s=80.0)), commit.extend(1, 7, 60.0))
    assert await box.seconds_until("due_at") == pytest.approx(60.0, abs=SLOW_S)


async def test_a_full_queue_turns_callers_away_and_serves_those_in_it(box: Box) -> None:
    async with GroupCommit(box.mailbox, max_waiting=2) as commit:
        results = await asyncio.gather(*(commit.add(message(ext)) for ext in (1, 2, 3)), return_exceptions=True)
        assert results[:2] == [Receipt.ACCEPTED, Receipt.ACCEPTED]
        assert isinstance(results[2], MailboxFull)
        assert results[2].details == {"limit": "2"}
        assert await commit.add(message(4)) is Receipt.ACCEPTED


async def test_leaving_commits_what_waits_and_takes_no_more(box: Box) -> None:
    async with GroupCommit(box.mailbox) as commit:
        waiting = asyncio.create_task(commit.add(message(1)))
        await asyncio.sleep(0)
    assert await waiting is Receipt.ACCEPTED
    with pytest.raises(StoreUnavailable):
        await commit.add(message(2))


async def test_callers_hear_that_the_database_is_away_and_the_next_group_tries_again(box: Box) -> None:
    pool = make_pool("postgresql://nobody@127.0.0.1:1/none", "box", name="nowhere", min_size=0, timeout_s=0.2)
    await pool.open()
    try:
        async with GroupCommit(Mailbox(pool)) as commit:
            for _ in range(2):
                with pytest.raises(StoreUnavailable):
                    await commit.add(message(1))
    finally:
        await pool.close()


async def test_a_caller_that_gives_up_does_not_disturb_the_others(box: Box) -> None:
    async with GroupCommit(box.mailbox) as commit:
        gone = asyncio.create_task(commit.add(message(1)))
        stays = asyncio.create_task(commit.add(message(2)))
        await asyncio.sleep(0)
        gone.cancel()
        assert await stays is Receipt.ACCEPTED
    assert exts((await box.claim()).entries) == [1, 2]


async def test_a_group_that_loses_a_deadlock_is_committed_again(box: Box) -> None:
    await box.put(message(1, key_id=1), message(2, key_id=2))
    async with GroupCommit(box.mailbox) as commit, box.session() as other:
        await other.execute("set local deadlock_timeout = '60s'")
        await box.mailbox.ingest(other, [message(3, key_id=2)])

        async def add_both() -> list[Receipt]:
            return list(await asyncio.gather(commit.add(message(4, key_id=1)), commit.add(message(5, key_id=2))))

        waiting = await box.blocked(add_both)
        # Against the key order, as no statement of the mailbox does: somebody must lose.
        assert len((await box.mailbox.ingest(other, [message(6, key_id=1)])).new) == 1
    assert await waiting == [Receipt.ACCEPTED, Receipt.ACCEPTED]
    assert sorted(exts(claim.entries) for claim in await box.mailbox.claim("anna", 10)) == [[1, 4, 6], [2, 3, 5]]
