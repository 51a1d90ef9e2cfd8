"""About every minute and account: tells reporting how the connection is and when the clinic was open.

It answers which hot leads their closers leave waiting; where the account wishes it, routing gives them to the next one.

Alerts are reporting's, but it calls nobody: what it cannot know from events, the gateway tells it. It is a
state and no event, so none is kept: the next one replaces it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from sdr.reporting.v1 import alerts_pb2 as pb
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common.errors import AccountNotFound, DomainError
from sdr_common.grpc_errors import RemoteError
from sdr_common.service import pause
from sdr_gateway.domain.hours import BusinessHours
from sdr_gateway.ports import Accounts

_LOOK_BACK_S: Final = 8 * 86_400.0
"""How far back opening hours are told: alerts count no longer silence."""
_LOOK_AHEAD_S: Final = 3600.0
"""And how far ahead: until the next pulse, late as it may be."""
_MOST_PROBLEM: Final = 500
_VITAL: Final = frozenset({"chatwoot", "admin_token", "bot_token"})
"""Steps of a connection without which nothing goes."""
_LOG = structlog.get_logger()


class PulseClaims(Protocol):
    """Whose turn it is."""

    async def claim(self, interval_s: float) -> tuple[int, datetime] | None:
        """The account that waits longest, if it waits for so long, and the database's clock; None: none does.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        ...


class ConnectionCheck(Protocol):
    """Tries an account's connection."""

    async def check_connection(self, request: routing.CheckConnectionRequest) -> routing.CheckConnectionResponse:
        """Tries it; raises `RemoteError`."""
        ...


class Reassigner(Protocol):
    """Gives leads that wait to the next closer."""

    async def reassign(self, request: routing.ReassignRequest) -> routing.ReassignResponse:
        """Decides who is next; raises `RemoteError`."""
        ...


class Routing(ConnectionCheck, Reassigner, Protocol):
    """What routing does here."""


class PulseSink(Protocol):
    """Who is told."""

    async def report_pulse(self, request: pb.ReportPulseRequest) -> pb.ReportPulseResponse:
        """Tells it; raises `RemoteError`."""
        ...


class PulseWork:
    """Tells reporting how accounts are.

    Args:
        claims: Whose turn it is.
        accounts: Connected accounts.
        routing: Tries connections, and gives leads that wait to the next closer.
        reporting: Is told, and says which leads wait.
    """

    def __init__(self, claims: PulseClaims, accounts: Accounts, *, routing: Routing, reporting: PulseSink) -> None:
        self._claims = claims
        self._accounts = accounts
        self._routing = routing
        self._reporting = reporting

    async def run(self, stop: asyncio.Event, interval_s: float) -> None:
        """Tells until stopped; an outage skips a beat, and reporting believes no old pulse."""
        while not stop.is_set():
            claimed = None
            try:
                claimed = await self._claims.claim(interval_s)
                if claimed is not None:
                    await self.tell(*claimed)
            except (DomainError, RemoteError) as error:
                _LOG.warning("pulse_skipped", reason=error.reason)
                claimed = None
            if claimed is None:
                await pause(stop, min(interval_s, 5.0))

    async def tell(self, account_id: int, now: datetime) -> None:
        """Tells how one account is.

        Args:
            account_id: Whose.
            now: The database's clock.

        Raises:
            RemoteError: reporting does not answer, or routing itself is away: that is no fault of Chatwoot's.
            StoreUnavailable: the database does not answer.
        """
        request = pb.ReportPulseRequest(account_id=account_id)
        request.observed_at.FromDatetime(now)
        try:
            hours = (await self._accounts.get(account_id)).rules.hours
        except AccountNotFound:
            hours = None
        _add_hours(request, hours, now.timestamp())
        await self._add_connection(request)
        answer = await self._reporting.report_pulse(request)
        for lead in answer.waiting_leads:
            await self._pass_on(account_id, lead)

    async def _pass_on(self, account_id: int, lead: pb.WaitingLead) -> None:
        """Lets routing give a lead to the next closer; reporting names it again as long as nobody was given it."""
        request = routing.ReassignRequest(
            request_id=lead.step_id,
            account_id=account_id,
            conversation_id=lead.conversation_id,
            closer_email=lead.closer_email,
            waited_minutes=lead.waited_minutes,
        )
        try:
            answer = await self._routing.reassign(request)
        except RemoteError as error:
            _LOG.warning("reassignment_skipped", account_id=account_id, reason=error.reason)
            return
        _LOG.info(
            "reassignment_decided",
            account_id=account_id,
            conversation_id=lead.conversation_id,
            outcome=routing.ReassignOutcome.Name(answer.outcome),
        )

    async def _add_connection(self, request: pb.ReportPulseRequest) -> None:
        try:
            found = await self._routing.check_connection(routing.CheckConnectionRequest(account_id=request.account_id))
        except RemoteError as error:
            if error.reason in {"NOT_CONNECTED", "ACCOUNT_NOT_FOUND"}:
                return
            raise
        # A team or a label that is missing is for the connection page; here it is whether anything works at all.
        broken = [step for step in found.steps if step.name in _VITAL and step.outcome == "missing"]
        request.chatwoot_connected = True
        request.chatwoot_works = not broken
        request.chatwoot_problem = " ".join(step.advice for step in broken)[:_MOST_PROBLEM]


def _add_hours(request: pb.ReportPulseRequest, hours: BusinessHours | None, now: float) -> None:
    if hours is None or not hours.openings:
        return
    request.has_hours = True
    for start, end in hours.stretches(now - _LOOK_BACK_S, now + _LOOK_AHEAD_S):
        stretch = request.open.add()
        getattr(stretch, "from").FromDatetime(datetime.fromtimestamp(start, UTC))
        stretch.until.FromDatetime(datetime.fromtimestamp(end, UTC))
