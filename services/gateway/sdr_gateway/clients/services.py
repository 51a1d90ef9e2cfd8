"""The other services over gRPC: a deadline on every call, typed errors back."""

from __future__ import annotations

import grpc

from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.dialogue.v1.dialogue_pb2_grpc import DialogueServiceStub
from sdr.privacy.v1 import privacy_pb2 as privacy
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceStub
from sdr.reporting.v1 import alerts_pb2 as alerts
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.reporting.v1.alerts_pb2_grpc import AlertServiceStub
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr.routing.v1 import routing_pb2 as routing
from sdr.routing.v1.routing_pb2_grpc import RoutingServiceStub
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr.scoring.v1.scoring_pb2_grpc import ScoringServiceStub
from sdr_common.grpc_client import call


class GrpcDialogue:
    """`ports.Dialogue` over a channel.

    Args:
        channel: To dialogue.
        timeout_s: Deadline of ordinary calls.
        engine_timeout_s: Deadline of calls that a language model is in.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout_s: float, engine_timeout_s: float) -> None:
        self._stub = DialogueServiceStub(channel)
        self._timeout_s = timeout_s
        self._engine_timeout_s = engine_timeout_s

    async def respond(self, request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.Respond, request, timeout_s=self._engine_timeout_s)

    async def analyze(self, request: dialogue.AnalyzeRequest) -> dialogue.AnalyzeResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.Analyze, request, timeout_s=self._engine_timeout_s)

    async def nudge(self, request: dialogue.NudgeRequest) -> dialogue.NudgeResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.Nudge, request, timeout_s=self._timeout_s)

    async def observe(self, request: dialogue.ObserveRequest) -> dialogue.ObserveResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.Observe, request, timeout_s=self._timeout_s)

    async def get_conversation(self, request: dialogue.GetConversationRequest) -> dialogue.GetConversationResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.GetConversation, request, timeout_s=self._timeout_s)

    async def list_turns(self, request: dialogue.ListTurnsRequest) -> dialogue.ListTurnsResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.ListTurns, request, timeout_s=self._timeout_s)

    async def get_settings(self, request: dialogue.GetSettingsRequest) -> dialogue.GetSettingsResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.GetSettings, request, timeout_s=self._timeout_s)

    async def put_settings(self, request: dialogue.PutSettingsRequest) -> dialogue.PutSettingsResponse:
        """See `ports.Dialogue`."""
        return await call(self._stub.PutSettings, request, timeout_s=self._timeout_s)


class GrpcScoring:
    """`ports.Scoring` over a channel.

    Args:
        channel: To scoring.
        timeout_s: Deadline of every call.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout_s: float) -> None:
        self._stub = ScoringServiceStub(channel)
        self._timeout_s = timeout_s

    async def qualify(self, request: scoring.QualifyRequest) -> scoring.QualifyResponse:
        """See `ports.Scoring`."""
        return await call(self._stub.Qualify, request, timeout_s=self._timeout_s)

    async def list_qualifications(
        self, request: scoring.ListQualificationsRequest
    ) -> scoring.ListQualificationsResponse:
        """See `ports.Scoring`."""
        return await call(self._stub.ListQualifications, request, timeout_s=self._timeout_s)

    async def get_settings(self, request: scoring.GetSettingsRequest) -> scoring.GetSettingsResponse:
        """See `ports.Scoring`."""
        return await call(self._stub.GetSettings, request, timeout_s=self._timeout_s)

    async def put_settings(self, request: scoring.PutSettingsRequest) -> scoring.PutSettingsResponse:
        """See `ports.Scoring`."""
        return await call(self._stub.PutSettings, request, timeout_s=self._timeout_s)


