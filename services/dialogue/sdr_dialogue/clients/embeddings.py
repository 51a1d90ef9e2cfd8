"""Embeddings of OpenAI, or of any server that speaks its API, behind the port."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opentelemetry.trace import SpanKind, StatusCode, Tracer

from sdr_common.telemetry import TRACER
from sdr_dialogue.domain.errors import EngineUnavailable

if TYPE_CHECKING:  # weighs much: loaded by the first call
    from openai import AsyncOpenAI

_OPENAI_URL = "https://api.openai.com/v1"
_INPUT_LIMIT = 8_000
"""Characters of one text; the models read 8,191 tokens."""


class OpenAiEmbedder:
    """The port `Embedder`: one call for all texts, no retry, a deadline.

    Args:
        api_key: Its key; servers on one's own machine ask for none.
        base_url: Empty: OpenAI's own.
        model: The model, such as `text-embedding-3-small`.
        dimensions: Numbers per vector that are asked for; 0: the model's own.
        tracer: Makes the spans of calls.
    """

    def __init__(
        self, *, api_key: str, base_url: str, model: str, dimensions: int = 512, tracer: Tracer = TRACER
    ) -> None:
        self._api_key = api_key or "none"
        self._base_url = base_url or _OPENAI_URL
        self._model = model
        self._dimensions = dimensions
        self._tracer = tracer
        self._client: AsyncOpenAI | None = None

    @property
    def model(self) -> str:
        """Model and dimensions: vectors of different ones are never compared."""
        return f"{self._model}/{self._dimensions}" if self._dimensions else self._model

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()

    async def embed(self, texts: Sequence[str], within_s: float) -> list[list[float]]:
        """See the port.

        Raises:
            EngineUnavailable: no usable answer in time.
        """
        attributes = {
            "gen_ai.operation.name": "embeddings",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": self._model,
        }
        with self._tracer.start_as_current_span(
            f"embeddings {self._model}", kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
        ) as span:
            try:
                async with asyncio.timeout(within_s):
                    return await self._call([text[:_INPUT_LIMIT] for text in texts])
            except TimeoutError:
                problem = "deadline"
            except Exception as error:
                problem = f"status {getattr(error, 'status_code', '')} {type(error).__name__}"
            span.set_attribute("error.type", problem)
            span.set_status(StatusCode.ERROR)
        raise EngineUnavailable(f"openai:{self._model}", problem)

    async def _call(self, texts: list[str]) -> list[list[float]]:
        if self._client is None:
            self._client = await asyncio.to_thread(self._connect)
        if self._dimensions:
            answer = await self._client.embeddings.create(
                model=self._model, input=texts, dimensions=self._dimensions, encoding_format="float"
            )
        else:
            answer = await self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) != 1:
            raise ValueError("another number of vectors than of texts")
        return vectors

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI  # noqa: PLC0415  (weighs much)

        return AsyncOpenAI(api_key=self._api_key, base_url=self._base_url, max_retries=0)
