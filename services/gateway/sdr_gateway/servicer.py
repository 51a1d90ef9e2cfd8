"""`sdr.gateway.v1.AccountService`: convert, call one use case, convert."""

from __future__ import annotations

import grpc

from sdr.gateway.v1 import gateway_pb2 as pb
from sdr.gateway.v1.gateway_pb2_grpc import AccountServiceServicer
from sdr_gateway.operations.accounts import AccountWork, ConnectCommand


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
