"""Versions of a rubric: kept, tried on past leads, published, taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr.scoring.v1 import scoring_pb2 as pb
from sdr_common.errors import AccountNotFound
from sdr_common.idempotency import Idempotency, Once
from sdr_common.lead import Disqualification, EndReason, Fact, FactKind
from sdr_common.part_versions import PartVersion, PublishedPart
from sdr_common.postgres import Connection, Pool, connection
from sdr_scoring.domain.preview import Preview, preview
from sdr_scoring.domain.qualification import Judgement, Qualification, qualify
from sdr_scoring.domain.rubric import Rubric
from sdr_scoring.ports import Qualifications, Rubrics

A = TypeVar("A", bound=Message)
RubricPart = PublishedPart[pb.ScoringSettings, pb.ScoringSettings]
Published = tuple[PartVersion[pb.ScoringSettings], int]
"""A version, and the version of the settings that has it."""
LEADS = 500
"""Past leads that a preview judges unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rubric to keep."""

    account_id: int
    rubric: pb.ScoringSettings
    note: str
    based_on: int


class RubricWork:
    """The use cases.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating calls.
        part: Keeps the versions.
        rubrics: What is in force.
        qualifications: Past judgements.
        read: A rubric as the domain sees it; raises `InvalidRubric`.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        part: RubricPart,
        rubrics: Rubrics,
        qualifications: Qualifications,
        read: Callable[[pb.ScoringSettings], Rubric],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._part = part
        self._rubrics = rubrics
        self._qualifications = qualifications
        self._read = read

    async def create(self, draft: Draft, request_id: str, once: Once[PartVersion[pb.ScoringSettings], A]) -> A:
        """Keeps a draft.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidRubric: names the fact, level and limit that are wrong.
        """

        async def work(conn: Connection) -> A:
            kept = await self._part.create(
                conn,
                draft.account_id,
                draft.rubric,
                note=draft.note,
                based_on=draft.based_on,
                request_id=request_id,
            )
            return once.answer(kept)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def page(
        self, account_id: int, before: int, limit: int
    ) -> tuple[Sequence[PartVersion[pb.ScoringSettings]], int]:
        """Versions, newest first, and the number in force."""
        return await self._part.page(account_id, before, limit)

    async def get(self, account_id: int, number: int) -> PartVersion[pb.ScoringSettings]:
        """One version, or the one in force for 0."""
        return await self._part.get(account_id, number)

    async def activate(
        self, account_id: int, number: int, expected: int, request_id: str, once: Once[Published, A]
    ) -> A:
        """Publishes a version.

        Raises:
            VersionNotFound: there is none.
            VersionConflict: another one is in force than expected.
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

    async def preview(self, account_id: int, settings: pb.ScoringSettings, lead_count: int) -> Preview:
        """What a rubric would have made of the leads that were judged last.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidRubric: names the fact, level and limit that are wrong.
        """
        draft = self._read(settings)
        async with connection(self._pool) as conn:
            active = await self._rubrics.find(conn, account_id)
            if active is None:
                raise AccountNotFound(account_id)
            leads = await self._qualifications.latest(conn, account_id, lead_count or LEADS)
        return preview(leads, active.rubric, draft)

    async def try_score(
        self,
        account_id: int,
        facts: Mapping[FactKind, Fact],
        disqualification: Disqualification | None,
        ended: EndReason,
        number: int,
    ) -> Judgement:
        """Judges without keeping anything.

        Raises:
            AccountNotFound: the account was never set up here.
            VersionNotFound: there is no such version of the rubric.
            InvalidField: a fact has a level that is none of its own.
        """
        stored = await self._part.settings_with(account_id, number)
        return qualify(facts, disqualification, ended, self._read(stored.settings))

    async def number_of(self, account_id: int, judged: Qualification) -> int:
        """The version of the rubric that a judgement was made by; 0: from before these were kept."""
        async with connection(self._pool) as conn:
            return await self._part.number_at(conn, account_id, judged.rubric_version)

    async def _publish(
        self, account_id: int, work: Callable[[Connection], Awaitable[A]], once: Once[Published, A]
    ) -> A:
        answer = await self._idempotency.once(once.request, once.answer_type, work)
        self._rubrics.forget(account_id)
        return answer
