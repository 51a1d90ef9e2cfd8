"""Message types as JSON schemas, their validation rules included.

A type has two: what comes in may leave out what has a default, what goes out always says it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from sdr_gateway.http.rest.encoding import LONG, REAL, map_entry, visible_to

Schema = dict[str, Any]
"""A JSON schema: nested objects of many shapes."""

_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string"},
}
_SHORT_TYPES = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
}
_BOUNDS = {"gt": "exclusiveMinimum", "gte": "minimum", "lt": "exclusiveMaximum", "lte": "maximum"}
_KINDS = {
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
}


class Schemas:
    """Collects the schemas of types as they are named.

    Args:
        comments: Comment by full name.
        partial: Whether what comes in may leave out anything, and say null to take a field back to its default.
    """

    def __init__(self, comments: Mapping[str, str], *, partial: bool = False) -> None:
        self._comments = comments
        self._partial = partial
        self.collected: dict[str, Schema] = {}
        """By name: `reporting.ListLeadsResponse`, `scoring.ScoringSettings.input`."""

    def reference(self, message: Descriptor, *, incoming: bool) -> Schema:
        """A reference to a message's schema, which is collected with all that it names."""
        known = _WELL_KNOWN.get(message.full_name)
        if known is not None:
            return dict(known)
        if message.full_name.startswith("google.protobuf."):
            return {}
        name = _name(message) + ((".patch" if self._partial else ".input") if incoming else "")
        if name not in self.collected:
            self.collected[name] = {}  # entered first: a message may hold itself
            self.collected[name] = self._object(message, incoming=incoming)
        return {"$ref": f"#/components/schemas/{name}"}

    def object_without(self, message: Descriptor, left_out: Collection[str]) -> Schema:
        """An incoming message without the fields that the address gives already."""
        return self._object(message, incoming=True, left_out=left_out)

    def field(self, field: FieldDescriptor, *, incoming: bool) -> Schema:
        """The schema of a field with its comment and rules."""
        rules = field.GetOptions().Extensions[validate_pb2.field]
        entry = map_entry(field)
        if entry is not None:
            value = self._value(entry.fields_by_name["value"], rules.map.values, incoming=incoming)
            schema: Schema = {"type": "object", "additionalProperties": value}
        elif field.is_repeated:
            schema = {"type": "array", "items": self._value(field, rules.repeated.items, incoming=incoming)}
            schema |= _said(rules.repeated, {"min_items": "minItems", "max_items": "maxItems"}) if incoming else {}
        else:
            schema = self._value(field, rules, incoming=incoming)
        comment = self._comments.get(field.full_name)
        return schema | ({"description": comment} if comment else {})

    def _object(self, message: Descriptor, *, incoming: bool, left_out: Collection[str] = ()) -> Schema:
        fields = [field for field in message.fields if field.name not in left_out]
        schema: Schema = {
            "type": "object",
            "properties": {field.name: self._property(field, incoming=incoming) for field in fields},
            "additionalProperties": False,
        }
        needed = [field.name for field in fields if (_is_required(field) if incoming else _is_always_there(field))]
        if needed and not self._partial:
            schema["required"] = needed
        comment = self._comments.get(message.full_name)
        return schema | ({"description": comment} if comment else {})

    def _property(self, field: FieldDescriptor, *, incoming: bool) -> Schema:
        schema = self.field(field, incoming=incoming)
        if not self._partial:
            return schema
        comment = schema.pop("description", "")
        return {"anyOf": [schema, {"type": "null"}]} | ({"description": comment} if comment else {})

    def _value(self, field: FieldDescriptor, rules: validate_pb2.FieldRules, *, incoming: bool) -> Schema:
        if field.message_type is not None:
            return self.reference(field.message_type, incoming=incoming)
        if field.enum_type is not None:
            return self._enum(field.enum_type, rules, incoming=incoming)
        schema = _plain(field)
        return schema | (_rules(field, rules) if incoming else {})

    def _enum(self, enum: EnumDescriptor, rules: validate_pb2.FieldRules, *, incoming: bool) -> Schema:
        refused = set(rules.enum.not_in) if incoming else set()
        return {"type": "string", "enum": [value.name for value in enum.values if value.number not in refused]}


def _plain(field: FieldDescriptor) -> Schema:
    if field.type in _SHORT_TYPES:
        return dict(_SHORT_TYPES[field.type])
    if field.type in LONG:
        return {"type": "string", "format": "int64", "pattern": "^-?[0-9]{1,20}$"}
    kind = "number" if field.type in REAL else "integer"
    return {"type": kind} | ({"format": _KINDS[field.type]} if field.type in _KINDS else {})


def _rules(field: FieldDescriptor, rules: validate_pb2.FieldRules) -> Schema:
    """What protovalidate holds a value to, as far as a schema can say it."""
    kind = rules.WhichOneof("type")
    if kind == "string":
        return _text_rules(rules.string)
    if kind is None or field.type in LONG:  # a number that travels as text has no bounds in a schema
        return {}
    return _said(getattr(rules, kind), _BOUNDS)


def _said(rules: Message, words: Mapping[str, str]) -> Schema:
    """The rules that are set, under the schema's words for them."""
    return {words[field.name]: value for field, value in rules.ListFields() if field.name in words}


def _text_rules(rules: validate_pb2.StringRules) -> Schema:
    found = _said(rules, {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern"})
    if getattr(rules, "in"):
        found["enum"] = list(getattr(rules, "in"))
    if rules.uuid:
        found["format"] = "uuid"
    if rules.uri:
        found["format"] = "uri"
    return found


def _is_required(field: FieldDescriptor) -> bool:
    rules = field.GetOptions().Extensions[validate_pb2.field]
    return bool(rules.required)


def _is_always_there(field: FieldDescriptor) -> bool:
    return not field.has_presence and not visible_to(field)


def _name(message: Descriptor) -> str:
    """With its service, because several have messages of one name: `scoring.PutSettingsRequest`."""
    service = message.full_name.split(".")[1]
    return f"{service}.{message.name}"
