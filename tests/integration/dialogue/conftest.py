"""A running dialogue service over a fresh database, an engine that does as told, and what a caller sends."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import grpc
import psycopg
import pytest
from psycopg.rows import dict_row

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr.dialogue.v1.dialogue_pb2_grpc import DialogueServiceStub
from sdr_common.grpc_client import call, make_channel
from sdr_common.lead import (
    Behaviour,
    Disqualification,
    DisqualificationKind,
    EscalationReason,
    FactKind,
    InterestLevel,
    Sentiment,
)
from sdr_common.postgres import Connection
from sdr_dialogue.domain.conversation import (
    AnalysisContext,
    AnalysisDraft,
    FactDraft,
    LeadMessage,
    TurnContext,
    TurnDraft,
    Usage,
)
from sdr_dialogue.domain.progress import next_question
from sdr_dialogue.ports import LanguageModel
from sdr_dialogue.server import build
from sdr_dialogue.settings import Settings

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.dialogue.v1.dialogue_pb2_grpc import DialogueServiceAsyncStub

ACCOUNT = 7
CONVERSATION = 31
CONTACT = 501
CLINIC = lead.Clinic(
    name="Clínica Aurora", assistant_name="Bia", time_zone="America/Sao_Paulo", city="São Paulo", address="Rua A, 1"
)
T0 = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_TAUGHT = re.compile(r"(\w+)=([\w ]+?)(?::(\w+))?(?=[;.]|$)")


@dataclass
class ObedientModel:
    """An engine at the port that learns "fact=value:level;" and asks what is missing."""

    name: str = "obedient"
    calls: list[TurnContext] = field(default_factory=list)
    analyses: list[AnalysisContext] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """When set to an event, answers wait for it."""
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    judgement: AnalysisDraft | None = None
    usage: Usage = field(default_factory=lambda: Usage(10, 5, 7))
    before_answering: Callable[[], Any] | None = None
    """Awaited once before the next answer: what happens meanwhile."""

    async def respond(self, context: TurnContext) -> TurnDraft:
        self.calls.append(context)
        await self._wait()
        text = "\n".join(message.text for message in context.messages)
        facts = tuple(draft for message in context.messages for draft in _taught(message))
        known = {*context.facts, *(draft.kind for draft in facts)}
        asks = next_question(known, context.attempts, context.settings)
        signs = context.messages[0].message_id
        return TurnDraft(
            reply=f"Resposta {context.messages[-1].message_id}. Pergunta sobre {asks.value if asks else 'nada'}?",
            answer="Custa a partir de R$ 10." if "quanto" in text else "",
            facts=facts,
            asks=asks,
            disqualification=(
                Disqualification(DisqualificationKind.REFUSAL, "sem interesse", signs)
                if "sem interesse" in text
                else None
            ),
            escalation=EscalationReason.HUMAN_REQUESTED if "atendente" in text else None,
            opted_out="parar" in text,
            sentiment=Sentiment.IRRITATED if "que saco" in text else Sentiment.NEUTRAL,
            usage=self.usage,
            engine=self.name,
            prompt_version="p1",
        )

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        self.analyses.append(context)
        await self._wait()
        return self.judgement or AnalysisDraft((), Behaviour.COOPERATIVE, "Resumo.", engine=self.name)

    async def _wait(self) -> None:
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        meanwhile, self.before_answering = self.before_answering, None
        if meanwhile is not None:
            await meanwhile()


def _taught(message: LeadMessage) -> list[FactDraft]:
    return [
        FactDraft(
            FactKind(word),
            value.strip(),
            level or "",
            match.group(0),
            message.message_id,
            0.9,
            canonical=value.strip() if level == InterestLevel.SPECIFIC else "",
        )
        for match in _TAUGHT.finditer(message.text)
        for word, value, level in [match.groups()]
    ]


@dataclass
class Dialogue:
    """A caller's view of the service."""

    url: str
    stub: DialogueServiceAsyncStub
    channel: grpc.aio.Channel
    model: LanguageModel
    port: int = 0

    async def respond(self, request: pb.RespondRequest) -> pb.RespondResponse:
        return await call(self.stub.Respond, request, timeout_s=30)

    async def analyze(self, request: pb.AnalyzeRequest) -> pb.AnalyzeResponse:
        return await call(self.stub.Analyze, request, timeout_s=30)

    async def observe(self, *observations: pb.Observation, conversation_id: int = CONVERSATION) -> None:
        request = pb.ObserveRequest(
            request_id=str(uuid.uuid4()),
            conversations=[
                pb.ConversationObservations(
                    conversation=a_conversation(conversation_id), observations=list(observations)
                )
            ],
        )
        await call(self.stub.Observe, request, timeout_s=30)

    async def conversation(self, conversation_id: int = CONVERSATION) -> pb.GetConversationResponse:
        request = pb.GetConversationRequest(account_id=ACCOUNT, conversation_id=conversation_id)
        return await call(self.stub.GetConversation, request, timeout_s=30)

    async def turns(self, page_size: int = 0, page_token: str = "") -> pb.ListTurnsResponse:
        request = pb.ListTurnsRequest(
            account_id=ACCOUNT, conversation_id=CONVERSATION, page_size=page_size, page_token=page_token
        )
        return await call(self.stub.ListTurns, request, timeout_s=30)

    async def put_settings(self, request: pb.PutSettingsRequest) -> pb.PutSettingsResponse:
        return await call(self.stub.PutSettings, request, timeout_s=30)

    async def get_settings(self, version: int = 0, account_id: int = ACCOUNT) -> pb.GetSettingsResponse:
        request = pb.GetSettingsRequest(account_id=account_id, version=version)
        return await call(self.stub.GetSettings, request, timeout_s=30)

    async def fetch(self, statement: str) -> list[dict[str, Any]]:
        """Reads the service's tables directly; a column may be of any type."""
        async with await connect(self.url) as conn:
            return [dict(row) for row in await (await conn.execute(statement.encode())).fetchall()]


