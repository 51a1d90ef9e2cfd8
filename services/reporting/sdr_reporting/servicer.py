"""The gRPC face of reporting: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.reporting.v1 import reporting_pb2 as pb
from sdr.reporting.v1 import reporting_pb2_grpc
from sdr_common.idempotency import Once
from sdr_common.live_events import LiveEvents
from sdr_reporting import convert, convert_event
from sdr_reporting.changes import changes
from sdr_reporting.operations import Reporting

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class ReportingServicer(reporting_pb2_grpc.ReportingServiceServicer):
    """Serves `sdr.reporting.v1.ReportingService`; errors are mapped by the server's edge."""

    def __init__(self, reporting: Reporting, live: LiveEvents) -> None:
        self._reporting = reporting
        self._live = live

    async def Record(self, request: pb.RecordRequest, context: Context) -> pb.RecordResponse:
        """Takes in events."""
        recorded = await self._reporting.record(convert_event.told(request))
        # Only now: whoever hears of it and asks finds it in the figures. Told twice it makes a panel ask twice.
        await self._live.publish(changes(request.events))
        return pb.RecordResponse(recorded_count=recorded)

    async def GetOverview(self, request: pb.GetOverviewRequest, context: Context) -> pb.GetOverviewResponse:
        """The figures of a period."""
        wanted = convert.period_wanted(request)
        return convert.overview_to_wire(await self._reporting.get_overview(request.account_id, wanted))

    async def ListLeads(self, request: pb.ListLeadsRequest, context: Context) -> pb.ListLeadsResponse:
        """A page of leads."""
        wanted = convert.lead_filter(request)
        after = convert.position_from_token(request.page_token, wanted)
        return convert.page_to_wire(await self._reporting.list_leads(wanted, after, convert.page_size(request)), wanted)

    async def PutSettings(self, request: pb.PutSettingsRequest, context: Context) -> pb.PutSettingsResponse:
        """Makes an account's zone known."""
        command = convert.put_settings_command(request)
        return await self._reporting.put_settings(
            command, Once(request, pb.PutSettingsResponse, convert.put_settings_response)
        )
