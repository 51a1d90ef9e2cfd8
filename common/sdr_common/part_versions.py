"""Numbered versions of one part of a service's account settings: drafts that people publish and take back.

The settings stay the one home of what is in force. A version is a proposal or a memory: publishing one writes it
into the settings, and settings that arrive with another part (the account document) become a version of their own.
So an export is always whole, and a list of versions always has what was ever in force.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from sdr.common.v1.lead_pb2 import Clinic
from sdr_common import audit
from sdr_common.account_settings import AccountSettingsStore, StoredSettings
from sdr_common.actor import current_actor
from sdr_common.errors import AccountNotFound, NoEarlierVersion, VersionConflict, VersionNotFound
from sdr_common.postgres import Connection, Pool, Queries, transaction

UP_V1: Final = """
create table part_version (
  account_id bigint not null,
  number int not null,
  content jsonb not null,
  note text not null,
  based_on int not null,
  origin text not null,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint part_version_pk primary key (account_id, number),
  constraint part_version_origin_known check (origin in ('draft', 'settings'))
);
create table part_activation (
  account_id bigint not null,
  settings_version int not null,
  number int not null,
  activated_by text not null,
  activated_at timestamptz not null default clock_timestamp(),
  constraint part_activation_pk primary key (account_id, settings_version),
  constraint part_activation_version_fk foreign key (account_id, number) references part_version
)
"""
DOWN_V1: Final = """
drop table part_activation;
drop table part_version
"""

_QUERIES = Queries.parse(
    """
-- active --
-- The number in force since a version of the settings; 0: since the newest.
select number from part_activation
where account_id = %(account_id)s and (%(settings_version)s = 0 or settings_version <= %(settings_version)s)
order by settings_version desc limit 1

-- earlier --
-- What was in force when a number came into force for the first time.
select number from part_activation
where account_id = %(account_id)s and settings_version < (
  select min(settings_version) from part_activation where account_id = %(account_id)s and number = %(number)s)
order by settings_version desc limit 1

-- page --
-- Versions with a lower number, newest first; number: that one alone.
select v.number, v.content, v.note, v.based_on, v.origin, v.created_by, v.created_at, a.activated_by, a.activated_at
from part_version v left join lateral (
  select activated_by, activated_at from part_activation
  where account_id = v.account_id and number = v.number order by settings_version desc limit 1) a on true
where v.account_id = %(account_id)s and (%(before)s = 0 or v.number < %(before)s)
  and (%(number)s = 0 or v.number = %(number)s)
order by v.number desc limit %(limit)s

-- add --
-- Stores the next version; writers of an account follow one another.
insert into part_version (account_id, number, content, note, based_on, origin, created_by)
select %(account_id)s, coalesce(max(number), 0) + 1, %(content)s, %(note)s, %(based_on)s, %(origin)s, %(actor)s
from part_version where account_id = %(account_id)s
returning number

-- activate --
-- Notes what a version of the settings has; equal content may come into force under another number.
insert into part_activation (account_id, settings_version, number, activated_by)
values (%(account_id)s, %(settings_version)s, %(number)s, %(actor)s)
on conflict on constraint part_activation_pk do update set number = excluded.number,
  activated_by = excluded.activated_by, activated_at = clock_timestamp()
"""
)

S = TypeVar("S", bound=Message)
M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class PartVersion(Generic[M]):
    """One version."""

    number: int
    """Counts the account's, from 1."""
    content: M
    note: str
    """What changed, in its author's words."""
    based_on: int
    """The number it was made from; 0: none."""
    origin: str
    """"draft" or "settings"."""
    created_by: str
    created_at: datetime
    active: bool
    activated_by: str = ""
    """Who published it last; empty: nobody."""
    activated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part(Generic[S, M]):
    """Which part of the settings has versions."""

    settings: type[S]
    content: type[M]
    read: Callable[[S], M]
    """The part that settings have."""
    write: Callable[[S, M], S]
    """The settings with another part."""
    normal: Callable[[Clinic, S], S]
    """Settings as they are stored; raises the service's error where they may not be."""
    name: str
    """For the audit trail: "prompt", "rubric"."""


