"""Claims turns that are due, runs a handler for each, keeps their leases and ends them."""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import psycopg
import structlog

from sdr_common.errors import DomainError, ErrorKind
from sdr_common.mailbox.closing import STORE_TROUBLE, Closer, Outage
from sdr_common.mailbox.mailbox import Mailbox
from sdr_common.mailbox.model import Claim, Close, Failure, LeaseLost, MailboxKey

_LOG = structlog.get_logger()
_TRANSIENT = {ErrorKind.UNAVAILABLE, ErrorKind.EXHAUSTED, ErrorKind.CONFLICT}
_BUSY_S = 0.01
"""Pause when something is due that another session holds right now."""
LEAVE_S: Final = 5.0
"""How long cancelled handlers may clean up, after `drain_s`; deployments leave time for both before they kill."""

Handler = Callable[[Claim], Awaitable[Close]]
"""Works on one turn. May run again for the same turn, in this process or another."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works."""

    poll_s: float = 0.15
    """Longest pause between two looks; what falls due earlier is met exactly."""
    batch: int = 100
    """Turns per claim, and per close."""
    in_flight: int = 500
    """Turns at a time."""
    close_window_s: float = 0.003
    """How long the first turn that ends waits for others to share the commit."""
    drain_s: float = 10.0
    """How long running handlers may go on after the stop; then they are cancelled and given back."""
    limit_s: float = 600.0
    """Longest a handler may take; then it is cancelled, and that counts towards poison."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn was closed."""

    outcome: str
    attempt: int
    waited_s: float
    """From due to claimed, seconds."""
    took_s: float
    """From claimed to closed, seconds."""


@dataclass(frozen=True, slots=True)
class TurnPutBack:
    """A turn failed and waits for its next attempt."""

    counted: bool
    attempt: int
    pause_s: float


class TurnTooSlow(DomainError):
    """A handler took longer than it may."""

    def __init__(self, claim: Claim, limit_s: float) -> None:
        super().__init__(f"turn {claim.turn} took longer than {limit_s} s", turn=claim.turn, limit_s=limit_s)


Sample = TurnEnded | TurnPutBack
MetricsHook = Callable[[Sample], None]
"""Told what happened; must be quick and must not raise."""


def failure_of(error: Exception) -> Failure:
    """Whether an error counts towards poison: a dependency that is away, slow, full or busy does not.

    An error's `kind` decides (domain errors and remote ones alike), and its `retry_after_s`, if it
    has one, is the pause.
    """
    transient = getattr(error, "kind", None) in _TRANSIENT
    transient = transient or isinstance(error, (TimeoutError, ConnectionError, psycopg.OperationalError))
    hint = getattr(error, "retry_after_s", None)
    return Failure(counted=not transient, retry_after_s=None if hint is None else float(hint))


@dataclass(eq=False, slots=True)
class _Held:
    """A turn in this process."""

    claim: Claim
    started_at: float
    task: asyncio.Task[None] | None = None
    settling: bool = False
    """The handler is done; its end is being written."""
    lost: bool = False


