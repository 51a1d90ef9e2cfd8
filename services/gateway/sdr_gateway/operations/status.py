"""How the product is, for people and monitors outside: what works and what is late, without a secret or a name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    ok: bool
    detail: str
    """In a few words; never an address, a name or a token."""


Check = Callable[[], Awaitable[Finding]]
"""Looks at one thing; must not raise."""


@dataclass(frozen=True, slots=True)
class Status:
    """The whole."""

    findings: Mapping[str, Finding]
    needed: frozenset[str]

    @property
    def word(self) -> str:
        """ok; degraded: leads are served, something is amiss; down: they are not."""
        failed = {name for name, finding in self.findings.items() if not finding.ok}
        if not failed:
            return "ok"
        return "down" if failed & self.needed else "degraded"


class StatusBoard:
    """Looks at everything, at most once in some seconds however many ask.

    Args:
        checks: By name.
        needed: Those without which no lead is served.
        fresh_s: For so long an answer is given again.
        timeout_s: Longest that one check may take.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        needed: frozenset[str],
        *,
        fresh_s: float = 10.0,
        timeout_s: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks = checks
        self._needed = needed
        self._fresh_s = fresh_s
        self._timeout_s = timeout_s
        self._clock = clock
        self._lock = asyncio.Lock()
        self._last: tuple[float, Status] | None = None

    async def look(self) -> Status:
        """How it is."""
        async with self._lock:
            if self._last is None or self._clock() - self._last[0] >= self._fresh_s:
                found = await asyncio.gather(*(self._run(check) for check in self._checks.values()))
                status = Status(dict(zip(self._checks, found, strict=True)), self._needed)
                self._last = (self._clock(), status)
            return self._last[1]

    async def _run(self, check: Check) -> Finding:
        try:
            return await asyncio.wait_for(check(), self._timeout_s)
        except TimeoutError:
            return Finding(ok=False, detail=f"no answer within {self._timeout_s:g} s")
