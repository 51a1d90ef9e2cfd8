"""Versions of a part on the wire; every service's contract says a version in the same fields."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Protocol, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from sdr_common.errors import InvalidPageToken
from sdr_common.part_versions import PartVersion

PAGE = 50
"""Versions on a page unless a caller says otherwise."""


class VersionMessage(Protocol):
    """`PromptVersion`, `RubricVersion`."""

    number: int
    note: str
    based_on: int
    origin: str
    created_by: str
    active: bool
    activated_by: str

    @property
    def created_at(self) -> Timestamp:
        """When it was made."""
        ...

    @property
    def activated_at(self) -> Timestamp:
        """When it was published last."""
        ...


V = TypeVar("V", bound=VersionMessage)


def version_to_wire(version: PartVersion[Any], message: V) -> V:
    """A version without its content, written into an empty message; whose content is no matter here."""
    message.number = version.number
    message.note = version.note
    message.based_on = version.based_on
    message.origin = version.origin
    message.created_by = version.created_by
    message.active = version.active
    message.activated_by = version.activated_by
    _set(message.created_at, version.created_at)
    if version.activated_at is not None:
        _set(message.activated_at, version.activated_at)
    return message


def number_token(before: int) -> str:
    """Where the next page begins; 0: there is none."""
    return base64.urlsafe_b64encode(f"number:{before}".encode()).decode() if before else ""


def number_from_token(token: str) -> int:
    """The number before which a page begins; 0: the first page.

    Raises:
        InvalidPageToken: it is none of ours.
    """
    if not token:
        return 0
    try:
        word, _, digits = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode().partition(":")
        number = int(digits)
    except ValueError:
        raise InvalidPageToken from None
    if word != "number" or not 0 < number < 2**31:
        raise InvalidPageToken
    return number


def _set(stamp: Timestamp, at: datetime) -> None:
    stamp.FromDatetime(at)
