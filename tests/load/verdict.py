"""A run against the service levels: what was promised, what was measured, whether it was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WEBHOOKS = 0.9995
"""Share of Chatwoot's webhooks that are taken in."""
ANSWER_S = 10.0
ANSWERS = 0.99
"""Share of the bursts that are answered within `ANSWER_S` of their last message."""
DELIVERIES = 0.999
"""Share of deliveries that are carried out."""
ERRORS = 0.001
"""Share of requests that end in an error stays under this."""


@dataclass(frozen=True)
class Measured:
    """What a run showed."""

    leads: int
    messages: int
    answer_s: tuple[float, ...]
    """From the last message of a burst to the first line of its answer, one per answered burst, sorted."""
    unanswered: int
    """Bursts that deserved an answer and got none while the lead waited."""
    webhooks_sent: int
    webhooks_failed: int
    deliveries: Mapping[str, int]
    """By state: done, dropped (nothing to do any more), pending, dead."""
    requests: int
    """Webhooks, and calls of the product's to Chatwoot."""
    errors: int
    """Of them refused or failed, and error lines in the logs."""
    broken: Mapping[str, int] = field(default_factory=dict)
    """Broken promises by name: lost, doubled, order."""

    @property
    def bursts(self) -> int:
        """That deserved an answer."""
        return len(self.answer_s) + self.unanswered

    def percentile(self, share: float) -> float:
        """Seconds that `share` (0-1) of the answers stayed under; 0: there was none."""
        if not self.answer_s:
            return 0.0
        return self.answer_s[min(len(self.answer_s) - 1, int(len(self.answer_s) * share))]


@dataclass(frozen=True)
class Line:
    """One service level."""

    name: str
    target: str
    measured: str
    kept: bool


def judge(found: Measured) -> tuple[Line, ...]:
    """Holds a run against every service level; a run in which nothing happened keeps none."""
    webhooks = _share(found.webhooks_sent, found.webhooks_sent + found.webhooks_failed)
    in_time = sum(1 for seconds in found.answer_s if seconds <= ANSWER_S)
    answers = _share(in_time, found.bursts)
    settled = sum(found.deliveries.get(state, 0) for state in ("done", "dropped"))
    deliveries = _share(settled, sum(found.deliveries.values()))
    errors = found.errors / found.requests if found.requests else 1.0
    broken = {name: count for name, count in found.broken.items() if count}
    told = ", ".join(f"{name} {count}" for name, count in broken.items()) or "none"
    return (
        Line("webhooks taken in", f">= {WEBHOOKS:.2%}", f"{webhooks:.3%}", webhooks >= WEBHOOKS),
        Line(f"answered within {ANSWER_S:.0f} s", f">= {ANSWERS:.0%}", f"{answers:.2%}", answers >= ANSWERS),
        Line("deliveries carried out", f">= {DELIVERIES:.1%}", f"{deliveries:.3%}", deliveries >= DELIVERIES),
        Line("errors", f"< {ERRORS:.1%}", f"{errors:.3%}", errors < ERRORS),
        Line("lost, doubled, out of order", "none", told, not broken and found.bursts > 0),
    )


def _share(good: int, of: int) -> float:
    return good / of if of else 0.0
