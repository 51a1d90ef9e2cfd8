"""Dialogue, scoring, routing and reporting faked behind real gRPC: what is asked is kept, answers are set."""

# ruff: noqa: N802  (methods of servicers have the names of the contract)

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.dialogue.v1 import dialogue_pb2_grpc as dialogue_grpc
from sdr.privacy.v1 import privacy_pb2 as privacy
from sdr.privacy.v1 import privacy_pb2_grpc as privacy_grpc
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.reporting.v1 import reporting_pb2_grpc as reporting_grpc
from sdr.routing.v1 import routing_pb2 as routing
from sdr.routing.v1 import routing_pb2_grpc as routing_grpc
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr.scoring.v1 import scoring_pb2_grpc as scoring_grpc
from sdr_common.actor import current_actor
from sdr_common.errors import DomainError, WriteConflict
from sdr_common.grpc_server import start_server

SECRET = "kWm3yqzvUuQ3o1XbRrExemplo"
"""What an account's webhooks are signed with."""
R = TypeVar("R", bound=Message)


def a_lead(status: lead.LeadStatus.ValueType = lead.LEAD_STATUS_IN_PROGRESS) -> lead.LeadState:
    """A lead of whom the name is known."""
    fact = lead.Fact(kind=lead.FACT_KIND_NAME, value="Mariana", confidence=1.0, source=lead.FACT_SOURCE_LEAD)
    return lead.LeadState(facts=[fact], known_count=1, status=status)


def a_reply(text: str = "Oi! Qual é o seu nome?", **fields: Any) -> dialogue.RespondResponse:
    """An ordinary answer."""
    return dialogue.RespondResponse(
        reply=text, asks=lead.FACT_KIND_NAME, lead=fields.pop("lead", a_lead()), engine="scripted", **fields
    )


def a_qualification(temperature: lead.Temperature.ValueType = lead.TEMPERATURE_HOT) -> lead.Qualification:
    """A judgement."""
    return lead.Qualification(
        qualification_id="0b2f3c4d-0000-4000-8000-000000000001",
        version=1,
        score=95,
        temperature=temperature,
        status=lead.LEAD_STATUS_QUALIFIED,
        ended=lead.END_REASON_FACTS_COMPLETE,
    )


@dataclass
class Services:
    """The fakes: what they were asked, and what a test makes them answer."""

    responds: list[dialogue.RespondRequest] = field(default_factory=list)
    analyzes: list[dialogue.AnalyzeRequest] = field(default_factory=list)
    nudges: list[dialogue.NudgeRequest] = field(default_factory=list)
    observes: list[dialogue.ObserveRequest] = field(default_factory=list)
    qualifies: list[scoring.QualifyRequest] = field(default_factory=list)
    delivers: list[routing.DeliverRequest] = field(default_factory=list)
    refusals: list[routing.ReportRefusedMessageRequest] = field(default_factory=list)
    refuse_refusals: int = 0
    """So many reports of refused messages come too early."""
    connects: list[routing.ConnectChatwootRequest] = field(default_factory=list)
    puts: list[tuple[str, Any]] = field(default_factory=list)
    events: list[reporting.Event] = field(default_factory=list)
    listed: list[reporting.ListLeadsRequest] = field(default_factory=list)
    retried: list[routing.RetryDeliveryRequest] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)
    refuse_list: DomainError | None = None
    hang_list_s: float = 0
    """ListLeads answers so late."""
    forgets: list[privacy.ForgetLeadRequest] = field(default_factory=list)
    purges: list[privacy.PurgeRecordsRequest] = field(default_factory=list)
    refuse_forget: DomainError | None = None
    answer: Callable[[dialogue.RespondRequest], Awaitable[dialogue.RespondResponse]] | None = None
    accept: Callable[[routing.DeliverRequest], Awaitable[None]] | None = None
    refuse_put: dict[str, DomainError] = field(default_factory=dict)
    refuse_observe: DomainError | None = None
    refuse_connect: DomainError | None = None
    temperature: lead.Temperature.ValueType = lead.TEMPERATURE_HOT
    reminder: str = "Oi, Mariana! Quando puder, me diz seu nome?"
    """What Nudge words; empty: nothing is open."""
    before_nudge: Callable[[dialogue.NudgeRequest], Awaitable[None]] | None = None
    known_ended: lead.EndReason.ValueType = lead.END_REASON_UNSPECIFIED
    known_lead: lead.LeadState = field(default_factory=a_lead)
    settings: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    webhook_secret: str = SECRET
    target: str = ""

    @property
    def observations(self) -> list[dialogue.Observation]:
        """Everything that was observed on its own, in order."""
        return [seen for call in self.observes for found in call.conversations for seen in found.observations]

    def put(self, part: str, request: Any) -> tuple[int, bool]:
        """Stores a part as every service does."""
        self.puts.append((part, request))
        if part in self.refuse_put:
            raise self.refuse_put[part]
        settings = getattr(request, "settings", None)
        changed = part not in self.settings or self.settings[part] != settings
        if changed and not request.dry_run:
            self.settings[part] = settings
            self.versions[part] = self.versions.get(part, 0) + 1
        return self.versions.get(part, 0), changed


