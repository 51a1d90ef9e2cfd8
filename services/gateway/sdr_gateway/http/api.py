"""The API for people and programs: the contracts' calls, access to them, and the document that describes it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from sdr_gateway.http.problem import problem
from sdr_gateway.http.rest.comments import comments
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.rest.openapi import PROBLEM_CONTENT, REFUSALS, WITHOUT_BODY, paths
from sdr_gateway.http.session import COOKIE, Sessions


def add_api(app: FastAPI, sessions: Sessions, rest: RestApi, routers: Sequence[APIRouter] = ()) -> None:
    """Adds the API to a web application, and its calls to the application's OpenAPI document."""
    for router in (sessions.routes(), *routers):
        app.include_router(router)
    app.router.routes.extend(rest.routes())
    app.add_exception_handler(RequestValidationError, _on_invalid)
    describe = app.openapi
    whole: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not whole:
            whole.update(_with_calls(describe(), rest))
        return whole

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _with_calls(document: dict[str, Any], rest: RestApi) -> dict[str, Any]:
    bound, schemas = paths(rest.bindings, comments())
    components = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **schemas}
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "token": {"type": "http", "scheme": "bearer"},
    }
    for template, operations in bound.items():
        document["paths"].setdefault(template, {}).update(operations)
    for template, operations in document["paths"].items():
        if template.startswith("/api/"):
            for operation in operations.values():
                _complete(operation)
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    return document


def _complete(operation: dict[str, Any]) -> None:
    """What every call of the API has: how it is opened, and how it refuses."""
    operation.setdefault("security", [{"session": []}, {"token": []}])
    responses = operation["responses"]
    responses.pop("422", None)  # the framework's own; ours are 400
    for status, description in REFUSALS.items():
        if "requestBody" in operation or status not in WITHOUT_BODY:
            responses.setdefault(status, {"description": description, "content": PROBLEM_CONTENT})


async def _on_invalid(_: Request, error: Exception) -> Response:
    """What the framework refuses, as a problem: the field's path, what it must be, never its value."""
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), "detail": fault["msg"]}
        for fault in error.errors()
    ]
    detail = "; ".join(f"{each['field']}: {each['detail']}" for each in errors[:10])
    return problem(400, detail, "INVALID_FIELD", errors=errors)
