"""Where events go: reporting, over gRPC."""

from __future__ import annotations

import grpc

from sdr.reporting.v1.reporting_pb2 import RecordRequest, RecordResponse
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr_common.grpc_client import call


class GrpcRecorder:
    """`sdr_common.event_outbox.Recorder` over a channel to reporting.

    Args:
        channel: To reporting.
        timeout_s: Longest wait for one batch.
    """

    def __init__(self, channel: grpc.aio.Channel, *, timeout_s: float = 10.0) -> None:
        self._stub = ReportingServiceStub(channel)
        self._timeout_s = timeout_s

    async def record(self, request: RecordRequest) -> RecordResponse:
        """Sends a batch.

        Raises:
            RemoteError: reporting refuses it or does not answer.
        """
        return await call(self._stub.Record, request, timeout_s=self._timeout_s)
