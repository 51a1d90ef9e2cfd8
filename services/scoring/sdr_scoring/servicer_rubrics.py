"""The gRPC face of rubric versions: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.scoring.v1 import rubrics_pb2 as pb
from sdr.scoring.v1 import rubrics_pb2_grpc
from sdr.scoring.v1.scoring_pb2 import ScoringSettings
from sdr_common.idempotency import Once
from sdr_common.lead import EndReason
from sdr_common.lead_proto import disqualification_from_wire, end_reason_from_wire, temperature_to_wire
from sdr_common.part_versions import PartVersion
from sdr_common.part_versions_proto import PAGE, number_from_token, number_token, version_to_wire
from sdr_common.part_work import Draft
from sdr_scoring import convert
from sdr_scoring.domain.preview import Preview
from sdr_scoring.operations_rubrics import Published, RubricWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class RubricServicer(rubrics_pb2_grpc.RubricServiceServicer):
    """Serves `sdr.scoring.v1.RubricService`; errors are mapped by the server's edge."""

    def __init__(self, rubrics: RubricWork) -> None:
        self._rubrics = rubrics

    async def CreateRubric(self, request: pb.CreateRubricRequest, context: Context) -> pb.CreateRubricResponse:
        """Keeps a draft."""
        draft = Draft(request.account_id, request.rubric, request.note.strip(), request.based_on)

        def answer(version: PartVersion[ScoringSettings]) -> pb.CreateRubricResponse:
            return pb.CreateRubricResponse(version=_version(version))

        return await self._rubrics.create(draft, request.request_id, Once(request, pb.CreateRubricResponse, answer))

    async def ListRubrics(self, request: pb.ListRubricsRequest, context: Context) -> pb.ListRubricsResponse:
        """Lists versions."""
        size = request.page_size or PAGE
        found, active = await self._rubrics.page(request.account_id, number_from_token(request.page_token), size + 1)
        return pb.ListRubricsResponse(
            versions=map(_version, found[:size]),
            next_page_token=number_token(found[size - 1].number if len(found) > size else 0),
            active_number=active,
        )

    async def GetRubric(self, request: pb.GetRubricRequest, context: Context) -> pb.GetRubricResponse:
        """Reads a version."""
        version = await self._rubrics.get(request.account_id, request.number)
        return pb.GetRubricResponse(version=_version(version), rubric=version.content)

    async def ActivateRubric(self, request: pb.ActivateRubricRequest, context: Context) -> pb.ActivateRubricResponse:
        """Publishes a version."""

        def answer(published: Published) -> pb.ActivateRubricResponse:
            return pb.ActivateRubricResponse(version=_version(published[0]), settings_version=published[1])

        once = Once(request, pb.ActivateRubricResponse, answer)
        return await self._rubrics.activate(
            request.account_id, request.number, request.expected_active, request.request_id, once
        )

    async def RollbackRubric(self, request: pb.RollbackRubricRequest, context: Context) -> pb.RollbackRubricResponse:
        """Takes a publication back."""

        def answer(published: Published) -> pb.RollbackRubricResponse:
            return pb.RollbackRubricResponse(version=_version(published[0]), settings_version=published[1])

        once = Once(request, pb.RollbackRubricResponse, answer)
        return await self._rubrics.rollback(request.account_id, request.expected_active, request.request_id, once)

    async def PreviewRubric(self, request: pb.PreviewRubricRequest, context: Context) -> pb.PreviewRubricResponse:
        """Tries a rubric on past leads."""
        return _preview(await self._rubrics.preview(request.account_id, request.rubric, request.lead_count))

    async def TryScore(self, request: pb.TryScoreRequest, context: Context) -> pb.TryScoreResponse:
        """Judges made-up facts."""
        judgement = await self._rubrics.try_score(
            request.account_id,
            convert.facts_from_wire(request.facts),
            disqualification_from_wire(request.disqualification),
            end_reason_from_wire(request.ended) or EndReason.FACTS_COMPLETE,
            request.rubric_number,
        )
        return pb.TryScoreResponse(qualification=convert.judgement_to_wire(judgement))


def _version(version: PartVersion[ScoringSettings]) -> pb.RubricVersion:
    return version_to_wire(version, pb.RubricVersion())


def _preview(found: Preview) -> pb.PreviewRubricResponse:
    return pb.PreviewRubricResponse(
        lead_count=found.lead_count,
        changed_count=found.changed_count,
        moves=[
            pb.TemperatureMove(before=temperature_to_wire(before), after=temperature_to_wire(after), count=count)
            for (before, after), count in found.moves.items()
        ],
        examples=[
            pb.PreviewExample(
                conversation_id=one.conversation_id,
                contact_id=one.contact_id,
                score_before=one.score_before,
                score_after=one.score_after,
                before=temperature_to_wire(one.before),
                after=temperature_to_wire(one.after),
            )
            for one in found.examples
        ],
        mean_before=found.mean_before,
        mean_after=found.mean_after,
    )
