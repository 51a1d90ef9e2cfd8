"""Reads a request's parameters from query, JSON body or form, and its uploaded files."""

import re

import msgspec
from starlette.datastructures import QueryParams, UploadFile
from starlette.requests import Request

from sdr_sandbox.chatwoot.errors import ApiError
from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue

Upload = tuple[str, str, bytes]
_KEY = re.compile(r"[^\[\]]+|\[\]")


class BadRequestError(ApiError):
    """400 of a body that does not parse."""

    status = 400

    def __init__(self) -> None:
        super().__init__({"status": 400, "error": "Bad Request"})


async def read_params(request: Request) -> tuple[JsonObject, list[Upload]]:
    """All parameters in one object (the body wins over the query) and the files.

    Raises:
        BadRequestError: the body is not what its media type says.
    """
    params: JsonObject = {}
    _add_pairs(params, request.query_params)
    if request.method in ("GET", "HEAD"):
        return params, []
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return await _read_form(request, params)
    body = await request.body()
    if not body.strip():
        return params, []
    try:
        decoded = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise BadRequestError from error
    if isinstance(decoded, dict):
        params.update(decoded)
    return params, []


async def _read_form(request: Request, params: JsonObject) -> tuple[JsonObject, list[Upload]]:
    uploads: list[Upload] = []
    async with request.form() as form:
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
                uploads.append((value.filename or "arquivo", value.content_type or "application/octet-stream", content))
            else:
                _assign(params, key, value)
    return params, uploads


def _add_pairs(params: JsonObject, query: QueryParams) -> None:
    for key, value in query.multi_items():
        _assign(params, key, value)


def _assign(params: JsonObject, key: str, value: JsonValue) -> None:
    """Put `a[b][]=c` where Rails would put it."""
    parts = _KEY.findall(key) or [key]
    target = params
    for position, part in enumerate(parts[:-1]):
        if parts[position + 1] == "[]":
            bucket = target.setdefault(part, [])
            if isinstance(bucket, list):
                bucket.append(value)
            return
        inner = target.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        target = inner
    target[parts[-1]] = value
