"""What so many leads a day come to, and which part of that day a run plays."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

PEAK_SHARE = 0.12
"""Share of a day's leads in its busiest hour: three times an even day's. Clinics advertise in the evening."""
MESSAGES_PER_LEAD = 9.0
TURNS_PER_LEAD = 4.7
"""As the played leads of `make chaos` have them: 10,789 messages and 5,639 answers of 1,201 conversations."""
_HOUR_S = 3600.0


@dataclass(frozen=True)
class Load:
    """One day's leads, and the run that stands for their busiest hour.

    The hour is compressed only as far as it takes to see `least` leads: 1,000 leads a day would open four conversations
    in two minutes. A larger day is played at its own pace, and the run is a part of the hour.
    """

    leads_per_day: int
    seconds: float = 120.0
    """Leads begin during so long; the ones under way are played to their end."""
    least: int = 120
    """Leads at least that a run opens."""

    @property
    def peak_leads_per_s(self) -> float:
        """Leads that begin each second of the busiest hour."""
        return self.leads_per_day * PEAK_SHARE / _HOUR_S

    @property
    def peak_turns_per_s(self) -> float:
        """Answers each second of the busiest hour."""
        return self.peak_leads_per_s * TURNS_PER_LEAD

    @property
    def compression(self) -> float:
        """How much faster than the busiest hour leads begin; 1: as in life."""
        return max(1.0, self.least / (self.peak_leads_per_s * self.seconds))

    @property
    def leads_per_s(self) -> float:
        """Leads that begin each second of the run."""
        return self.peak_leads_per_s * self.compression

    def arrivals(self, seed: int) -> Iterator[float]:
        """Seconds from the run's begin at which leads begin: by chance, as in life."""
        dice = random.Random(f"{seed}/arrivals")
        at = 0.0
        while (at := at + dice.expovariate(self.leads_per_s)) < self.seconds:
            yield at


def replicas(turns_per_s: float, cpu_s_per_turn: float, *, busy: float = 0.7) -> int:
    """Replicas of one core that carry a load while each is `busy` at most; one at least."""
    return max(1, math.ceil(turns_per_s * cpu_s_per_turn / busy - 1e-9))
