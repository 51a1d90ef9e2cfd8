"""The OpenAPI 3.1 document of the bound calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from sdr_gateway.http.rest.bindings import Binding, field_at, role_name
from sdr_gateway.http.rest.encoding import TEXTUAL, map_entry
from sdr_gateway.http.rest.schemas import Schema, Schemas
from sdr_gateway.http.rest.streaming import DOWNLOAD

PROBLEM: Schema = {
    "type": "object",
    "description": "Why a request was not carried out (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in English."},
        "reason": {"type": "string", "description": "A name of ErrorReason without its prefix, for programs."},
        "errors": {
            "type": "array",
            "description": "The fields that do not fit.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
REFUSALS = {
    "400": "A field does not fit, or the body is no JSON.",
    "401": "Nobody is signed in.",
    "403": "The role is too low, or the CSRF token is missing.",
    "404": "There is no such thing in this account.",
    "409": "The state forbids it, or two writers met.",
    "413": "The body is larger than 1 MiB.",
    "415": "The body is not application/json.",
    "429": "Too many requests; see Retry-After.",
    "500": "A fault of ours.",
    "503": "A service or the database does not answer; see Retry-After.",
    "504": "No answer within the call's deadline, 2 s where its description names no other.",
}
"""Statuses that any call may answer with a problem."""
WITHOUT_BODY = {"413", "415"}
"""Statuses of calls with a body only."""
PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
"""The content of every refusal."""


def paths(bindings: Iterable[Binding], comments: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Schema]]:
    """The document's paths, and the schemas that they name."""
    schemas, partial = Schemas(comments), Schemas(comments, partial=True)
    found: dict[str, Any] = {}
    for binding in bindings:
        operation = _operation(binding, schemas, comments)
        if binding.is_partial:
            schema = partial.field(field_at(binding.method.input_type, binding.body), incoming=True)
            operation["requestBody"]["content"]["application/json"]["schema"] = schema
        found.setdefault(binding.template, {})[binding.verb.lower()] = operation
    return found, {"Problem": PROBLEM} | schemas.collected | partial.collected


def _operation(binding: Binding, schemas: Schemas, comments: Mapping[str, str]) -> dict[str, Any]:
    method = binding.method
    comment = comments.get(method.full_name, "")
    service = method.full_name.split(".")[1]
    operation: dict[str, Any] = {
        "operationId": f"{service}.{method.name}",
        "tags": [service],
        "summary": comment.split(". ")[0].rstrip("."),
        "description": comment,
        "x-role": role_name(binding.role),
        "parameters": _parameters(binding, schemas),
        "responses": {"200": {"description": "As asked.", "content": _content(method, schemas)}},
    }
    if binding.body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _body(binding, schemas)}},
        }
    return operation


def _content(method: MethodDescriptor, schemas: Schemas) -> dict[str, Any]:
    """What a call answers with: JSON, events of JSON, or a file."""
    if method.output_type.full_name == DOWNLOAD:
        return {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    schema = schemas.reference(method.output_type, incoming=False)
    return {"text/event-stream" if method.server_streaming else "application/json": {"schema": schema}}


def _body(binding: Binding, schemas: Schemas) -> Schema:
    request = binding.method.input_type
    if binding.body != "*":
        return schemas.field(field_at(request, binding.body), incoming=True)
    # `request_id` may come as a header, so that a form need not make one.
    schema = schemas.object_without(request, set(binding.variables))
    needed = [name for name in schema.get("required", []) if name != "request_id"]
    return {**schema, "required": needed} if needed else {k: v for k, v in schema.items() if k != "required"}


def _parameters(binding: Binding, schemas: Schemas) -> list[dict[str, Any]]:
    request = binding.method.input_type
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _without_description(schemas.field(field_at(request, name), incoming=True)),
        }
        for name in binding.variables
    ]
    if binding.body != "*":
        hidden = {binding.body, "request_id", "etag", "update_mask"}
        for field in request.fields:
            if field.name not in binding.variables and field.name not in hidden and in_address(field):
                schema = schemas.field(field, incoming=True)
                found.append(
                    {
                        "name": field.name,
                        "in": "query",
                        "required": False,
                        "description": schema.get("description", ""),
                        "schema": _without_description(schema),
                    }
                )
    if "etag" in request.fields_by_name:
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag that was read: a change made on another state is refused with 409.",
                "schema": {"type": "string"},
            }
        )
    if "request_id" in request.fields_by_name:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The call's request_id: a repeat with the same one has no further effect.",
                "schema": {"type": "string", "format": "uuid"},
            }
        )
    return found


def in_address(field: FieldDescriptor) -> bool:
    """Whether a field can be given in a query."""
    return map_entry(field) is None and (field.message_type is None or field.message_type.full_name in TEXTUAL)


def _without_description(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "description"}
