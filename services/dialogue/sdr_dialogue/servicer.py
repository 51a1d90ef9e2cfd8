"""The gRPC face of dialogue: convert in, one use case under its request id, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr.dialogue.v1 import dialogue_pb2_grpc
from sdr_common.idempotency import Finish, Idempotency
from sdr_common.lead_proto import timestamp_from_wire
from sdr_common.postgres import Connection
from sdr_dialogue import convert
from sdr_dialogue.convert_simulated import script_from_wire, simulate_response
from sdr_dialogue.domain.turn import Answer, Judgement
from sdr_dialogue.ledger import Ledger
from sdr_dialogue.operations import Dialogue
from sdr_dialogue.playground import Playground

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""

_LINES = 100
_TURNS = 50


class DialogueServicer(dialogue_pb2_grpc.DialogueServiceServicer):
    """Serves `sdr.dialogue.v1.DialogueService`; errors are mapped by the server's edge."""

    def __init__(self, dialogue: Dialogue, ledger: Ledger, playground: Playground, idempotency: Idempotency) -> None:
        self._dialogue = dialogue
        self._playground = playground
        self._ledger = ledger
        self._idempotency = idempotency

    async def Respond(self, request: pb.RespondRequest, context: Context) -> pb.RespondResponse:
        """Answers a burst."""

        async def work(finish: Finish[pb.RespondResponse]) -> pb.RespondResponse:
            async def keep(conn: Connection, answer: Answer) -> None:
                await finish(conn, convert.respond_response(answer))

            return convert.respond_response(await self._dialogue.respond(convert.burst_from_wire(request), keep))

        return await self._idempotency.leased(request, pb.RespondResponse, work)

    async def Analyze(self, request: pb.AnalyzeRequest, context: Context) -> pb.AnalyzeResponse:
        """Judges a whole conversation."""

        async def work(finish: Finish[pb.AnalyzeResponse]) -> pb.AnalyzeResponse:
            async def keep(conn: Connection, judgement: Judgement) -> None:
                await finish(conn, convert.analyze_response(judgement))

            conversation = convert.conversation_from_wire(request.conversation)
            return convert.analyze_response(await self._dialogue.analyze(conversation, request.turn_id, keep))

        return await self._idempotency.leased(request, pb.AnalyzeResponse, work)

    async def Nudge(self, request: pb.NudgeRequest, context: Context) -> pb.NudgeResponse:
        """Words a reminder."""
        conversation = convert.conversation_from_wire(request.conversation)
        await self._dialogue.check_accounts([conversation.account_id])

        async def work(conn: Connection) -> pb.NudgeResponse:
            return convert.nudge_response(await self._dialogue.nudge(conn, conversation, request.turn_id))

        return await self._idempotency.once(request, pb.NudgeResponse, work)

    async def Observe(self, request: pb.ObserveRequest, context: Context) -> pb.ObserveResponse:
        """Takes in what happened outside turns."""
        seen = [
            (convert.conversation_from_wire(item.conversation), convert.observations_from_wire(item.observations))
            for item in request.conversations
        ]
        await self._dialogue.check_accounts([conversation.account_id for conversation, _ in seen])

        async def work(conn: Connection) -> pb.ObserveResponse:
            await self._dialogue.observe(conn, seen)
            return pb.ObserveResponse()

        return await self._idempotency.once(request, pb.ObserveResponse, work)

    async def GetConversation(self, request: pb.GetConversationRequest, context: Context) -> pb.GetConversationResponse:
        """Reads a conversation."""
        shown = await self._dialogue.conversation(
            request.account_id, request.conversation_id, request.line_limit or _LINES
        )
        return convert.get_conversation_response(shown)

    async def ListTurns(self, request: pb.ListTurnsRequest, context: Context) -> pb.ListTurnsResponse:
        """Lists turns, newest first."""
        turns, token = await self._dialogue.turns(
            request.account_id, request.conversation_id, request.page_size or _TURNS, request.page_token
        )
        return convert.list_turns_response(turns, token)

    async def Simulate(self, request: pb.SimulateRequest, context: Context) -> pb.SimulateResponse:
        """Plays a conversation that leaves no trace."""
        return simulate_response(await self._playground.play(script_from_wire(request)))

    async def GetCosts(self, request: pb.GetCostsRequest, context: Context) -> pb.GetCostsResponse:
        """Reads what models cost."""
        since = timestamp_from_wire(request.since) if request.HasField("since") else None
        until = timestamp_from_wire(request.until) if request.HasField("until") else None
        costs, stopped = await self._ledger.costs(request.account_id, since, until)
        return convert.costs_response(costs, self._ledger.brl_per_usd, stopped=stopped)

    async def GetSettings(self, request: pb.GetSettingsRequest, context: Context) -> pb.GetSettingsResponse:
        """Reads the account's settings."""
        return convert.get_settings_response(await self._dialogue.settings(request.account_id, request.version))

    async def PutSettings(self, request: pb.PutSettingsRequest, context: Context) -> pb.PutSettingsResponse:
        """Stores a new version of the account's settings, or only validates them."""
        settings = convert.account_settings_from_wire(request.clinic, request.settings)
        if request.dry_run:
            return pb.PutSettingsResponse(version=await self._dialogue.try_settings(request.account_id, settings))

        async def work(conn: Connection) -> pb.PutSettingsResponse:
            version, changed = await self._dialogue.put_settings(conn, request.account_id, settings)
            return pb.PutSettingsResponse(version=version, changed=changed)

        answer = await self._idempotency.once(request, pb.PutSettingsResponse, work)
        self._dialogue.forget_settings(request.account_id)
        return answer
