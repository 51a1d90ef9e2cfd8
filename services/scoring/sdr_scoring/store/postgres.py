"""Scoring's ports over Postgres; nothing here commits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sdr.common.v1 import lead_pb2 as lead
from sdr.scoring.v1 import scoring_pb2 as pb
from sdr_common.account_settings import AccountSettingsStore, CachedSettings, StoredSettings
from sdr_common.clinic import Clinic
from sdr_common.lead import Temperature
from sdr_common.lead_proto import clinic_from_wire, clinic_to_wire
from sdr_common.part_versions import Part, PublishedPart
from sdr_common.postgres import Connection, Pool, Queries
from sdr_scoring.convert import judgement_to_wire, rubric_from_wire, rubric_to_wire
from sdr_scoring.domain.preview import PastLead
from sdr_scoring.domain.qualification import Judgement, Qualification, QualificationId
from sdr_scoring.domain.rubric import Rubric
from sdr_scoring.operations_rubrics import RubricPart
from sdr_scoring.ports import AccountRubric, Subject, Summary
from sdr_scoring.store import rows

QUERIES = Queries.load("sdr_scoring.store")
"""Every statement of this service's own tables."""


def rubric_part(pool: Pool) -> RubricPart:
    """The versions of accounts' rubrics: a rubric is the whole of its settings."""

    def normal(_clinic: lead.Clinic, settings: pb.ScoringSettings) -> pb.ScoringSettings:
        return rubric_to_wire(rubric_from_wire(settings))

    return PublishedPart(
        pool,
        Part(
            settings=pb.ScoringSettings,
            content=pb.ScoringSettings,
            read=lambda settings: settings,
            write=lambda _settings, rubric: rubric,
            normal=normal,
            name="rubric",
        ),
    )


class PostgresRubrics:
    """`Rubrics` over the shared versioned account settings.

    Args:
        pool: The service's pool.
        part: Keeps the versions that people work on.
    """

    def __init__(self, pool: Pool, part: RubricPart) -> None:
        self._store = AccountSettingsStore(pb.ScoringSettings)
        self._cache = CachedSettings(pool, self._store)
        self._part = part

    async def active(self, account_id: int) -> AccountRubric:
        """See `Rubrics.active`."""
        return _account_rubric(await self._cache.active(account_id))

    async def find(self, conn: Connection, account_id: int, version: int = 0) -> AccountRubric | None:
        """See `Rubrics.find`."""
        stored = await self._store.find(conn, account_id, version)
        return None if stored is None else _account_rubric(stored)

    async def put(self, conn: Connection, account_id: int, clinic: Clinic, rubric: Rubric) -> tuple[int, bool]:
        """See `Rubrics.put`."""
        settings = rubric_to_wire(rubric)
        version, changed = await self._store.put(conn, account_id, clinic_to_wire(clinic), settings)
        await self._part.record(conn, account_id, version, settings)
        return version, changed

    def forget(self, account_id: int) -> None:
        """See `Rubrics.forget`."""
        self._cache.forget(account_id)


class PostgresQualifications:
    """`Qualifications` over the table of that name, which refuses updates."""

    async def add(self, conn: Connection, subject: Subject, judgement: Judgement, rubric_version: int) -> Qualification:
        """See `Qualifications.add`."""
        cursor = await conn.execute(
            QUERIES["add_qualification"],
            {
                "account_id": subject.account_id,
                "contact_id": subject.contact_id,
                "conversation_id": subject.conversation_id,
                "turn_id": subject.turn_id,
                "score": judgement.score,
                "temperature": judgement.temperature,
                "rubric_version": rubric_version,
                "judgement": judgement_to_wire(judgement).SerializeToString(),
            },
        )
        row = await cursor.fetchone()
        if row is None:
            raise AssertionError("an insert without a condition returns its row")
        return rows.qualification(row)

    async def find(self, conn: Connection, account_id: int, qualification_id: QualificationId) -> Qualification | None:
        """See `Qualifications.find`."""
        parameters = {"account_id": account_id, "qualification_id": uuid.UUID(qualification_id)}
        row = await (await conn.execute(QUERIES["find_qualification"], parameters)).fetchone()
        return None if row is None else rows.qualification(row)

    async def latest(self, conn: Connection, account_id: int, limit: int) -> Sequence[PastLead]:
        """See `Qualifications.latest`."""
        parameters = {"account_id": account_id, "limit": limit}
        found = await (await conn.execute(QUERIES["latest_qualifications"], parameters)).fetchall()
        return [rows.past_lead(row) for row in found]

    async def of_lead(
        self, conn: Connection, account_id: int, contact_id: int, before: int, limit: int
    ) -> Sequence[Summary]:
        """See `Qualifications.of_lead`."""
        parameters = {"account_id": account_id, "contact_id": contact_id, "before": before, "limit": limit}
        found = await (await conn.execute(QUERIES["list_qualifications"], parameters)).fetchall()
        return [
            Summary(
                qualification_id=str(row["qualification_id"]),
                version=row["version"],
                conversation_id=row["conversation_id"],
                turn_id=row["turn_id"],
                score=row["score"],
                temperature=Temperature(row["temperature"]),
                qualified_at=row["qualified_at"],
            )
            for row in found
        ]


def _account_rubric(stored: StoredSettings[pb.ScoringSettings]) -> AccountRubric:
    return AccountRubric(stored.version, clinic_from_wire(stored.clinic), rubric_from_wire(stored.settings))
