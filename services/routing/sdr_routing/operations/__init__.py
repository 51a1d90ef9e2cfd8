"""Routing's use cases: accepting deliveries, carrying them out, connecting accounts, settings."""

from sdr_routing.operations.accepting import Accepted, Deliver
from sdr_routing.operations.accounts import AccountSettings, PutSettingsCommand, StoredVersion
from sdr_routing.operations.carrying_out import CarryOut, Patience
from sdr_routing.operations.connecting import Connect, ConnectCommand, Connected, Health
from sdr_routing.operations.once import Once
from sdr_routing.operations.provisioner import Step

__all__ = [
    "Accepted",
    "AccountSettings",
    "CarryOut",
    "Connect",
    "ConnectCommand",
    "Connected",
    "Deliver",
    "Health",
    "Once",
    "Patience",
    "PutSettingsCommand",
    "Step",
    "StoredVersion",
]
