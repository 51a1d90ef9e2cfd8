"""What people say afterwards of leads and judgements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom something is said."""

    account_id: int
    """Our tenant id."""
    contact_id: int
    """Chatwoot's contact id: the lead."""
    conversation_id: int
    """Chatwoot's display id of the conversation that it is about."""


@dataclass(frozen=True, slots=True)
class Said:
    """A word that was kept."""

    at: datetime
    """When it was said: by the database's clock."""
    changed: bool
    """False: the same word stood already."""