class _Dialogue(dialogue_grpc.DialogueServiceServicer):
    def __init__(self, services: Services) -> None:
        self._services = services

    async def Respond(self, request: dialogue.RespondRequest, _: Any) -> dialogue.RespondResponse:
        self._services.responds.append(request)
        return a_reply() if self._services.answer is None else await self._services.answer(request)

    async def Analyze(self, request: dialogue.AnalyzeRequest, _: Any) -> dialogue.AnalyzeResponse:
        self._services.analyzes.append(request)
        return dialogue.AnalyzeResponse(
            lead=a_lead(), behaviour=lead.BEHAVIOUR_COOPERATIVE, summary="Quer botox.", engine="scripted"
        )

    async def Nudge(self, request: dialogue.NudgeRequest, _: Any) -> dialogue.NudgeResponse:
        self._services.nudges.append(request)
        if self._services.before_nudge is not None:
            await self._services.before_nudge(request)
        asks = lead.FACT_KIND_NAME if self._services.reminder else lead.FACT_KIND_UNSPECIFIED
        return dialogue.NudgeResponse(reply=self._services.reminder, asks=asks, lead=a_lead(), language="pt")

    async def Observe(self, request: dialogue.ObserveRequest, _: Any) -> dialogue.ObserveResponse:
        if self._services.refuse_observe is not None:
            raise self._services.refuse_observe
        self._services.observes.append(request)
        return dialogue.ObserveResponse()

    async def GetConversation(
        self, request: dialogue.GetConversationRequest, _: Any
    ) -> dialogue.GetConversationResponse:
        return dialogue.GetConversationResponse(lead=self._services.known_lead, ended=self._services.known_ended)

    async def ListTurns(self, request: dialogue.ListTurnsRequest, _: Any) -> dialogue.ListTurnsResponse:
        turns = [
            dialogue.TurnRecord(
                turn_id=asked.turn_id,
                message_ids=[message.message_id for message in asked.messages],
                reply="Oi!",
                asks=lead.FACT_KIND_NAME,
                learned=[lead.Fact(kind=lead.FACT_KIND_INTEREST, value="botox")],
                engine="openai:gpt-5-mini",
                prompt_version="v1",
                usage=dialogue.Usage(input_tokens=120, output_tokens=40, cost_micro_usd=1200),
            )
            for asked in self._services.responds
        ]
        return dialogue.ListTurnsResponse(turns=sorted(turns, key=lambda turn: -turn.turn_id))

    async def GetSettings(self, request: dialogue.GetSettingsRequest, _: Any) -> dialogue.GetSettingsResponse:
        return dialogue.GetSettingsResponse(settings=self._services.settings.get("dialogue"), version=1)

    async def PutSettings(self, request: dialogue.PutSettingsRequest, _: Any) -> dialogue.PutSettingsResponse:
        version, changed = self._services.put("dialogue", request)
        return dialogue.PutSettingsResponse(version=version, changed=changed)


