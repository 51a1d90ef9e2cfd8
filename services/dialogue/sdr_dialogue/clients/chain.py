"""A provider's model first, the scripted engine whenever it does not answer: a lead never waits in vain."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog

from sdr_common.grpc_client import inbound_deadline
from sdr_dialogue.clients.breaker import CircuitBreaker
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft
from sdr_dialogue.domain.errors import EngineUnavailable
from sdr_dialogue.ports import LanguageModel

_RESERVE_S = 1.0
"""What is kept of the caller's deadline for the scripted engine and the commit."""
_LOG = structlog.get_logger()

C = TypeVar("C")
D = TypeVar("D")


class TimedModel(LanguageModel, Protocol):
    """A model that takes a deadline and can be loaded ahead of its first use."""

    async def respond(self, context: TurnContext, within_s: float | None = None) -> TurnDraft:
        """One answer, within so many seconds at most."""
        ...

    async def analyze(self, context: AnalysisContext, within_s: float | None = None) -> AnalysisDraft:
        """One judgement, within so many seconds at most."""
        ...

    async def warm_up(self) -> None:
        """Loads what the first call would load."""
        ...

    async def close(self) -> None:
        """Closes connections."""
        ...


class ModelChain:
    """A `LanguageModel` of two: the first while it works, the last always.

    Args:
        first: A provider's.
        last: Needs nobody.
        breaker: Of the first.
    """

    def __init__(self, first: TimedModel, last: LanguageModel, breaker: CircuitBreaker) -> None:
        self._first = first
        self._last = last
        self._breaker = breaker

    @property
    def name(self) -> str:
        """The first engine's; a draft says who really made it."""
        return self._first.name

    async def warm_up(self) -> None:
        """Loads what the first call would load."""
        await self._first.warm_up()

    async def close(self) -> None:
        """Closes the first engine's connections."""
        await self._first.close()

    async def respond(self, context: TurnContext) -> TurnDraft:
        """See the port."""
        return await self._ask(self._first.respond, self._last.respond, context)

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """See the port."""
        return await self._ask(self._first.analyze, self._last.analyze, context)

    async def _ask(
        self, first: Callable[[C, float | None], Awaitable[D]], last: Callable[[C], Awaitable[D]], context: C
    ) -> D:
        within_s = _remaining_s()
        if (within_s is not None and within_s <= 0) or not self._breaker.allows():
            return await last(context)
        try:
            draft = await first(context, within_s)
        except EngineUnavailable as error:
            self._breaker.failed(error.retry_after_s)
            _LOG.warning("engine_replaced", engine=error.engine, problem=error.problem, by=self._last.name)
            return await last(context)
        except BaseException:
            self._breaker.released()
            raise
        self._breaker.succeeded()
        return draft


def _remaining_s() -> float | None:
    """Seconds that the caller leaves a model; None: it set no deadline."""
    deadline = inbound_deadline.get()
    return None if deadline is None else deadline - time.monotonic() - _RESERVE_S
