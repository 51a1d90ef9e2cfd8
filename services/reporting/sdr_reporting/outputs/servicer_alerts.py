"""The gRPC face of alerts: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.reporting.v1 import alerts_pb2 as pb
from sdr.reporting.v1 import alerts_pb2_grpc
from sdr_common.idempotency import Once
from sdr_reporting.outputs import convert_alerts as convert
from sdr_reporting.outputs.alert_ports import StoredPolicy
from sdr_reporting.outputs.domain.alert import Alert
from sdr_reporting.outputs.operations.alerts import AlertWork, PolicyCommand

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class AlertServicer(alerts_pb2_grpc.AlertServiceServicer):
    """Serves `sdr.reporting.v1.AlertService`; errors are mapped by the server's edge.

    Args:
        work: The use cases.
        email_ready: This installation can send e-mail.
    """

    def __init__(self, work: AlertWork, *, email_ready: bool) -> None:
        self._work = work
        self._email_ready = email_ready

    async def GetAlertSettings(
        self, request: pb.GetAlertSettingsRequest, context: Context
    ) -> pb.GetAlertSettingsResponse:
        """An account's rules and channels."""
        stored = await self._work.settings(request.account_id)
        return pb.GetAlertSettingsResponse(
            settings=convert.policy_to_wire(stored), version=stored.version, email_ready=self._email_ready
        )

    async def PutAlertSettings(
        self, request: pb.PutAlertSettingsRequest, context: Context
    ) -> pb.PutAlertSettingsResponse:
        """Replaces rules and channels."""

        def answer(stored: StoredPolicy) -> pb.PutAlertSettingsResponse:
            return pb.PutAlertSettingsResponse(settings=convert.policy_to_wire(stored), version=stored.version)

        given = convert.policy_given(request.settings)
        command = PolicyCommand(
            account_id=request.account_id,
            policy=given.policy,
            slack_url=given.slack_url,
            keeps_slack=given.keeps_slack,
            waha_key=given.waha_key,
            expected_version=request.expected_version if request.HasField("expected_version") else None,
        )
        return await self._work.put_settings(command, Once(request, pb.PutAlertSettingsResponse, answer))

    async def SendTestAlert(self, request: pb.SendTestAlertRequest, context: Context) -> pb.SendTestAlertResponse:
        """Sends a test message."""

        def answer(problem: str) -> pb.SendTestAlertResponse:
            return pb.SendTestAlertResponse(sent=not problem, problem=problem)

        once = Once(request, pb.SendTestAlertResponse, answer)
        return await self._work.send_test(request.account_id, request.channel, once)

    async def ListAlerts(self, request: pb.ListAlertsRequest, context: Context) -> pb.ListAlertsResponse:
        """What was found."""
        listed = await self._work.list(
            request.account_id,
            convert.position_of(request.page_token),
            request.page_size or convert.DEFAULT_PAGE_SIZE,
            standing_only=request.standing_only,
        )
        return pb.ListAlertsResponse(
            alerts=[
                convert.alert_to_wire(alert, listed.language, listed.notices.get(alert.alert_id, ()))
                for alert in listed.alerts
            ],
            next_page_token="" if listed.following is None else convert.token_of(listed.following),
        )

    async def AcknowledgeAlert(
        self, request: pb.AcknowledgeAlertRequest, context: Context
    ) -> pb.AcknowledgeAlertResponse:
        """A person has seen it."""

        def answer(seen: tuple[Alert, str]) -> pb.AcknowledgeAlertResponse:
            return pb.AcknowledgeAlertResponse(alert=convert.alert_to_wire(*seen))

        once = Once(request, pb.AcknowledgeAlertResponse, answer)
        return await self._work.acknowledge(request.account_id, request.alert_id.lower(), once)

    async def ReportPulse(self, request: pb.ReportPulseRequest, context: Context) -> pb.ReportPulseResponse:
        """How an account is."""
        pulse = convert.pulse_from_wire(request)
        waiting = await self._work.report_pulse(request.account_id, pulse, request.SerializeToString())
        return pb.ReportPulseResponse(waiting_leads=map(convert.waiting_to_wire, waiting))
