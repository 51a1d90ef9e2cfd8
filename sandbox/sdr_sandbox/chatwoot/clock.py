"""Where the emulator takes its time from."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Gives the present instant in Unix seconds; tests pass their own."""


def system_clock() -> float:
    """The machine's clock."""
    return time.time()
