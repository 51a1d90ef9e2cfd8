"""Partial changes of a document: which fields a body names, and on which state the change was made.

A contract takes part by its fields: `update_mask` is filled from the body's keys, `etag` from If-Match, and the
`etag` of an answer becomes its ETag.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from starlette.requests import Request

from sdr_gateway.http.problem import Refusal
from sdr_gateway.http.rest.decoding import FieldFault
from sdr_gateway.http.rest.encoding import Json, map_entry, type_of


def mask_fields(message: Message, body_field: str, body: Json) -> None:
    """Sets `update_mask` to the fields that a body names, as a JSON merge patch means them (RFC 7396).

    Raises:
        FieldFault: it names none.
    """
    target = type_of(message).fields_by_name[body_field].message_type
    paths = [] if target is None else list(_named(target, body, ""))
    if not paths:
        raise FieldFault(body_field, "must name at least one field")
    mask: FieldMask = getattr(message, "update_mask")  # noqa: B009  (the field is known at run time only)
    mask.paths.extend(paths)


def _named(descriptor: Descriptor, body: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, value in body.items():
        field = descriptor.fields_by_name.get(name) or descriptor.fields_by_camelcase_name[name]
        path = f"{prefix}{field.name}"
        inner = field.message_type
        nested = inner is not None and not field.is_repeated and map_entry(field) is None and isinstance(value, dict)
        if nested and inner is not None and not inner.full_name.startswith("google.protobuf."):
            yield from _named(inner, value, f"{path}.")
        else:
            yield path


def match_state(message: Message, request: Request) -> None:
    """Sets `etag` from If-Match.

    Raises:
        Refusal: 428 it is missing.
    """
    given: str = getattr(message, "etag")  # noqa: B009  (as above)
    state = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"') or given
    if not state:
        raise Refusal(428, "If-Match must carry the ETag that was read, so that no other change is overwritten")
    setattr(message, "etag", state[:100])  # noqa: B010  (as above)


def state_of(message: Message) -> str:
    """The name that an answer gives the state it shows; empty: it gives none."""
    return str(getattr(message, "etag", ""))
