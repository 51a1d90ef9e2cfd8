"""The three ways in which Chatwoot writes an instant; instants inside the emulator are Unix seconds (float)."""

from datetime import UTC, datetime


def iso_ms(instant: float | None) -> str | None:
    """Rails JSON form, milliseconds and Z (`2026-06-18T15:30:00.412Z`); None stays None."""
    if instant is None:
        return None
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(instant * 1000) % 1000:03d}Z"


def epoch(instant: float | None) -> int:
    """Whole Unix seconds; 0 stands for "never", as in conversation payloads."""
    return int(instant) if instant is not None else 0


def parse_instant(text: str) -> float | None:
    """An instant from what a client sent: Unix seconds or ISO 8601; None if it is neither."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
