"""Bodies of requests: limited, and JSON or refused."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request

from sdr_gateway.http.problem import Refusal

BODY_LIMIT = 1024 * 1024
"""Bytes of a body at most, unless a contract allows a call more."""


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body, never more of it than `limit` bytes, whether its length was told or not.

    Raises:
        Refusal: 413 too large.
        ClientDisconnect: it did not come whole.
    """
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise Refusal(413, f"the body is larger than {limit} bytes")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Refusal(413, f"the body is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


async def read_json(request: Request, limit: int = BODY_LIMIT) -> Any:  # whatever the caller sent
    """The body as JSON.

    Raises:
        Refusal: 415 no JSON by its type, 413 too large, 400 no JSON by its content.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "the body must be application/json")
    try:
        return msgspec.json.decode(await read_body(request, limit))
    except ClientDisconnect:
        raise Refusal(400, "the client went away before its body was read") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "the body is no JSON document") from None
