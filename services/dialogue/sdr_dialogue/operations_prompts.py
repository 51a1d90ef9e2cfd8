"""Versions of an account's prompt: kept, compared, published, taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr.dialogue.v1.dialogue_pb2 import DialogueSettings
from sdr.dialogue.v1.prompts_pb2 import PromptContent
from sdr_common.idempotency import Idempotency, Once
from sdr_common.part_versions import PartVersion, PublishedPart
from sdr_common.postgres import Connection

A = TypeVar("A", bound=Message)
PromptPart = PublishedPart[DialogueSettings, PromptContent]
Prompt = PartVersion[PromptContent]
Published = tuple[Prompt, int]
"""A version, and the version of the settings that has it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A prompt to keep."""

    account_id: int
    content: PromptContent
    note: str
    based_on: int


class PromptWork:
    """The use cases.

    Args:
        idempotency: Guards the mutating calls.
        part: Keeps the versions.
        forget: Makes the next turn see settings that were just committed.
    """

    def __init__(self, idempotency: Idempotency, part: PromptPart, forget: Callable[[int], None]) -> None:
        self._idempotency = idempotency
        self._part = part
        self._forget = forget

    async def create(self, draft: Draft, request_id: str, once: Once[Prompt, A]) -> A:
        """Keeps a draft.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidSettings: the settings with it would contradict themselves.
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

    async def page(self, account_id: int, before: int, limit: int) -> tuple[Sequence[Prompt], int]:
        """Versions, newest first, and the number in force."""
        return await self._part.page(account_id, before, limit)

    async def get(self, account_id: int, number: int) -> Prompt:
        """One version, or the one in force for 0."""
        return await self._part.get(account_id, number)

    async def activate(
        self, account_id: int, number: int, expected: int, request_id: str, once: Once[Published, A]
    ) -> A:
        """Publishes a version.

        Raises:
            VersionNotFound: there is none.
            VersionConflict: another one is in force than expected.
            InvalidSettings: today's settings with it would contradict themselves.
        """

        async def work(conn: Connection) -> A:
            return once.answer(
                await self._part.activate(conn, account_id, number, expected=expected, request_id=request_id)
            )

        return await self._publish(account_id, work, once)

    async def rollback(self, account_id: int, expected: int, request_id: str, once: Once[Published, A]) -> A:
        """Publishes what was in force before.

        Raises:
            NoEarlierVersion: nothing was.
            VersionConflict: another one is in force than expected.
        """

        async def work(conn: Connection) -> A:
            return once.answer(await self._part.rollback(conn, account_id, expected=expected, request_id=request_id))

        return await self._publish(account_id, work, once)

    async def _publish(
        self, account_id: int, work: Callable[[Connection], Awaitable[A]], once: Once[Published, A]
    ) -> A:
        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._forget(account_id)
        return answer
