"""Who makes a call: what the caller says of itself in its metadata, kept for the audit trail.

It names a person or a program for people who read the trail; it is no proof of anybody's identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar

HEADER = "x-sdr-actor"
"""The metadata key; printable, at most 100 characters."""
UNKNOWN = "unknown"
"""The actor of a caller that says nothing."""

Metadata = Iterable[tuple[str, str | bytes]]
"""As grpc gives it."""

inbound_metadata: ContextVar[Callable[[], Metadata | None] | None] = ContextVar("inbound_metadata", default=None)
"""Reads the metadata of the call being served; set by the server, read only where somebody wants to know."""


def current_actor() -> str:
    """Who makes the call being served."""
    read = inbound_metadata.get()
    for key, value in (read() or ()) if read is not None else ():
        if key == HEADER and isinstance(value, str):
            return "".join(character for character in value if character.isprintable())[:100].strip() or UNKNOWN
    return UNKNOWN


def metadata_of(actor: str) -> tuple[tuple[str, str], ...]:
    """What a client sends to say who it is; characters that metadata cannot hold are replaced."""
    return ((HEADER, actor.encode("ascii", "replace").decode()[:100]),)


def passed_on() -> tuple[tuple[str, str], ...] | None:
    """The actor of the call being served, for the calls that it makes; None outside of one."""
    actor = current_actor() if inbound_metadata.get() is not None else UNKNOWN
    return None if actor == UNKNOWN else metadata_of(actor)
