"""Commands that are thin clients of a running service: one channel, words for people, one exit status."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable

import grpc

from sdr_common.actor import inbound_metadata, metadata_of
from sdr_common.errors import ErrorKind
from sdr_common.grpc_client import make_channel
from sdr_common.grpc_errors import RemoteError
from sdr_common.settings import load_settings
from sdr_common.transport import TransportSettings

_OUTAGES = {ErrorKind.UNAVAILABLE, ErrorKind.EXHAUSTED, ErrorKind.CONFLICT}

Command = Callable[[argparse.Namespace, grpc.aio.Channel], Awaitable[int]]
"""Does one thing over a channel; gives its exit status."""


def run_client(service: str, command: Command, arguments: argparse.Namespace) -> int:
    """Runs a command against `arguments.target`.

    Args:
        service: Whom it talks to, for the error's words.
        command: What to do.
        arguments: As parsed; `target` is `host:port`.

    Returns:
        0 done, 1 refused (the input must change), 2 wrong use, 3 a service does not answer.
    """
    transport = load_settings(TransportSettings).transport

    async def run() -> int:
        # What the audit trail will say about who did it.
        inbound_metadata.set(lambda: metadata_of(f"cli:{_user()}"))
        async with make_channel(arguments.target, transport) as channel:
            try:
                return await command(arguments, channel)
            except RemoteError as error:
                return explain(service, error, arguments.target)

    return asyncio.run(run())


def explain(service: str, error: RemoteError, target: str) -> int:
    """Says why a call failed and gives the exit status."""
    if error.reason == "TRANSPORT" and error.kind in _OUTAGES:
        return fail(f"{service} does not answer at {target}; is it running? ({error.message})", 3)
    if error.violations:
        for violation in error.violations:
            fail(f"{violation.field}: {violation.problem}", 1)
        return 1
    return fail(error.message, 3 if error.kind in _OUTAGES else 1)


def say(line: str) -> None:
    """Writes a line to standard output."""
    sys.stdout.write(f"{line}\n")


def fail(message: str, status: int) -> int:
    """Writes a line to standard error; gives the status back."""
    sys.stderr.write(f"{message}\n")
    return status


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
