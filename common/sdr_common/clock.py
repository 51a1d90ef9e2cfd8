"""The process's clock, for what is not decided by Postgres's: logs, caches, sent-at of outside calls."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)
