"""The gRPC face of insights: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.dialogue.v1 import insights_pb2 as pb
from sdr.dialogue.v1 import insights_pb2_grpc
from sdr_dialogue import convert_insights as convert
from sdr_dialogue.operations_insights import InsightWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class InsightsServicer(insights_pb2_grpc.InsightsServiceServicer):
    """Serves `sdr.dialogue.v1.InsightsService`; errors are mapped by the server's edge."""

    def __init__(self, insights: InsightWork) -> None:
        self._insights = insights

    async def GetInsights(self, request: pb.GetInsightsRequest, context: Context) -> pb.GetInsightsResponse:
        """What leads said in a period."""
        start, until = convert.period(request)
        return convert.insights_to_wire(await self._insights.find(request.account_id, start, until))
