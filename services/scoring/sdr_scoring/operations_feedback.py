"""Outcomes and feedback: each word with its audit entry and its event, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common import audit
from sdr_common.idempotency import Idempotency, Once
from sdr_common.lead import JudgementVerdict, LeadOutcome
from sdr_common.postgres import Connection
from sdr_scoring.domain.errors import QualificationNotFound
from sdr_scoring.domain.feedback import Said, Subject
from sdr_scoring.domain.qualification import QualificationId
from sdr_scoring.ports import Feedback

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class OutcomeCommand:
    """What became of a lead."""

    request_id: str
    subject: Subject
    outcome: LeadOutcome


@dataclass(frozen=True, slots=True)
class FeedbackCommand:
    """What somebody thinks of a judgement."""

    request_id: str
    account_id: int
    qualification_id: QualificationId
    verdict: JudgementVerdict
    reason: str
    """Empty: not said."""


class FeedbackWork:
    """What people say afterwards.

    Args:
        idempotency: Guards the calls.
        feedback: Where it is kept and told.
    """

    def __init__(self, idempotency: Idempotency, feedback: Feedback) -> None:
        self._idempotency = idempotency
        self._feedback = feedback

    async def record_outcome(self, command: OutcomeCommand, once: Once[Said, A]) -> A:
        """Keeps what became of a lead; the word that stands already is not kept twice.

        Raises:
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            subject = command.subject
            said = await self._feedback.record_outcome(conn, subject, command.outcome)
            await audit.note(
                conn,
                "record_outcome",
                subject.account_id,
                subject=f"contact {subject.contact_id}",
                request_id=command.request_id,
                detail={"outcome": command.outcome.value, "changed": said.changed},
            )
            return once.answer(said)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def record_feedback(self, command: FeedbackCommand, once: Once[Said, A]) -> A:
        """Keeps what somebody thinks of a judgement.

        Raises:
            QualificationNotFound: the account has no such judgement.
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            subject = await self._feedback.subject_of(conn, command.account_id, command.qualification_id)
            if subject is None:
                raise QualificationNotFound(command.account_id, command.qualification_id)
            said = await self._feedback.record_feedback(
                conn, subject, command.qualification_id, command.verdict, command.reason
            )
            await audit.note(
                conn,
                "record_feedback",
                command.account_id,
                subject=f"qualification {command.qualification_id}",
                request_id=command.request_id,
                detail={"verdict": command.verdict.value},
            )
            return once.answer(said)

        return await self._idempotency.once(once.request, once.answer_type, work)
