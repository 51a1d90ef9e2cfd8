"""The clinic, as every service is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Clinic:
    """One account's clinic; `sdr_common.lead_proto` maps it to the contracts."""

    name: str
    """Shown to leads."""
    assistant_name: str
    """The assistant's own name."""
    time_zone: str
    """IANA name, such as "America/Sao_Paulo"."""
    address: str = ""
    city: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone; a name is checked before it is stored."""
        return ZoneInfo(self.time_zone)
