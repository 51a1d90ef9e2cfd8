"""The API as a Postman collection (v2.1), made of its OpenAPI document.

Served at `/postman.json`; without a gateway:
`python -m sdr_gateway.api_document | python -m sdr_gateway.http.postman`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_DEEP = 4
"""Nested objects of an example body; deeper ones are left to the reader."""
Json = dict[str, Any]
"""A JSON object of Postman's or OpenAPI's shape."""


def collection(document: Mapping[str, Any], base_url: str = "http://127.0.0.1:8080") -> Json:
    """The collection: a folder per service, a request per call, with example bodies and the variables that calls need.

    Args:
        document: The OpenAPI document.
        base_url: Where the gateway is.
    """
    folders: dict[str, list[Json]] = {}
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            folders.setdefault((operation.get("tags") or ["other"])[0], []).append(
                _request(document, path, verb, operation)
            )
    return {
        "info": {"name": document["info"]["title"], "schema": _SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [
            {"key": "base_url", "value": base_url},
            {"key": "token", "value": ""},
            {"key": "account_id", "value": "1"},
        ],
        "item": [{"name": name, "item": requests} for name, requests in sorted(folders.items())],
    }


def _request(document: Mapping[str, Any], path: str, verb: str, operation: Mapping[str, Any]) -> Json:
    parameters = operation.get("parameters", [])
    address = _VARIABLE.sub(lambda found: f"{{{{{found[1]}}}}}", path)
    query = [
        {"key": each["name"], "value": "", "description": each.get("description", ""), "disabled": True}
        for each in parameters
        if each["in"] == "query"
    ]
    request: Json = {
        "method": verb.upper(),
        "description": operation.get("description", ""),
        "header": [
            {"key": each["name"], "value": "", "description": each.get("description", ""), "disabled": True}
            for each in parameters
            if each["in"] == "header"
        ],
        "url": {
            "raw": "{{base_url}}" + address,
            "host": ["{{base_url}}"],
            "path": address.strip("/").split("/"),
            "query": query,
        },
    }
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is not None:
        raw = json.dumps(_example(document, body, 0), ensure_ascii=False, indent=2)
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return {"name": operation.get("summary") or operation.get("operationId", path), "request": request}


def _example(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:  # any JSON value
    """A value of a schema's shape: what must be there, and where nothing must, all of it."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        return _example(document, schema["anyOf"][0], depth)
    if "enum" in schema:
        return schema["enum"][-1]
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        wanted = schema.get("required") or list(properties)
        return {name: _example(document, properties[name], depth + 1) for name in wanted} if depth < _DEEP else {}
    if kind == "array":
        return []
    if kind == "string":
        return "0" if schema.get("format") == "int64" else ""
    return {"integer": 0, "number": 0, "boolean": False}.get(str(kind))


def postman_route(app: FastAPI) -> Route:
    """The route of the collection.

    Args:
        app: Whose OpenAPI document it is made of.
    """

    async def made(request: Request) -> JSONResponse:
        base = f"{request.url.scheme}://{request.url.netloc}"
        headers = {"Content-Disposition": 'attachment; filename="chatwoot-sdr.postman_collection.json"'}
        return JSONResponse(collection(app.openapi(), base), headers=headers)

    return Route("/postman.json", made, methods=["GET"], include_in_schema=False)


if __name__ == "__main__":
    json.dump(collection(json.load(sys.stdin)), sys.stdout, ensure_ascii=False, indent=1)
