"""Chatwoot's webhook signature.

Source: Chatwoot 4.11.2 and newer, `lib/webhooks/trigger.rb`: HMAC-SHA256 over `timestamp.body`.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum

WINDOW_S = 300
"""A timestamp may be this old, or this far ahead of our clock."""


class SignatureFault(StrEnum):
    """Why a request is not Chatwoot's."""

    MISSING = "X-Chatwoot-Signature and X-Chatwoot-Timestamp are needed"
    STALE = "X-Chatwoot-Timestamp is more than 300 seconds from now"
    WRONG = "X-Chatwoot-Signature does not fit this body"


def check_signature(
    secret: str, timestamp: bytes | None, signature: bytes | None, body: bytes, *, now: float
) -> SignatureFault | None:
    """Checks a webhook's signature over its raw bytes.

    Args:
        secret: The webhook's secret.
        timestamp: The header: unix seconds.
        signature: The header: `sha256=` and lower-case hex.
        body: As received.
        now: Seconds since 1970.
    """
    if not timestamp or not signature:
        return SignatureFault.MISSING
    if not timestamp.isdigit() or len(timestamp) > 12 or abs(now - int(timestamp)) > WINDOW_S:
        return SignatureFault.STALE
    digest = hmac.new(secret.encode(), timestamp + b"." + body, hashlib.sha256).hexdigest()
    fits = hmac.compare_digest(b"sha256=" + digest.encode(), signature)
    return None if fits else SignatureFault.WRONG


def same_secret(known: str, given: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(known.encode(), given.encode())
