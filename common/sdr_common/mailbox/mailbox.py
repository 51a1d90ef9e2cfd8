"""The mailbox's statements as methods: each is one transaction, fenced where it acts for an owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

import msgspec
import psycopg
from psycopg.rows import DictRow

from sdr_common.mailbox.model import (
    Claim,
    Close,
    Depth,
    Entry,
    EntryIdentity,
    EntryRefused,
    Extension,
    Failure,
    IngestResult,
    LeaseLost,
    MailboxKey,
    MailboxOptions,
    NewEntry,
)
from sdr_common.postgres import Connection, Pool, Queries, connection, transaction

QUERIES: Final = Queries.load(__package__)
"""The statements, by name."""

_REFUSALS = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex)
"""What Postgres says about a body it cannot hold: bad characters or numbers, too long, too deep."""

_LONGEST_HINT_S = 3600.0
"""A hint of the other side is obeyed up to this."""

Fence = tuple[MailboxKey, int]
"""A key and the epoch in which it is held."""


class Mailbox:
    """One mailbox: the tables that the pool's schema holds.

    Args:
        pool: The service's pool (autocommit, READ COMMITTED).
        options: Its times.
        queries: Its statements; tests pass altered ones to prove that they are noticed.
    """

    def __init__(self, pool: Pool, options: MailboxOptions | None = None, *, queries: Queries = QUERIES) -> None:
        self.pool = pool
        self.options = options or MailboxOptions()
        self._queries = queries

    async def ingest(self, conn: Connection, entries: Sequence[NewEntry]) -> IngestResult:
        """Stores entries inside the caller's transaction; one call per transaction, else two may deadlock.

        Returns:
            Which are new and which were there already (in the mailbox, or earlier in `entries`).

        Raises:
            EntryRefused: the database cannot hold one of the bodies; the transaction must be left.
        """
        first: dict[EntryIdentity, NewEntry] = {}
        for entry in entries:
            first.setdefault(entry.identity, entry)
        if not first:
            return IngestResult((), ())
        try:
            document = _document(first.values())
            rows = await (await conn.execute(self._queries["ingest"], {"document": document})).fetchall()
        except (*_REFUSALS, ValueError, TypeError, RecursionError) as error:
            raise EntryRefused(entries) from error
        stored = {EntryIdentity(row["account_id"], row["event"], row["ext"], row["version"]) for row in rows}
        new = tuple(entry for identity, entry in first.items() if identity in stored)
        repeated = tuple(
            entry for entry in entries if entry.identity not in stored or first[entry.identity] is not entry
        )
        return IngestResult(new, repeated)

    async def extend(self, conn: Connection, extensions: Sequence[Extension]) -> None:
        """Lets keys with waiting entries and no open turn wait longer, up to their cap; others are left alone."""
        parameters = {
            "accounts": [extension.account_id for extension in extensions],
            "keys": [extension.key_id for extension in extensions],
            "idles_s": [extension.idle_s for extension in extensions],
        }
        await conn.execute(self._queries["extend"], parameters)

    async def next_due_s(self) -> float | None:
        """Seconds until the earliest key is due, negative when overdue; None when nothing is to come.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with connection(self.pool) as conn:
            row = await (await conn.execute(self._queries["next_due"])).fetchone()
        return None if row is None else row["in_s"]

    async def claim(self, owner: str, limit: int) -> list[Claim]:
        """Takes up to `limit` keys that are due, the longest due first, for `owner`.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        parameters = {"owner": owner, "limit": limit, "lease_s": self.options.lease_s}
        async with transaction(self.pool) as conn:
            rows = await (await conn.execute(self._queries["claim"], parameters)).fetchall()
            if not rows:
                return []
            fresh = [MailboxKey(row["account_id"], row["key_id"]) for row in rows if row["fresh"]]
            if fresh:
                await self._take(conn, fresh)
            held = {MailboxKey(row["account_id"], row["key_id"]): row for row in rows}
            fences = [(key, row["epoch"]) for key, row in held.items()]
            waits = {key: row["waited_s"] for key, row in held.items()}
            return await self._load(conn, owner, fences, waits)

    async def supersede(self, claim: Claim) -> Claim:
        """Takes newer stirring entries into an open turn, under a new number.

        Returns:
            The turn as it is now: renumbered with more entries; or as it was, when none wait or it is sealed.

        Raises:
            LeaseLost: somebody else has it.
            StoreUnavailable: the database does not answer.
        """
        async with transaction(self.pool) as conn:
            parameters = {**_fence(claim), "lease_s": self.options.lease_s}
            row = await (await conn.execute(self._queries["supersede"], parameters)).fetchone()
            if row is not None:
                await self._take(conn, [claim.key])
            claims = await self._load(conn, claim.owner, [(claim.key, claim.epoch)], {claim.key: claim.waited_s})
        if not claims:
            raise LeaseLost(claim)
        return claims[0]

    async def seal(self, claim: Claim, answer: bytes, *, patience_s: float | None = None) -> bool:
        """Passes the point of no return with an answer, unless it is stale. Call it before the first public effect.

        Args:
            claim: The turn; look at `claim.sealed` first, an answer that was sealed before stands.
            answer: What a redo will get.
            patience_s: Instead of the mailbox's own patience.

        Returns:
            False when newer stirring entries wait: `supersede` and answer anew.

        Raises:
            LeaseLost: somebody else has it.
            StoreUnavailable: the database does not answer; whether it is sealed, the redo will tell.
        """
        patience = self.options.patience_s if patience_s is None else patience_s
        parameters = {**_fence(claim), "answer": answer, "patience_s": patience}
        async with connection(self.pool) as conn:
            row = await (await conn.execute(self._queries["seal"], parameters)).fetchone()
        if row is None:
            raise LeaseLost(claim)
        return bool(row["sealed"])

    async def close(self, closes: Sequence[tuple[Claim, Close]]) -> set[Fence]:
        """Ends turns of one owner, together.

        Returns:
            Those that were still held; the others are somebody else's now.

        Raises:
            StoreUnavailable: the database does not answer; repeating is safe.
        """
        parameters = {
            **_fences([claim for claim, _ in closes]),
            "outcomes": [close.outcome for _, close in closes],
            "wakes_at": [close.wake_at for _, close in closes],
            "wake_reasons": [close.wake_reason for _, close in closes],
            "cancels": [close.cancel_wake for _, close in closes],
        }
        return await self._fenced("close", parameters)

    async def fail(self, claim: Claim, failure: Failure) -> float:
        """Puts a turn back for later.

        Returns:
            The pause, in seconds.

        Raises:
            LeaseLost: somebody else has it.
            StoreUnavailable: the database does not answer; the lease will end by itself.
        """
        options = self.options
        base_s, ceiling_s = options.setback_base_s, options.setback_ceiling_s
        if failure.counted:
            base_s, ceiling_s = options.retry_base_s, options.retry_ceiling_s
        hint_s = failure.retry_after_s
        parameters = {
            **_fence(claim),
            "counted": failure.counted,
            "reason": failure.reason[:80],
            "retry_after_s": None if hint_s is None else min(max(hint_s, 0.0), _LONGEST_HINT_S),
            "base_s": base_s,
            "ceiling_s": ceiling_s,
        }
        async with connection(self.pool) as conn:
            row = await (await conn.execute(self._queries["fail"], parameters)).fetchone()
        if row is None:
            raise LeaseLost(claim)
        return float(row["in_s"])

    async def release(self, claims: Sequence[Claim]) -> set[Fence]:
        """Gives turns of one owner back at once, with their attempt.

        Returns:
            Those that were still held.

        Raises:
            StoreUnavailable: the database does not answer; the leases will end by themselves.
        """
        return await self._fenced("release", _fences(claims))

    async def beat(self, claims: Sequence[Claim]) -> set[Fence]:
        """Prolongs the leases of one owner's turns.

        Returns:
            Those that are still held.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        return await self._fenced("beat", {**_fences(claims), "lease_s": self.options.lease_s})

    async def depth(self) -> Depth:
        """How far behind the workers are.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with connection(self.pool) as conn:
            row = await (await conn.execute(self._queries["depth"])).fetchone()
        if row is None:
            return Depth(0, 0.0, 0.0)
        return Depth(row["waiting"], max(0.0, row["oldest_s"]), max(0.0, row["unanswered_s"]))

    async def _fenced(self, name: str, parameters: dict[str, object]) -> set[Fence]:
        async with connection(self.pool) as conn:
            rows = await (await conn.execute(self._queries[name], parameters)).fetchall()
        return {(MailboxKey(row["account_id"], row["key_id"]), row["epoch"]) for row in rows}

    async def _take(self, conn: Connection, keys: Sequence[MailboxKey]) -> None:
        parameters = {"accounts": [key.account_id for key in keys], "keys": [key.key_id for key in keys]}
        await conn.execute(self._queries["take"], parameters)

    async def _load(
        self, conn: Connection, owner: str, fences: Sequence[Fence], waits: dict[MailboxKey, float]
    ) -> list[Claim]:
        parameters = {
            "owner": owner,
            "accounts": [key.account_id for key, _ in fences],
            "keys": [key.key_id for key, _ in fences],
            "epochs": [epoch for _, epoch in fences],
        }
        rows = await (await conn.execute(self._queries["load"], parameters)).fetchall()
        claims = []
        for key, group in groupby(rows, lambda row: MailboxKey(row["account_id"], row["key_id"])):
            lines = list(group)
            claims.append(_claim(key, owner, lines, waits[key]))
        return claims


def _claim(key: MailboxKey, owner: str, lines: list[DictRow], waited_s: float) -> Claim:
    head = lines[0]
    return Claim(
        account_id=key.account_id,
        key_id=key.key_id,
        turn=head["turn"],
        entries=tuple(_entry(line) for line in lines if line["seq"] is not None),
        owner=owner,
        epoch=head["epoch"],
        attempt=head["attempt"],
        sealed=head["sealed"],
        answer=head["answer"],
        wake_reason=head["woken_for"],
        since=head["since"],
        waited_s=waited_s,
    )


def _entry(line: DictRow) -> Entry:
    return Entry(
        seq=line["seq"],
        event=line["event"],
        ext=line["ext"],
        version=line["version"],
        stirring=line["stirring"],
        raw=line["body"].encode(),
        traceparent=line["traceparent"],
        arrived_at=line["arrived_at"],
    )


def _document(entries: Iterable[NewEntry]) -> str:
    return msgspec.json.encode(list(entries)).decode()


def _fence(claim: Claim) -> dict[str, object]:
    return {"account_id": claim.account_id, "key_id": claim.key_id, "owner": claim.owner, "epoch": claim.epoch}


def _fences(claims: Sequence[Claim]) -> dict[str, object]:
    """One owner's claims as arrays."""
    return {
        "owner": claims[0].owner if claims else "",
        "accounts": [claim.account_id for claim in claims],
        "keys": [claim.key_id for claim in claims],
        "epochs": [claim.epoch for claim in claims],
    }
