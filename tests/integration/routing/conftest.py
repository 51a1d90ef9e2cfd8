"""A running routing service over a fresh database and a real, emulated Chatwoot."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg.rows import dict_row

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1.reporting_pb2 import Event
from sdr.routing.v1 import routing_pb2 as pb
from sdr.routing.v1.routing_pb2_grpc import RoutingServiceStub
from sdr_common.grpc_client import call, make_channel
from sdr_common.postgres import Connection
from sdr_routing.server import build
from sdr_routing.settings import Settings
from tests.integration.sandbox.servers import TOKEN, Running, running_chatwoot
from tests.support.net import eventually

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.routing.v1.routing_pb2_grpc import RoutingServiceAsyncStub

ACCOUNT = 7
SECRET_KEY = Fernet.generate_key().decode()
CLINIC = lead.Clinic(name="Clínica Aurora", assistant_name="Bia", time_zone="America/Sao_Paulo")
SETTLE_AFTER_S = 3.0
"""Above the first look after an unknown outcome, so that what comes between the two is told apart."""


def settings_of(url: str, **changes: Any) -> Settings:
    """Quick times: what takes seconds in production takes tenths here."""
    values: dict[str, Any] = {
        "DATABASE_URL": url,
        "SDR_SECRET_KEY": SECRET_KEY,
        "drain_s": 1,
        "settle_after_s": SETTLE_AFTER_S,
        "chatwoot_read_timeout_s": 0.5,
        "chatwoot_connect_timeout_s": 1,
        "chatwoot_requests_per_minute": 100_000,
        "lease_s": 3,
        "poll_s": 0.05,
        "setback_ceiling_s": 0.5,
    }
    return Settings.model_validate({**values, **changes})


@dataclass
class Lead:
    """A lead in a conversation."""

    source_id: str
    conversation_id: int
    contact_id: int
    last_message_id: int


@dataclass
class Routing:
    """A caller's view of the service, and of the Chatwoot behind it."""

    url: str
    stub: RoutingServiceAsyncStub
    chatwoot: Running
    target: str = ""
    """`host:port` of the service."""

    async def new_lead(self, text: str = "oi, queria saber do botox") -> Lead:
        source_id, conversation_id = await self.chatwoot.new_lead()
        message_id = await self.chatwoot.lead_says((source_id, conversation_id), text)
        contact_id = self.chatwoot.core.state.conversations[conversation_id].contact_id
        return Lead(source_id, conversation_id, contact_id, message_id)

    async def deliver(self, request: pb.DeliverRequest) -> pb.DeliverResponse:
        return await call(self.stub.Deliver, request, timeout_s=20)

    async def get(self, delivery_id: str) -> pb.Delivery:
        request = pb.GetDeliveryRequest(account_id=ACCOUNT, delivery_id=delivery_id)
        return (await call(self.stub.GetDelivery, request, timeout_s=20)).delivery

    async def put_settings(self, settings: pb.RoutingSettings | None = None) -> pb.PutSettingsResponse:
        request = pb.PutSettingsRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, clinic=CLINIC, settings=settings or pb.RoutingSettings()
        )
        return await call(self.stub.PutSettings, request, timeout_s=20)

    async def connect(self, **changes: Any) -> pb.ConnectChatwootResponse:
        return await call(self.stub.ConnectChatwoot, self.connect_request(**changes), timeout_s=30)

    def connect_request(self, **changes: Any) -> pb.ConnectChatwootRequest:
        values: dict[str, Any] = {
            "request_id": str(uuid.uuid4()),
            "account_id": ACCOUNT,
            "chatwoot_url": self.chatwoot.url,
            "chatwoot_account_id": 1,
            "admin_token": TOKEN,
            "webhook_url": "http://127.0.0.1:9/webhooks/chatwoot/7",
        }
        return pb.ConnectChatwootRequest(**{**values, **changes})

    async def settled(self, delivery_id: str, timeout_s: float = 20) -> pb.Delivery:
        """Waits until a delivery has ended."""
        seen: list[pb.Delivery] = []

        async def ended() -> bool:
            seen[:] = [await self.get(delivery_id)]
            return seen[0].state != pb.DELIVERY_STATE_PENDING

        await eventually(ended, what=f"delivery {delivery_id} to end", timeout_s=timeout_s)
        return seen[0]

    def messages(self, conversation_id: int, *, private: bool = False) -> list[str]:
        """What the bot wrote: what the lead reads, or the notes."""
        core = self.chatwoot.core
        conversation = core.state.conversations[conversation_id]
        return [
            message.content or ""
            for message in core.index.messages(conversation)
            if message.message_type == 1 and message.private is private and message.content_attributes.get("sdr_key")
        ]

    def keys(self, conversation_id: int) -> list[str]:
        """`sdr_key` of everything the bot wrote there."""
        core = self.chatwoot.core
        conversation = core.state.conversations[conversation_id]
        found = [message.content_attributes.get("sdr_key") for message in core.index.messages(conversation)]
        return [str(key) for key in found if key]

    def attributes(self, contact_id: int) -> dict[str, Any]:
        return dict(self.chatwoot.core.state.contacts[contact_id].custom_attributes)

    def conversation(self, conversation_id: int) -> Any:  # a row of the emulator
        return self.chatwoot.core.state.conversations[conversation_id]

    def requests(self) -> dict[str, int]:
        """Requests to Chatwoot so far, by route."""
        counted = self.chatwoot.app.state.server.counters.requests
        return {route: sum(statuses.values()) for route, statuses in counted.items()}

    async def fetch(self, statement: str) -> list[dict[str, Any]]:
        """Reads the service's tables directly; a column may be of any type."""
        async with await self.sql() as conn:
            return [dict(row) for row in await (await conn.execute(statement.encode())).fetchall()]

    async def sql(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, row_factory=dict_row, options="-c search_path=routing"
        )

    async def events(self) -> list[Event]:
        """What reporting will be told, oldest first."""
        rows = await self.fetch("select body from event_outbox order by seq")
        return [Event.FromString(bytes(row["body"])) for row in rows]


