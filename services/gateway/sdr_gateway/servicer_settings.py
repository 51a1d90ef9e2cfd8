"""The gRPC face of an account's settings: convert, call one use case, convert."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.gateway.v1 import settings_pb2 as pb
from sdr.gateway.v1.settings_pb2_grpc import AccountSettingsServiceServicer
from sdr_common.errors import AccountNotFound
from sdr_gateway.domain.account import Account
from sdr_gateway.operations.panel_settings import PanelSettings
from sdr_gateway.ports import Accounts

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""
_TELLING = 12
"""Characters from which a secret's last four tell nothing of the rest."""


class AccountSettingsServicer(AccountSettingsServiceServicer):
    """Settings and connection of accounts.

    Args:
        work: The settings' use cases.
        accounts: Connected accounts.
        public_url: Where Chatwoot reaches the webhook door.
    """

    def __init__(self, work: PanelSettings, accounts: Accounts, public_url: str) -> None:
        self._work = work
        self._accounts = accounts
        self._public_url = public_url.rstrip("/")

    async def GetAccountSettings(
        self, request: pb.GetAccountSettingsRequest, context: Context
    ) -> pb.GetAccountSettingsResponse:
        """See the contract."""
        return await self._work.get(request.account_id)

    async def UpdateAccountSettings(
        self, request: pb.UpdateAccountSettingsRequest, context: Context
    ) -> pb.UpdateAccountSettingsResponse:
        """See the contract."""
        return await self._work.update(request)

    async def GetAccountConnection(
        self, request: pb.GetAccountConnectionRequest, context: Context
    ) -> pb.GetAccountConnectionResponse:
        """See the contract."""
        try:
            account = await self._accounts.get(request.account_id)
        except AccountNotFound:
            return pb.GetAccountConnectionResponse()
        return self._shown(account)

    def _shown(self, account: Account) -> pb.GetAccountConnectionResponse:
        answer = pb.GetAccountConnectionResponse(
            connected=True,
            chatwoot_url=account.chatwoot_url,
            chatwoot_account_id=account.chatwoot_account_id,
            admin_token=_state(account.admin_token),
            webhook_secret=_state(account.webhook_secret or ""),
            webhook_url=f"{self._public_url}/webhooks/chatwoot/{account.account_id}",
        )
        answer.connected_at.FromMilliseconds(int(account.connected_at * 1000))
        return answer


def _state(secret: str) -> pb.SecretState:
    return pb.SecretState(is_set=bool(secret), last_four=secret[-4:] if len(secret) >= _TELLING else "")
