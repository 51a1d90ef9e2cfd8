"""The gRPC face of schedules: convert in, one use case, convert out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from sdr.common.v1 import download_pb2
from sdr.reporting.v1 import schedules_pb2 as pb
from sdr.reporting.v1 import schedules_pb2_grpc
from sdr_common.idempotency import Once
from sdr_reporting.outputs import convert
from sdr_reporting.outputs.domain.schedule import Schedule
from sdr_reporting.outputs.domain.sending import Sending
from sdr_reporting.outputs.operations.rendering import Render
from sdr_reporting.outputs.operations.schedules import PlanCommand, ScheduleWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""
_CHUNK = 65_536
"""Bytes of a file per message."""
ReadZone = Callable[[int], Awaitable[str]]
"""Gives the name of an account's zone."""


class ScheduleServicer(schedules_pb2_grpc.ScheduleServiceServicer):
    """Serves `sdr.reporting.v1.ScheduleService`; errors are mapped by the server's edge.

    Args:
        work: The use cases.
        render: Prints a period's report.
        email_ready: This installation can send e-mail.
        zone_of: Gives the name of an account's zone.
    """

    def __init__(self, work: ScheduleWork, render: Render, zone_of: ReadZone, *, email_ready: bool) -> None:
        self._work = work
        self._render = render
        self._zone_of = zone_of
        self._email_ready = email_ready

    async def RenderReport(
        self, request: pb.RenderReportRequest, context: Context
    ) -> AsyncIterator[download_pb2.DownloadChunk]:
        """A period's report as PDF."""
        pdf, name = await self._render.report(
            request.account_id, convert.period_wanted(request), request.language or "pt"
        )
        head = download_pb2.DownloadChunk(media_type="application/pdf", file_name=name)
        for start in range(0, len(pdf), _CHUNK):
            head.data = pdf[start : start + _CHUNK]
            yield head
            head = download_pb2.DownloadChunk()

    async def CreateSchedule(self, request: pb.CreateScheduleRequest, context: Context) -> pb.CreateScheduleResponse:
        """Adds a schedule."""

        def answer(schedule: Schedule) -> pb.CreateScheduleResponse:
            return pb.CreateScheduleResponse(schedule=convert.schedule_to_wire(schedule))

        command = _command(request.account_id, "", request.plan)
        return await self._work.create(command, Once(request, pb.CreateScheduleResponse, answer))

    async def ListSchedules(self, request: pb.ListSchedulesRequest, context: Context) -> pb.ListSchedulesResponse:
        """An account's schedules."""
        found = await self._work.list(request.account_id)
        return pb.ListSchedulesResponse(
            schedules=[convert.schedule_to_wire(schedule, latest) for schedule, latest in found],
            email_ready=self._email_ready,
            time_zone=await self._zone_of(request.account_id),
        )

    async def UpdateSchedule(self, request: pb.UpdateScheduleRequest, context: Context) -> pb.UpdateScheduleResponse:
        """Replaces a schedule."""

        def answer(schedule: Schedule) -> pb.UpdateScheduleResponse:
            return pb.UpdateScheduleResponse(schedule=convert.schedule_to_wire(schedule))

        command = _command(request.account_id, request.schedule_id.lower(), request.plan)
        return await self._work.update(command, Once(request, pb.UpdateScheduleResponse, answer))

    async def DeleteSchedule(self, request: pb.DeleteScheduleRequest, context: Context) -> pb.DeleteScheduleResponse:
        """Removes a schedule."""

        def answer(cancelled: int) -> pb.DeleteScheduleResponse:
            return pb.DeleteScheduleResponse(cancelled_count=cancelled)

        once = Once(request, pb.DeleteScheduleResponse, answer)
        return await self._work.delete(request.account_id, request.schedule_id.lower(), once)

    async def SendNow(self, request: pb.SendNowRequest, context: Context) -> pb.SendNowResponse:
        """Sends a schedule's report once."""

        def answer(sending: Sending) -> pb.SendNowResponse:
            return pb.SendNowResponse(sending=convert.sending_to_wire(sending))

        once = Once(request, pb.SendNowResponse, answer)
        return await self._work.send_now(request.account_id, request.schedule_id.lower(), once)

    async def ListSendings(self, request: pb.ListSendingsRequest, context: Context) -> pb.ListSendingsResponse:
        """What was sent, or is to be."""
        sendings, following = await self._work.history(
            request.account_id,
            request.schedule_id.lower(),
            convert.position_of(request.page_token),
            request.page_size or convert.DEFAULT_PAGE_SIZE,
        )
        token = "" if following is None else convert.token_of(following.created_at, following.sending_id)
        return pb.ListSendingsResponse(sendings=map(convert.sending_to_wire, sendings), next_page_token=token)

    async def RetrySending(self, request: pb.RetrySendingRequest, context: Context) -> pb.RetrySendingResponse:
        """Takes up again what failed."""

        def answer(sending: Sending) -> pb.RetrySendingResponse:
            return pb.RetrySendingResponse(sending=convert.sending_to_wire(sending))

        once = Once(request, pb.RetrySendingResponse, answer)
        return await self._work.retry(request.account_id, request.sending_id.lower(), once)


def _command(account_id: int, schedule_id: str, message: pb.SchedulePlan) -> PlanCommand:
    given = convert.plan_given(message)
    return PlanCommand(account_id, schedule_id, given.plan, given.secret, given.secret_field)
