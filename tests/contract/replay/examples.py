"""Each service, served for real, with an example of every call that changes something."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
from google.protobuf.message import Message

from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.dialogue.v1 import importing_pb2 as importing
from sdr.gateway.v1 import gateway_pb2 as gateway
from sdr.gateway.v1 import settings_pb2 as panel
from sdr.gateway.v1.settings_pb2_grpc import AccountSettingsServiceStub
from sdr.privacy.v1 import privacy_pb2 as privacy
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.routing.v1 import routing_pb2 as routing
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr_common.grpc_client import call, make_channel
from tests.contract.replay.knowing import knowledge_examples
from tests.contract.replay.sending import outputs_served
from tests.contract.replay.versions import (
    case_examples,
    feedback_examples,
    key_examples,
    prompt_examples,
    rubric_examples,
)
from tests.integration.dialogue import conftest as of_dialogue
from tests.integration.gateway import test_accounts as of_gateway
from tests.integration.routing import conftest as of_routing
from tests.integration.sandbox.servers import running_chatwoot
from tests.integration.scoring import conftest as of_scoring
from tests.support.gateway import fake_services, running_gateway
from tests.support.gateway_chatwoot import listed_chatwoot

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.gateway.v1.settings_pb2_grpc import AccountSettingsServiceAsyncStub

Example = Callable[[], Awaitable[tuple[Message, Message]]]
"""Makes a fresh request, and another input that may come under its id."""

FORGET = "sdr.privacy.v1.PrivacyService/ForgetLead"
ACCOUNT = 7


@dataclass(frozen=True)
class Served:
    """A service that runs."""

    channel: grpc.aio.Channel
    examples: Mapping[str, Example]
    """By the method's full name."""


def _id() -> str:
    return str(uuid.uuid4())


def _always(request: Callable[[], Message], other: Message) -> Example:
    async def example() -> tuple[Message, Message]:
        made = request()
        changed = type(made)()
        changed.CopyFrom(made)
        changed.MergeFrom(other)
        return made, changed

    return example


def _import_request() -> importing.ImportLeadsRequest:
    contact = importing.ContactAttributes(contact_id=90_003, attributes={"sdr_ia_nome": "Ana"})
    return importing.ImportLeadsRequest(request_id=_id(), account_id=ACCOUNT, contacts=[contact])


def _forget(account_id: int = ACCOUNT) -> Example:
    return _always(
        lambda: privacy.ForgetLeadRequest(request_id=_id(), account_id=account_id, contact_id=90_001),
        privacy.ForgetLeadRequest(contact_id=90_002),
    )


@asynccontextmanager
async def scoring_served(url: str) -> AsyncIterator[Served]:
    """Scoring."""
    name = "sdr.scoring.v1.ScoringService/"
    async with of_scoring.running(url) as served:
        await served.put_settings(of_scoring.a_settings_request())
        examples = {
            name + "Qualify": _always(of_scoring.a_qualify_request, scoring.QualifyRequest(turn_id=9)),
            name + "PutSettings": _always(of_scoring.a_settings_request, scoring.PutSettingsRequest(account_id=8)),
            **rubric_examples(served.channel),
            **feedback_examples(served),
            FORGET: _forget(),
        }
        yield Served(served.channel, examples)


@asynccontextmanager
async def reporting_served(url: str) -> AsyncIterator[Served]:
    """Reporting; `Record` needs no request id, because every event has its own."""
    clinic = of_routing.CLINIC

    def put() -> Message:
        return reporting.PutSettingsRequest(request_id=_id(), account_id=ACCOUNT, clinic=clinic)

    async with outputs_served(url) as (outputs, sent):
        other = reporting.PutSettingsRequest(account_id=8)
        examples = {"sdr.reporting.v1.ReportingService/PutSettings": _always(put, other), **sent, FORGET: _forget()}
        yield Served(outputs.channel, examples)


@asynccontextmanager
async def dialogue_served(url: str) -> AsyncIterator[Served]:
    """Dialogue with the obedient model."""
    name = "sdr.dialogue.v1.DialogueService/"
    conversation, turns = of_dialogue.a_conversation(), iter(range(100, 1000))

    def respond() -> Message:
        turn = next(turns)
        return of_dialogue.a_request(turn, of_dialogue.a_message(turn, "oi, queria saber do botox"))

    def seen(conversation_id: int) -> dialogue.ConversationObservations:
        line = of_dialogue.an_observation(next(turns), dialogue.OBSERVATION_KIND_HUMAN_LINE, "Oi, sou a Ana")
        return dialogue.ConversationObservations(
            conversation=of_dialogue.a_conversation(conversation_id), observations=[line]
        )

    async with of_dialogue.running(url, of_dialogue.ObedientModel()) as served:
        await served.put_settings(of_dialogue.a_settings_request())
        await served.respond(of_dialogue.a_request(1, of_dialogue.a_message(1, "oi")))
        examples = {
            name + "Respond": _always(respond, dialogue.RespondRequest(turn_id=1)),
            name + "Analyze": _always(
                lambda: dialogue.AnalyzeRequest(request_id=_id(), conversation=conversation, turn_id=next(turns)),
                dialogue.AnalyzeRequest(turn_id=1),
            ),
            name + "Nudge": _always(
                lambda: dialogue.NudgeRequest(request_id=_id(), conversation=conversation, turn_id=next(turns)),
                dialogue.NudgeRequest(turn_id=1),
            ),
            name + "Observe": _always(
                lambda: dialogue.ObserveRequest(request_id=_id(), conversations=[seen(of_dialogue.CONVERSATION)]),
                dialogue.ObserveRequest(conversations=[seen(77)]),
            ),
            name + "PutSettings": _always(of_dialogue.a_settings_request, dialogue.PutSettingsRequest(account_id=8)),
            **knowledge_examples(served),
            **prompt_examples(served.channel),
            **case_examples(served.channel),
            **key_examples(),
            "sdr.dialogue.v1.ImportService/ImportLeads": _always(
                _import_request, importing.ImportLeadsRequest(dry_run=True)
            ),
            FORGET: _forget(),
        }
        yield Served(served.channel, examples)


