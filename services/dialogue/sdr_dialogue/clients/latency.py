"""An engine made slow on purpose, for benchmarks of what waits around it."""

from __future__ import annotations

import asyncio

from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft
from sdr_dialogue.ports import LanguageModel


class DelayedModel:
    """A `LanguageModel` that waits before it answers.

    Args:
        inner: Who answers.
        delay_s: Seconds.
    """

    def __init__(self, inner: LanguageModel, delay_s: float) -> None:
        self._inner = inner
        self._delay_s = delay_s

    @property
    def name(self) -> str:
        """The inner engine's."""
        return self._inner.name

    async def respond(self, context: TurnContext) -> TurnDraft:
        """See the port."""
        await asyncio.sleep(self._delay_s)
        return await self._inner.respond(context)

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """See the port."""
        await asyncio.sleep(self._delay_s)
        return await self._inner.analyze(context)
