"""The gRPC face of accounts' own model keys: convert in, one use case, convert out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from sdr.dialogue.v1 import models_pb2 as pb
from sdr.dialogue.v1 import models_pb2_grpc
from sdr_common.idempotency import Once
from sdr_dialogue.domain.model_keys import KeptKey, KeyChoice, Trial
from sdr_dialogue.domain.models import Provider
from sdr_dialogue.operations_models import ModelKeyWork

Context = grpc.aio.ServicerContext[Any, Any]
"""A call's context; its message types are fixed by each method."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What the installation has of a provider."""

    has_key: bool
    model: str
    analysis_model: str


class ModelKeyServicer(models_pb2_grpc.ModelKeyServiceServicer):
    """Serves `sdr.dialogue.v1.ModelKeyService`; errors are mapped by the server's edge."""

    def __init__(self, work: ModelKeyWork, installed: Mapping[Provider, Installed]) -> None:
        self._work = work
        self._installed = installed

    async def ListModelKeys(self, request: pb.ListModelKeysRequest, context: Context) -> pb.ListModelKeysResponse:
        """Lists providers."""
        kept = await self._work.kept(request.account_id)
        return pb.ListModelKeysResponse(keys=[self._told(provider, kept.get(provider)) for provider in Provider])

    async def PutModelKey(self, request: pb.PutModelKeyRequest, context: Context) -> pb.PutModelKeyResponse:
        """Keeps a key."""
        provider = Provider(request.provider)
        choice = KeyChoice(provider, request.api_key, request.base_url, request.model, request.analysis_model)
        once: Once[KeptKey, pb.PutModelKeyResponse] = Once(
            request, pb.PutModelKeyResponse, lambda kept: pb.PutModelKeyResponse(key=self._told(provider, kept))
        )
        return await self._work.put(request.account_id, choice, request.request_id, once)

    async def DeleteModelKey(self, request: pb.DeleteModelKeyRequest, context: Context) -> pb.DeleteModelKeyResponse:
        """Forgets a key."""
        provider = Provider(request.provider)
        once: Once[None, pb.DeleteModelKeyResponse] = Once(
            request, pb.DeleteModelKeyResponse, lambda _: pb.DeleteModelKeyResponse(key=self._told(provider, None))
        )
        return await self._work.delete(request.account_id, provider, request.request_id, once)

    async def TryModelKey(self, request: pb.TryModelKeyRequest, context: Context) -> pb.TryModelKeyResponse:
        """Tries a key."""
        choice = KeyChoice(Provider(request.provider), request.api_key, request.base_url, request.model)
        tried = await self._work.attempt(request.account_id, choice)
        return pb.TryModelKeyResponse(
            outcome=_OUTCOMES[tried.outcome], model=tried.model, status=tried.status, elapsed_ms=tried.elapsed_ms
        )

    def _told(self, provider: Provider, kept: KeptKey | None) -> pb.ModelKey:
        installed = self._installed[provider]
        told = pb.ModelKey(
            provider=provider.value,
            installed=installed.has_key,
            default_model=installed.model,
            default_analysis_model=installed.analysis_model,
        )
        if kept is not None:
            told.is_set = True
            told.last_four, told.base_url = kept.last_four, kept.base_url
            told.model, told.analysis_model = kept.model, kept.analysis_model
            if kept.changed_at is not None:
                told.changed_at.FromDatetime(kept.changed_at)
        return told


_OUTCOMES: Mapping[Trial, pb.KeyTrial.ValueType] = {
    trial: pb.KeyTrial.Value(f"KEY_TRIAL_{trial.name}") for trial in Trial
}