class GrpcRouting:
    """`ports.Routing` over a channel.

    Args:
        channel: To routing.
        timeout_s: Deadline of ordinary calls.
        connect_timeout_s: Deadline of provisioning, which makes some forty requests to Chatwoot.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout_s: float, connect_timeout_s: float) -> None:
        self._stub = RoutingServiceStub(channel)
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s

    async def deliver(self, request: routing.DeliverRequest) -> routing.DeliverResponse:
        """See `ports.Routing`."""
        return await call(self._stub.Deliver, request, timeout_s=self._timeout_s)

    async def report_refused_message(
        self, request: routing.ReportRefusedMessageRequest
    ) -> routing.ReportRefusedMessageResponse:
        """See `ports.Routing`."""
        return await call(self._stub.ReportRefusedMessage, request, timeout_s=self._timeout_s)

    async def connect_chatwoot(self, request: routing.ConnectChatwootRequest) -> routing.ConnectChatwootResponse:
        """See `ports.Routing`."""
        return await call(self._stub.ConnectChatwoot, request, timeout_s=self._connect_timeout_s)

    async def check_connection(self, request: routing.CheckConnectionRequest) -> routing.CheckConnectionResponse:
        """See `operations.pulse.ConnectionCheck`."""
        return await call(self._stub.CheckConnection, request, timeout_s=self._connect_timeout_s)

    async def reassign(self, request: routing.ReassignRequest) -> routing.ReassignResponse:
        """See `operations.pulse.Reassigner`."""
        return await call(self._stub.Reassign, request, timeout_s=self._timeout_s)

    async def list_deliveries(self, request: routing.ListDeliveriesRequest) -> routing.ListDeliveriesResponse:
        """See `ports.Routing`."""
        return await call(self._stub.ListDeliveries, request, timeout_s=self._timeout_s)

    async def get_settings(self, request: routing.GetSettingsRequest) -> routing.GetSettingsResponse:
        """See `ports.Routing`."""
        return await call(self._stub.GetSettings, request, timeout_s=self._timeout_s)

    async def put_settings(self, request: routing.PutSettingsRequest) -> routing.PutSettingsResponse:
        """See `ports.Routing`."""
        return await call(self._stub.PutSettings, request, timeout_s=self._timeout_s)


class GrpcReporting:
    """`ports.Reporting`, and where events go, over a channel.

    Args:
        channel: To reporting.
        timeout_s: Deadline of every call.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout_s: float) -> None:
        self._stub = ReportingServiceStub(channel)
        self._alerts = AlertServiceStub(channel)
        self._timeout_s = timeout_s

    async def put_settings(self, request: reporting.PutSettingsRequest) -> reporting.PutSettingsResponse:
        """See `ports.Reporting`."""
        return await call(self._stub.PutSettings, request, timeout_s=self._timeout_s)

    async def report_pulse(self, request: alerts.ReportPulseRequest) -> alerts.ReportPulseResponse:
        """See `operations.pulse.PulseSink`."""
        return await call(self._alerts.ReportPulse, request, timeout_s=self._timeout_s)

    async def record(self, request: reporting.RecordRequest) -> reporting.RecordResponse:
        """Sends a batch of events; see `sdr_common.event_outbox.Recorder`."""
        return await call(self._stub.Record, request, timeout_s=self._timeout_s)


class GrpcLeadKeeper:
    """`ports.LeadKeeper` over a channel to any service.

    Args:
        channel: To the service.
        timeout_s: Deadline of every call; erasing reads whole tables.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout_s: float) -> None:
        self._stub = PrivacyServiceStub(channel)
        self._timeout_s = timeout_s

    async def forget_lead(self, request: privacy.ForgetLeadRequest) -> privacy.ForgetLeadResponse:
        """See `ports.LeadKeeper`."""
        return await call(self._stub.ForgetLead, request, timeout_s=self._timeout_s)

    async def export_lead(self, request: privacy.ExportLeadRequest) -> privacy.ExportLeadResponse:
        """See `ports.LeadKeeper`."""
        return await call(self._stub.ExportLead, request, timeout_s=self._timeout_s)

    async def purge_records(self, request: privacy.PurgeRecordsRequest) -> privacy.PurgeRecordsResponse:
        """See `ports.LeadKeeper`."""
        return await call(self._stub.PurgeRecords, request, timeout_s=self._timeout_s)
