"""Which events matter, and as what: one rule for webhooks and for the sweep's listings.

Source: product.md's table of what is ignored; WAHA's texts are matched loosely, because installations
may change their templates.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from sdr_gateway.domain.event import (
    Contact,
    ContactSeen,
    Direction,
    Ignored,
    IgnoredReason,
    Kept,
    MessageSeen,
    SenderKind,
    Signal,
    SignalKind,
    Snapshot,
    Typing,
    Verdict,
)

_PHONE_NOTE = re.compile(r"^\W{0,6}📱\W{0,4}(?:enviad[oa] d|enviad[oa] v|sent )", re.IGNORECASE)
"""WAHA's note for what somebody typed on the paired phone, or sent by another API client."""
_REFUSAL_NOTE = re.compile(r"^\W{0,6}⚠")
_PROBLEM_LIMIT = 1000
_PHONE_NOTE_HEAD = re.compile(r"^[^\n]*📱[^\n]*\n+")
_REACTION = re.compile(r"^\W{0,4}reagiu com\b", re.IGNORECASE)
_GROUP_TEXT = re.compile(r"^\W{0,2}👥\s*\*")
_EDIT_MARK = re.compile(r"\s*✏️?\W{0,4}editad[oa][^\n]*$", re.IGNORECASE)
_LATE_MARK = re.compile(r"\n+`?🗓️?[^\n`]{0,60}`?\s*$")
_IMPORT_MARK = "📥🗓"
_USED_CHANGES: Final = frozenset({"status", "assignee_id", "assignee_agent_bot_id", "team_id"})
"""Keys of `changed_attributes` that can change what we do; the rest comes with the next message."""


def classify_created(
    message: MessageSeen, contact: ContactSeen, conversation: Snapshot, *, connected_at: float
) -> Kept | Ignored:
    """A message that is new to us.

    Args:
        message: As told.
        contact: Whose conversation it is.
        conversation: As it is now.
        connected_at: Messages older than this (seconds since 1970) are history.
    """
    reason = _not_a_lead(contact) or _not_a_line(message, connected_at)
    if reason is not None:
        return Ignored(reason)
    if _is_refusal_note(message):
        # WAHA has tried for the last time: no bridge will send it any more.
        return _refused(message, message.in_reply_to, contact, conversation, bridged=False)
    kind = _speaker(message)
    if isinstance(kind, IgnoredReason):
        return Ignored(kind)
    lead = kind is SignalKind.LEAD_MESSAGE
    reason = _not_said(message) if lead else None
    if reason is not None:
        return Ignored(reason)
    text, replaces = _wording(message, kind)
    signal = Signal(
        kind=kind,
        contact_id=contact.contact_id,
        inbox_id=conversation.inbox_id,
        channel=conversation.channel,
        message_id=message.message_id,
        text=text,
        attachments=message.attachments if lead else (),
        at=message.created_at,
        sdr_key=message.sdr_key if kind is SignalKind.BOT_LINE else "",
        replaces=replaces,
        contact=Contact(contact.name, contact.custom_attributes, contact.phone) if lead else None,
        conversation=None if kind is SignalKind.BOT_LINE else conversation,
    )
    return Kept(
        conversation_id=conversation.conversation_id,
        event="message_created",
        ext=message.message_id,
        version="",
        stirring=kind is not SignalKind.BOT_LINE,
        immediate=kind is SignalKind.HUMAN_MESSAGE,
        signal=signal,
    )


def classify_updated(
    message: MessageSeen, contact: ContactSeen, conversation: Snapshot, *, connected_at: float
) -> Kept | Ignored:
    """A message that changed: of a lead's, an edit, a transcription or a deletion is kept; of ours, a refusal."""
    reason = _not_a_lead(contact)
    if reason is not None:
        return Ignored(reason)
    if message.direction is not Direction.INCOMING:
        if message.failed:
            if message.private or not message.sdr_key:
                return Ignored(IgnoredReason.SEND_FAILED)
            return _refused(message, message.message_id, contact, conversation, bridged=contact.on_waha)
        human = _speaker(message) is SignalKind.HUMAN_MESSAGE and not message.private
        if not (human and message.deleted):
            return Ignored(IgnoredReason.DELIVERY_STATUS)
    if message.created_at < connected_at:
        return Ignored(IgnoredReason.IMPORTED_HISTORY)
    kind = SignalKind.DELETED if message.deleted else SignalKind.EDITED
    text = "" if message.deleted else message.text
    attachments = () if message.deleted else message.attachments
    signal = Signal(
        kind=kind,
        contact_id=contact.contact_id,
        inbox_id=conversation.inbox_id,
        channel=conversation.channel,
        message_id=message.message_id,
        text=text,
        attachments=attachments,
        at=message.created_at,
    )
    return Kept(
        conversation_id=conversation.conversation_id,
        event=kind.value,
        ext=message.message_id,
        version="" if message.deleted else _version(text, *((a.file_type, a.transcribed_text) for a in attachments)),
        stirring=message.direction is Direction.INCOMING,
        immediate=False,
        signal=signal,
    )


