"""The gRPC face of reports: convert in, one use case, convert out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc

from sdr.common.v1.download_pb2 import DownloadChunk
from sdr.reporting.v1 import report_pb2 as pb
from sdr.reporting.v1 import report_pb2_grpc
from sdr_reporting import convert, convert_report
from sdr_reporting.domain.event import LeadKey
from sdr_reporting.operations import Reporting
from sdr_reporting.operations_export import ExportWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class ReportServicer(report_pb2_grpc.ReportServiceServicer):
    """Serves `sdr.reporting.v1.ReportService`; errors are mapped by the server's edge."""

    def __init__(self, reporting: Reporting, exports: ExportWork) -> None:
        self._reporting = reporting
        self._exports = exports

    async def GetReport(self, request: pb.GetReportRequest, context: Context) -> pb.GetReportResponse:
        """The report of a period."""
        wanted, days = convert.period_wanted(request), convert_report.report_days(request)
        report = await self._reporting.get_report(request.account_id, wanted, request.step, days)
        return convert_report.report_to_wire(report)

    async def GetLead(self, request: pb.GetLeadRequest, context: Context) -> pb.GetLeadResponse:
        """One lead."""
        key = LeadKey(request.account_id, request.contact_id)
        return convert_report.lead_to_wire(*await self._reporting.get_lead(key))

    async def ExportLeads(self, request: pb.ExportLeadsRequest, context: Context) -> AsyncIterator[DownloadChunk]:
        """Leads as a file."""
        async with aclosing(self._exports.export(convert_report.export_wanted(request))) as pieces:
            async for piece in pieces:
                yield convert_report.piece_to_wire(piece)
