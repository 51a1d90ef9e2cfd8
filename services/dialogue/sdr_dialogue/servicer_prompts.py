"""The gRPC face of prompt versions: convert in, one use case, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.dialogue.v1 import prompts_pb2 as pb
from sdr.dialogue.v1 import prompts_pb2_grpc
from sdr_common.idempotency import Once
from sdr_common.part_versions_proto import PAGE, number_from_token, number_token
from sdr_common.part_work import Draft
from sdr_dialogue import convert_prompts as convert
from sdr_dialogue.operations_prompts import PromptWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


class PromptServicer(prompts_pb2_grpc.PromptServiceServicer):
    """Serves `sdr.dialogue.v1.PromptService`; errors are mapped by the server's edge."""

    def __init__(self, prompts: PromptWork) -> None:
        self._prompts = prompts

    async def CreatePrompt(self, request: pb.CreatePromptRequest, context: Context) -> pb.CreatePromptResponse:
        """Keeps a draft."""
        draft = Draft(request.account_id, request.content, request.note.strip(), request.based_on)
        once = Once(request, pb.CreatePromptResponse, convert.create_response)
        return await self._prompts.create(draft, request.request_id, once)

    async def ListPrompts(self, request: pb.ListPromptsRequest, context: Context) -> pb.ListPromptsResponse:
        """Lists versions."""
        size = request.page_size or PAGE
        found, active = await self._prompts.page(request.account_id, number_from_token(request.page_token), size + 1)
        return pb.ListPromptsResponse(
            versions=map(convert.prompt_version, found[:size]),
            next_page_token=number_token(found[size - 1].number if len(found) > size else 0),
            active_number=active,
        )

    async def GetPrompt(self, request: pb.GetPromptRequest, context: Context) -> pb.GetPromptResponse:
        """Reads a version."""
        prompt = await self._prompts.get(request.account_id, request.number)
        return pb.GetPromptResponse(version=convert.prompt_version(prompt), content=prompt.content)

    async def DiffPrompts(self, request: pb.DiffPromptsRequest, context: Context) -> pb.DiffPromptsResponse:
        """Compares two versions."""
        after = await self._prompts.get(request.account_id, request.number)
        before = await self._prompts.get(request.account_id, request.base)
        return convert.diff_response(before.content, after.content)

    async def ActivatePrompt(self, request: pb.ActivatePromptRequest, context: Context) -> pb.ActivatePromptResponse:
        """Publishes a version."""
        once = Once(request, pb.ActivatePromptResponse, convert.activate_response)
        return await self._prompts.activate(
            request.account_id, request.number, request.expected_active, request.request_id, once
        )

    async def RollbackPrompt(self, request: pb.RollbackPromptRequest, context: Context) -> pb.RollbackPromptResponse:
        """Takes a publication back."""
        once = Once(request, pb.RollbackPromptResponse, convert.rollback_response)
        return await self._prompts.rollback(request.account_id, request.expected_active, request.request_id, once)
