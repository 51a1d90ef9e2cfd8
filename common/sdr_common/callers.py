"""Which process may call which method: one table, checked against the contracts by a test.

Who is not listed is refused. A new call between two services needs a line in `FURTHER`; a call that only the
product itself may make, and no operator, one in `NO_OPERATOR`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Caller(StrEnum):
    """Who calls, as its certificate or its token says."""

    GATEWAY = "gateway"
    DIALOGUE = "dialogue"
    SCORING = "scoring"
    ROUTING = "routing"
    REPORTING = "reporting"
    OPERATOR = "operator"
    """People at a command line."""


FURTHER: Final[Mapping[str, frozenset[Caller]]] = {
    "sdr.reporting.v1.ReportingService/Record": frozenset({Caller.DIALOGUE, Caller.SCORING, Caller.ROUTING}),
}
"""By full method: who may call it beside the gateway, which may call everything, and operators."""

NO_OPERATOR: Final = frozenset(
    {
        "sdr.dialogue.v1.DialogueService/Respond",
        "sdr.dialogue.v1.DialogueService/Analyze",
        "sdr.dialogue.v1.DialogueService/Nudge",
        "sdr.dialogue.v1.DialogueService/Observe",
        "sdr.routing.v1.RoutingService/Deliver",
        "sdr.routing.v1.RoutingService/ReportRefusedMessage",
        "sdr.reporting.v1.ReportingService/Record",
        "sdr.reporting.v1.AlertService/ReportPulse",
    }
)
"""Steps of a turn: by hand they would answer a lead twice, or falsify what is counted."""

OPEN_SERVICES: Final = ("grpc.health.v1.Health/", "grpc.reflection.")
"""What everybody may ask: probes carry no identity, and contracts are public. Reflection can be switched off."""


def may_call(caller: Caller, method: str) -> bool:
    """Whether a caller may call a method, such as "sdr.scoring.v1.ScoringService/Qualify"."""
    if caller is Caller.GATEWAY:
        return True
    if caller is Caller.OPERATOR:
        return method not in NO_OPERATOR
    return caller in FURTHER.get(method, frozenset())
