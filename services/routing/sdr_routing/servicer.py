"""The gRPC face of routing: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.routing.v1 import routing_pb2 as pb
from sdr.routing.v1 import routing_pb2_grpc
from sdr_common.idempotency import Once
from sdr_common.lead import Temperature
from sdr_common.lead_proto import clinic_to_wire, temperature_from_wire
from sdr_routing import convert, convert_reassign
from sdr_routing.operations import AccountSettings, ChooseFrom, Connect, DeadLetters, Deliver, Reassign, Refusals

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class RoutingServicer(routing_pb2_grpc.RoutingServiceServicer):
    """Serves `sdr.routing.v1.RoutingService`; errors are mapped by the server's edge."""

    def __init__(
        self,
        deliver: Deliver,
        dead_letters: DeadLetters,
        refusals: Refusals,
        settings: AccountSettings,
        connect: Connect,
        *,
        choices: ChooseFrom,
        reassign: Reassign,
    ) -> None:
        self._deliver = deliver
        self._dead_letters = dead_letters
        self._refusals = refusals
        self._settings = settings
        self._connect = connect
        self._choices = choices
        self._reassign = reassign

    async def Deliver(self, request: pb.DeliverRequest, context: Context) -> pb.DeliverResponse:
        """Accepts the outcome of a turn."""
        once = Once(request, pb.DeliverResponse, convert.deliver_response)
        return await self._deliver.accept(convert.outcome_from_wire(request), request.request_id, once)

    async def Decide(self, request: pb.DecideRequest, context: Context) -> pb.DecideResponse:
        """Says who would get a lead."""
        temperature = temperature_from_wire(request.temperature) or Temperature.VERY_COLD
        decided = await self._deliver.decide(request.account_id, temperature, request.procedure, request.inbox_id)
        return pb.DecideResponse(assignment=convert.assignment_to_wire(decided))

    async def GetDelivery(self, request: pb.GetDeliveryRequest, context: Context) -> pb.GetDeliveryResponse:
        """Reads a delivery."""
        delivery = await self._deliver.find(request.account_id, request.delivery_id)
        return pb.GetDeliveryResponse(delivery=convert.delivery_to_wire(delivery))

    async def ListDeadLetters(self, request: pb.ListDeadLettersRequest, context: Context) -> pb.ListDeadLettersResponse:
        """Lists deliveries that were given up."""
        before = convert.page_token_from_wire(request.page_token, "dead")
        page = await self._dead_letters.list_dead(convert.dead_filter(request), request.page_size, before)
        return pb.ListDeadLettersResponse(
            deliveries=[convert.delivery_to_wire(delivery) for delivery in page.deliveries],
            next_page_token="" if page.next_before is None else convert.page_token(page.next_before, "dead"),
        )

    async def ListDeliveries(self, request: pb.ListDeliveriesRequest, context: Context) -> pb.ListDeliveriesResponse:
        """Lists a conversation's deliveries."""
        word = f"conversation {request.conversation_id}"
        before = convert.page_token_from_wire(request.page_token, word)
        page = await self._dead_letters.list_of_conversation(
            request.account_id, request.conversation_id, request.page_size, before
        )
        return pb.ListDeliveriesResponse(
            deliveries=[convert.delivery_to_wire(delivery) for delivery in page.deliveries],
            next_page_token="" if page.next_before is None else convert.page_token(page.next_before, word),
        )

    async def RetryDelivery(self, request: pb.RetryDeliveryRequest, context: Context) -> pb.RetryDeliveryResponse:
        """Takes a dead delivery up again."""
        once = Once(request, pb.RetryDeliveryResponse, convert.retry_response)
        return await self._dead_letters.retry(request.account_id, request.delivery_id, once)

    async def RetryDeadLetters(
        self, request: pb.RetryDeadLettersRequest, context: Context
    ) -> pb.RetryDeadLettersResponse:
        """Takes dead deliveries up again."""
        once = Once(request, pb.RetryDeadLettersResponse, convert.retried_response)
        return await self._dead_letters.retry_all(convert.dead_filter(request), request.limit, once)

    async def ReportRefusedMessage(
        self, request: pb.ReportRefusedMessageRequest, context: Context
    ) -> pb.ReportRefusedMessageResponse:
        """Sees to a message that the channel refused."""
        once = Once(request, pb.ReportRefusedMessageResponse, convert.refusal_response)
        return await self._refusals.report(convert.refusal_report(request), once)

    async def Reassign(self, request: pb.ReassignRequest, context: Context) -> pb.ReassignResponse:
        """Gives a lead that waits to the next closer."""
        once = Once(request, pb.ReassignResponse, convert_reassign.reassigned_to_wire)
        return await self._reassign.reassign(convert_reassign.command_from_wire(request), once)

    async def ConnectChatwoot(self, request: pb.ConnectChatwootRequest, context: Context) -> pb.ConnectChatwootResponse:
        """Connects an account."""
        once = Once(request, pb.ConnectChatwootResponse, convert.connect_response)
        answer = await self._connect.connect(convert.connect_command(request), once)
        answer.webhook_secret = self._connect.open_secret(answer.webhook_secret)
        return answer

    async def CheckConnection(self, request: pb.CheckConnectionRequest, context: Context) -> pb.CheckConnectionResponse:
        """Tries a connection."""
        return convert.check_response(await self._connect.check(request.account_id))

    async def ListChatwootChoices(
        self, request: pb.ListChatwootChoicesRequest, context: Context
    ) -> pb.ListChatwootChoicesResponse:
        """Lists what there is to choose from."""
        return convert.choices_response(await self._choices.choices(request.account_id))

    async def GetSettings(self, request: pb.GetSettingsRequest, context: Context) -> pb.GetSettingsResponse:
        """Reads the account's settings."""
        found = await self._settings.get(request.account_id, request.version)
        return pb.GetSettingsResponse(
            clinic=clinic_to_wire(found.clinic),
            settings=convert.settings_to_wire(found.settings),
            version=found.version,
        )

    async def PutSettings(self, request: pb.PutSettingsRequest, context: Context) -> pb.PutSettingsResponse:
        """Stores a new version of the account's settings."""
        once = Once(request, pb.PutSettingsResponse, convert.put_settings_response)
        return await self._settings.put(convert.put_settings_command(request), once)
