"""All contracts, by the service that serves them: a new file with bound calls needs no word here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import grpc
from google.protobuf.descriptor import FileDescriptor

import sdr

OWN = "gateway"
"""Who serves the contracts that several services serve, each for its own part: audit and privacy."""
_SERVICES = {"dialogue", "scoring", "routing", "reporting"}


@cache
def contracts() -> Mapping[str, Sequence[FileDescriptor]]:
    """The contracts with services, by the short name of who serves them."""
    found: dict[str, list[FileDescriptor]] = {}
    for module in sorted(each.name for each in walk_packages(sdr.__path__, "sdr.") if each.name.endswith("_pb2")):
        file: FileDescriptor = import_module(module).DESCRIPTOR
        package = file.package.split(".")[1]
        if file.services_by_name:
            found.setdefault(package if package in _SERVICES else OWN, []).append(file)
    return found


def served(channels: Mapping[str, grpc.aio.Channel]) -> tuple[list[FileDescriptor], dict[str, grpc.aio.Channel]]:
    """What can be called: contracts, and the channel of each full service name.

    Args:
        channels: By short name; a service without one has no calls here.
    """
    files = [file for name, each in contracts().items() if name in channels for file in each]
    by_service = {
        service: channels[name]
        for name, each in contracts().items()
        if name in channels
        for file in each
        for service in services_of(file)
    }
    return files, by_service


def services_of(file: FileDescriptor) -> list[str]:
    """Full names of a contract's services."""
    return [service.full_name for service in file.services_by_name.values()]