class _Scoring(scoring_grpc.ScoringServiceServicer):
    def __init__(self, services: Services) -> None:
        self._services = services

    async def Qualify(self, request: scoring.QualifyRequest, _: Any) -> scoring.QualifyResponse:
        self._services.qualifies.append(request)
        judged = a_qualification(self._services.temperature)
        judged.ended = request.ended
        return scoring.QualifyResponse(qualification=judged)

    async def ListQualifications(
        self, request: scoring.ListQualificationsRequest, _: Any
    ) -> scoring.ListQualificationsResponse:
        return scoring.ListQualificationsResponse(
            qualifications=[
                scoring.QualificationSummary(
                    version=1,
                    conversation_id=asked.conversation.conversation_id,
                    turn_id=asked.turn_id,
                    score=95,
                    temperature=lead.TEMPERATURE_HOT,
                )
                for asked in self._services.qualifies
            ]
        )

    async def GetSettings(self, request: scoring.GetSettingsRequest, _: Any) -> scoring.GetSettingsResponse:
        return scoring.GetSettingsResponse(settings=self._services.settings.get("scoring"), version=1)

    async def PutSettings(self, request: scoring.PutSettingsRequest, _: Any) -> scoring.PutSettingsResponse:
        version, changed = self._services.put("scoring", request)
        return scoring.PutSettingsResponse(version=version, changed=changed)


class _Routing(routing_grpc.RoutingServiceServicer):
    def __init__(self, services: Services) -> None:
        self._services = services

    async def Deliver(self, request: routing.DeliverRequest, _: Any) -> routing.DeliverResponse:
        self._services.delivers.append(request)
        if self._services.accept is not None:
            await self._services.accept(request)
        return routing.DeliverResponse(delivery_id="0b2f3c4d-0000-4000-8000-000000000002")

    async def ReportRefusedMessage(
        self, request: routing.ReportRefusedMessageRequest, _: Any
    ) -> routing.ReportRefusedMessageResponse:
        self._services.refusals.append(request)
        if len(self._services.refusals) <= self._services.refuse_refusals:
            raise WriteConflict
        return routing.ReportRefusedMessageResponse(outcome=routing.REFUSAL_OUTCOME_SENDING_AGAIN)

    async def RetryDelivery(self, request: routing.RetryDeliveryRequest, _: Any) -> routing.RetryDeliveryResponse:
        self._services.retried.append(request)
        self._services.actors.append(current_actor())
        return routing.RetryDeliveryResponse()

    async def ConnectChatwoot(self, request: routing.ConnectChatwootRequest, _: Any) -> routing.ConnectChatwootResponse:
        self._services.connects.append(request)
        if self._services.refuse_connect is not None:
            raise self._services.refuse_connect
        return routing.ConnectChatwootResponse(
            chatwoot_version="4.15.1",
            webhook_secret=self._services.webhook_secret,
            bot_id=4,
            inbox_ids=[12],
            steps=[routing.ProvisioningStep(name="bot", outcome="created")],
        )

    async def ListDeliveries(self, request: routing.ListDeliveriesRequest, _: Any) -> routing.ListDeliveriesResponse:
        return routing.ListDeliveriesResponse(
            deliveries=[
                routing.Delivery(
                    delivery_id="0b2f3c4d-0000-4000-8000-000000000002",
                    turn_id=asked.turn_id,
                    state=routing.DELIVERY_STATE_DEAD,
                    attempts=2,
                    writes=[
                        routing.Write(position=0, kind="attributes", state=routing.DELIVERY_STATE_DONE),
                        routing.Write(
                            position=1,
                            kind="message",
                            state=routing.DELIVERY_STATE_DEAD,
                            detail="o Chatwoot recusou o token (401)",
                        ),
                    ],
                )
                for asked in reversed(self._services.delivers)
            ]
        )

    async def GetSettings(self, request: routing.GetSettingsRequest, _: Any) -> routing.GetSettingsResponse:
        return routing.GetSettingsResponse(settings=self._services.settings.get("routing"), version=1)

    async def PutSettings(self, request: routing.PutSettingsRequest, _: Any) -> routing.PutSettingsResponse:
        version, changed = self._services.put("routing", request)
        return routing.PutSettingsResponse(version=version, changed=changed)


