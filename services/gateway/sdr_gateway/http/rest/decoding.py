"""JSON, path and query into messages; what does not fit is told by the field's path.

protobuf's own parser tells faults as prose; a form needs to know which field is meant.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sdr_gateway.http.rest.encoding import LONG, REAL, TEXTUAL, Json, map_entry, type_of

MAX_DEPTH = 32
"""Nested objects and lists in a body; deeper ones are refused instead of exhausting the stack."""
_UNSIGNED = {
    FieldDescriptor.TYPE_UINT32,
    FieldDescriptor.TYPE_UINT64,
    FieldDescriptor.TYPE_FIXED32,
    FieldDescriptor.TYPE_FIXED64,
}


class FieldFault(Exception):
    """A value does not fit its field.

    Args:
        field: Dotted path, such as `settings.hours[2].opens`; empty: the whole body.
        problem: What it must be.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem


def read_body(target: Message, body: Json, path: str = "", depth: int = 0) -> None:
    """Sets a message's fields from a JSON object.

    Raises:
        FieldFault: the first field that does not fit.
    """
    if depth > MAX_DEPTH:
        raise FieldFault(path, f"must not be nested deeper than {MAX_DEPTH} levels")
    if not isinstance(body, dict):
        raise FieldFault(path, "must be an object")
    descriptor = type_of(target)
    for name, value in body.items():
        where = f"{path}.{name}" if path else name
        field = _field(descriptor, name)
        if field is None:
            raise FieldFault(where, "is not a field of this object")
        if value is None:
            target.ClearField(field.name)
        else:
            _set(target, field, value, where, depth)


def read_texts(target: Message, texts: Mapping[str, Sequence[str]]) -> None:
    """Sets fields by dotted names from the texts of a path or query; snake and camel case.

    Raises:
        FieldFault: the first name or value that does not fit.
    """
    for name, values in texts.items():
        holder, field = _locate(target, name)
        if field.message_type is not None and field.message_type.full_name not in TEXTUAL:
            raise FieldFault(name, "cannot be given in the address")
        if not field.is_repeated and len(values) != 1:
            raise FieldFault(name, "must be given once")
        given: Json = [_plain(field, value) for value in values] if field.is_repeated else _plain(field, values[0])
        _set(holder, field, given, name, 0)


def _locate(target: Message, name: str) -> tuple[Message, FieldDescriptor]:
    *parents, last = name.split(".")
    holder = target
    for parent in parents:
        field = _field(type_of(holder), parent)
        if field is None or field.message_type is None or field.is_repeated or map_entry(field):
            raise FieldFault(name, "is not a parameter of this call")
        holder = getattr(holder, field.name)
    field = _field(type_of(holder), last)
    if field is None or map_entry(field):
        raise FieldFault(name, "is not a parameter of this call")
    return holder, field


def _plain(field: FieldDescriptor, text: str) -> Json:
    """A text of an address as JSON would say it."""
    if field.type == FieldDescriptor.TYPE_BOOL:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return text


def _field(descriptor: Descriptor, name: str) -> FieldDescriptor | None:
    found = descriptor.fields_by_name.get(name)
    return found if found is not None else descriptor.fields_by_camelcase_name.get(name)


def _set(target: Message, field: FieldDescriptor, value: Json, path: str, depth: int) -> None:
    entry = map_entry(field)
    if entry is not None:
        _set_map(getattr(target, field.name), entry, value, path, depth)
    elif field.is_repeated:
        if not isinstance(value, list):
            raise FieldFault(path, "must be a list")
        target.ClearField(field.name)
        items = getattr(target, field.name)
        for number, item in enumerate(value):
            where = f"{path}[{number}]"
            if field.message_type is not None:
                _message(items.add(), item, where, depth + 1)
            else:
                items.append(_scalar(field, item, where))
    elif field.message_type is not None:
        inner = getattr(target, field.name)
        inner.SetInParent()
        _message(inner, value, path, depth + 1)
    else:
        setattr(target, field.name, _scalar(field, value, path))


