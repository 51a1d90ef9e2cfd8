"""Scoring's use cases: each loads, decides by the domain, and saves in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common.account_settings import StoredVersion, find_version, put_version
from sdr_common.clinic import Clinic
from sdr_common.idempotency import Idempotency, Once
from sdr_common.lead import Disqualification, EndReason, Fact, FactKind
from sdr_common.metrics import METER
from sdr_common.postgres import Connection, Pool, connection
from sdr_scoring.domain.errors import QualificationNotFound
from sdr_scoring.domain.qualification import Qualification, QualificationId, qualify
from sdr_scoring.domain.rubric import Rubric
from sdr_scoring.ports import AccountRubric, Qualifications, Rubrics, Subject, Summary

A = TypeVar("A", bound=Message)

_PAGE = 50
_QUALIFICATIONS = METER.create_counter(
    "sdr.scoring.qualifications", ("temperature",), description="Judgements of leads, by temperature."
)


@dataclass(frozen=True, slots=True)
class QualifyCommand:
    """What a judgement is asked on."""

    subject: Subject
    facts: Mapping[FactKind, Fact]
    disqualification: Disqualification | None
    ended: EndReason


@dataclass(frozen=True, slots=True)
class PutSettingsCommand:
    """A new version of an account's settings."""

    account_id: int
    clinic: Clinic
    rubric: Rubric
    dry_run: bool


class Scoring:
    """The service's use cases.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating calls.
        rubrics: Accounts' settings.
        qualifications: Where judgements are kept.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        rubrics: Rubrics,
        qualifications: Qualifications,
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._rubrics = rubrics
        self._qualifications = qualifications

    async def qualify(self, command: QualifyCommand, once: Once[Qualification, A]) -> A:
        """Judges a lead and keeps the result under its next version.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidField: a fact has a level that is none of its own.
            RequestIdReused: the id came before with another input.
        """
        # Read before the transaction begins, so that a call never holds two connections.
        active = await self._rubrics.active(command.subject.account_id)

        async def work(conn: Connection) -> A:
            judgement = qualify(command.facts, command.disqualification, command.ended, active.rubric)
            stored = await self._qualifications.add(conn, command.subject, judgement, active.version)
            _QUALIFICATIONS.add(1, {"temperature": judgement.temperature.value})
            return once.answer(stored)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def find_qualification(self, account_id: int, qualification_id: QualificationId) -> Qualification:
        """A stored qualification.

        Raises:
            QualificationNotFound: the account has no such qualification.
        """
        async with connection(self._pool) as conn:
            found = await self._qualifications.find(conn, account_id, qualification_id)
        if found is None:
            raise QualificationNotFound(account_id, qualification_id)
        return found

    async def list_qualifications(
        self, account_id: int, contact_id: int, page_size: int, before: int
    ) -> tuple[Sequence[Summary], int]:
        """A lead's judgements, newest first, and the version before which the next page begins (0: none)."""
        size = page_size or _PAGE
        async with connection(self._pool) as conn:
            found = await self._qualifications.of_lead(conn, account_id, contact_id, before, size + 1)
        return found[:size], found[size - 1].version if len(found) > size else 0

    async def get_settings(self, account_id: int, version: int) -> AccountRubric:
        """One version of an account's settings, or the active one for 0.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidField: the account has no such version.
        """
        return await find_version(self._pool, self._rubrics.find, account_id, version)

    async def put_settings(self, command: PutSettingsCommand, once: Once[StoredVersion, A]) -> A:
        """Stores a new version; an equal one keeps its version, a dry run stores nothing.

        Raises:
            RequestIdReused: the id came before with another input.
        """
        answer = await put_version(
            self._pool,
            self._idempotency,
            once,
            dry_run=command.dry_run,
            find=lambda conn: self._rubrics.find(conn, command.account_id),
            same=lambda active: (active.clinic, active.rubric) == (command.clinic, command.rubric),
            put=lambda conn: self._rubrics.put(conn, command.account_id, command.clinic, command.rubric),
        )
        self._rubrics.forget(command.account_id)
        return answer
