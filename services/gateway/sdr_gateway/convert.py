"""Between Chatwoot's words, the contracts and ours: total, without a decision of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_OURS = ("sdr_ia_", "estagio_funil")
_WAHA = ("waha_whatsapp_chat_id", "waha_whatsapp_jid", "waha_whatsapp_lid")
_VALUE_LIMIT = 4000

_DATED = re.compile(r"^\d{4}-\d{2}-\d{2}")

_CHANNELS = {
    "Channel::Whatsapp": "whatsapp",
    "Channel::Instagram": "instagram",
    "Channel::FacebookPage": "messenger",
    "Channel::Telegram": "telegram",
    "Channel::WebWidget": "web_widget",
}


def channel_word(channel: str | None, extra: Mapping[str, Any], contact_attributes: Mapping[str, Any] | None) -> str:
    """Our word for a conversation's channel; empty: unknown, which is treated as WhatsApp.

    Args:
        channel: Chatwoot's class name.
        extra: The conversation's `additional_attributes`.
        contact_attributes: The contact's; WAHA's keys tell its API inboxes from others.
    """
    if channel is None:
        return ""
    if channel == "Channel::FacebookPage" and extra.get("type") == "instagram_direct_message":
        return "instagram"
    if channel == "Channel::TwilioSms":
        return "whatsapp" if extra.get("medium") == "whatsapp" else "other"
    if channel == "Channel::Api":
        return "whatsapp" if contact_attributes and any(key in contact_attributes for key in _WAHA) else ""
    return _CHANNELS.get(channel, "other")


def attribute_texts(attributes: Mapping[str, Any] | None) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """A contact's custom attributes: ours as text, WAHA's addresses, and whether WAHA is there."""
    if not attributes:
        return {}, (), False
    ours = {
        key: text_of(value)
        for key, value in attributes.items()
        if key.startswith(_OURS) and len(key) <= 200 and "\0" not in key
    }
    addresses = tuple(value for key in _WAHA if isinstance(value := attributes.get(key), str))
    return ours, addresses, any(key in attributes for key in _WAHA)


def text_of(value: object) -> str:
    """An attribute's value as text: numbers in decimal without a needless fraction, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, (str, int, float)):
        return str(value).replace("\0", "")[:_VALUE_LIMIT]
    return ""


def message_marks(attributes: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """What a message's free attributes tell; values may be anything, so each is looked into with care."""
    key, reply = attributes.get("sdr_key"), attributes.get("in_reply_to")
    problem = attributes.get("external_error")
    return {
        "sdr_key": clean(key, 200) if isinstance(key, str) else "",
        "deleted": attributes.get("deleted") is True,
        "external_echo": bool(attributes.get("external_echo")),
        "automated": bool(attributes.get("automation_rule_id") or extra.get("campaign_id")),
        "failed": bool(attributes.get("external_error")),
        "problem": clean(problem, 1000) if isinstance(problem, str) else "",
        "in_reply_to": reply if isinstance(reply, int) and reply > 0 else 0,
        "external_created_at": _outside_instant(attributes.get("external_created_at")),
    }


def seconds_of(value: str | float) -> float | None:
    """An ISO 8601 instant, or seconds, as seconds since 1970; None when it is neither."""
    if isinstance(value, str):
        if not _DATED.match(value):
            return None
        try:
            instant = datetime.fromisoformat(value)
            return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    return float(value) if 0 <= value < 253_402_300_800 else None


def _outside_instant(value: object) -> float:
    """`external_created_at` as some channels leave it; 0 when it says nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return 0.0
    if isinstance(value, str) and value.isdigit() and len(value) <= 12:
        value = int(value)
    return seconds_of(value) or 0.0


def clean(text: str | None, limit: int) -> str:
    """A text that the database can hold: without NUL, at most `limit` characters."""
    return (text or "").replace("\0", "")[:limit]
