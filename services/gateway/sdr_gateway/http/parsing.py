"""From the bytes of a webhook to a verdict: read as far as needed, refuse what is no event."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from sdr_gateway.convert import attribute_texts, channel_word, clean, message_marks, seconds_of
from sdr_gateway.domain.aside import About, Aside, Rating, Sale, SaleLabels, outcome_by_labels
from sdr_gateway.domain.classify import classify_conversation, classify_created, classify_typing, classify_updated
from sdr_gateway.domain.event import (
    Attachment,
    ContactSeen,
    Direction,
    Ignored,
    IgnoredReason,
    MessageSeen,
    SenderKind,
    Snapshot,
    Verdict,
)
from sdr_gateway.http.problem import Refusal
from sdr_gateway.http.shapes import (
    AttachmentShape,
    ContactShape,
    ConversationEvent,
    ConversationShape,
    EventName,
    MessageEvent,
    TypingEvent,
)

S = TypeVar("S")

_NAME = msgspec.json.Decoder(EventName)
_MESSAGE = msgspec.json.Decoder(MessageEvent)
_CONVERSATION = msgspec.json.Decoder(ConversationEvent)
_TYPING = msgspec.json.Decoder(TypingEvent)

_SENDERS = {"user": SenderKind.HUMAN, "agent_bot": SenderKind.BOT, "contact": SenderKind.CONTACT}
_LABELS_KEY, _SURVEY_KEY = b'"label_list"', b'"csat_survey_response"'
_BEST_RATING = 5
_TEXT_LIMIT = 150_000
_ATTACHMENT_LIMIT = 30


def parse_event(body: bytes, *, chatwoot_account_id: int, connected_at: float) -> Verdict:
    """Reads a webhook's body.

    Args:
        body: As received, its signature checked.
        chatwoot_account_id: The account that this door is for; events of others are ignored.
        connected_at: Seconds since 1970; what is older is history.

    Raises:
        Refusal: 400, it is no event of Chatwoot's.
    """
    head = _read(_NAME, body)
    if head.account is not None and head.account.id not in {None, chatwoot_account_id}:
        return Ignored(IgnoredReason.OTHER_ACCOUNT)
    reader = _READERS.get(head.event)
    if reader is not None:
        return reader(body, chatwoot_account_id, connected_at)
    if head.event.startswith(("automation_event.", "macro.")):
        return Ignored(IgnoredReason.AUTOMATION_EVENT)
    return Ignored(_UNUSED.get(head.event, IgnoredReason.UNKNOWN_EVENT))


def parse_aside(body: bytes, *, chatwoot_account_id: int, labels: SaleLabels) -> Aside | None:
    """What a webhook tells beside messages: a sale by a label, an answer to a survey; None: nothing.

    Args:
        body: As received, its signature checked, and read by `parse_event` before.
        chatwoot_account_id: The account that this door is for.
        labels: The account's.
    """
    # Both are rare and stand in events that are frequent: a look at the bytes spares reading most of them.
    if _LABELS_KEY not in body and _SURVEY_KEY not in body:
        return None
    head = _read(_NAME, body)
    if head.account is not None and head.account.id not in {None, chatwoot_account_id}:
        return None
    if head.event == "conversation_updated":
        return _sale(_read(_CONVERSATION, body), labels)
    return _rating(_read(_MESSAGE, body)) if head.event == "message_updated" else None


def _sale(event: ConversationEvent, labels: SaleLabels) -> Sale | None:
    changes = [change["label_list"] for change in event.changed_attributes or () if "label_list" in change]
    if not changes or not isinstance(changes[0], dict):
        return None
    before, after = (_texts(changes[0].get(key)) for key in ("previous_value", "current_value"))
    outcome = outcome_by_labels(before, after, labels)
    snapshot = _snapshot(event)
    return None if outcome is None else Sale(_about(_contact(event), snapshot), outcome, snapshot.updated_at)


def _rating(event: MessageEvent) -> Rating | None:
    attributes = event.content_attributes if isinstance(event.content_attributes, dict) else {}
    submitted = attributes.get("submitted_values")
    answer = submitted.get("csat_survey_response") if isinstance(submitted, dict) else None
    # A lead's own message may hold any attributes: only a survey that went out is one.
    if event.content_type != "input_csat" or event.message_type == "incoming" or not isinstance(answer, dict):
        return None
    rating, feedback = answer.get("rating"), answer.get("feedback_message")
    if type(rating) is not int or not 1 <= rating <= _BEST_RATING:
        return None
    about = _about(_contact(event.conversation, event), _snapshot(event.conversation))
    return Rating(about, event.id, rating, clean(feedback, 2000) if isinstance(feedback, str) else "")


def _about(contact: ContactSeen, snapshot: Snapshot) -> About:
    return About(contact.contact_id, snapshot.conversation_id, snapshot.inbox_id, snapshot.channel)


def _texts(value: object) -> set[str]:
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()


def _created(body: bytes, _: int, connected_at: float) -> Verdict:
    event = _read(_MESSAGE, body)
    contact, snapshot = _contact(event.conversation, event), _snapshot(event.conversation)
    return _placed(classify_created(_message(event), contact, snapshot, connected_at=connected_at), event)


def _updated(body: bytes, _: int, connected_at: float) -> Verdict:
    event = _read(_MESSAGE, body)
    contact, snapshot = _contact(event.conversation, event), _snapshot(event.conversation)
    return _placed(classify_updated(_message(event), contact, snapshot, connected_at=connected_at), event)


def _placed(verdict: Verdict, event: MessageEvent) -> Verdict:
    """An event that is not kept, with the ids by which operators look for it."""
    if isinstance(verdict, Ignored):
        return Ignored(verdict.reason, event.conversation.id, event.id)
    return verdict


def _conversation_updated(body: bytes, _: int, __: float) -> Verdict:
    return _conversation(body, status_changed=False)


def _status_changed(body: bytes, _: int, __: float) -> Verdict:
    return _conversation(body, status_changed=True)


def _conversation(body: bytes, *, status_changed: bool) -> Verdict:
    event = _read(_CONVERSATION, body)
    changed = event.changed_attributes
    return classify_conversation(
        _contact(event),
        _snapshot(event),
        status_changed=status_changed,
        changed=None if changed is None else frozenset(key for change in changed for key in change),
    )


def _typing(body: bytes, chatwoot_account_id: int, _: float) -> Verdict:
    event = _read(_TYPING, body)
    account = event.conversation.account
    if account is not None and account.id not in {None, chatwoot_account_id}:
        return Ignored(IgnoredReason.OTHER_ACCOUNT)
    by = SenderKind.NOBODY if event.user is None else _sender(event.user)
    return classify_typing(_contact(event.conversation), event.conversation.id, by=by)


_READERS: Mapping[str, Callable[[bytes, int, float], Verdict]] = {
    "message_created": _created,
    "message_updated": _updated,
    "conversation_updated": _conversation_updated,
    "conversation_status_changed": _status_changed,
    # What an agent bot's own webhook calls the same, should an installation point it here.
    "conversation_opened": _status_changed,
    "conversation_resolved": _status_changed,
    "conversation_typing_on": _typing,
    "conversation_typing_off": _typing,
}
_UNUSED: Mapping[str, IgnoredReason] = {
    "conversation_created": IgnoredReason.CONVERSATION_CREATED,
    "contact_created": IgnoredReason.CONTACT_EVENT,
    "contact_updated": IgnoredReason.CONTACT_EVENT,
    "webwidget_triggered": IgnoredReason.NOTHING_USED,
    "inbox_created": IgnoredReason.NOTHING_USED,
    "inbox_updated": IgnoredReason.NOTHING_USED,
}


def _read(decoder: msgspec.json.Decoder[S], body: bytes) -> S:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Refusal(400, f"not an event of Chatwoot's: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None


def _message(event: MessageEvent) -> MessageSeen:
    try:
        direction = Direction(event.message_type)
    except ValueError:
        raise Refusal(400, "message_type: must be incoming, outgoing, template or activity") from None
    attributes = event.content_attributes if isinstance(event.content_attributes, dict) else {}
    extra = event.additional_attributes if isinstance(event.additional_attributes, dict) else {}
    sender = SenderKind.NOBODY if event.sender is None else _sender(event.sender)
    return MessageSeen(
        message_id=event.id,
        direction=direction,
        text=clean(event.content, _TEXT_LIMIT),
        sender=sender,
        created_at=_instant(event.created_at),
        private=bool(event.private),
        content_type=event.content_type or "text",
        attachments=tuple(_attachment(shape) for shape in (event.attachments or ())[:_ATTACHMENT_LIMIT]),
        **message_marks(attributes, extra),
    )


def _sender(shape: ContactShape) -> SenderKind:
    # A webhook's contact has no type; whoever has an unknown one is a machine of some kind.
    return SenderKind.CONTACT if shape.type is None else _SENDERS.get(shape.type, SenderKind.OTHER_BOT)


def _contact(conversation: ConversationShape, event: MessageEvent | None = None) -> ContactSeen:
    shape = conversation.meta.sender if conversation.meta is not None else None
    if shape is None and event is not None and event.sender is not None and event.sender.type is None:
        shape = event.sender
    inbox = conversation.contact_inbox
    contact_id = shape.id if shape is not None and shape.id is not None else inbox.contact_id if inbox else None
    if contact_id is None:
        raise Refusal(400, "conversation.meta.sender: a contact with an id is needed")
    if shape is None:
        return ContactSeen(contact_id)
    texts, addresses, on_waha = attribute_texts(shape.custom_attributes)
    source = inbox.source_id if inbox is not None else None
    known = (shape.identifier, shape.email, source)
    return ContactSeen(
        contact_id=contact_id,
        name=clean(shape.name, 1000),
        addresses=(*addresses, *(address for address in known if address)),
        blocked=bool(shape.blocked),
        custom_attributes=texts,
        on_waha=on_waha,
        phone=clean(shape.phone_number, 100),
    )


def _snapshot(shape: ConversationShape) -> Snapshot:
    meta = shape.meta
    assignee = meta.assignee if meta is not None else None
    assignee_type = ""
    if assignee is not None:
        bot = (meta.assignee_type if meta is not None else None) == "AgentBot" or assignee.type == "agent_bot"
        assignee_type = "AgentBot" if bot else "User"
    team = meta.team if meta is not None else None
    extra = shape.additional_attributes if isinstance(shape.additional_attributes, dict) else {}
    sender = meta.sender if meta is not None else None
    updated_at = shape.updated_at
    return Snapshot(
        conversation_id=shape.id,
        inbox_id=shape.inbox_id or 0,
        channel=channel_word(shape.channel, extra, sender.custom_attributes if sender is not None else None),
        status=clean(shape.status, 40),
        assignee_id=(assignee.id or 0) if assignee is not None else 0,
        assignee_type=assignee_type,
        team=clean(team.name, 200) if team is not None else "",
        labels=tuple(clean(label, 200) for label in (shape.labels or ())[:200]),
        updated_at=updated_at if updated_at is not None and math.isfinite(updated_at) else 0.0,
        can_reply=shape.can_reply is not False,
    )


def _attachment(shape: AttachmentShape) -> Attachment:
    url = clean(shape.data_url, 4097)
    return Attachment(
        file_type=clean(shape.file_type, 40) or "file",
        url=url if len(url) <= 4096 else "",
        transcribed_text=clean(shape.transcribed_text, 20_000),
    )


def _instant(value: str | float) -> float:
    """A webhook's ISO 8601 instant, or seconds, as seconds since 1970."""
    seconds = seconds_of(value)
    if seconds is None:
        raise Refusal(400, "created_at: must be an ISO 8601 instant or seconds since 1970")
    return seconds
