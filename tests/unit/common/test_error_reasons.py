"""Every error that our code raises has a reason that the contract knows, and the other way round."""

from __future__ import annotations

import importlib
import pkgutil

from sdr.common.v1.error_reason_pb2 import ErrorReason
from sdr_common.errors import DomainError

PACKAGES = ("sdr_common", "sdr_gateway", "sdr_dialogue", "sdr_scoring", "sdr_routing", "sdr_reporting")
NOT_CODE = ("migrations", "__main__")

NOT_RAISED_YET = {"TURN_NOT_FOUND"}
"""Published for reading a single turn, which no call does yet; contracts only grow, so it stays."""
OF_TWO_KINDS = {"SERVICE_UNAVAILABLE": {"UNAVAILABLE", "EXHAUSTED"}}
"""A service that is away, and the gateway's own mailbox when it is full: both pass, both are HTTP 503."""


def _import_everything() -> None:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, prefix=f"{name}."):
            if not any(part in NOT_CODE for part in module.name.split(".")):
                importlib.import_module(module.name)


def _subclasses(cls: type[DomainError]) -> set[type[DomainError]]:
    found = set(cls.__subclasses__())
    for sub in list(found):
        found |= _subclasses(sub)
    # Only what the product itself defines: tests make examples of their own.
    return {sub for sub in found if sub.__module__.split(".")[0] in PACKAGES}


def _published() -> set[str]:
    return {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()} - {"UNSPECIFIED"}  # noqa: SIM118  (the enum's wrapper is no dict)


def test_every_error_has_a_reason_of_the_contract() -> None:
    _import_everything()
    unknown = {
        error.__qualname__: error.reason for error in _subclasses(DomainError) if error.reason not in _published()
    }
    assert unknown == {}


def test_every_reason_of_the_contract_is_raised_somewhere() -> None:
    _import_everything()
    assert _published() - {error.reason for error in _subclasses(DomainError)} == NOT_RAISED_YET


def test_errors_of_one_reason_are_of_one_kind() -> None:
    _import_everything()
    kinds: dict[str, set[str]] = {}
    for error in _subclasses(DomainError):
        kinds.setdefault(error.reason, set()).add(error.kind.name)
    assert {reason: found for reason, found in kinds.items() if len(found) > 1} == OF_TWO_KINDS
