"""A lead's rights over the whole product: one JSON document of everything, or nothing left anywhere.

Forgetting puts up a tombstone of ids first, so that nothing older comes in any more; then every service
erases its part, each under an id derived from the call's, so that a repeat goes on where it stopped. What
was on its way meanwhile (a turn in a model's hands, an event between two services) is erased once more
when it must have arrived.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import structlog
from google.protobuf.message import Message

from sdr.privacy.v1 import privacy_pb2 as pb
from sdr_common.clock import utc_now
from sdr_common.errors import DomainError, ErrorKind
from sdr_common.grpc_errors import RemoteError
from sdr_common.idempotency import Finish, Idempotency
from sdr_common.lead_data import LeadData
from sdr_common.postgres import Pool, connection, transaction
from sdr_common.service import pause
from sdr_gateway.domain.errors import CallFailed, ServiceAway
from sdr_gateway.operations.requests import derived_id
from sdr_gateway.ports import ForgottenLead, LeadKeeper, Tombstones

A = TypeVar("A", bound=Message)

OWN = "gateway"
_LEADS_PER_ROUND = 20
_LOG = structlog.get_logger()


class Privacy:
    """Forgets and gives out leads.

    Args:
        pool: The gateway's pool.
        idempotency: Guards forgetting.
        own: What the gateway keeps itself.
        tombstones: Who was forgotten.
        keepers: The other services by name, in the order in which they are asked.
        on_change: Told the id of an account whose tombstones changed.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        own: LeadData,
        tombstones: Tombstones,
        keepers: Mapping[str, LeadKeeper],
        on_change: Callable[[int], None],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._own = own
        self._tombstones = tombstones
        self._keepers = keepers
        self._on_change = on_change

    async def forget(self, request: pb.ForgetLeadRequest) -> pb.ForgetLeadResponse:
        """Forgets a lead in every service.

        Raises:
            ServiceAway: a service does not answer; a repeat goes on where it stopped.
        """
        lead = ForgottenLead(request.account_id, request.contact_id, request.request_id)

        async def work(finish: Finish[pb.ForgetLeadResponse]) -> pb.ForgetLeadResponse:
            async with transaction(self._pool) as conn:
                forgotten_at = await self._tombstones.put(conn, lead)
                # First our own: the open turn ends before anything else is asked of the other services.
                erased = _named(OWN, await self._own.erase(conn, request))
            self._on_change(request.account_id)
            erased += await self._erase_elsewhere(lead, "")
            answer = pb.ForgetLeadResponse(erased=erased)
            answer.forgotten_at.FromDatetime(forgotten_at)
            async with transaction(self._pool) as conn:
                await finish(conn, answer)
            return answer

        return await self._idempotency.leased(request, pb.ForgetLeadResponse, work)

    async def export(self, request: pb.ExportLeadRequest) -> str:
        """Everything about a lead as one JSON document.

        Raises:
            ServiceAway: a service does not answer.
        """
        document: dict[str, object] = {
            "conta": request.account_id,
            "contato": request.contact_id,
            "gerado_em": utc_now().isoformat(timespec="seconds"),
            OWN: await self._own.export(request.account_id, request.contact_id),
        }
        for name, keeper in self._keepers.items():
            document[name] = json.loads((await _remote(name, keeper.export_lead(request))).json)
        return json.dumps(document, ensure_ascii=False, indent=2)

    async def settle(self, after_s: float) -> int:
        """Erases once more what arrived late, for leads that were forgotten `after_s` ago; gives how many."""
        async with connection(self._pool) as conn:
            leads = await self._tombstones.unsettled(conn, after_s, _LEADS_PER_ROUND)
        for lead in leads:
            request = pb.ForgetLeadRequest(
                request_id=derived_id(lead.request_id, f"{OWN}/late"),
                account_id=lead.account_id,
                contact_id=lead.contact_id,
            )
            await self._erase_elsewhere(lead, "/late")
            async with transaction(self._pool) as conn:
                await self._own.erase(conn, request)
                await self._tombstones.settle(conn, lead)
            _LOG.info("forgotten_lead_settled", account_id=lead.account_id, contact_id=lead.contact_id)
        return len(leads)

    async def run(self, stop: asyncio.Event, every_s: float, after_s: float) -> None:
        """Settles until stopped; an outage delays it."""
        while not stop.is_set():
            try:
                await self.settle(after_s)
            except DomainError as error:
                _LOG.warning("forgotten_lead_waits", reason=error.reason)
            await pause(stop, every_s)

    async def _erase_elsewhere(self, lead: ForgottenLead, suffix: str) -> list[pb.ErasedRecords]:
        erased = []
        for name, keeper in self._keepers.items():
            request = pb.ForgetLeadRequest(
                request_id=derived_id(lead.request_id, f"{name}{suffix}"),
                account_id=lead.account_id,
                contact_id=lead.contact_id,
            )
            erased += _named(name, await _remote(name, keeper.forget_lead(request)))
        return erased


def _named(service: str, answer: pb.ForgetLeadResponse) -> list[pb.ErasedRecords]:
    return [pb.ErasedRecords(what=f"{service}.{row.what}", record_count=row.record_count) for row in answer.erased]


async def _remote(service: str, made: Awaitable[A]) -> A:
    try:
        return await made
    except RemoteError as error:
        if error.transient or error.kind is ErrorKind.UNAVAILABLE:
            raise ServiceAway(service, error.message) from error
        raise CallFailed(service, f"{error.reason}: {error.message}") from error
