"""Each service keeps and versions its own part of an account's settings, in one way.

Versions only grow; the active one is the newest. Stored as JSON of the contract's message, so that a
field added later is simply absent in older versions.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message
from psycopg.types.json import Jsonb

from sdr.common.v1.lead_pb2 import Clinic
from sdr_common.errors import AccountNotFound, InvalidField
from sdr_common.idempotency import Idempotency, Once
from sdr_common.postgres import Connection, Pool, Queries, connection

UP_V1: Final = """
create table account_settings (
  account_id bigint not null,
  version int not null,
  clinic jsonb not null,
  settings jsonb not null,
  created_at timestamptz not null default now(),
  constraint account_settings_pk primary key (account_id, version)
)
"""
DOWN_V1: Final = "drop table account_settings"

_QUERIES = Queries.parse(
    """
-- find --
-- One version of an account's settings, or the newest (version 0).
select version, clinic, settings from account_settings
where account_id = %(account_id)s and (%(version)s = 0 or version = %(version)s)
order by version desc limit 1

-- lock --
-- Serialises writers of one account.
select pg_advisory_xact_lock(hashtextextended('account_settings', %(account_id)s)) as locked

-- add --
-- Stores the next version.
insert into account_settings (account_id, version, clinic, settings)
values (%(account_id)s, %(version)s, %(clinic)s, %(settings)s)
"""
)

M = TypeVar("M", bound=Message)
A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class StoredSettings(Generic[M]):
    """One version of one account's part."""

    version: int
    clinic: Clinic
    settings: M


class AccountSettingsStore(Generic[M]):
    """Reads and adds versions; never commits.

    Args:
        message: The contract's settings message of this service.
    """

    def __init__(self, message: type[M]) -> None:
        self._message = message

    async def find(self, conn: Connection, account_id: int, version: int = 0) -> StoredSettings[M] | None:
        """One version, or the newest for 0; None when there is none."""
        row = await (await conn.execute(_QUERIES["find"], {"account_id": account_id, "version": version})).fetchone()
        if row is None:
            return None
        clinic = json_format.ParseDict(row["clinic"], Clinic(), ignore_unknown_fields=True)
        settings = json_format.ParseDict(row["settings"], self._message(), ignore_unknown_fields=True)
        return StoredSettings(row["version"], clinic, settings)

    async def lock(self, conn: Connection, account_id: int) -> None:
        """Makes other writers of an account's settings wait until the caller's transaction ends."""
        await conn.execute(_QUERIES["lock"], {"account_id": account_id})

    async def put(self, conn: Connection, account_id: int, clinic: Clinic, settings: M) -> tuple[int, bool]:
        """Adds a version unless it equals the newest; inside the caller's transaction.

        Returns:
            The active version, and whether it is new.
        """
        await self.lock(conn, account_id)
        newest = await self.find(conn, account_id)
        if newest is not None and newest.clinic == clinic and newest.settings == settings:
            return newest.version, False
        version = 1 if newest is None else newest.version + 1
        await conn.execute(
            _QUERIES["add"],
            {
                "account_id": account_id,
                "version": version,
                "clinic": Jsonb(json_format.MessageToDict(clinic)),
                "settings": Jsonb(json_format.MessageToDict(settings)),
            },
        )
        return version, True


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """The active version, and whether a call changed (or, in a dry run, would change) it."""

    version: int
    changed: bool


class Versioned(Protocol):
    """A version of settings in a service's own words."""

    @property
    def version(self) -> int:
        """From 1."""
        ...


V = TypeVar("V", bound=Versioned)


async def find_version(
    pool: Pool, find: Callable[[Connection, int, int], Awaitable[V | None]], account_id: int, version: int
) -> V:
    """One version of an account's settings, or the active one for 0.

    Args:
        pool: The service's pool.
        find: Reads a version of an account, the newest for 0; None when there is none.
        account_id: Whose.
        version: Which.

    Raises:
        AccountNotFound: the account was never set up here.
        InvalidField: the account has no such version.
    """
    async with connection(pool) as conn:
        found = await find(conn, account_id, version)
        active = found or await find(conn, account_id, 0)
    if active is None:
        raise AccountNotFound(account_id)
    if found is None:
        raise InvalidField("version", f"no version {version}; the newest is {active.version}", limit=active.version)
    return found


async def put_version(
    pool: Pool,
    idempotency: Idempotency,
    once: Once[StoredVersion, A],
    *,
    dry_run: bool,
    find: Callable[[Connection], Awaitable[V | None]],
    same: Callable[[V], bool],
    put: Callable[[Connection], Awaitable[tuple[int, bool]]],
) -> A:
    """Stores a new version of an account's settings; an equal one keeps its version, a dry run stores nothing.

    Args:
        pool: The service's pool.
        idempotency: Guards the call.
        once: The call, and how it is answered.
        dry_run: Only says what would become of it.
        find: Reads the active version; None: there is none.
        same: Whether the active version is what the call brings.
        put: Stores what the call brings; the active version, and whether it is new.

    Raises:
        RequestIdReused: the id came before with another input.
    """
    if dry_run:
        async with connection(pool) as conn:
            active = await find(conn)
        if active is None:
            return once.answer(StoredVersion(0, changed=True))
        return once.answer(StoredVersion(active.version, changed=not same(active)))

    async def work(conn: Connection) -> A:
        return once.answer(StoredVersion(*await put(conn)))

    return await idempotency.once(once.request, once.answer_type, work)


class CachedSettings(Generic[M]):
    """The active settings of accounts, read at most every `ttl_s` seconds, so that a turn costs no query.

    Args:
        pool: The service's pool.
        store: Where they are.
        ttl_s: Seconds after which a change is seen.
    """

    def __init__(self, pool: Pool, store: AccountSettingsStore[M], ttl_s: float = 2.0) -> None:
        self._pool = pool
        self._store = store
        self._ttl_s = ttl_s
        self._cache: dict[int, tuple[float, StoredSettings[M]]] = {}

    async def active(self, account_id: int) -> StoredSettings[M]:
        """The active settings.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        cached = self._cache.get(account_id)
        if cached is not None and time.monotonic() - cached[0] < self._ttl_s:
            return cached[1]
        async with connection(self._pool) as conn:
            found = await self._store.find(conn, account_id)
        if found is None:
            raise AccountNotFound(account_id)
        self._cache[account_id] = (time.monotonic(), found)
        return found

    def forget(self, account_id: int) -> None:
        """Makes the next read see what was just stored."""
        self._cache.pop(account_id, None)
