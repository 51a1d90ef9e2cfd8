"""The port `Feedback` over Postgres, with the events that tell reporting; nothing here commits."""

from __future__ import annotations

import uuid
from datetime import datetime

from sdr.common.v1.lead_pb2 import ConversationRef
from sdr.reporting.v1.reporting_pb2 import Event, FeedbackGiven, OutcomeRecorded
from sdr_common.actor import current_actor
from sdr_common.event_outbox import EventOutbox
from sdr_common.lead import JudgementVerdict, LeadOutcome
from sdr_common.lead_proto import outcome_to_wire, timestamp_to_wire, verdict_to_wire
from sdr_common.postgres import Connection, Queries
from sdr_scoring.domain.feedback import Said, Subject
from sdr_scoring.domain.qualification import QualificationId

QUERIES = Queries.load("sdr_scoring.store", "feedback.sql")
"""Every statement of outcomes and feedback."""
_SOURCE = "painel"
"""Where what is said here comes from, in the words of `OutcomeRecorded`."""


class PostgresFeedback:
    """`Feedback` over tables that only grow."""

    def __init__(self) -> None:
        self._outbox = EventOutbox()

    async def record_outcome(self, conn: Connection, subject: Subject, outcome: LeadOutcome) -> Said:
        """See `Feedback.record_outcome`."""
        parameters = {
            "account_id": subject.account_id,
            "contact_id": subject.contact_id,
            "conversation_id": subject.conversation_id,
            "outcome": outcome,
            "actor": current_actor(),
        }
        await conn.execute(QUERIES["lock_lead"], parameters)
        latest = await (await conn.execute(QUERIES["latest_outcome"], parameters)).fetchone()
        if latest is not None and latest["outcome"] == outcome:
            return Said(latest["recorded_at"], changed=False)
        row = await (await conn.execute(QUERIES["add_outcome"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an insert without a condition returns its row")
        event = _event(row["outcome_id"], row["recorded_at"], subject)
        event.outcome_recorded.CopyFrom(OutcomeRecorded(outcome=outcome_to_wire(outcome), source=_SOURCE))
        await self._outbox.put(conn, [event])
        return Said(row["recorded_at"], changed=True)

    async def subject_of(self, conn: Connection, account_id: int, qualification_id: QualificationId) -> Subject | None:
        """See `Feedback.subject_of`."""
        parameters = {"account_id": account_id, "qualification_id": uuid.UUID(qualification_id)}
        row = await (await conn.execute(QUERIES["subject_of"], parameters)).fetchone()
        return None if row is None else Subject(account_id, row["contact_id"], row["conversation_id"])

    async def record_feedback(
        self,
        conn: Connection,
        subject: Subject,
        qualification_id: QualificationId,
        verdict: JudgementVerdict,
        reason: str,
    ) -> Said:
        """See `Feedback.record_feedback`."""
        parameters = {
            "account_id": subject.account_id,
            "contact_id": subject.contact_id,
            "qualification_id": uuid.UUID(qualification_id),
            "verdict": verdict,
            "reason": reason,
            "actor": current_actor(),
        }
        row = await (await conn.execute(QUERIES["add_feedback"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an insert without a condition returns its row")
        event = _event(row["feedback_id"], row["recorded_at"], subject)
        given = FeedbackGiven(qualification_id=qualification_id, verdict=verdict_to_wire(verdict), reason=reason)
        event.feedback_given.CopyFrom(given)
        await self._outbox.put(conn, [event])
        return Said(row["recorded_at"], changed=True)


def _event(event_id: uuid.UUID, at: datetime, subject: Subject) -> Event:
    return Event(
        event_id=str(event_id),
        occurred_at=timestamp_to_wire(at),
        conversation=ConversationRef(
            account_id=subject.account_id,
            conversation_id=subject.conversation_id,
            contact_id=subject.contact_id,
        ),
    )
