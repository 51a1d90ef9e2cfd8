"""The clinic, as every service is told of it; scoring keeps it with the rubric and decides nothing by it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clinic:
    """One account's clinic."""

    name: str
    """Shown to leads."""
    assistant_name: str
    """The assistant's own name."""
    time_zone: str
    """IANA name, such as "America/Sao_Paulo"."""
    address: str = ""
    city: str = ""
