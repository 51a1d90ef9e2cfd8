"""The account document: YAML of one strict kind, in and out.

YAML 1.2's core schema is read, so that `no`, `18:00` and `2026-12-25` stay what a person wrote; a key
that stands twice and aliases are refused (a small text with aliases can become gigabytes).
"""

from __future__ import annotations

import re
from typing import Any

import protovalidate
import yaml
from google.protobuf import json_format

from sdr.gateway.v1.gateway_pb2 import AccountDocument
from sdr_gateway.domain.errors import InvalidDocument

_VALIDATOR = protovalidate.Validator()
_PLACE = re.compile(r' at "?AccountDocument\.?([\w.\[\]]*)"?')
_UNKNOWN = re.compile(r'has no field named "([^"]+)"')
_FIELD = re.compile(r"Failed to parse (\w+) field: ")
_PROBLEM_LIMIT = 300


class _CoreLoader(yaml.SafeLoader):
    """YAML 1.2 core: null, true and false, numbers; everything else is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (PyYAML's own mechanism: a table per class)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuses aliases."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped in types-PyYAML
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuses a key that stands twice."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, "keys must be text", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789.")),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def read_document(text: str) -> AccountDocument:
    """Reads and validates a document.

    Raises:
        InvalidDocument: it is no YAML, has an unknown key or a wrong type, or a field breaks its rule.
    """
    try:
        # The loader is a SafeLoader: it makes plain values only.
        tree = yaml.load(text, _CoreLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else "document"
        raise InvalidDocument(place, error.problem or "cannot be read as YAML") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise InvalidDocument("document", "cannot be read as YAML") from None
    if not isinstance(tree, dict):
        raise InvalidDocument("document", "must be a mapping with clinic, dialogue, scoring, routing and gateway")
    document = AccountDocument()
    try:
        json_format.ParseDict({key: {} if value is None else value for key, value in tree.items()}, document)
    except json_format.ParseError as error:
        raise _parse_fault(str(error)) from None
    except (RecursionError, ValueError, TypeError, AttributeError):
        raise InvalidDocument("document", "a value has the wrong type") from None
    violations = _VALIDATOR.collect_violations(document)
    if violations:
        path = violations[0].proto.field
        parts = [
            element.field_name + (f"[{element.subscript.value}]" if element.subscript is not None else "")
            for element in (path.elements if path is not None else ())
        ]
        raise InvalidDocument(".".join(parts) or "document", violations[0].proto.message)
    return document


def write_document(document: AccountDocument) -> str:
    """The document as YAML, keys in the contract's order; reading it again gives the same document."""
    tree = json_format.MessageToDict(document, preserving_proto_field_name=True)
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=110)


def _parse_fault(message: str) -> InvalidDocument:
    """Protobuf's parse error as place and problem."""
    text = " ".join(message.split())
    places = [found[1] for found in _PLACE.finditer(text)]
    place = max(places, key=len, default="")
    unknown = _UNKNOWN.search(text)
    if unknown:
        # protobuf names the parent or the key itself, by version; the parent reads best.
        return InvalidDocument(place.removesuffix(unknown[1]).rstrip(".") or "document", f"unknown key {unknown[1]}")
    problem = _PLACE.sub("", text).rstrip(". ")
    while field := _FIELD.match(problem):
        problem = problem[field.end() :]
        if field[1] not in place:
            place = f"{place}.{field[1]}".lstrip(".")
    return InvalidDocument(re.sub(r"\.+", ".", place).strip(".") or "document", problem[:_PROBLEM_LIMIT])
