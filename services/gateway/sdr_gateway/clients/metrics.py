"""Counts what came in."""

from __future__ import annotations

from typing import Protocol

from sdr_common.metrics import METER
from sdr_common.sampling import Sampler


class SweepAges(Protocol):
    """Knows how old sweeps are."""

    async def oldest_s(self) -> float:
        """Seconds since the account that waits longest was swept to its end; 0: there is none."""
        ...


_EVENTS = METER.create_counter(
    "sdr.gateway.events",
    ("outcome", "reason"),
    description="Events of Chatwoot, by what became of them and why or what they were.",
)


_SWEEP_AGE = METER.create_gauge(
    "sdr.gateway.sweep.age",
    unit="s",
    description="Since when the connected account that waits longest was not swept to its end; 0: there is none.",
)


class MeterCounter:
    """`ports.EventCounter` over OpenTelemetry."""

    def count(self, outcome: str, reason: str) -> None:
        """See `ports.EventCounter`."""
        _EVENTS.add(1, {"outcome": outcome, "reason": reason})


def sweep_age(sweeps: SweepAges) -> Sampler:
    """Looks how long ago the sweep of any account succeeded last."""

    async def sample() -> None:
        _SWEEP_AGE.set(await sweeps.oldest_s())

    return sample
