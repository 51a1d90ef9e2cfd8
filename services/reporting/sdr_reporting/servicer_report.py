"""The gRPC face of reports: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.reporting.v1 import report_pb2 as pb
from sdr.reporting.v1 import report_pb2_grpc
from sdr_reporting import convert, convert_report
from sdr_reporting.domain.event import LeadKey
from sdr_reporting.operations import Reporting

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class ReportServicer(report_pb2_grpc.ReportServiceServicer):
    """Serves `sdr.reporting.v1.ReportService`; errors are mapped by the server's edge."""

    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting

    async def GetReport(self, request: pb.GetReportRequest, context: Context) -> pb.GetReportResponse:
        """The report of a period."""
        wanted = convert.period_wanted(request)
        return convert_report.report_to_wire(await self._reporting.get_report(request.account_id, wanted, request.step))

    async def GetLead(self, request: pb.GetLeadRequest, context: Context) -> pb.GetLeadResponse:
        """One lead."""
        key = LeadKey(request.account_id, request.contact_id)
        return convert_report.lead_to_wire(*await self._reporting.get_lead(key))
