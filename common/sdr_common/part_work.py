"""The use cases of a versioned part of an account's settings: kept, looked up, published, taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from sdr_common.idempotency import Idempotency, Once
from sdr_common.part_versions import PartVersion, PublishedPart
from sdr_common.postgres import Connection

A = TypeVar("A", bound=Message)
S = TypeVar("S", bound=Message)
M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Draft(Generic[M]):
    """A version to keep."""

    account_id: int
    content: M
    note: str
    based_on: int
    """Number of the version that it was made from; 0: none."""


class PartWork(Generic[S, M]):
    """The use cases; a published version comes with the version of the settings that has it.

    Args:
        idempotency: Guards the mutating calls.
        part: Keeps the versions.
        forget: Makes the next turn see settings that were just committed.
    """

    def __init__(self, idempotency: Idempotency, part: PublishedPart[S, M], forget: Callable[[int], None]) -> None:
        self._idempotency = idempotency
        self._part = part
        self._forget = forget

    async def create(self, draft: Draft[M], request_id: str, once: Once[PartVersion[M], A]) -> A:
        """Keeps a draft.

        Raises:
            AccountNotFound: the account was never set up here.
            DomainError: the settings with it would be refused.
        """

        async def work(conn: Connection) -> A:
            kept = await self._part.create(
                conn,
                draft.account_id,
                draft.content,
                note=draft.note,
                based_on=draft.based_on,
                request_id=request_id,
            )
            return once.answer(kept)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def page(self, account_id: int, before: int, limit: int) -> tuple[Sequence[PartVersion[M]], int]:
        """Versions, newest first, and the number in force.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        return await self._part.page(account_id, before, limit)

    async def get(self, account_id: int, number: int) -> PartVersion[M]:
        """One version, or the one in force for 0.

        Raises:
            AccountNotFound: the account was never set up here.
            VersionNotFound: it has no such version.
        """
        return await self._part.get(account_id, number)

    async def activate(
        self, account_id: int, number: int, expected: int, request_id: str, once: Once[tuple[PartVersion[M], int], A]
    ) -> A:
        """Publishes a version.

        Raises:
            VersionNotFound: there is none.
            VersionConflict: another one is in force than expected.
            DomainError: today's settings with it would be refused.
        """

        async def work(conn: Connection) -> A:
            return once.answer(
                await self._part.activate(conn, account_id, number, expected=expected, request_id=request_id)
            )

        return await self._publish(account_id, work, once)

    async def rollback(
        self, account_id: int, expected: int, request_id: str, once: Once[tuple[PartVersion[M], int], A]
    ) -> A:
        """Publishes what was in force before.

        Raises:
            NoEarlierVersion: nothing was.
            VersionConflict: another one is in force than expected.
        """

        async def work(conn: Connection) -> A:
            return once.answer(await self._part.rollback(conn, account_id, expected=expected, request_id=request_id))

        return await self._publish(account_id, work, once)

    async def _publish(
        self,
        account_id: int,
        work: Callable[[Connection], Awaitable[A]],
        once: Once[tuple[PartVersion[M], int], A],
    ) -> A:
        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._forget(account_id)
        return answer