class _Reporting(reporting_grpc.ReportingServiceServicer):
    def __init__(self, services: Services) -> None:
        self._services = services

    async def ListLeads(self, request: reporting.ListLeadsRequest, _: Any) -> reporting.ListLeadsResponse:
        self._services.listed.append(request)
        if self._services.hang_list_s:
            await asyncio.sleep(self._services.hang_list_s)
        if self._services.refuse_list is not None:
            raise self._services.refuse_list
        return reporting.ListLeadsResponse(leads=[reporting.LeadSummary(contact_id=77, name="Mariana")])

    async def Record(self, request: reporting.RecordRequest, _: Any) -> reporting.RecordResponse:
        self._services.events.extend(request.events)
        return reporting.RecordResponse(recorded_count=len(request.events))

    async def PutSettings(self, request: reporting.PutSettingsRequest, _: Any) -> reporting.PutSettingsResponse:
        version, changed = self._services.put("reporting", request)
        return reporting.PutSettingsResponse(version=version, changed=changed)


class _Privacy(privacy_grpc.PrivacyServiceServicer):
    def __init__(self, services: Services) -> None:
        self._services = services

    async def ForgetLead(self, request: privacy.ForgetLeadRequest, _: Any) -> privacy.ForgetLeadResponse:
        if self._services.refuse_forget is not None:
            raise self._services.refuse_forget
        self._services.forgets.append(request)
        return privacy.ForgetLeadResponse(erased=[privacy.ErasedRecords(what="lead", record_count=1)])

    async def PurgeRecords(self, request: privacy.PurgeRecordsRequest, _: Any) -> privacy.PurgeRecordsResponse:
        self._services.purges.append(request)
        return privacy.PurgeRecordsResponse(more=len(self._services.purges) == 1)

    async def ExportLead(self, request: privacy.ExportLeadRequest, _: Any) -> privacy.ExportLeadResponse:
        return privacy.ExportLeadResponse(json='{"lead": [{"nome": "Mariana"}]}')


@asynccontextmanager
async def fake_services() -> AsyncIterator[Services]:
    """All four services in one real server that validates as the real ones do."""
    services = Services()

    def register(server: grpc.aio.Server) -> None:
        dialogue_grpc.add_DialogueServiceServicer_to_server(_Dialogue(services), server)  # type: ignore[abstract]  # other calls are UNIMPLEMENTED
        scoring_grpc.add_ScoringServiceServicer_to_server(_Scoring(services), server)  # type: ignore[abstract]  # other calls are UNIMPLEMENTED
        routing_grpc.add_RoutingServiceServicer_to_server(_Routing(services), server)  # type: ignore[abstract]  # other calls are UNIMPLEMENTED
        privacy_grpc.add_PrivacyServiceServicer_to_server(_Privacy(services), server)
        reporting_grpc.add_ReportingServiceServicer_to_server(_Reporting(services), server)  # type: ignore[abstract]  # other calls are UNIMPLEMENTED

    server = await start_server("fake", register, [])
    services.target = f"127.0.0.1:{server.port}"
    try:
        yield services
    finally:
        await server.stop(0)
