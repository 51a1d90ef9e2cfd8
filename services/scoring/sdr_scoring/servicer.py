"""The gRPC face of scoring: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.scoring.v1 import scoring_pb2 as pb
from sdr.scoring.v1 import scoring_pb2_grpc
from sdr_common.idempotency import Once
from sdr_scoring import convert
from sdr_scoring.operations import Scoring
from sdr_scoring.operations_rubrics import RubricWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class ScoringServicer(scoring_pb2_grpc.ScoringServiceServicer):
    """Serves `sdr.scoring.v1.ScoringService`; errors are mapped by the server's edge."""

    def __init__(self, scoring: Scoring, rubrics: RubricWork) -> None:
        self._scoring = scoring
        self._rubrics = rubrics

    async def Qualify(self, request: pb.QualifyRequest, context: Context) -> pb.QualifyResponse:
        """Judges a lead."""
        command = convert.qualify_command(request)
        return await self._scoring.qualify(command, Once(request, pb.QualifyResponse, convert.qualify_response))

    async def Explain(self, request: pb.ExplainRequest, context: Context) -> pb.ExplainResponse:
        """Reads a judgement with its explanation."""
        qualification_id = convert.qualification_id_from_wire(request.qualification_id)
        found = await self._scoring.find_qualification(request.account_id, qualification_id)
        answer = convert.explain_response(found)
        answer.rubric_number = await self._rubrics.number_of(request.account_id, found)
        return answer

    async def ListQualifications(
        self, request: pb.ListQualificationsRequest, context: Context
    ) -> pb.ListQualificationsResponse:
        """Lists a lead's judgements."""
        before = convert.version_from_token(request.page_token)
        found, next_before = await self._scoring.list_qualifications(
            request.account_id, request.contact_id, request.page_size, before
        )
        return pb.ListQualificationsResponse(
            qualifications=[convert.summary_to_wire(summary) for summary in found],
            next_page_token=convert.version_token(next_before),
        )

    async def GetSettings(self, request: pb.GetSettingsRequest, context: Context) -> pb.GetSettingsResponse:
        """Reads the account's rubric."""
        return convert.get_settings_response(await self._scoring.get_settings(request.account_id, request.version))

    async def PutSettings(self, request: pb.PutSettingsRequest, context: Context) -> pb.PutSettingsResponse:
        """Stores a new version of the account's rubric."""
        command = convert.put_settings_command(request)
        return await self._scoring.put_settings(
            command, Once(request, pb.PutSettingsResponse, convert.put_settings_response)
        )