@asynccontextmanager
async def routing_served(url: str) -> AsyncIterator[Served]:
    """Routing over an emulated Chatwoot."""
    name = "sdr.routing.v1.RoutingService/"
    async with running_chatwoot() as chatwoot, of_routing.running_routing(url, chatwoot) as served:
        await served.put_settings()
        await served.connect()
        who = await served.new_lead()

        async def retry() -> tuple[Message, Message]:
            dead = []
            for _ in range(2):
                gone = of_routing.a_request(who)
                gone.conversation.conversation_id = 999
                dead.append((await served.deliver(gone)).delivery_id)
                await served.settled(dead[-1])
            request = routing.RetryDeliveryRequest(request_id=_id(), account_id=ACCOUNT, delivery_id=dead[0])
            return request, routing.RetryDeliveryRequest(
                request_id=request.request_id, account_id=ACCOUNT, delivery_id=dead[1]
            )

        examples = {
            name + "Deliver": _always(lambda: of_routing.a_request(who), routing.DeliverRequest(turn_id=9)),
            name + "RetryDelivery": retry,
            name + "RetryDeadLetters": _always(
                lambda: routing.RetryDeadLettersRequest(request_id=_id(), account_id=ACCOUNT),
                routing.RetryDeadLettersRequest(limit=7),
            ),
            name + "ReportRefusedMessage": _always(
                lambda: routing.ReportRefusedMessageRequest(
                    request_id=_id(), account_id=ACCOUNT, conversation_id=998, message_id=4242
                ),
                routing.ReportRefusedMessageRequest(message_id=4243),
            ),
            name + "Reassign": _always(
                lambda: routing.ReassignRequest(
                    request_id=_id(), account_id=ACCOUNT, conversation_id=998, closer_email="ana@c.example"
                ),
                routing.ReassignRequest(waited_minutes=7),
            ),
            name + "ConnectChatwoot": _always(
                served.connect_request, routing.ConnectChatwootRequest(create_missing_teams=True)
            ),
            name + "PutSettings": _always(
                lambda: routing.PutSettingsRequest(
                    request_id=_id(), account_id=ACCOUNT, clinic=of_routing.CLINIC, settings=routing.RoutingSettings()
                ),
                routing.PutSettingsRequest(settings=routing.RoutingSettings(resolve_cold=True)),
            ),
            FORGET: _forget(),
        }
        async with make_channel(served.target) as channel:
            yield Served(channel, examples)


@asynccontextmanager
async def gateway_served(url: str) -> AsyncIterator[Served]:
    """The gateway before services that are faked behind real sockets."""
    name = "sdr.gateway.v1.AccountService/"
    async with (
        listed_chatwoot() as chatwoot,
        fake_services() as services,
        running_gateway(url, services, chatwoot_url=chatwoot.url, public_url="https://sdr.example.com") as door,
        make_channel(f"127.0.0.1:{door.gateway.grpc_port}") as channel,
    ):
        await door.execute("insert into conversation (account_id, conversation_id, phase) values (1, 31, 'paused')")

        def document() -> Message:
            return gateway.ImportAccountRequest(request_id=_id(), account_id=1, yaml=of_gateway.DOCUMENT)

        async def change() -> tuple[Message, Message]:
            stub: AccountSettingsServiceAsyncStub = AccountSettingsServiceStub(channel)
            read = await call(stub.GetAccountSettings, panel.GetAccountSettingsRequest(account_id=1), timeout_s=30)
            made = panel.UpdateAccountSettingsRequest(request_id=_id(), account_id=1, etag=read.etag)
            made.update_mask.paths.append("gateway.silent_outside_hours")
            made.document.gateway.silent_outside_hours = True
            other = panel.UpdateAccountSettingsRequest()
            other.CopyFrom(made)
            other.document.gateway.silent_outside_hours = False
            return made, other

        examples = {
            name + "ImportAccount": _always(
                document, gateway.ImportAccountRequest(yaml=of_gateway.DOCUMENT.replace("Bella Pele", "Bela Pele"))
            ),
            name + "ConnectAccount": _always(
                lambda: of_gateway._connect(chatwoot), gateway.ConnectAccountRequest(chatwoot_account_id=4)
            ),
            "sdr.gateway.v1.AccountSettingsService/UpdateAccountSettings": change,
            "sdr.gateway.v1.ConversationService/ResumeConversation": _always(
                lambda: gateway.ResumeConversationRequest(request_id=_id(), account_id=1, conversation_id=31),
                gateway.ResumeConversationRequest(conversation_id=32),
            ),
            FORGET: _forget(1),
        }
        yield Served(channel, examples)


SERVICES = {
    "scoring": scoring_served,
    "reporting": reporting_served,
    "dialogue": dialogue_served,
    "routing": routing_served,
    "gateway": gateway_served,
}
