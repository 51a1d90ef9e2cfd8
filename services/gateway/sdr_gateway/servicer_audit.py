"""The audit trail of the whole product: every service's own, merged by time, newest first."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import grpc

from sdr.audit.v1 import audit_pb2 as pb
from sdr.audit.v1.audit_pb2_grpc import AuditServiceServicer, AuditServiceStub
from sdr_common.audit import AuditServicer, token_after
from sdr_common.errors import InvalidPageToken
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.audit.v1.audit_pb2_grpc import AuditServiceAsyncStub

OWN = "gateway"
_PAGE = 50
_TIMEOUT_S = 1.5
_END = "-"
"""In a page token: this service has nothing more."""

Context = grpc.aio.ServicerContext[Any, Any]


class _Trail(Protocol):
    async def page(self, request: pb.ListAuditEntriesRequest) -> pb.ListAuditEntriesResponse: ...


class _Own:
    def __init__(self, servicer: AuditServicer) -> None:
        self._servicer = servicer

    async def page(self, request: pb.ListAuditEntriesRequest) -> pb.ListAuditEntriesResponse:
        return await self._servicer.list(request)


class _Remote:
    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: AuditServiceAsyncStub = AuditServiceStub(channel)

    async def page(self, request: pb.ListAuditEntriesRequest) -> pb.ListAuditEntriesResponse:
        return await call(self._stub.ListAuditEntries, request, timeout_s=_TIMEOUT_S)


class MergedAuditServicer(AuditServiceServicer):
    """Serves all trails as one.

    Args:
        own: The gateway's trail.
        channels: To the other services, by name.
    """

    def __init__(self, own: AuditServicer, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self._trails: dict[str, _Trail] = {OWN: _Own(own)}
        self._trails |= {name: _Remote(channel) for name, channel in channels.items()}

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        """See the contract; a service that does not answer is named and left out."""
        size = request.page_size or _PAGE
        tokens = _read(request.page_token, self._trails)
        asked = [name for name, token in tokens.items() if token != _END]
        pages = dict(
            zip(asked, await asyncio.gather(*(self._page(name, request, tokens) for name in asked)), strict=True)
        )
        answer = pb.ListAuditEntriesResponse(services_away=sorted(name for name, page in pages.items() if page is None))
        found = []
        for name, page in pages.items():
            for entry in page.entries if page is not None else ():
                entry.service = name
                found.append(entry)
        found.sort(key=lambda entry: (entry.done_at.ToNanoseconds(), entry.entry_id), reverse=True)
        answer.entries.extend(found[:size])
        for name, page in pages.items():
            if page is not None:
                shown = [entry.entry_id for entry in answer.entries if entry.service == name]
                rest = len(shown) < len(page.entries) or bool(page.next_page_token)
                tokens[name] = (token_after(shown[-1]) if shown else tokens[name]) if rest else _END
        if any(token != _END for name, token in tokens.items() if pages.get(name) is not None):
            answer.next_page_token = base64.urlsafe_b64encode(json.dumps(tokens).encode()).decode()
        return answer

    async def _page(
        self, name: str, request: pb.ListAuditEntriesRequest, tokens: Mapping[str, str]
    ) -> pb.ListAuditEntriesResponse | None:
        asked = pb.ListAuditEntriesRequest(
            account_id=request.account_id, page_size=request.page_size or _PAGE, page_token=tokens[name]
        )
        try:
            return await self._trails[name].page(asked)
        except RemoteError as error:
            if error.reason == InvalidPageToken.reason:
                raise InvalidPageToken from error
            return None


def _read(token: str, trails: Mapping[str, object]) -> dict[str, str]:
    """Where to go on in each trail.

    Raises:
        InvalidPageToken: it is none of this list's.
    """
    if not token:
        return dict.fromkeys(trails, "")
    try:
        found = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error, RecursionError):
        raise InvalidPageToken from None
    if not isinstance(found, dict) or not all(isinstance(each, str) and len(each) <= 40 for each in found.values()):
        raise InvalidPageToken
    return {name: found.get(name, _END) for name in trails}