def classify_conversation(
    contact: ContactSeen, conversation: Snapshot, *, status_changed: bool, changed: frozenset[str] | None
) -> Kept | Ignored:
    """A conversation that changed.

    It stirs only where the bot must fall silent: a human owns it, or it left `pending`. A return to
    `pending` is taken along quietly: nothing is said before the lead's next message, and a stirring
    one would cut short the burst that reopened a resolved conversation.

    Args:
        contact: Whose it is.
        conversation: As it is now.
        status_changed: The event says that the status changed.
        changed: Keys that changed; None: not told.
    """
    reason = _not_a_lead(contact)
    if reason is not None:
        return Ignored(reason)
    if not status_changed and changed is not None and not changed & _USED_CHANGES:
        return Ignored(IgnoredReason.NOTHING_USED)
    flagged = status_changed or (changed is not None and "status" in changed)
    silencing = conversation.human_assigned or (flagged and conversation.status != "pending")
    return Kept(
        conversation_id=conversation.conversation_id,
        event=SignalKind.SNAPSHOT.value,
        ext=conversation.conversation_id,
        version=_version(
            conversation.status,
            conversation.assignee_type,
            conversation.assignee_id,
            conversation.team,
            conversation.updated_at,
            flagged,
        ),
        stirring=silencing,
        immediate=silencing,
        signal=Signal(
            kind=SignalKind.SNAPSHOT,
            contact_id=contact.contact_id,
            inbox_id=conversation.inbox_id,
            channel=conversation.channel,
            status_changed=flagged,
            conversation=conversation,
        ),
    )


def classify_typing(contact: ContactSeen, conversation_id: int, *, by: SenderKind) -> Verdict:
    """Somebody types: only the lead's typing makes a burst wait."""
    reason = _not_a_lead(contact)
    if reason is not None:
        return Ignored(reason)
    if by is not SenderKind.CONTACT:
        return Ignored(IgnoredReason.TYPING_OF_OTHERS)
    return Typing(conversation_id)


def _is_refusal_note(message: MessageSeen) -> bool:
    """WAHA's note about a message that it could not send; it answers to that message."""
    return (
        message.private
        and message.direction is Direction.OUTGOING
        and not message.sdr_key
        and message.in_reply_to > 0
        and _REFUSAL_NOTE.match(message.text) is not None
    )


def _refused(
    message: MessageSeen, refused_id: int, contact: ContactSeen, conversation: Snapshot, *, bridged: bool
) -> Kept:
    problem = message.problem or message.text
    return Kept(
        conversation_id=conversation.conversation_id,
        event=SignalKind.REFUSED.value,
        ext=refused_id,
        # A message may be refused again after a bridge was asked once more: each time is another event.
        version=_version(problem, conversation.updated_at),
        stirring=False,
        immediate=True,
        signal=Signal(
            kind=SignalKind.REFUSED,
            contact_id=contact.contact_id,
            inbox_id=conversation.inbox_id,
            channel=conversation.channel,
            message_id=refused_id,
            text=problem[:_PROBLEM_LIMIT],
            at=message.created_at,
            sdr_key=message.sdr_key,
            bridged=bridged,
        ),
    )


def _not_a_lead(contact: ContactSeen) -> IgnoredReason | None:
    """Chats that are nobody's: groups, channels, WAHA's own service chat, blocked contacts."""
    for address in contact.addresses:
        plain = address.lower()
        if plain.endswith("@g.us"):
            return IgnoredReason.GROUP
        if plain.endswith(("@broadcast", "@newsletter")):
            return IgnoredReason.BROADCAST
        if "whatsapp.integration" in plain:
            return IgnoredReason.WHATSAPP_INTEGRATION
    return IgnoredReason.BLOCKED_CONTACT if contact.blocked else None


def _not_a_line(message: MessageSeen, connected_at: float) -> IgnoredReason | None:
    """Messages that are no part of what is said, whoever sent them."""
    if message.direction is Direction.ACTIVITY:
        return IgnoredReason.ACTIVITY
    if message.deleted:
        return IgnoredReason.DELETED
    if message.created_at < connected_at or 0 < message.external_created_at < connected_at:
        return IgnoredReason.IMPORTED_HISTORY
    return IgnoredReason.IMPORTED_HISTORY if _IMPORT_MARK in message.text else None


def _not_said(message: MessageSeen) -> IgnoredReason | None:
    """Incoming messages that say nothing to us."""
    if _GROUP_TEXT.match(message.text):
        return IgnoredReason.GROUP
    if _REACTION.match(message.text):
        return IgnoredReason.REACTION
    if not message.text.strip() and not message.attachments:
        return IgnoredReason.EMPTY
    return None


def _wording(message: MessageSeen, kind: SignalKind) -> tuple[str, int]:
    """What was said without WAHA's marks, and the message that it corrects (0: none)."""
    text = message.text
    if kind is SignalKind.LEAD_MESSAGE:
        text = _LATE_MARK.sub("", text)
        corrected = _EDIT_MARK.sub("", text)
        return corrected, message.in_reply_to if corrected != text else 0
    return _PHONE_NOTE_HEAD.sub("", text) if message.private else text, 0


def _speaker(message: MessageSeen) -> SignalKind | IgnoredReason:
    """Who speaks: the lead, our bot, a human, or nobody who counts."""
    if message.direction is Direction.INCOMING:
        return IgnoredReason.PRIVATE_NOTE if message.private else SignalKind.LEAD_MESSAGE
    if message.direction is Direction.TEMPLATE:
        return IgnoredReason.TEMPLATE
    if message.private:
        phone = message.sender is SenderKind.HUMAN and not message.sdr_key and _PHONE_NOTE.match(message.text)
        return SignalKind.HUMAN_MESSAGE if phone else IgnoredReason.PRIVATE_NOTE
    if message.sdr_key:
        return SignalKind.BOT_LINE
    if message.external_echo:
        return SignalKind.HUMAN_MESSAGE
    if message.automated:
        return IgnoredReason.AUTOMATION
    if message.sender in {SenderKind.BOT, SenderKind.OTHER_BOT}:
        return IgnoredReason.OTHER_BOT
    return SignalKind.HUMAN_MESSAGE


def _version(*fields: object) -> str:
    return hashlib.sha256(repr(fields).encode()).hexdigest()[:20]
