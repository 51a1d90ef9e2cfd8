"""Whether Chatwoot carries out for others what it fails at here: an outage and a poisonous write look alike."""

from __future__ import annotations

import time
from collections.abc import Callable

WITHIN_S = 60.0
"""A success that is older proves nothing about now."""


class Evidence:
    """Remembers, per account and kind of request, when it last succeeded; kept per process, lost with it.

    Requests of one contact follow one another, so that a success while a write waits for its next attempt is
    always another contact's.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._succeeded_at: dict[tuple[int, str], float] = {}

    def succeeded(self, account_id: int, kind: str) -> None:
        """A request of this kind was carried out just now."""
        self._succeeded_at[account_id, kind] = self._clock()

    def works_for_others(self, account_id: int, kind: str) -> bool:
        """Whether one was carried out within the last minute."""
        return self._clock() - self._succeeded_at.get((account_id, kind), float("-inf")) <= WITHIN_S
