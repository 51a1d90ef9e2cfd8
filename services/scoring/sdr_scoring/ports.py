"""What scoring needs from outside, in its own words. Nothing here commits: operations own transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sdr_common.clinic import Clinic
from sdr_common.lead import Channel, JudgementVerdict, LeadOutcome, Temperature
from sdr_common.postgres import Connection
from sdr_scoring.domain.feedback import Said
from sdr_scoring.domain.feedback import Subject as LeadSubject
from sdr_scoring.domain.preview import PastLead
from sdr_scoring.domain.qualification import Judgement, Qualification, QualificationId
from sdr_scoring.domain.rubric import Rubric


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is judged, and where it was said."""

    account_id: int
    """Our tenant id."""
    conversation_id: int
    """Chatwoot's display id."""
    contact_id: int
    """Chatwoot's contact id: the lead."""
    inbox_id: int
    """0: unknown."""
    channel: Channel | None
    """None: unknown."""
    turn_id: int
    """The turn that ended the qualification."""


@dataclass(frozen=True, slots=True)
class AccountRubric:
    """One version of an account's settings here."""

    version: int
    """From 1."""
    clinic: Clinic
    rubric: Rubric


class Rubrics(Protocol):
    """Accounts' rubrics, versioned; the newest is the active one."""

    async def active(self, account_id: int) -> AccountRubric:
        """The active one, perhaps as it was up to two seconds ago.

        Raises:
            AccountNotFound: the account was never set up here.
        """
        ...

    async def find(self, conn: Connection, account_id: int, version: int = 0) -> AccountRubric | None:
        """One version, or the active one for 0; None when there is none."""
        ...

    async def put(self, conn: Connection, account_id: int, clinic: Clinic, rubric: Rubric) -> tuple[int, bool]:
        """Adds a version unless it equals the active one.

        Returns:
            The active version, and whether it is new.
        """
        ...

    def forget(self, account_id: int) -> None:
        """Makes the next `active` see what was just committed."""
        ...


@dataclass(frozen=True, slots=True)
class Summary:
    """A stored judgement without its reasons."""

    qualification_id: str
    version: int
    conversation_id: int
    turn_id: int
    score: int
    temperature: Temperature
    qualified_at: datetime


class Qualifications(Protocol):
    """Judgements, kept for ever."""

    async def add(self, conn: Connection, subject: Subject, judgement: Judgement, rubric_version: int) -> Qualification:
        """Stores a judgement under the lead's next version; concurrent ones of a lead follow one another."""
        ...

    async def find(self, conn: Connection, account_id: int, qualification_id: QualificationId) -> Qualification | None:
        """A stored one of this account; None when there is none."""
        ...

    async def latest(self, conn: Connection, account_id: int, limit: int) -> Sequence[PastLead]:
        """The latest judgement of each lead, of the leads that were judged last, so many."""
        ...

    async def of_lead(
        self, conn: Connection, account_id: int, contact_id: int, before: int, limit: int
    ) -> Sequence[Summary]:
        """A lead's, newest first, with versions below `before`; 0: from the newest."""
        ...


class Feedback(Protocol):
    """What people say afterwards, kept for ever and told to reporting."""

    async def record_outcome(self, conn: Connection, subject: LeadSubject, outcome: LeadOutcome) -> Said:
        """Keeps what became of a lead, unless the same word stands already."""
        ...

    async def subject_of(
        self, conn: Connection, account_id: int, qualification_id: QualificationId
    ) -> LeadSubject | None:
        """Whose judgement it is; None: the account has no such judgement."""
        ...

    async def record_feedback(
        self,
        conn: Connection,
        subject: LeadSubject,
        qualification_id: QualificationId,
        verdict: JudgementVerdict,
        reason: str,
    ) -> Said:
        """Keeps what somebody thinks of a judgement."""
        ...
