"""A running scoring service over a fresh database, and what a caller sends it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
import psycopg
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from psycopg.rows import dict_row

from sdr.common.v1 import lead_pb2 as lead
from sdr.scoring.v1 import scoring_pb2 as pb
from sdr.scoring.v1.scoring_pb2_grpc import ScoringServiceStub
from sdr_common.grpc_client import call, make_channel
from sdr_common.postgres import Connection
from sdr_scoring.server import build
from sdr_scoring.settings import Settings

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.scoring.v1.scoring_pb2_grpc import ScoringServiceAsyncStub

ACCOUNT = 7
CLINIC = lead.Clinic(name="Clínica Aurora", assistant_name="Bia", time_zone="America/Sao_Paulo")


@dataclass
class Scoring:
    """A caller's view of the service."""

    url: str
    stub: ScoringServiceAsyncStub
    channel: grpc.aio.Channel

    async def qualify(self, request: pb.QualifyRequest) -> lead.Qualification:
        return (await call(self.stub.Qualify, request, timeout_s=20)).qualification

    async def explain(self, account_id: int, qualification_id: str) -> pb.ExplainResponse:
        request = pb.ExplainRequest(account_id=account_id, qualification_id=qualification_id)
        return await call(self.stub.Explain, request, timeout_s=20)

    async def get_settings(self, account_id: int = ACCOUNT, version: int = 0) -> pb.GetSettingsResponse:
        return await call(
            self.stub.GetSettings, pb.GetSettingsRequest(account_id=account_id, version=version), timeout_s=20
        )

    async def put_settings(self, request: pb.PutSettingsRequest) -> pb.PutSettingsResponse:
        return await call(self.stub.PutSettings, request, timeout_s=20)

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
            self.url, autocommit=True, row_factory=dict_row, options="-c search_path=scoring"
        )


@asynccontextmanager
async def running(url: str, reporting_target: str = "") -> AsyncIterator[Scoring]:
    """The service in this process, on a port of its own."""
    settings = Settings.model_validate({"DATABASE_URL": url, "SDR_REPORTING_TARGET": reporting_target, "drain_s": 1})
    async with AsyncExitStack() as stack:
        server = await build(settings, stack)
        channel = await stack.enter_async_context(make_channel(f"127.0.0.1:{server.port}"))
        yield Scoring(url, ScoringServiceStub(channel), channel)


@pytest.fixture
def database(service_database: Callable[[str], str]) -> str:
    return service_database("scoring")


@pytest.fixture
async def scoring(database: str) -> AsyncIterator[Scoring]:
    """The service with one account on the product's rubric."""
    async with running(database) as service:
        await service.put_settings(a_settings_request())
        yield service


def a_settings_request(
    settings: pb.ScoringSettings | None = None, *, account_id: int = ACCOUNT, dry_run: bool = False
) -> pb.PutSettingsRequest:
    return pb.PutSettingsRequest(
        request_id=str(uuid.uuid4()),
        account_id=account_id,
        clinic=CLINIC,
        settings=settings or pb.ScoringSettings(),
        dry_run=dry_run,
    )


def a_qualify_request(
    *,
    account_id: int = ACCOUNT,
    contact_id: int = 501,
    urgency: str = "proximas_2_semanas",
    disqualification: lead.Disqualification | None = None,
    ended: lead.EndReason.ValueType = lead.END_REASON_FACTS_COMPLETE,
) -> pb.QualifyRequest:
    """Tattoo removal on a first search."""

    def fact(kind: lead.FactKind.ValueType, level: str, evidence: str) -> lead.Fact:
        return lead.Fact(
            kind=kind,
            value=evidence,
            level=level,
            evidence=evidence,
            source_message_id=10,
            confidence=0.9,
            source=lead.FACT_SOURCE_LEAD,
        )

    return pb.QualifyRequest(
        request_id=str(uuid.uuid4()),
        conversation=lead.ConversationRef(
            account_id=account_id, conversation_id=31, contact_id=contact_id, channel=lead.CHANNEL_WHATSAPP
        ),
        turn_id=4,
        facts=[
            fact(lead.FACT_KIND_INTEREST, "especifico", "quero remover uma tatuagem"),
            fact(lead.FACT_KIND_URGENCY, urgency, "daqui a duas semanas"),
            fact(lead.FACT_KIND_KNOWLEDGE, "primeira_pesquisa", "não"),
        ],
        disqualification=disqualification,
        ended=ended,
    )
