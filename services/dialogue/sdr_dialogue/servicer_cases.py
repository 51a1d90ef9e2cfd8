"""The gRPC face of test cases."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.dialogue.v1 import cases_pb2 as pb
from sdr.dialogue.v1 import cases_pb2_grpc
from sdr_common.lead_proto import end_reason_from_wire, escalation_from_wire, fact_kind_from_wire, timestamp_from_wire
from sdr_dialogue.convert_simulated import bursts_from_wire
from sdr_dialogue.domain.cases import Expectation
from sdr_dialogue.operations_cases import CaseReader, CaseWork
from sdr_dialogue.playground import Script

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class CaseServicer(cases_pb2_grpc.CaseServiceServicer):
    """Serves `sdr.dialogue.v1.CaseService`; errors are mapped by the server's edge."""

    def __init__(self, cases: CaseWork) -> None:
        self._cases = cases

    async def CreateCase(self, request: pb.CreateCaseRequest, context: Context) -> pb.CreateCaseResponse:
        """Keeps a case."""
        return await self._cases.create(request)

    async def ListCases(self, request: pb.ListCasesRequest, context: Context) -> pb.ListCasesResponse:
        """Lists cases."""
        return pb.ListCasesResponse(test_cases=await self._cases.list(request.account_id))

    async def RunCase(self, request: pb.RunCaseRequest, context: Context) -> pb.RunCaseResponse:
        """Plays a case."""
        return await self._cases.run(request)

    async def DeleteCase(self, request: pb.DeleteCaseRequest, context: Context) -> pb.DeleteCaseResponse:
        """Forgets a case."""
        return await self._cases.delete(request)


def _script(case: pb.TestCase, request: pb.RunCaseRequest) -> Script:
    return Script(
        account_id=request.account_id,
        bursts=bursts_from_wire(case.bursts),
        contact_name=case.contact_name,
        engine=request.engine,
        prompt_number=request.prompt_number,
        at=timestamp_from_wire(case.simulated_at) if case.HasField("simulated_at") else None,
    )


def _expectation(wire: pb.Expectation) -> Expectation:
    levels = {kind: fact.level for fact in wire.facts if (kind := fact_kind_from_wire(fact.kind)) is not None}
    return Expectation(levels, end_reason_from_wire(wire.ended), escalation_from_wire(wire.escalation))


CASE_READER = CaseReader(_script, _expectation)
"""Cases as the contract has them."""