class MailboxWorker:
    """Works on a mailbox until stopped; any number of processes may share one.

    Args:
        mailbox: What to work on.
        handler: Works on one turn; what it raises puts the turn back, see `failure_of`.
        options: How.
        metrics: Told about turns and failures.
        failure_of: Classifies what the handler raises.
        owner: Name of this worker; unique, made when not given.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        handler: Handler,
        options: WorkerOptions | None = None,
        *,
        metrics: MetricsHook | None = None,
        failure_of: Callable[[Exception], Failure] = failure_of,
        owner: str | None = None,
    ) -> None:
        self._mailbox = mailbox
        self._handler = handler
        self._options = options or WorkerOptions()
        self._metrics = metrics
        self._failure_of = failure_of
        self.owner = owner or f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._held: dict[MailboxKey, _Held] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._draining = False
        self._outage = Outage()
        self._closer = Closer(mailbox, self._outage, window_s=self._options.close_window_s, batch=self._options.batch)

    @property
    def in_flight(self) -> int:
        """Turns that this worker holds."""
        return len(self._held)

    def nudge(self) -> None:
        """Looks at once: something was stored in this process that may be due."""
        self._wake.set()

    async def seal(self, claim: Claim, answer: bytes, *, patience_s: float | None = None) -> bool:
        """See `Mailbox.seal`."""
        return await self._mailbox.seal(claim, answer, patience_s=patience_s)

    async def supersede(self, claim: Claim) -> Claim:
        """See `Mailbox.supersede`."""
        return await self._mailbox.supersede(claim)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then drains: handlers end or are cancelled and their turns given back."""
        try:
            async with asyncio.TaskGroup() as group:
                others = [group.create_task(self._keep_leases()), group.create_task(self._closer.run())]
                others.append(group.create_task(self._relay(stop)))
                await self._poll(stop)
                await self._drain()
                for task in others:
                    task.cancel()
        finally:
            self._draining = True
            for task in self._tasks:
                task.cancel()

    async def _relay(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _poll(self, stop: asyncio.Event) -> None:
        trouble_s = 0.1
        while not stop.is_set():
            self._wake.clear()
            room = self._options.in_flight - len(self._held)
            if room <= 0:
                await self._wake.wait()
                continue
            try:
                due_s = await self._mailbox.next_due_s()
                claims: list[Claim] = []
                if due_s is not None and due_s <= 0:
                    claims = await self._mailbox.claim(self.owner, min(room, self._options.batch))
            except STORE_TROUBLE as error:
                self._outage.began(error)
                await self._pause(trouble_s)
                trouble_s = min(trouble_s * 2, 2.0)
                continue
            self._outage.ended()
            trouble_s = 0.1
            for claim in claims:
                self._start(claim)
            if not claims:
                await self._pause(self._pause_until(due_s))

    def _pause_until(self, due_s: float | None) -> float:
        if due_s is None:
            return self._options.poll_s
        return min(self._options.poll_s, _BUSY_S if due_s <= 0 else due_s + 0.001)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def _start(self, claim: Claim) -> None:
        older = self._held.get(claim.key)
        if older is not None:  # This process slept past its own lease.
            self._lose(older)
        held = _Held(claim, time.monotonic())
        self._held[claim.key] = held
        held.task = asyncio.create_task(self._work(held), name=f"turn-{claim.turn}")
        self._tasks.add(held.task)
        held.task.add_done_callback(lambda task: self._ended(held, task))

    def _ended(self, held: _Held, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if len(self._held) >= self._options.in_flight:
            self._wake.set()
        if self._held.get(held.claim.key) is held and not self._draining:
            del self._held[held.claim.key]
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("turn_ending_failed", turn=held.claim.turn, exc_info=error)

    async def _work(self, held: _Held) -> None:
        claim = held.claim
        try:
            close = await self._outcome(claim)
        except LeaseLost:
            _LOG.info("turn_lease_lost", turn=claim.turn, epoch=claim.epoch)
        except asyncio.CancelledError:
            if held.lost or self._draining:
                raise
            await self._put_back(held, RuntimeError("the handler cancelled itself"))
        except Exception as error:
            await self._put_back(held, error)
        else:
            held.settling = True
            if await self._closer.close(claim, close):
                self._tell(TurnEnded(close.outcome, claim.attempt, claim.waited_s, time.monotonic() - held.started_at))
            else:
                _LOG.info("turn_lease_lost", turn=claim.turn, epoch=claim.epoch)

    async def _outcome(self, claim: Claim) -> Close:
        if not (claim.entries or claim.wake_reason or claim.sealed):
            return Close("empty")  # Its entries were deleted meanwhile, at the lead's request.
        limit_s = self._options.limit_s
        limit = asyncio.timeout(limit_s)
        try:
            async with limit:
                return await self._handler(claim)
        except TimeoutError as error:
            if limit.expired():
                raise TurnTooSlow(claim, limit_s) from error
            raise

    async def _put_back(self, held: _Held, error: Exception) -> None:
        held.settling = True
        reason = getattr(error, "reason", type(error).__name__)
        claim, failure = held.claim, replace(self._failure_of(error), reason=reason)
        try:
            pause_s = await self._outage.outlast(lambda: self._mailbox.fail(claim, failure))
        except LeaseLost:
            _LOG.info("turn_lease_lost", turn=claim.turn, epoch=claim.epoch)
            return
        fields = {"turn": claim.turn, "attempt": claim.attempt, "reason": reason, "pause_s": round(pause_s, 3)}
        if failure.counted and not isinstance(error, DomainError):
            _LOG.error("turn_failed", **fields, exc_info=error)
        else:
            _LOG.warning("turn_put_back", counted=failure.counted, **fields)
        self._tell(TurnPutBack(failure.counted, claim.attempt, pause_s))

    async def _keep_leases(self) -> None:
        third_s = self._mailbox.options.lease_s / 3
        pause_s = third_s
        while True:
            await asyncio.sleep(pause_s)
            beaten = list(self._held.values())
            pause_s = third_s
            if not beaten:
                continue
            try:
                kept = await self._mailbox.beat([held.claim for held in beaten])
            except STORE_TROUBLE as error:
                self._outage.began(error)
                pause_s = min(third_s, 0.5)
                continue
            for held in beaten:
                if (held.claim.key, held.claim.epoch) not in kept and self._held.get(held.claim.key) is held:
                    self._lose(held)

    def _lose(self, held: _Held) -> None:
        if held.settling or held.task is None:
            return
        _LOG.info("turn_lease_lost", turn=held.claim.turn, epoch=held.claim.epoch)
        held.lost = True
        held.task.cancel()

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._options.drain_s)
        self._draining = True
        left = [held for held in self._held.values() if held.task is not None and not held.task.done()]
        for held in left:
            if held.task is not None:
                held.task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LEAVE_S)
        given_back = [held.claim for held in left if not held.lost]
        if given_back:
            try:
                released = await self._mailbox.release(given_back)
            except STORE_TROUBLE as error:
                self._outage.began(error)  # The leases end by themselves.
            else:
                _LOG.info("turns_released", count=len(released))
        self._held.clear()

    def _tell(self, sample: Sample) -> None:
        if self._metrics is not None:
            self._metrics(sample)
