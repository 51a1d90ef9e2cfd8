"""Webhook bodies in Chatwoot's shape, built by what a test cares about."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def a_contact(contact_id: int = 881, **attributes: Any) -> Json:
    """A contact as webhooks show it."""
    return {
        "id": contact_id,
        "name": "Mariana Souza Lima",
        "identifier": None,
        "email": None,
        "phone_number": "+5511987654321",
        "blocked": False,
        "custom_attributes": attributes,
    }


def a_user(user_id: int = 7) -> Json:
    """An agent of the clinic."""
    return {"id": user_id, "name": "Camila Ribeiro", "type": "user"}


def a_bot(bot_id: int = 4) -> Json:
    """The agent bot."""
    return {"id": bot_id, "name": "Bella", "type": "agent_bot"}


def a_conversation(
    conversation_id: int = 241,
    *,
    status: str = "pending",
    assignee: Json | None = None,
    updated_at: float | None = None,
    contact: Json | None = None,
    labels: list[str] | None = None,
    account: int = 3,
) -> Json:
    """A conversation as webhooks show it."""
    sender = {**(contact or a_contact()), "type": "contact"}
    bot = assignee is not None and assignee["type"] == "agent_bot"
    return {
        "id": conversation_id,
        "inbox_id": 12,
        "channel": "Channel::Whatsapp",
        "can_reply": True,
        "status": status,
        "labels": labels or [],
        "meta": {
            "sender": sender,
            "assignee": assignee,
            "assignee_type": None if assignee is None else "AgentBot" if bot else "User",
            "team": None,
        },
        "contact_inbox": {"contact_id": sender["id"], "source_id": "5511987654321"},
        "custom_attributes": {},
        "additional_attributes": {},
        "updated_at": time.time() if updated_at is None else updated_at,
        "account": {"id": account, "name": "Clínica Bella Pele"},
    }


def a_message(
    message_id: int,
    text: str | None = "oi, quanto custa o botox?",
    *,
    direction: str = "incoming",
    sender: Json | None = None,
    private: bool = False,
    attributes: Json | None = None,
    created_at: float | None = None,
    event: str = "message_created",
    attachments: list[Json] | None = None,
    **conversation: Any,
) -> Json:
    """A `message_created` (or `…_updated`); the rest describes its conversation."""
    shown = a_conversation(**conversation)
    incoming = direction == "incoming"
    instant = datetime.fromtimestamp(time.time() if created_at is None else created_at, UTC)
    body: Json = {
        "event": event,
        "id": message_id,
        "content": text,
        "content_type": "text",
        "content_attributes": attributes or {},
        "additional_attributes": {},
        "message_type": direction,
        "private": private,
        "created_at": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "source_id": None,
        "sender": {k: v for k, v in shown["meta"]["sender"].items() if k != "type"} if incoming else sender,
        "conversation": shown,
        "account": shown["account"],
        "inbox": {"id": 12, "name": "WhatsApp"},
    }
    if attachments:
        body["attachments"] = attachments
    return body


def an_echo(message_id: int, text: str, sdr_key: str, **conversation: Any) -> Json:
    """Our own line as it comes back."""
    return a_message(
        message_id, text, direction="outgoing", sender=a_bot(), attributes={"sdr_key": sdr_key}, **conversation
    )


def a_human_line(message_id: int, text: str = "Oi, aqui é a Camila!", **conversation: Any) -> Json:
    """A human's public message."""
    return a_message(message_id, text, direction="outgoing", sender=a_user(), **conversation)


def a_status_change(status: str, **conversation: Any) -> Json:
    """`conversation_status_changed`."""
    return {
        **a_conversation(status=status, **conversation),
        "event": "conversation_status_changed",
        "changed_attributes": None,
    }


def an_assignment(assignee: Json | None, *, status: str = "pending", **conversation: Any) -> Json:
    """`conversation_updated` after an assignment."""
    changed = [{"assignee_id": {"previous_value": None, "current_value": 7}}]
    body = a_conversation(status=status, assignee=assignee, **conversation)
    return {**body, "event": "conversation_updated", "changed_attributes": changed}


def typing(conversation_id: int = 241, *, on: bool = True) -> Json:
    """The lead begins or stops typing."""
    return {
        "event": f"conversation_typing_{'on' if on else 'off'}",
        "user": a_contact(),
        "conversation": a_conversation(conversation_id),
        "is_private": False,
    }


def encode(body: Json) -> bytes:
    """A body's bytes."""
    return json.dumps(body, ensure_ascii=False).encode()


def sign(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """Chatwoot's headers for a body."""
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Chatwoot-Timestamp": timestamp,
        "X-Chatwoot-Signature": f"sha256={digest}",
    }
