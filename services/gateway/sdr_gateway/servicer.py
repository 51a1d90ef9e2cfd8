"""The gateway's gRPC services: convert, call one use case, convert."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.gateway.v1 import gateway_pb2 as pb
from sdr.gateway.v1 import operations_pb2
from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceServicer, ConversationServiceServicer
from sdr.gateway.v1.operations_pb2_grpc import OperationsServiceServicer
from sdr.privacy.v1 import privacy_pb2
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceServicer
from sdr_common.lead_data import purged_to_wire
from sdr_common.retention import Retention
from sdr_gateway.operations.accounts import AccountWork, ConnectCommand
from sdr_gateway.operations.conversations import ConversationWork
from sdr_gateway.operations.privacy import Privacy
from sdr_gateway.operations.timeline import Timelines
from sdr_gateway.timeline_wire import failed_turn, timeline_item, turn_from_token, turn_token

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class AccountServicer(AccountServiceServicer):
    """The account service.

    Args:
        work: Its use cases.
    """

    def __init__(self, work: AccountWork) -> None:
        self._work = work

    async def ImportAccount(
        self,
        request: pb.ImportAccountRequest,
        context: grpc.aio.ServicerContext[pb.ImportAccountRequest, pb.ImportAccountResponse],
    ) -> pb.ImportAccountResponse:
        """See the contract."""
        return await self._work.import_account(request)

    async def ExportAccount(
        self,
        request: pb.ExportAccountRequest,
        context: grpc.aio.ServicerContext[pb.ExportAccountRequest, pb.ExportAccountResponse],
    ) -> pb.ExportAccountResponse:
        """See the contract."""
        return pb.ExportAccountResponse(yaml=await self._work.export_account(request.account_id))

    async def ConnectAccount(
        self,
        request: pb.ConnectAccountRequest,
        context: grpc.aio.ServicerContext[pb.ConnectAccountRequest, pb.ConnectAccountResponse],
    ) -> pb.ConnectAccountResponse:
        """See the contract."""
        command = ConnectCommand(
            account_id=request.account_id,
            chatwoot_url=request.chatwoot_url,
            chatwoot_account_id=request.chatwoot_account_id,
            admin_token=request.admin_token,
            bot_token=request.bot_token,
            inbox_ids=tuple(request.inbox_ids),
            create_missing_teams=request.create_missing_teams,
        )
        return await self._work.connect_account(request, command)


class ConversationServicer(ConversationServiceServicer):
    """The conversation service.

    Args:
        work: Its use cases.
    """

    def __init__(self, work: ConversationWork) -> None:
        self._work = work

    async def ResumeConversation(
        self, request: pb.ResumeConversationRequest, context: Context
    ) -> pb.ResumeConversationResponse:
        """See the contract."""
        return await self._work.resume(request)


class LeadServicer(PrivacyServiceServicer):
    """A lead's rights over the whole product.

    Args:
        work: Its use cases.
        retention: Erases the gateway's own old records.
    """

    def __init__(self, work: Privacy, retention: Retention) -> None:
        self._work = work
        self._retention = retention

    async def ForgetLead(
        self, request: privacy_pb2.ForgetLeadRequest, context: Context
    ) -> privacy_pb2.ForgetLeadResponse:
        """See the contract."""
        return await self._work.forget(request)

    async def ExportLead(
        self, request: privacy_pb2.ExportLeadRequest, context: Context
    ) -> privacy_pb2.ExportLeadResponse:
        """See the contract."""
        return privacy_pb2.ExportLeadResponse(json=await self._work.export(request))

    async def PurgeRecords(
        self, request: privacy_pb2.PurgeRecordsRequest, context: Context
    ) -> privacy_pb2.PurgeRecordsResponse:
        """The gateway's own part: it asks the other services by each account's settings, once a day."""
        return purged_to_wire(await self._retention.purge(request.account_id, request.days))


class OperationsServicer(OperationsServiceServicer):
    """The operators' view.

    Args:
        work: Its use cases.
        trace_url_template: Where a trace is seen, {trace_id} in it; empty: nowhere.
    """

    def __init__(self, work: Timelines, trace_url_template: str = "") -> None:
        self._work = work
        self._trace_url_template = trace_url_template

    async def GetTimeline(
        self, request: operations_pb2.GetTimelineRequest, context: Context
    ) -> operations_pb2.GetTimelineResponse:
        """See the contract."""
        of = f"timeline {request.conversation_id}"
        before = turn_from_token(request.page_token, of)
        page = await self._work.get(request.account_id, request.conversation_id, request.page_size, before)
        return operations_pb2.GetTimelineResponse(
            verdict=page.verdict,
            items=[timeline_item(item, self._trace_url_template) for item in page.items],
            next_page_token=turn_token(page.before, of),
        )

    async def ListFailedTurns(
        self, request: operations_pb2.ListFailedTurnsRequest, context: Context
    ) -> operations_pb2.ListFailedTurnsResponse:
        """See the contract."""
        before = turn_from_token(request.page_token, "failed")
        found, next_before = await self._work.failed(request.account_id, request.page_size, before)
        return operations_pb2.ListFailedTurnsResponse(
            turns=[failed_turn(turn) for turn in found], next_page_token=turn_token(next_before, "failed")
        )
