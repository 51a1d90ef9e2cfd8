"""Whatever touches several keys locks them in key order: two of these never wait in a circle.

Each race holds key 1, lets the other side start with keys 1 and 2, then wants key 2. Who locks in
order waits at key 1 and holds nothing; who does not is in a deadlock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sdr_common.mailbox import Claim, Close, Extension
from sdr_common.postgres import Connection, connection
from tests.integration.mailbox.box import Box, message

OTHER_SIDE = 100


async def _meet(box: Box, act: Callable[[], Awaitable[object]]) -> None:
    async with box.session() as arriving:
        await arriving.execute("set local deadlock_timeout = '20ms'")
        await box.mailbox.ingest(arriving, [message(OTHER_SIDE + 1, key_id=1)])
        waiting = await box.blocked(act)
        await box.mailbox.ingest(arriving, [message(OTHER_SIDE + 2, key_id=2)])
    await waiting


async def _two_claims(box: Box) -> list[Claim]:
    """Claims of keys 2 and 1, in that order."""
    await box.put(message(1, key_id=1), message(2, key_id=2))
    claims = await box.mailbox.claim("anna", 10)
    return sorted(claims, key=lambda claim: -claim.key_id)


async def heartbeats_and_arrivals_do_not_deadlock(box: Box) -> None:
    claims = await _two_claims(box)
    await _meet(box, lambda: box.mailbox.beat(claims))


async def closes_and_arrivals_do_not_deadlock(box: Box) -> None:
    claims = await _two_claims(box)
    await _meet(box, lambda: box.mailbox.close([(claim, Close("answered")) for claim in claims]))


async def releases_and_arrivals_do_not_deadlock(box: Box) -> None:
    claims = await _two_claims(box)
    await _meet(box, lambda: box.mailbox.release(claims))


async def typing_and_arrivals_do_not_deadlock(box: Box) -> None:
    await box.put(message(1, key_id=1, idle_s=2), message(2, key_id=2, idle_s=2))

    async def extend() -> None:
        async with connection(box.pool) as conn:
            await box.mailbox.extend(conn, [Extension(1, 2, 3.0), Extension(1, 1, 3.0)])

    await _meet(box, extend)


async def arrivals_and_arrivals_do_not_deadlock(box: Box) -> None:
    await box.put(message(1, key_id=1), message(2, key_id=2))
    await _meet(box, lambda: box.put(message(4, key_id=2), message(3, key_id=1)))


async def repeats_of_the_same_entries_do_not_deadlock(box: Box) -> None:
    async def store(conn: Connection, ext: int) -> None:
        await box.mailbox.ingest(conn, [message(ext, key_id=ext)])

    async with box.session() as first:
        await first.execute("set local deadlock_timeout = '20ms'")
        await store(first, 1)
        second = await box.blocked(lambda: box.put(message(2, key_id=2), message(1, key_id=1)))
        await store(first, 2)
    assert (await second).new == ()
