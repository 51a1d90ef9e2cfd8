"""Reassignments: the contract to the domain and back."""

from __future__ import annotations

from typing import Final

from sdr.routing.v1 import routing_pb2 as pb
from sdr_routing.convert import assignment_to_wire
from sdr_routing.operations import ReassignCommand, Reassigned, ReassignOutcome

_OUTCOMES: Final = {
    ReassignOutcome.ACCEPTED: pb.REASSIGN_OUTCOME_ACCEPTED,
    ReassignOutcome.NOBODY_ELSE: pb.REASSIGN_OUTCOME_NOBODY_ELSE,
    ReassignOutcome.NOT_THEIRS: pb.REASSIGN_OUTCOME_NOT_THEIRS,
}


def command_from_wire(request: pb.ReassignRequest) -> ReassignCommand:
    """A lead that waits."""
    return ReassignCommand(
        account_id=request.account_id,
        conversation_id=request.conversation_id,
        closer_email=request.closer_email,
        waited_minutes=request.waited_minutes,
        request_id=request.request_id,
    )


def reassigned_to_wire(decided: Reassigned) -> pb.ReassignResponse:
    """What was decided."""
    return pb.ReassignResponse(
        outcome=_OUTCOMES[decided.outcome],
        delivery_id=decided.delivery_id,
        assignment=assignment_to_wire(decided.assignment),
    )
