"""Providers' models in order, the scripted engine whenever none answers in time: a lead never waits in vain."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import structlog

from sdr_common.grpc_client import inbound_deadline
from sdr_common.metrics import METER
from sdr_dialogue.clients.breaker import CircuitBreaker
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft, Usage
from sdr_dialogue.domain.errors import EngineUnavailable
from sdr_dialogue.ports import LanguageModel

_RESERVE_S = 1.0
"""What is kept of the caller's deadline for the scripted engine and the commit."""
_SHARE = 0.6
"""Of the time that is left, what a model gets while others stand behind it; the last one gets all of it."""
_LEAST_S = 0.5
"""Seconds below which no model is asked: none answers so soon."""
_NOBODY_WAITS_S = 60.0
"""Seconds after which a judgement counts as a redo, long after the lead's turn: it may take its whole time."""
_LOG = structlog.get_logger()
_DRAFTS = METER.create_counter(
    "sdr.dialogue.drafts", ("engine",), description="Answers and judgements where models are used, by who made them."
)
_FALLBACKS = METER.create_counter(
    "sdr.dialogue.fallbacks", ("engine", "error.type"), description="Times that an engine was replaced by the next one."
)
_BREAKER = METER.create_gauge(
    "sdr.dialogue.breaker_open", ("engine",), description="1: it failed too often in a row and has not answered since."
)

C = TypeVar("C")
D = TypeVar("D", TurnDraft, AnalysisDraft)


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


@dataclass(frozen=True, slots=True)
class Link:
    """One provider's model and its circuit breaker."""

    model: TimedModel
    breaker: CircuitBreaker


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that the models together get."""

    turn_s: float
    """For one answer."""
    analysis_s: float
    """For one judgement."""
    lead_s: float
    """For both, where a turn ends a qualification: so long a lead waits at most."""


class ModelChain:
    """A `LanguageModel` of several: the first that works within its share of the time, the last one always.

    Args:
        links: Providers' models, the preferred one first; at least one.
        last: Needs nobody.
        deadlines: What all links together get; each gets its share of what is left.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        links: Sequence[Link],
        last: LanguageModel,
        deadlines: Deadlines,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._links = tuple(links)
        self._last = last
        self._deadlines = deadlines
        self._clock = clock

    @property
    def name(self) -> str:
        """The first engine's; a draft says who really made it."""
        return self._links[0].model.name

    async def warm_up(self) -> None:
        """Loads what the first calls would load, the preferred provider first."""
        for link in self._links:
            await link.model.warm_up()

    async def close(self) -> None:
        """Closes all connections."""
        for link in self._links:
            await link.model.close()

    async def respond(self, context: TurnContext) -> TurnDraft:
        """See the port."""
        calls = [(link, link.model.respond) for link in self._links]
        return await self._first_answer(
            calls, self._last.respond, context, self._deadlines.turn_s, context.models_allowed
        )

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """See the port."""
        within_s = self._deadlines.analysis_s
        if context.waited_s < _NOBODY_WAITS_S:
            within_s = min(within_s, self._deadlines.lead_s - context.waited_s)
        calls = [(link, link.model.analyze) for link in self._links]
        return await self._first_answer(calls, self._last.analyze, context, within_s, context.models_allowed)

    async def _first_answer(
        self,
        calls: Sequence[tuple[Link, Callable[[C, float | None], Awaitable[D]]]],
        last: Callable[[C], Awaitable[D]],
        context: C,
        within_s: float,
        allowed: bool,
    ) -> D:
        ends = self._clock() + (min(within_s, _remaining_s()) if allowed else 0.0)
        spent = Usage()
        for position, (link, ask) in enumerate(calls):
            behind = any(other.breaker.may_allow() for other, _ in calls[position + 1 :])
            share = (ends - self._clock()) * (_SHARE if behind else 1.0)
            if share < _LEAST_S or not link.breaker.allows():
                continue
            try:
                draft = await ask(context, share)
            except EngineUnavailable as error:
                link.breaker.failed(error.retry_after_s)
                _FALLBACKS.add(1, {"engine": error.engine, "error.type": error.problem})
                _BREAKER.set(float(not link.breaker.may_allow()), {"engine": link.model.name})
                spent += error.usage
                _LOG.warning("engine_replaced", engine=error.engine, problem=error.problem)
            except BaseException:
                link.breaker.released()
                raise
            else:
                link.breaker.succeeded()
                _BREAKER.set(0.0, {"engine": link.model.name})
                _DRAFTS.add(1, {"engine": draft.engine})
                return replace(draft, usage=draft.usage + spent)
        draft = await last(context)
        _DRAFTS.add(1, {"engine": draft.engine})
        return replace(draft, usage=draft.usage + spent)


def _remaining_s() -> float:
    """Seconds that the caller leaves the models; without end if it set no deadline."""
    deadline = inbound_deadline.get()
    return float("inf") if deadline is None else deadline - time.monotonic() - _RESERVE_S