def _set_map(entries: Json, entry: Descriptor, value: Json, path: str, depth: int) -> None:
    """Sets the entries of a map field, which protobuf types at run time only."""
    if not isinstance(value, dict):
        raise FieldFault(path, "must be an object")
    key_field, value_field = entry.fields_by_name["key"], entry.fields_by_name["value"]
    entries.clear()
    for key, item in value.items():
        where = f"{path}.{key}"
        known = _scalar(key_field, key, where)
        if value_field.message_type is not None:
            _message(entries[known], item, where, depth + 1)
        else:
            entries[known] = _scalar(value_field, item, where)


def _message(target: Message, value: Json, path: str, depth: int) -> None:
    name = type_of(target).full_name
    if name in TEXTUAL:
        if not isinstance(value, str):
            raise FieldFault(path, "must be text")
        try:
            target.FromJsonString(value)  # type: ignore[attr-defined]  # well-known types have it
        except (ValueError, OverflowError):
            raise FieldFault(path, _TEXTUAL_FORMS[name]) from None
    elif name.startswith("google.protobuf."):
        try:
            json_format.ParseDict(value, target)
        except json_format.ParseError:
            raise FieldFault(path, "does not have the form of its type") from None
    else:
        read_body(target, value, path, depth)


_TEXTUAL_FORMS = {
    "google.protobuf.Timestamp": "must be an instant such as 2026-01-31T12:00:00Z",
    "google.protobuf.Duration": "must be seconds with an s, such as 1.5s",
    "google.protobuf.FieldMask": "must be field names, separated by commas",
}


def _scalar(field: FieldDescriptor, value: Json, path: str) -> Json:
    """The value as protobuf takes it."""
    if field.enum_type is not None:
        return _enum(field.enum_type, value, path)
    if field.type == FieldDescriptor.TYPE_STRING:
        return _text(value, path)
    if field.type == FieldDescriptor.TYPE_BOOL:
        if not isinstance(value, bool):
            raise FieldFault(path, "must be true or false")
        return value
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _bytes(value, path)
    if field.type in REAL:
        return _real(value, path)
    return _integer(field, value, path)


def _text(value: Json, path: str) -> str:
    if not isinstance(value, str):
        raise FieldFault(path, "must be text")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise FieldFault(path, "must not hold half a character")
    return value


def _bytes(value: Json, path: str) -> bytes:
    try:
        return base64.b64decode(_text(value, path), validate=True)
    except (binascii.Error, ValueError):
        raise FieldFault(path, "must be base64") from None


def _enum(enum: EnumDescriptor, value: Json, path: str) -> int:
    known = enum.values_by_name
    if isinstance(value, str) and value in known:
        return int(known[value].number)
    raise FieldFault(path, f"must be one of {', '.join(known)}")


def _real(value: Json, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FieldFault(path, "must be a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise FieldFault(path, "must be a number") from None
    if not math.isfinite(number):
        raise FieldFault(path, "must be a finite number")
    return number


def _integer(field: FieldDescriptor, value: Json, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FieldFault(path, "must be a whole number")
    bits = 64 if field.type in LONG else 32
    least, most = (0, 2**bits - 1) if field.type in _UNSIGNED else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    try:
        # int() of a float would cut it, and of a text of many digits takes long.
        number = int(value) if not isinstance(value, str) or len(value) <= 20 else most + 1
        exact = number == float(value) if isinstance(value, float) else True
    except (ValueError, OverflowError):
        raise FieldFault(path, "must be a whole number") from None
    if not exact:
        raise FieldFault(path, "must be a whole number")
    if not least <= number <= most:
        raise FieldFault(path, f"must be between {least} and {most}")
    return number


def new_message(descriptor: Descriptor) -> Message:
    """An empty message of a type."""
    made: Message = GetMessageClass(descriptor)()
    return made