@asynccontextmanager
async def running_routing(
    url: str, chatwoot: Running, *, carries_out: bool = True, **changes: Any
) -> AsyncIterator[Routing]:
    """The service in this process, on a port of its own."""
    async with AsyncExitStack() as stack:
        server = await build(settings_of(url, **changes), stack, carries_out=carries_out)
        channel = await stack.enter_async_context(make_channel(f"127.0.0.1:{server.port}"))
        yield Routing(url, RoutingServiceStub(channel), chatwoot, f"127.0.0.1:{server.port}")


@pytest.fixture
def database(service_database: Callable[[str], str]) -> str:
    return service_database("routing")


@pytest.fixture
async def chatwoot() -> AsyncIterator[Running]:
    async with running_chatwoot() as running:
        yield running


@pytest.fixture
async def routing(database: str, chatwoot: Running) -> AsyncIterator[Routing]:
    """The service with one connected account on the product's own settings."""
    async with running_routing(database, chatwoot) as service:
        await service.put_settings()
        await service.connect()
        yield service


@pytest.fixture
async def waiting(database: str, chatwoot: Running) -> AsyncIterator[Routing]:
    """The same without a worker: what is accepted waits."""
    async with running_routing(database, chatwoot, carries_out=False) as service:
        await service.put_settings()
        await service.connect()
        yield service


def a_fact(kind: lead.FactKind.ValueType, value: str, level: str = "", canonical: str = "") -> lead.Fact:
    return lead.Fact(
        kind=kind,
        value=value,
        level=level,
        evidence=value,
        source_message_id=1,
        confidence=0.9,
        source=lead.FACT_SOURCE_LEAD,
        canonical=canonical,
    )


FACTS = (
    a_fact(lead.FACT_KIND_NAME, "Mariana Souza"),
    a_fact(lead.FACT_KIND_INTEREST, "botox", "especifico", "botox"),
    a_fact(lead.FACT_KIND_URGENCY, "essa semana", "esta_semana"),
    a_fact(lead.FACT_KIND_KNOWLEDGE, "já fiz antes", "conhece_valores"),
    a_fact(lead.FACT_KIND_LOCATION, "Moema", "perto", "moema"),
)


def a_qualification(
    temperature: lead.Temperature.ValueType = lead.TEMPERATURE_HOT, **changes: Any
) -> lead.Qualification:
    warm = temperature in {lead.TEMPERATURE_HOT, lead.TEMPERATURE_WARM}
    values: dict[str, Any] = {
        "qualification_id": str(uuid.uuid4()),
        "version": 1,
        "score": 110 if warm else 30,
        "temperature": temperature,
        "lines": [
            lead.ScoreLine(kind=lead.FACT_KIND_INTEREST, level="especifico", points=50, maximum=50, quote="botox"),
        ],
        "next_step": "transferir_closer" if warm else "nutrir",
        "funnel_stage": "Lead Qualificado" if warm else "Contato Inicial",
        "status": lead.LEAD_STATUS_QUALIFIED if warm else lead.LEAD_STATUS_COMPLETE,
        "ended": lead.END_REASON_FACTS_COMPLETE,
    }
    qualification = lead.Qualification(**{**values, **changes})
    qualification.qualified_at.FromJsonString("2026-06-18T15:30:00Z")
    return qualification


def a_request(who: Lead, **changes: Any) -> pb.DeliverRequest:
    """An ordinary turn: the lead said something, the bot asks on."""
    values: dict[str, Any] = {
        "request_id": str(uuid.uuid4()),
        "conversation": lead.ConversationRef(
            account_id=ACCOUNT,
            conversation_id=who.conversation_id,
            contact_id=who.contact_id,
            inbox_id=1,
            channel=lead.CHANNEL_WHATSAPP,
        ),
        "turn_id": 1,
        "reply": "Que bom! Para quando você pensa em fazer?",
        "asks": lead.FACT_KIND_URGENCY,
        "lead": lead.LeadState(
            facts=[FACTS[1]],
            known_count=1,
            attempts=[lead.Attempt(kind=lead.FACT_KIND_URGENCY, count=1)],
            status=lead.LEAD_STATUS_IN_PROGRESS,
        ),
        "last_message_id": who.last_message_id,
    }
    return pb.DeliverRequest(**{**values, **changes})


def a_hand_off(who: Lead, **changes: Any) -> pb.DeliverRequest:
    """The turn that ends the qualification of a hot lead."""
    values: dict[str, Any] = {
        "reply": "",
        "asks": lead.FACT_KIND_UNSPECIFIED,
        "lead": lead.LeadState(facts=FACTS, known_count=5, status=lead.LEAD_STATUS_QUALIFIED),
        "qualification": a_qualification(),
        "behaviour": lead.BEHAVIOUR_COOPERATIVE,
        "summary": "Quer botox ainda esta semana.",
    }
    return a_request(who, **{**values, **changes})
