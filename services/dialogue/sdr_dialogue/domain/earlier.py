"""What a turn knows of a lead's earlier conversations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SUMMARY_LIMIT = 500
"""Characters of a summary that come into a turn."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier conversation of the lead."""

    began_at: datetime
    summary: str
    """Empty: it was never judged."""
