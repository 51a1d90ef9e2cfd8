"""A running reporting service over a fresh database, and what other services tell it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import grpc
import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health_pb2, health_pb2_grpc
from psycopg.rows import dict_row

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr.reporting.v1.report_pb2_grpc import ReportServiceStub
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from sdr_common.grpc_client import call, make_channel
from sdr_common.postgres import Connection
from sdr_reporting.server import build
from sdr_reporting.settings import Settings

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.reporting.v1.report_pb2_grpc import ReportServiceAsyncStub
    from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceAsyncStub

ACCOUNT = 7
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Reporting:
    """A caller's view of the service."""

    url: str
    stub: ReportingServiceAsyncStub
    reports: ReportServiceAsyncStub
    channel: grpc.aio.Channel

    async def record(self, *events: pb.Event) -> int:
        answer = await call(self.stub.Record, pb.RecordRequest(events=events), timeout_s=30)
        return answer.recorded_count

    async def overview(
        self,
        period: str = "",
        *,
        start: datetime | None = None,
        until: datetime | None = None,
        account_id: int = ACCOUNT,
    ) -> pb.GetOverviewResponse:
        request = pb.GetOverviewRequest(
            account_id=account_id, until=timestamp(until), period=period, **{"from": timestamp(start)}
        )
        return await call(self.stub.GetOverview, request, timeout_s=30)

    async def list_leads(self, request: pb.ListLeadsRequest | None = None) -> pb.ListLeadsResponse:
        return await call(self.stub.ListLeads, request or pb.ListLeadsRequest(account_id=ACCOUNT), timeout_s=30)

    async def report(
        self,
        period: str = "",
        *,
        start: datetime | None = None,
        until: datetime | None = None,
        account_id: int = ACCOUNT,
        step: str = "",
    ) -> report_pb2.GetReportResponse:
        request = report_pb2.GetReportRequest(account_id=account_id, until=timestamp(until), period=period, step=step)
        if start is not None:
            getattr(request, "from").FromDatetime(start)
        return await call(self.reports.GetReport, request, timeout_s=30)

    async def lead(self, contact_id: int, *, account_id: int = ACCOUNT) -> report_pb2.GetLeadResponse:
        request = report_pb2.GetLeadRequest(account_id=account_id, contact_id=contact_id)
        return await call(self.reports.GetLead, request, timeout_s=30)

    async def put_settings(
        self, time_zone: str, *, account_id: int = ACCOUNT, dry_run: bool = False, request_id: str = ""
    ) -> pb.PutSettingsResponse:
        request = pb.PutSettingsRequest(
            request_id=request_id or str(uuid.uuid4()),
            account_id=account_id,
            clinic=lead.Clinic(name="Clínica Aurora", assistant_name="Bia", time_zone=time_zone),
            dry_run=dry_run,
        )
        return await call(self.stub.PutSettings, request, timeout_s=30)

    async def health(self, name: str) -> int:
        stub = health_pb2_grpc.HealthStub(self.channel)  # untyped by its authors
        answer: health_pb2.HealthCheckResponse = await stub.Check(
            health_pb2.HealthCheckRequest(service=name), timeout=5
        )
        return int(answer.status)

    async def fetch(self, statement: str) -> list[dict[str, Any]]:
        """Reads the service's tables directly; a column may be of any type."""
        async with await self.connect() as conn:
            return [dict(row) for row in await (await conn.execute(statement.encode())).fetchall()]

    async def connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, row_factory=dict_row, options="-c search_path=reporting"
        )


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Reporting]:
    """The service in this process, on a port of its own."""
    settings = Settings.model_validate({"DATABASE_URL": url, "drain_s": 1})
    async with AsyncExitStack() as stack:
        server = await build(settings, stack)
        channel = await stack.enter_async_context(make_channel(f"127.0.0.1:{server.port}"))
        yield Reporting(url, ReportingServiceStub(channel), ReportServiceStub(channel), channel)


@pytest.fixture
def database(service_database: Callable[[str], str]) -> str:
    return service_database("reporting")


@pytest.fixture
async def reporting(database: str) -> AsyncIterator[Reporting]:
    async with running(database) as service:
        yield service


def timestamp(instant: datetime | None) -> Timestamp | None:
    if instant is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


def at(minutes: float) -> datetime:
    """So many minutes after noon of 2 March 2026."""
    return NOON + timedelta(minutes=minutes)


