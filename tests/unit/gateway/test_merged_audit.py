"""The audit trail of all services as one list: by time, page by page, without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from sdr.audit.v1 import audit_pb2 as pb
from sdr_common.audit import AuditServicer, token_after
from sdr_common.errors import ErrorKind, InvalidPageToken
from sdr_common.grpc_errors import RemoteError
from sdr_gateway.servicer_audit import MergedAuditServicer


class Trail:
    """A service's trail, of entries at these seconds, oldest first."""

    def __init__(self, seconds: Sequence[int], *, away: bool = False) -> None:
        self._seconds = seconds
        self._away = away

    async def page(self, request: pb.ListAuditEntriesRequest) -> pb.ListAuditEntriesResponse:
        if self._away:
            raise RemoteError(ErrorKind.UNAVAILABLE, "TRANSPORT", "away")
        numbered = list(enumerate(self._seconds, 1))
        left = [(seq, at) for seq, at in reversed(numbered) if not request.page_token or before(request, seq)]
        shown = left[: request.page_size]
        answer = pb.ListAuditEntriesResponse(
            next_page_token=token_after(shown[-1][0]) if len(left) > len(shown) and shown else ""
        )
        for seq, at in shown:
            answer.entries.add(entry_id=seq, action="deed").done_at.FromSeconds(at)
        return answer


def before(request: pb.ListAuditEntriesRequest, seq: int) -> bool:
    return request.page_token in {token_after(each) for each in range(seq + 1, 50)}


def merged(**trails: Trail) -> MergedAuditServicer:
    servicer = MergedAuditServicer(cast("AuditServicer", None), {})
    servicer._trails = dict(trails)
    return servicer


async def ask(servicer: MergedAuditServicer, token: str = "") -> pb.ListAuditEntriesResponse:
    request = pb.ListAuditEntriesRequest(account_id=1, page_size=3, page_token=token)
    return await servicer.ListAuditEntries(request, cast("Any", None))


async def test_pages_follow_each_other_by_time_without_a_gap_or_a_repeat() -> None:
    servicer = merged(gateway=Trail([1, 5, 9, 10]), routing=Trail([2, 3, 4, 8]), scoring=Trail([]))
    seen, token = [], ""
    for _ in range(3):
        page = await ask(servicer, token)
        seen.append([(entry.service, entry.done_at.seconds) for entry in page.entries])
        token = page.next_page_token
    assert seen == [
        [("gateway", 10), ("gateway", 9), ("routing", 8)],
        [("gateway", 5), ("routing", 4), ("routing", 3)],
        [("routing", 2), ("gateway", 1)],
    ]
    assert token == ""


async def test_a_service_that_is_away_is_named_and_hides_no_other() -> None:
    page = await ask(merged(gateway=Trail([1, 2]), routing=Trail([3], away=True)))
    assert [entry.done_at.seconds for entry in page.entries] == [2, 1]
    assert list(page.services_away) == ["routing"]


@pytest.mark.parametrize("token", ["x", "e30", "W10=", "eyJnYXRld2F5IjogMX0="])
async def test_a_token_of_another_list_is_refused(token: str) -> None:
    servicer = merged(gateway=Trail([1]))
    with pytest.raises(InvalidPageToken):
        await ask(servicer, token)