async def connect(url: str) -> Connection:
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, row_factory=dict_row, options="-c search_path=dialogue"
    )


@asynccontextmanager
async def running(url: str, model: LanguageModel, **settings: object) -> AsyncIterator[Dialogue]:
    """The service in this process, on a port of its own."""
    values = {"DATABASE_URL": url, "drain_s": 1, **settings}
    async with AsyncExitStack() as stack:
        server = await build(Settings.model_validate(values), stack, model)
        channel = await stack.enter_async_context(make_channel(f"127.0.0.1:{server.port}"))
        yield Dialogue(url, DialogueServiceStub(channel), channel, model, server.port)


@pytest.fixture
def database(service_database: Callable[[str], str]) -> str:
    return service_database("dialogue")


@pytest.fixture
def model() -> ObedientModel:
    return ObedientModel()


@pytest.fixture
async def dialogue(database: str, model: ObedientModel) -> AsyncIterator[Dialogue]:
    """The service with one account."""
    async with running(database, model) as service:
        await service.put_settings(a_settings_request())
        yield service


def a_settings_request(
    settings: pb.DialogueSettings | None = None, *, account_id: int = ACCOUNT, dry_run: bool = False
) -> pb.PutSettingsRequest:
    return pb.PutSettingsRequest(
        request_id=str(uuid.uuid4()),
        account_id=account_id,
        clinic=CLINIC,
        settings=settings
        or pb.DialogueSettings(
            procedures=[pb.Procedure(slug="botox", name="Botox")],
            served_area=pb.ServedArea(near=["Moema"], far=["Osasco"]),
        ),
        dry_run=dry_run,
    )


def a_conversation(conversation_id: int = CONVERSATION, contact_id: int = CONTACT) -> lead.ConversationRef:
    return lead.ConversationRef(
        account_id=ACCOUNT,
        conversation_id=conversation_id,
        contact_id=contact_id,
        inbox_id=3,
        channel=lead.CHANNEL_WHATSAPP,
    )


def a_message(message_id: int, text: str, **attachment: str) -> pb.LeadMessage:
    message = pb.LeadMessage(message_id=message_id, text=text)
    message.sent_at.FromDatetime(T0.replace(minute=message_id % 60))
    if attachment:
        message.attachments.add(**attachment)
    return message


def a_request(
    turn_id: int,
    *messages: pb.LeadMessage,
    conversation_id: int = CONVERSATION,
    attributes: Mapping[str, str] | None = None,
    observations: tuple[pb.Observation, ...] = (),
    request_id: str = "",
) -> pb.RespondRequest:
    return pb.RespondRequest(
        request_id=request_id or str(uuid.uuid4()),
        conversation=a_conversation(conversation_id),
        turn_id=turn_id,
        contact=lead.Contact(name="Mari 🌸", custom_attributes=attributes or {}),
        messages=list(messages),
        observations=list(observations),
    )


def an_observation(
    message_id: int, kind: pb.ObservationKind.ValueType, text: str = "", minute: int | None = None
) -> pb.Observation:
    seen = pb.Observation(message_id=message_id, kind=kind, text=text)
    seen.happened_at.FromDatetime(T0.replace(minute=(message_id if minute is None else minute) % 60))
    return seen


def a_bot_line(message_id: int, text: str) -> pb.Observation:
    seen = an_observation(message_id, pb.OBSERVATION_KIND_BOT_LINE, text)
    seen.sdr_key = f"{uuid.uuid4()}/1"
    return seen


def values(state: lead.LeadState) -> dict[str, str]:
    """What is known, by the fact's number in the contract's words."""
    return {lead.FactKind.Name(fact.kind).removeprefix("FACT_KIND_"): fact.value for fact in state.facts}


def attempts(state: lead.LeadState) -> dict[str, int]:
    return {lead.FactKind.Name(item.kind).removeprefix("FACT_KIND_"): item.count for item in state.attempts}