def an_event(
    minutes: float | datetime, *, contact_id: int = 501, account_id: int = ACCOUNT, **payload: object
) -> pb.Event:
    """Something that happened to a lead, so many minutes after noon."""
    return pb.Event(
        event_id=str(uuid.uuid4()),
        occurred_at=timestamp(minutes if isinstance(minutes, datetime) else at(minutes)),
        conversation=lead.ConversationRef(
            account_id=account_id,
            conversation_id=1000 + contact_id,
            contact_id=contact_id,
            channel=lead.CHANNEL_WHATSAPP,
        ),
        **payload,  # type: ignore[arg-type]  # exactly one message of the oneof
    )


def a_turn(minutes: float, *, contact_id: int = 501, name: str = "", account_id: int = ACCOUNT) -> pb.Event:
    """A turn whose first message came then, answered ten seconds later."""
    turn = pb.TurnFinished(
        turn_id=1,
        message_count=1,
        first_message_at=timestamp(at(minutes)),
        outcome="answered",
        contact_name=name,
    )
    return an_event(minutes + 1 / 6, contact_id=contact_id, account_id=account_id, turn_finished=turn)


def learned(
    minutes: float,
    *,
    contact_id: int = 501,
    name: str = "",
    procedure: str = "",
    status: lead.LeadStatus.ValueType = lead.LEAD_STATUS_IN_PROGRESS,
    known: int = 1,
) -> pb.Event:
    """What was learned then."""
    facts = []
    if name:
        facts.append(lead.Fact(kind=lead.FACT_KIND_NAME, value=name, source=lead.FACT_SOURCE_LEAD))
    if procedure:
        facts.append(
            lead.Fact(
                kind=lead.FACT_KIND_INTEREST,
                value=procedure,
                level="especifico",
                canonical=procedure,
                source=lead.FACT_SOURCE_LEAD,
            )
        )
    message = pb.FactsLearned(turn_id=1, facts=facts, known_count=known, status=status)
    return an_event(minutes, contact_id=contact_id, facts_learned=message)


def judged(
    minutes: float,
    *,
    contact_id: int = 501,
    version: int = 1,
    score: int = 85,
    temperature: lead.Temperature.ValueType = lead.TEMPERATURE_WARM,
    status: lead.LeadStatus.ValueType = lead.LEAD_STATUS_QUALIFIED,
) -> pb.Event:
    """A judgement made then."""
    qualification = lead.Qualification(
        qualification_id=str(uuid.uuid4()),
        version=version,
        score=score,
        temperature=temperature,
        status=status,
        ended=lead.END_REASON_FACTS_COMPLETE,
        qualified_at=timestamp(at(minutes)),
    )
    return an_event(minutes, contact_id=contact_id, lead_qualified=pb.LeadQualified(qualification=qualification))


def delivered(minutes: float, *, contact_id: int = 501, team: str = "", closer: str = "") -> pb.Event:
    """A delivery whose first public message went out then."""
    settled = pb.DeliverySettled(
        delivery_id=str(uuid.uuid4()),
        turn_id=1,
        outcome="done",
        public_messages=1,
        first_public_at=timestamp(at(minutes)),
        team=team,
        closer_email=closer,
    )
    return an_event(minutes, contact_id=contact_id, delivery_settled=settled)


def escalated(minutes: float, *, contact_id: int = 501) -> pb.Event:
    """A call for a human."""
    message = pb.LeadEscalated(reason=lead.ESCALATION_REASON_HUMAN_REQUESTED, turn_id=1)
    return an_event(minutes, contact_id=contact_id, lead_escalated=message)


def paid(minutes: float, cost_micro_usd: int, *, contact_id: int = 501) -> pb.Event:
    """A call to a model that was paid then."""
    used = pb.ModelUsed(turn_id=1, purpose="turn", engine="openai:gpt-5-mini", cost_micro_usd=cost_micro_usd)
    return an_event(minutes, contact_id=contact_id, model_used=used)


def became(minutes: float, status: lead.LeadStatus.ValueType, *, contact_id: int = 501) -> pb.Event:
    """A lead's status changed."""
    return an_event(minutes, contact_id=contact_id, lead_status_changed=pb.LeadStatusChanged(status=status))


def told_outcome(
    minutes: float, outcome: lead.LeadOutcome.ValueType, *, contact_id: int = 501, source: str = "painel"
) -> pb.Event:
    """A word on what became of a lead."""
    recorded = pb.OutcomeRecorded(outcome=outcome, source=source)
    return an_event(minutes, contact_id=contact_id, outcome_recorded=recorded)


def survey(minutes: float, rating: int, *, contact_id: int = 501, message_id: int = 9001) -> pb.Event:
    """An answer to a satisfaction survey."""
    answered = pb.SurveyAnswered(message_id=message_id, rating=rating)
    return an_event(minutes, contact_id=contact_id, survey_answered=answered)
