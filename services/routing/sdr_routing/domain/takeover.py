"""How a conversation shows that a human has taken over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

INCOMING = 0
"""`message_type` of what the lead writes."""
OUTGOING = 1
"""`message_type` of what goes to the lead."""
LEAD_WROTE = "o lead escreveu antes do lembrete"
"""Why a reminder was left out."""
SOMEBODY_ELSE = "a conversa já está com outra pessoa"
"""Why a lead was not given to the next closer."""
NOT_REASSIGNED = "o lead ficou com quem estava"
"""Why a note about a reassignment was left out."""

_PHONE_NOTE = re.compile(r"^[\s*_~]*📱")


class Sign(StrEnum):
    """What shows it; the value is what operators read."""

    REPLY = "um atendente respondeu na conversa"
    PHONE = "alguém respondeu pelo celular"
    ASSIGNEE = "a conversa está atribuída a um atendente"


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message of a listing, as far as it can show something."""

    message_id: int
    message_type: int
    private: bool
    sender_type: str
    """user, agent_bot, contact, captain_assistant; empty: none."""
    content: str
    created_at: int
    """Seconds since 1970."""
    sdr_key: str = ""
    external_echo: bool = False
    automated: bool = False
    """Sent by an automation rule."""
    status: str = ""
    """sent, delivered, read or failed."""


def sign_of(message: SeenMessage) -> Sign | None:
    """What one message shows; None: nothing.

    Our own message never shows anything, nor does another bot's, a template or an activity. A note shows
    something only where WAHA wrote it about a message that was typed on the clinic's phone.
    """
    if message.sdr_key or message.message_type != OUTGOING or message.automated:
        return None
    if message.private:
        is_phone_note = message.sender_type == "user" and _PHONE_NOTE.match(message.content) is not None
        return Sign.PHONE if is_phone_note else None
    if message.external_echo or not message.sender_type:
        return Sign.PHONE
    return Sign.REPLY if message.sender_type == "user" else None


def lead_wrote(messages: Iterable[SeenMessage]) -> bool:
    """Whether the lead has written in what came after the messages that the turn knew."""
    return any(message.message_type == INCOMING and not message.private for message in messages)


def human_sign(messages: Iterable[SeenMessage], *, assignee_is_human: bool, handing_off: bool) -> Sign | None:
    """The first sign of a takeover; None: the bot may speak.

    Args:
        messages: What came after the messages that the answer knew, oldest first.
        assignee_is_human: A user owns the conversation; a bot as assignee is no human.
        handing_off: Our own hand-off has begun: it assigns by itself, so that an assignee shows nothing.
    """
    for message in messages:
        sign = sign_of(message)
        if sign is not None:
            return sign
    return Sign.ASSIGNEE if assignee_is_human and not handing_off else None
