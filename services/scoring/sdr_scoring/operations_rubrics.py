"""Versions of a rubric: kept, tried on past leads, published, taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdr.scoring.v1 import scoring_pb2 as pb
from sdr_common.errors import AccountNotFound
from sdr_common.idempotency import Idempotency
from sdr_common.lead import Disqualification, EndReason, Fact, FactKind
from sdr_common.part_versions import PartVersion, PublishedPart
from sdr_common.part_work import PartWork
from sdr_common.postgres import Pool, connection
from sdr_scoring.domain.preview import Preview, preview
from sdr_scoring.domain.qualification import Judgement, Qualification, qualify
from sdr_scoring.domain.rubric import Rubric
from sdr_scoring.ports import Qualifications, Rubrics

RubricPart = PublishedPart[pb.ScoringSettings, pb.ScoringSettings]
Published = tuple[PartVersion[pb.ScoringSettings], int]
"""A version, and the version of the settings that has it."""
LEADS = 500
"""Past leads that a preview judges unless it is told otherwise."""


class RubricWork(PartWork[pb.ScoringSettings, pb.ScoringSettings]):
    """The use cases of every part's versions, and what a rubric can be tried on.

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
        super().__init__(idempotency, part, rubrics.forget)
        self._pool = pool
        self._rubrics = rubrics
        self._qualifications = qualifications
        self._read = read

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
