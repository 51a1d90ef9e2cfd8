"""Routing's use cases: accepting deliveries, carrying them out, connecting accounts, settings."""

from sdr_routing.operations.accepting import Accepted, Deliver
from sdr_routing.operations.accounts import AccountSettings, PutSettingsCommand
from sdr_routing.operations.carrying_out import CarryOut
from sdr_routing.operations.choices import Choices, ChooseFrom
from sdr_routing.operations.connecting import Connect, ConnectCommand, Connected, Health
from sdr_routing.operations.dead_letters import DeadLetters, Retried
from sdr_routing.operations.patience import Patience
from sdr_routing.operations.provisioner import Step
from sdr_routing.operations.reassigning import Reassign, ReassignCommand, Reassigned, ReassignOutcome
from sdr_routing.operations.refusals import Decided, RefusalLimits, RefusalOutcome, Refusals, Report

__all__ = [
    "Accepted",
    "AccountSettings",
    "CarryOut",
    "Choices",
    "ChooseFrom",
    "Connect",
    "ConnectCommand",
    "Connected",
    "DeadLetters",
    "Decided",
    "Deliver",
    "Health",
    "Patience",
    "PutSettingsCommand",
    "Reassign",
    "ReassignCommand",
    "ReassignOutcome",
    "Reassigned",
    "RefusalLimits",
    "RefusalOutcome",
    "Refusals",
    "Report",
    "Retried",
    "Step",
]
