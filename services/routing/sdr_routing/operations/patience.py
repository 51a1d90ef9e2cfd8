"""How long deliveries wait and how often they try."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, how often is tried."""

    settle_after_s: float = 20.0
    """After an attempt of unknown outcome began, absence of its message counts only so much later: above the
    time after which Chatwoot itself gives a request up."""
    attempts: int = 8
    """Failures of our own making after which a delivery is given up; an outage never counts."""
    faults: int = 10
    """Answers 5xx to one write, while the same kind of write works for others, after which it is given up."""
    give_up_after_s: float = 86_400.0
    """Seconds after the first answer 5xx to a write after which it is given up whatever else works."""
