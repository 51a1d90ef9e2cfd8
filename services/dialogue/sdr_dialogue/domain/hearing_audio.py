"""Recordings of leads and what was heard in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sdr_dialogue.domain.conversation import LeadMessage, Usage

AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording as text."""

    text: str
    """Empty: nothing could be heard, and never will be; `problem` says why."""
    problem: str = ""
    usage: Usage = field(default_factory=Usage)
    engine: str = ""


Place = tuple[int, int]
"""A message's id, and the attachment's position in it."""


def recordings_of(messages: tuple[LeadMessage, ...]) -> dict[Place, str]:
    """Where the recordings of a burst are served, by place."""
    return {
        (message.message_id, recording.position): recording.url
        for message in messages
        for recording in message.recordings
    }


def with_heard(messages: tuple[LeadMessage, ...], texts: Mapping[Place, str]) -> tuple[LeadMessage, ...]:
    """Messages in which the recordings that were heard are text."""
    return tuple(_spoken(message, texts) for message in messages)


def _spoken(message: LeadMessage, texts: Mapping[Place, str]) -> LeadMessage:
    heard = [
        text for item in message.recordings if (text := texts.get((message.message_id, item.position), "").strip())
    ]
    if not heard:
        return message
    types = list(message.attachment_types)
    for _ in heard:
        types.remove(AUDIO)
    text = "\n".join(part for part in (message.text, *heard) if part.strip())
    return replace(message, text=text, attachment_types=tuple(types), recordings=())
