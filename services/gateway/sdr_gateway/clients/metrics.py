"""Counts what came in."""

from __future__ import annotations

from sdr_common.telemetry import METER

_EVENTS = METER.create_counter("sdr.gateway.events", description="Events of Chatwoot, by what became of them and why.")


class MeterCounter:
    """`ports.EventCounter` over OpenTelemetry."""

    def count(self, outcome: str, reason: str) -> None:
        """See `ports.EventCounter`."""
        _EVENTS.add(1, {"outcome": outcome, "reason": reason})