class PublishedPart(Generic[S, M]):
    """Keeps versions of a part and publishes them; never commits a caller's transaction.

    Args:
        pool: The service's pool.
        part: Which.
    """

    def __init__(self, pool: Pool, part: Part[S, M]) -> None:
        self._pool = pool
        self._part = part
        self._settings = AccountSettingsStore(part.settings)

    async def record(self, conn: Connection, account_id: int, settings_version: int, settings: S) -> None:
        """Makes the part of settings that were just stored a version, unless it is the one in force.

        Args:
            conn: Inside the transaction that stored them.
            account_id: Whose.
            settings_version: Theirs.
            settings: As stored.
        """
        content = self._part.read(settings)
        active = await self._active(conn, account_id)
        if active:
            known = await self._find(conn, account_id, active)
            if known is not None and known.content == content:
                return
        number = await self._add(conn, account_id, content, note="", based_on=active, origin="settings")
        await self._activate(conn, account_id, settings_version, number)

    async def create(
        self, conn: Connection, account_id: int, content: M, *, note: str, based_on: int, request_id: str
    ) -> PartVersion[M]:
        """Keeps a draft, as it would be stored.

        Raises:
            AccountNotFound: the account was never set up here.
            DomainError: the settings with it would be refused.
        """
        newest = await self._newest(conn, account_id)
        settings = self._part.normal(newest.clinic, self._part.write(newest.settings, content))
        number = await self._add(
            conn, account_id, self._part.read(settings), note=note, based_on=based_on, origin="draft"
        )
        await self._note(conn, "create", account_id, number, request_id)
        return await self.find(conn, account_id, number)

    async def page(self, account_id: int, before: int, limit: int) -> tuple[Sequence[PartVersion[M]], int]:
        """Versions with a lower number, newest first (0: from the newest), and the number in force.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        async with transaction(self._pool) as conn:
            await self._newest(conn, account_id)
            active = await self._active(conn, account_id)
            parameters = {"account_id": account_id, "before": before, "number": 0, "limit": limit}
            rows = await (await conn.execute(_QUERIES["page"], parameters)).fetchall()
        return [self._version(row, active) for row in rows], active

    async def get(self, account_id: int, number: int) -> PartVersion[M]:
        """One version, or the one in force for 0.

        Raises:
            AccountNotFound: the account was never set up here.
            VersionNotFound: it has no such version.
        """
        async with transaction(self._pool) as conn:
            await self._newest(conn, account_id)
            return await self.find(conn, account_id, number)

    async def active_number(self, account_id: int) -> int:
        """The number in force.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        return (await self.get(account_id, 0)).number

    async def find(self, conn: Connection, account_id: int, number: int) -> PartVersion[M]:
        """As `get`, in the caller's transaction, for an account whose part was recorded."""
        found = await self._find(conn, account_id, number or await self._active(conn, account_id))
        if found is None:
            raise VersionNotFound(self._part.name, number)
        return found

    async def settings_with(self, account_id: int, number: int) -> StoredSettings[S]:
        """The account's settings as they would be if a version were published; 0: as they are.

        Raises:
            AccountNotFound: the account was never set up here.
            VersionNotFound: it has no such version.
            DomainError: the settings with it would be refused.
        """
        async with transaction(self._pool) as conn:
            newest = await self._newest(conn, account_id)
            if not number:
                return newest
            version = await self.find(conn, account_id, number)
        settings = self._part.normal(newest.clinic, self._part.write(newest.settings, version.content))
        return StoredSettings(newest.version, newest.clinic, settings)

    async def activate(
        self, conn: Connection, account_id: int, number: int, *, expected: int, request_id: str
    ) -> tuple[PartVersion[M], int]:
        """Publishes a version: it, and the version of the settings that has it now.

        Args:
            conn: Inside the caller's transaction.
            account_id: Whose.
            number: Which.
            expected: What the caller believes to be in force; 0: whichever.
            request_id: For the audit trail.

        Raises:
            AccountNotFound: the account was never set up here.
            VersionNotFound: it has no such version.
            VersionConflict: another version is in force than expected.
            DomainError: the settings with it would be refused.
        """
        newest = await self._newest(conn, account_id)
        active = await self._active(conn, account_id)
        if expected not in (0, active):
            raise VersionConflict(self._part.name, expected, active)
        version = await self.find(conn, account_id, number)
        if number == active:
            return version, newest.version
        settings = self._part.normal(newest.clinic, self._part.write(newest.settings, version.content))
        settings_version, _ = await self._settings.put(conn, account_id, newest.clinic, settings)
        await self._activate(conn, account_id, settings_version, number)
        await self._note(conn, "activate", account_id, number, request_id, before=active)
        return await self.find(conn, account_id, number), settings_version

    async def rollback(
        self, conn: Connection, account_id: int, *, expected: int, request_id: str
    ) -> tuple[PartVersion[M], int]:
        """Publishes what was in force before the present version was for the first time; as `activate`.

        Raises:
            NoEarlierVersion: nothing was.
        """
        await self._newest(conn, account_id)
        active = await self._active(conn, account_id)
        if expected not in (0, active):
            raise VersionConflict(self._part.name, expected, active)
        parameters = {"account_id": account_id, "number": active}
        row = await (await conn.execute(_QUERIES["earlier"], parameters)).fetchone()
        if row is None:
            raise NoEarlierVersion(self._part.name, active)
        return await self.activate(conn, account_id, row["number"], expected=active, request_id=request_id)

    async def number_at(self, conn: Connection, account_id: int, settings_version: int) -> int:
        """The number that a version of the settings has; 0: from before versions were kept."""
        return await self._active(conn, account_id, settings_version)

    async def _newest(self, conn: Connection, account_id: int) -> StoredSettings[S]:
        """The settings in force, whose writers wait now; those of an older release become version 1."""
        await self._settings.lock(conn, account_id)
        newest = await self._settings.find(conn, account_id)
        if newest is None:
            raise AccountNotFound(account_id)
        if not await self._active(conn, account_id):
            await self.record(conn, account_id, newest.version, newest.settings)
        return newest

    async def _active(self, conn: Connection, account_id: int, settings_version: int = 0) -> int:
        parameters = {"account_id": account_id, "settings_version": settings_version}
        row = await (await conn.execute(_QUERIES["active"], parameters)).fetchone()
        return 0 if row is None else int(row["number"])

    async def _find(self, conn: Connection, account_id: int, number: int) -> PartVersion[M] | None:
        if not number:
            return None
        parameters = {"account_id": account_id, "before": 0, "number": number, "limit": 1}
        row = await (await conn.execute(_QUERIES["page"], parameters)).fetchone()
        return None if row is None else self._version(row, await self._active(conn, account_id))

    async def _add(
        self, conn: Connection, account_id: int, content: M, *, note: str, based_on: int, origin: str
    ) -> int:
        parameters = {
            "account_id": account_id,
            "content": Jsonb(json_format.MessageToDict(content)),
            "note": note,
            "based_on": based_on,
            "origin": origin,
            "actor": current_actor(),
        }
        row = await (await conn.execute(_QUERIES["add"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an insert without a condition returns its row")
        return int(row["number"])

    async def _activate(self, conn: Connection, account_id: int, settings_version: int, number: int) -> None:
        parameters = {
            "account_id": account_id,
            "settings_version": settings_version,
            "number": number,
            "actor": current_actor(),
        }
        await conn.execute(_QUERIES["activate"], parameters)

    async def _note(
        self, conn: Connection, deed: str, account_id: int, number: int, request_id: str, **detail: int
    ) -> None:
        await audit.note(
            conn,
            f"{deed}_{self._part.name}",
            account_id,
            subject=str(number),
            request_id=request_id,
            detail=detail,
        )

    def _version(self, row: DictRow, active: int) -> PartVersion[M]:
        return PartVersion(
            number=row["number"],
            content=json_format.ParseDict(row["content"], self._part.content(), ignore_unknown_fields=True),
            note=row["note"],
            based_on=row["based_on"],
            origin=row["origin"],
            created_by=row["created_by"],
            created_at=row["created_at"],
            active=row["number"] == active,
            activated_by=row["activated_by"] or "",
            activated_at=row["activated_at"],
        )
