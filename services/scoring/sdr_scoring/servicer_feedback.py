"""The gRPC face of feedback: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.scoring.v1 import feedback_pb2 as pb
from sdr.scoring.v1 import feedback_pb2_grpc
from sdr_common.idempotency import Once
from sdr_scoring import convert_feedback as convert
from sdr_scoring.operations_feedback import FeedbackWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class FeedbackServicer(feedback_pb2_grpc.FeedbackServiceServicer):
    """Serves `sdr.scoring.v1.FeedbackService`; errors are mapped by the server's edge."""

    def __init__(self, work: FeedbackWork) -> None:
        self._work = work

    async def RecordOutcome(self, request: pb.RecordOutcomeRequest, context: Context) -> pb.RecordOutcomeResponse:
        """Keeps what became of a lead."""
        once = Once(request, pb.RecordOutcomeResponse, convert.outcome_response)
        return await self._work.record_outcome(convert.outcome_command(request), once)

    async def RecordFeedback(self, request: pb.RecordFeedbackRequest, context: Context) -> pb.RecordFeedbackResponse:
        """Keeps what somebody thinks of a judgement."""
        once = Once(request, pb.RecordFeedbackResponse, convert.feedback_response)
        return await self._work.record_feedback(convert.feedback_command(request), once)
