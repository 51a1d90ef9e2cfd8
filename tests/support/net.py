"""Free ports, and waiting for something with a deadline instead of sleeping."""

from __future__ import annotations

import asyncio
import inspect
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For httpx clients of plain addresses: each would read the machine's certificates first, for a tenth of a second."""


def free_port() -> int:
    """A port that was free a moment ago; servers that can should bind to port 0 instead."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@overload
async def eventually(
    check: Callable[[], Awaitable[T]], timeout_s: float = 10, *, interval_s: float = 0.02, what: str = ""
) -> T: ...


@overload
async def eventually(
    check: Callable[[], T], timeout_s: float = 10, *, interval_s: float = 0.02, what: str = ""
) -> T: ...


async def eventually(
    check: Callable[[], object], timeout_s: float = 10, *, interval_s: float = 0.02, what: str = ""
) -> object:
    """Repeats `check` until it gives something true, and gives that back.

    A failed `assert` inside `check` counts as not yet; any other exception ends the wait.

    Args:
        check: Plain or async; called until it holds.
        timeout_s: Longest wait, in seconds.
        interval_s: Pause between two looks.
        what: What is waited for, for the message of a failure.

    Raises:
        AssertionError: it never held; the last failed assertion is its cause.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        cause: AssertionError | None = None
        found: object = None
        try:
            seen = check()
            found = await seen if inspect.isawaitable(seen) else seen
            if found:
                return found
        except AssertionError as error:
            cause = error
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{what or 'the check'} did not hold within {timeout_s} s; last: {found!r}") from cause
        await asyncio.sleep(interval_s)
