"""OpenAI's embeddings: vectors of letter groups, so that texts that look alike lie near each other."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sdr_sandbox.llm import openai_wire
from sdr_sandbox.llm.script import Json

_OWN_DIMENSIONS = 1536


class EmulatedEmbeddings:
    """`POST /v1/embeddings`; `GET /control/embeddings` gives what was asked.

    Args:
        accepted_key: Gives the one key that is accepted; empty: any.
    """

    def __init__(self, accepted_key: Callable[[], str]) -> None:
        self._accepted_key = accepted_key
        self._requests: list[Json] = []

    def routes(self) -> list[BaseRoute]:
        """The endpoints."""
        return [
            Route("/v1/embeddings", self.embed, methods=["POST"]),
            Route("/control/embeddings", self.requests),
        ]

    async def embed(self, request: Request) -> Response:
        """`POST /v1/embeddings` with floats."""
        key, accepted = openai_wire.key_of(request.headers), self._accepted_key()
        if not key or (accepted and key != accepted):
            return openai_wire.error(401)
        body = json.loads(await request.body())
        self._requests.append(body)
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        size = int(body.get("dimensions", _OWN_DIMENSIONS))
        data = [
            {"object": "embedding", "index": place, "embedding": _vector(text, size)}
            for place, text in enumerate(texts)
        ]
        tokens = sum(len(text) // 4 + 1 for text in texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": body["model"], "usage": usage})

    async def requests(self, _: Request) -> Response:
        """`GET /control/embeddings`."""
        return JSONResponse({"requests": self._requests})


def _vector(text: str, size: int) -> list[float]:
    vector = [0.0] * size
    lower = f" {text.lower()} "
    for at in range(len(lower) - 2):
        vector[zlib.crc32(lower[at : at + 3].encode()) % size] += 1.0
    length = math.sqrt(sum(number * number for number in vector)) or 1.0
    return [number / length for number in vector]
