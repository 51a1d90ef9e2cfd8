"""Outcomes and feedback between the contract and the domain."""

from __future__ import annotations

from sdr.scoring.v1 import feedback_pb2 as pb
from sdr_common.errors import InvalidField
from sdr_common.lead_proto import outcome_from_wire, timestamp_to_wire, verdict_from_wire
from sdr_scoring.convert import qualification_id_from_wire
from sdr_scoring.domain.feedback import Said, Subject
from sdr_scoring.operations_feedback import FeedbackCommand, OutcomeCommand


def outcome_command(request: pb.RecordOutcomeRequest) -> OutcomeCommand:
    """What became of a lead.

    Raises:
        InvalidField: the outcome is none.
    """
    outcome = outcome_from_wire(request.outcome)
    if outcome is None:
        raise InvalidField("outcome", "must be won, lost or open")
    subject = Subject(request.account_id, request.contact_id, request.conversation_id)
    return OutcomeCommand(request.request_id, subject, outcome)


def feedback_command(request: pb.RecordFeedbackRequest) -> FeedbackCommand:
    """What somebody thinks of a judgement.

    Raises:
        InvalidField: the verdict is none.
    """
    verdict = verdict_from_wire(request.verdict)
    if verdict is None:
        raise InvalidField("verdict", "must be right, too high or too low")
    return FeedbackCommand(
        request_id=request.request_id,
        account_id=request.account_id,
        qualification_id=qualification_id_from_wire(request.qualification_id),
        verdict=verdict,
        reason=request.reason.replace("\0", "").strip(),
    )


def outcome_response(said: Said) -> pb.RecordOutcomeResponse:
    """The answer to RecordOutcome."""
    return pb.RecordOutcomeResponse(recorded_at=timestamp_to_wire(said.at), changed=said.changed)


def feedback_response(said: Said) -> pb.RecordFeedbackResponse:
    """The answer to RecordFeedback."""
    return pb.RecordFeedbackResponse(recorded_at=timestamp_to_wire(said.at))
