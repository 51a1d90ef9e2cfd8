"""The part of OpenAI's rules for structured outputs that a client can break, and answers in a schema's shape.

Source: https://platform.openai.com/docs/guides/structured-outputs (supported schemas, strict mode).
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from sdr_sandbox.llm.script import Json

_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_DEPTH = 10


def fault_of(response_format: JsonValue) -> str:
    """Why OpenAI would refuse a `response_format`; empty: it would not."""
    if response_format is None:
        return ""
    if not isinstance(response_format, dict) or response_format.get("type") not in {
        "text",
        "json_object",
        "json_schema",
    }:
        return "Invalid value for 'response_format.type'."
    if response_format["type"] != "json_schema":
        return ""
    wanted = response_format.get("json_schema")
    if not isinstance(wanted, dict):
        return "Missing required parameter: 'response_format.json_schema'."
    if not isinstance(name := wanted.get("name"), str) or not _NAME.match(name):
        return f"Invalid 'response_format.json_schema.name': {name!r} does not match '^[a-zA-Z0-9_-]+$'."
    schema = wanted.get("schema")
    if not isinstance(schema, dict):
        return "Missing required parameter: 'response_format.json_schema.schema'."
    return _strict_fault(schema, "()", 0) if wanted.get("strict") is True else ""


def _strict_fault(schema: Json, place: str, depth: int) -> str:
    if depth > _DEPTH:
        return f"Invalid schema for response_format: nesting of more than {_DEPTH} levels."
    if schema.get("type") == "object" or "properties" in schema:
        properties, required = schema.get("properties"), schema.get("required")
        if schema.get("additionalProperties") is not False:
            return f"Invalid schema for response_format: In context={place}, 'additionalProperties' must be false."
        names = set(properties) if isinstance(properties, dict) else set()
        if not isinstance(required, list) or names != {item for item in required if isinstance(item, str)}:
            return f"Invalid schema for response_format: In context={place}, 'required' must have every property."
    for key, part in _parts(schema):
        if fault := _strict_fault(part, f"{place[:-1]}'{key}',)", depth + 1):
            return fault
    return ""


def _parts(schema: Json) -> list[tuple[str, Json]]:
    parts: list[tuple[str, Json]] = []
    for group in ("properties", "$defs"):
        named = schema.get(group)
        if isinstance(named, dict):
            parts += [(name, part) for name, part in named.items() if isinstance(part, dict)]
    items = schema.get("items")
    if isinstance(items, dict):
        parts.append(("items", items))
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        parts += [("anyOf", part) for part in choices if isinstance(part, dict)]
    return parts


def example_of(schema: Json, root: Json | None = None) -> JsonValue:
    """The plainest value that a schema accepts: empty lists, the last choice of an enum, a short text."""
    root = schema if root is None else root
    if isinstance(target := schema.get("$ref"), str):
        definitions = root.get("$defs")
        part = definitions.get(target.rsplit("/", 1)[-1]) if isinstance(definitions, dict) else None
        return example_of(part, root) if isinstance(part, dict) else None
    if isinstance(choices := schema.get("enum"), list):
        return choices[-1]
    if "const" in schema:
        return schema["const"]
    if isinstance(alternatives := schema.get("anyOf"), list):
        last = alternatives[-1]
        return example_of(last, root) if isinstance(last, dict) else None
    properties = schema.get("properties")
    if isinstance(properties, dict):
        return {name: example_of(part, root) for name, part in properties.items() if isinstance(part, dict)}
    plain: dict[str, JsonValue] = {"array": [], "boolean": False, "integer": 0, "number": 0.5, "null": None}
    kind = schema.get("type")
    return plain.get(kind, "Certo!") if isinstance(kind, str) else "Certo!"
